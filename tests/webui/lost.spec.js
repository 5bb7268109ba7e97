// SPDX-License-Identifier: GPL-2.0-or-later
// The host goes away and comes back: the page says so, keeps what it shows, and goes on by itself.
const { test, expect } = require("./fixtures");

const LOST = /connection to the host is lost|No answer from the host/;
const RUNNING = /\d+ of \d+ running/;

test("the host is not there for a while", async ({ page, host, open }) => {
	await open("#/vms");
	await expect(page.getByText(RUNNING)).toBeVisible();
	page.expectErrors();
	await host.order("stop web");
	await expect(page.getByText(LOST)).toBeVisible();
	await expect(page.getByText(RUNNING)).toBeVisible();
	await host.order("start web");
	const before = await page.getByText(RUNNING).textContent();
	await host.vm(`made ${Date.now()}`, { disk: false });
	await expect(page.getByText(LOST)).toBeHidden();
	await expect(page.getByText(RUNNING)).not.toHaveText(before);
});

// Sessions are in the daemon's memory.
test("the daemon ends: log in again, and go on at the same place", async ({ page, host, open }) => {
	await open("#/no-such-place");
	page.expectErrors();
	await host.order("kill api");
	await expect(page.getByText(LOST)).toBeVisible();
	await expect(page.getByText("There is nothing at this address")).toBeVisible();
	await host.order("start api");
	await expect(page.getByText("Your session is over.")).toBeVisible();
	await page.getByLabel("Password").fill(host.password);
	await page.getByRole("button", { name: "Log in" }).click();
	await expect(page.getByText("There is nothing at this address")).toBeVisible();
	await host.login();
});

const isEvents = (request) => (request.postData() ?? "").includes("event.from");

test("the host is back and nothing has changed: it is known soon", async ({ page, host, open }) => {
	await open("#/no-such-place");
	page.expectErrors();
	await host.order("stop web");
	await expect(page.getByText(LOST)).toBeVisible();
	const attempts = [];
	const answered = new Set();
	const seconds = (r) => JSON.parse(r.postData()).params[3]; // that the host is to wait for events
	page.on("request", (r) => isEvents(r) && attempts.push(r));
	page.on("requestfinished", (r) => answered.add(r));
	await expect.poll(() => attempts.length).toBeGreaterThan(1);
	await host.order("start web");
	await expect(page.getByText(LOST)).toBeHidden(); // who was asked to wait would wait longer
	await expect.poll(() => attempts.some((r) => seconds(r) > 0)).toBe(true);
	const first = attempts.findIndex((r) => answered.has(r));
	expect(first).toBeGreaterThan(1);
	expect(attempts.slice(0, first + 1).map(seconds)).toEqual(Array(first + 1).fill(0));
});

test("an attempt that hangs is given up, and the next one succeeds", async ({
	page,
	host,
	open,
}) => {
	let hanging = 0;

	await open("#/no-such-place");
	page.expectErrors();
	await host.order("stop web");
	await expect(page.getByText(LOST)).toBeVisible();
	await page.route("**/jsonrpc", (route) => {
		if (!isEvents(route.request())) return route.continue();
		hanging++; // and nothing is ever said
	});
	await host.order("start web");
	await expect.poll(() => hanging).toBe(2);
	await page.unroute("**/jsonrpc");
	await expect(page.getByText(LOST)).toBeHidden();
});

// Timers stand still, as they nearly do in windows that nobody sees.
for (const [what, wake] of [
	["somebody comes to look", () => document.dispatchEvent(new Event("visibilitychange"))],
	["the network is back", () => dispatchEvent(new Event("online"))],
])
	test(`the next attempt is at once when ${what}`, async ({ page, host, open }) => {
		await open("#/no-such-place");
		page.expectErrors();
		await host.order("stop web");
		await expect(page.getByText(LOST)).toBeVisible();
		let [begun, failed] = [0, 0];
		page.on("request", (r) => isEvents(r) && begun++);
		page.on("requestfailed", (r) => isEvents(r) && failed++);
		await page.clock.install();
		await expect.poll(() => failed).toBeGreaterThan(1); // the pause from before has ended
		const before = failed;
		await page.clock.pauseAt(Date.now() + 3_600_000);
		// That was the end of the last pause.
		await expect.poll(() => failed > before && failed >= begun).toBe(true);
		await host.order("start web");
		const asked = page.waitForRequest(isEvents);
		await page.evaluate(wake);
		await asked;
		await expect(page.getByText(LOST)).toBeHidden();
	});
