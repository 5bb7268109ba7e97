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
