// SPDX-License-Identifier: GPL-2.0-or-later
// Who did what, as the console shows it: by itself when it happens, searched, in parts.
const { test, expect, logIn, show } = require("./fixtures");

const table = (page) => page.getByRole("table", { name: "Who did what" });
const search = (page) => page.getByRole("searchbox", { name: /^User, name/ });

test("what somebody does is shown by itself, the newest first", async ({ page, host, open }) => {
	const name = `audited ${Date.now()}`;

	await open("#/host/audit");
	await expect(table(page)).toBeVisible();
	const [vm, { uuid }] = await host.vm(name, { disk: false });
	await host.call("VM.set_tags", vm, ["seen"]);
	const first = table(page).locator("tbody tr").first();
	await expect(first).toContainText("Change a virtual machine: tags", { timeout: 8000 });
	await expect(first).toContainText("root");
	await expect(first).toContainText("Done");
	await first.getByRole("link", { name }).click();
	await expect(page).toHaveURL(new RegExp(`#/vms/${uuid}$`));
});

test("it is searched by names, words and what was refused", async ({ page, host, open }) => {
	const [vm] = await host.vm("of the search", { disk: false });

	await host.call("VM.unpause", vm).catch(() => undefined);
	await open("#/host/audit");
	const rows = table(page).locator("tbody tr");
	await search(page).fill("of the search");
	await expect(rows).toHaveCount(1); // VM.create is called of nothing yet
	await expect(rows).toContainText("Go on");
	await expect(rows).toContainText("Refused");
	await expect(rows).toContainText("VM_BAD_POWER_STATE");
	await search(page).fill("log in");
	await expect(rows.first()).toContainText("Log in");
	await search(page).fill("nothing is like this");
	await expect(page.getByText("Nothing matches.")).toBeVisible();
});

test("older rows come when they are asked for", async ({ page, host, open }) => {
	const [, record] = await host.named("VM", "web-1");
	const [vm] = await host.named("VM", "web-1");

	for (let i = 0; i < 120; i++) await host.call("VM.add_to_other_config", vm, `audit${i}`, "x");
	await open("#/host/audit");
	await search(page).fill(record.uuid);
	const rows = table(page).locator("tbody tr");
	await expect(rows).toHaveCount(100);
	const more = page.getByRole("button", { name: "Show older" });
	await more.click();
	await expect(more).toBeHidden();
	expect(await rows.count()).toBeGreaterThanOrEqual(120);
	for (let i = 0; i < 120; i++) await host.call("VM.remove_from_other_config", vm, `audit${i}`);
	await expect(rows.first()).toContainText("Change a virtual machine: other config", {
		timeout: 8000,
	});
});

test("a host at rest is asked for nothing", async ({ page, open }) => {
	const asked = [];

	await open("#/host/audit");
	await expect(table(page)).toBeVisible();
	await page.waitForTimeout(7000); // what our own log-in has changed
	page.on("request", (r) => /get_audit_log/.test(r.postData() ?? "") && asked.push(r.url()));
	await page.waitForTimeout(7000);
	expect(asked).toEqual([]);
});

test("only administrators are offered it", async ({ page, host }) => {
	await logIn(page, { ...host, url: host.url, user: "viewer", password: "viewer's own" });
	await show(page, host.url, "#/host/logs");
	await expect(page.getByRole("link", { name: "Logs" })).toBeVisible();
	await expect(page.getByRole("link", { name: "Audit" })).toHaveCount(0);
	await show(page, host.url, "#/host/audit");
	await expect(page.getByText("There is nothing at this address")).toBeVisible();
});
