// SPDX-License-Identifier: GPL-2.0-or-later
// Who did what, as the console shows it: by itself when it happens, searched, in parts.
const { test, expect, logIn, show } = require("./fixtures");

const table = (page) => page.getByRole("table", { name: "Who did what" });
const search = (page) => page.getByRole("searchbox", { name: /^User, name/ });
const older = (page) => page.getByRole("button", { name: "Show older" });

/** Keeps what the host answers to so many of such looks at the log, until it is let go. */
async function keepBack(page, isSuch, most = Infinity) {
	const kept = { answers: 0 };
	const gone = new Promise((letGo) => (kept.letGo = letGo));

	await page.route("**/jsonrpc", async (route) => {
		const { method, params } = route.request().postDataJSON();
		const wanted = method === "host.get_audit_log" && isSuch(...params.slice(2));
		if (!wanted || kept.answers >= most) return route.fallback();
		const response = await route.fetch();
		kept.answers++;
		await gone;
		await route.fulfill({ response });
	});
	return kept;
}

/** A VM with so many rows of its own. */
async function busyVm(host, name, rows) {
	const [vm, record] = await host.vm(name, { disk: false });

	for (let i = 0; i < rows; i++) await host.call("VM.add_to_other_config", vm, `audit${i}`, "x");
	return [vm, record];
}

test("what somebody does is shown by itself, the newest first", async ({ page, host, open }) => {
	const name = `audited ${Date.now()}`;

	await open("#/host/audit");
	await expect(table(page)).toBeVisible();
	const [vm, { uuid }] = await host.vm(name, { disk: false });
	await host.call("VM.set_tags", vm, ["seen"]);
	const first = table(page).locator("tbody tr").first();
	await expect(first).toContainText("Change a virtual machine: tags");
	await expect(first).toContainText("root");
	await expect(first).toContainText("Done");
	await first.getByRole("link", { name }).click();
	await expect(page).toHaveURL(new RegExp(`#/vms/${uuid}$`));
});

test("it is searched by names, words and what was refused", async ({ page, host, open }) => {
	const name = `of the search ${Date.now()}`;
	const [vm] = await host.vm(name, { disk: false });

	await host.call("VM.unpause", vm).catch(() => undefined);
	await open("#/host/audit");
	const rows = table(page).locator("tbody tr");
	await search(page).fill(name);
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
	const [vm, { uuid }] = await busyVm(host, "with many rows", 120);
	const [other] = await host.vm("with another row", { disk: false });
	const rows = table(page).locator("tbody tr");
	const others = rows.filter({ hasText: "with another row" });

	await host.call("VM.set_tags", other, ["seen"]);
	await open("#/host/audit");
	await expect(others).toHaveCount(1);
	await search(page).fill(uuid);
	await expect(others).toHaveCount(0);
	await expect(rows).toHaveCount(100);
	await older(page).click();
	await expect(rows).toHaveCount(120);
	await expect(older(page)).toHaveCount(0);
	await host.call("VM.remove_from_other_config", vm, "audit0");
	await expect(rows).toHaveCount(121);
});

test("rows have the words that are typed, whenever answers come", async ({ page, host, open }) => {
	const [, { uuid }] = await busyVm(host, "with rows enough", 105);
	const [other, { uuid: otherUuid }] = await host.vm("with one row", { disk: false });
	const rows = table(page).locator("tbody tr");
	const loading = page.getByText("Loading …");
	const word = uuid.slice(0, 30); // as much of it as the host takes

	await host.call("VM.set_tags", other, ["seen"]);
	await open("#/host/audit");
	await expect(rows).toHaveCount(100);
	await expect(older(page)).toBeVisible();
	// While nobody has answered, what is shown is said to be waiting, and is not gone.
	const kept = await keepBack(page, ([first]) => first === word);
	await search(page).fill(word);
	await expect.poll(() => kept.answers).toBe(1);
	await expect(page.locator("[aria-busy=true]").filter({ has: table(page) })).toBeVisible();
	await expect(rows).toHaveCount(100);
	await expect(loading).toHaveCount(0);
	await expect(older(page)).toHaveCount(0);
	// Other words meanwhile: the answer to the first ones is no longer wanted.
	await search(page).fill(otherUuid);
	await expect(rows).toHaveCount(1);
	const late = page.waitForResponse((r) => (r.request().postData() ?? "").includes(word));
	kept.letGo();
	await (await late).finished();
	await search(page).fill("nothing is like this"); // what comes late would be drawn before
	await expect(page.getByText("Nothing matches.")).toBeVisible();
	await search(page).fill(otherUuid);
	await expect(rows).toHaveCount(1);
	await expect(rows).toContainText("with one row");
});

test("neither news nor late answers take rows away", async ({ page, host, open }) => {
	const [vm, { uuid }] = await busyVm(host, "with rows and news", 110);
	const rows = table(page).locator("tbody tr");
	const reload = page.getByRole("button", { name: "Look again" });

	await open("#/host/audit");
	await search(page).fill(uuid);
	await expect(rows.nth(99)).toContainText("with rows and news");
	await expect(older(page)).toBeVisible();
	// Older rows are on their way when a look for news comes back with some.
	const old = await keepBack(page, (_, before) => before > 0);
	await older(page).click();
	await expect.poll(() => old.answers).toBe(1);
	await host.call("VM.set_tags", vm, ["news"]);
	await expect(rows.first()).toContainText("tags");
	old.letGo();
	await expect(rows).toHaveCount(111);
	// A look of before the next news is answered after it.
	const late = await keepBack(page, (_, before) => before === 0, 1);
	await reload.click();
	await expect.poll(() => late.answers).toBe(1);
	await host.call("VM.set_name_description", vm, "newer");
	await expect(rows).toHaveCount(112);
	late.letGo();
	await expect(reload).toBeEnabled();
	await expect(rows).toHaveCount(112);
	await expect(rows.first()).toContainText("name description");
});

test("a host at rest is asked for nothing", async ({ page, open }) => {
	let last;

	page.on("request", (r) => {
		if (/get_audit_log/.test(r.postData() ?? "")) last = Date.now();
	});
	await open("#/host/audit");
	await expect(table(page)).toBeVisible();
	// Our own log-in has changed something; looks for its own sake would come every five seconds.
	await expect.poll(() => Date.now() - last, { timeout: 90_000 }).toBeGreaterThan(9000);
});

test("only administrators are offered it", async ({ page, host }) => {
	await logIn(page, { ...host, url: host.url, user: "viewer", password: "viewer's own" });
	await show(page, host.url, "#/host/logs");
	await expect(page.getByRole("link", { name: "Logs" })).toBeVisible();
	await expect(page.getByRole("link", { name: "Audit" })).toHaveCount(0);
	await show(page, host.url, "#/host/audit");
	await expect(page.getByText("There is nothing at this address")).toBeVisible();
});
