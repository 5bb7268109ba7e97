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
	await expect(page.getByText(LOST)).toBeHidden({ timeout: 25_000 });
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
	await expect(page.getByText("Your session is over.")).toBeVisible({ timeout: 25_000 });
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
	const waits = []; // how long the host was asked to wait for events
	page.on("request", (r) => isEvents(r) && waits.push(JSON.parse(r.postData()).params[3]));
	await page.waitForTimeout(4000); // pauses grow meanwhile
	await host.order("start web");
	await expect(page.getByText(LOST)).toBeHidden({ timeout: 7000 });
	const waiting = () => waits.findIndex((seconds) => seconds > 0);
	await expect.poll(waiting).toBeGreaterThan(2); // not before somebody answers
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
	await expect.poll(() => hanging, { timeout: 15_000 }).toBe(2);
	await page.unroute("**/jsonrpc");
	await expect(page.getByText(LOST)).toBeHidden({ timeout: 12_000 });
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
		await page.clock.install();
		await page.waitForTimeout(6000); // pauses from before have ended
		await page.clock.pauseAt(Date.now() + 3_600_000);
		await host.order("start web");
		const asked = page.waitForRequest(isEvents, { timeout: 3000 });
		await page.evaluate(wake);
		await asked;
		await expect(page.getByText(LOST)).toBeHidden({ timeout: 3000 });
	});
