// SPDX-License-Identifier: GPL-2.0-or-later
// What the first visit costs, what an idle page asks, and what Lighthouse would look at: sizes,
// requests, time, shifts of the layout. Times are printed; only what is far off fails.
const { test, expect, soon } = require("./fixtures");

const BUDGET = 150_000; // bytes on the wire, without the modules for consoles
const IDLE_MS = 10_000;

test("the log-in page is one file, one script and one connection", async ({ page, host }) => {
	const client = await page.context().newCDPSession(page);
	const asked = [];
	const connections = new Set();
	let released;
	const held = new Promise((release) => (released = release));

	await client.send("Network.enable");
	client.on("Network.responseReceived", ({ response }) => {
		if (response.url.startsWith(host.url)) connections.add(response.connectionId);
	});
	page.on("request", (request) => {
		if (request.url().startsWith(host.url)) asked.push(new URL(request.url()).pathname);
	});
	// What is for those who are logged in comes later; the form does not wait for it.
	await page.route(/\/assets\/inside-/, async (route) => {
		await held;
		await route.continue();
	});
	await page.goto(host.url);
	await page.getByLabel("User").fill("root");
	const needed = asked.filter((path) => !path.includes("inside-"));
	expect(needed).toEqual(["/", expect.stringMatching(/^\/assets\/[\w-]+\.js$/)]);
	expect(connections.size).toBe(1);
	released();
	await page.getByLabel("Password").fill(host.password);
	await page.getByRole("button", { name: "Log in" }).click();
	await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});

test("the first load is small, soon there, and does not jump", async ({ page, host }) => {
	const client = await page.context().newCDPSession(page);
	let bytes = 0;

	await client.send("Network.enable");
	client.on("Network.loadingFinished", (e) => (bytes += e.encodedDataLength));
	await page.addInitScript(() => {
		window.shift = 0;
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) window.shift += entry.value;
		}).observe({ type: "layout-shift", buffered: true });
	});
	await soon(5000, async () => {
		bytes = 0;
		await page.goto("about:blank");
		await client.send("Network.clearBrowserCache");
		const started = Date.now();
		await page.goto(host.url);
		const user = page.getByLabel("User");
		await user.fill("root");
		const ready = Date.now() - started;
		await expect(user).toHaveValue("root");
		return ready;
	});
	await page.waitForLoadState("networkidle"); // what comes while somebody types
	const shift = await page.evaluate(() => window.shift);
	console.log(`first load: ${bytes} bytes, shift ${shift}`);
	expect(bytes).toBeGreaterThan(0);
	expect(bytes).toBeLessThan(BUDGET);
	expect(shift).toBeLessThan(0.1);
	expect(await page.locator("html").getAttribute("lang")).toBe("en");
	for (const name of ["viewport", "description"])
		await expect(page.locator(`meta[name=${name}]`)).toHaveCount(1);
});

test("after the whole start nothing is asked", async ({ page, open }) => {
	const client = await page.context().newCDPSession(page);
	let bytes = 0,
		last = Date.now();

	await client.send("Network.enable");
	client.on("Network.loadingFinished", (e) => (bytes += e.encodedDataLength));
	page.on("request", () => (last = Date.now()));
	await open("#/");
	// News of our own log-in may come a while later; who asks again and again never stops.
	await expect.poll(() => Date.now() - last, { timeout: 120_000 }).toBeGreaterThan(IDLE_MS);
	console.log(`overview: ${bytes} bytes with its graphs and all objects`);
});

test("assets are for ever, the page is asked for anew", async ({ page, host }) => {
	const kept = {};

	page.on("response", (response) => {
		const { pathname } = new URL(response.url());
		kept[pathname] = response.headers()["cache-control"];
	});
	await page.goto(host.url);
	await expect(page.getByLabel("User")).toBeVisible();
	expect(kept["/"]).toBe("no-cache");
	const assets = () => Object.entries(kept).filter(([name]) => name.startsWith("/assets/"));
	await expect.poll(() => assets().length).toBeGreaterThanOrEqual(2);
	for (const [name, control] of assets()) expect(control, name).toContain("immutable");
});
