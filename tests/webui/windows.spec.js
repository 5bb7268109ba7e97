// SPDX-License-Identifier: GPL-2.0-or-later
// Several windows of one browser, which has six connections to the host for all of them: one of the
// windows waits for events, all hear of them; who is hidden follows no figures.
const { test, expect, logIn, soon, watchErrors } = require("./fixtures");

const WINDOWS = 3;

async function windows(context, host) {
	const errors = [];
	const pages = [];

	for (let i = 0; i < WINDOWS; i++) {
		const page = await context.newPage();
		watchErrors(page, errors);
		if (i === 0) await logIn(page, host);
		await page.goto(`${host.url}#/storage`);
		await expect(page.getByRole("rowheader", { name: "images" })).toBeVisible();
		pages.push(page);
	}
	return { pages, errors };
}

async function allSee(pages, host, name) {
	const [sr] = await host.named("SR", "archive (NFS)");
	const started = Date.now();

	await host.call("SR.set_name_description", sr, name);
	await Promise.all(pages.map((page) => expect(page.getByText(name)).toBeVisible()));
	return Date.now() - started;
}

test("a change is seen in all windows, also when one closes", async ({ context, host }) => {
	const { pages, errors } = await windows(context, host);

	await soon(1000, (i) => allSee(pages, host, `seen by three, ${i}`));
	for (let left = WINDOWS; left > 1; left--) {
		await pages.shift().close();
		await allSee(pages, host, `seen by ${left - 1}`); // another one takes its turn first
		await soon(1000, (i) => allSee(pages, host, `at once by ${left - 1}, ${i}`));
	}
	expect(errors).toEqual([]);
});

test("a hidden window follows no figures", async ({ page, open }) => {
	const following = new Set();

	page.on("request", (r) => r.url().includes("/rrd_updates") && following.add(r));
	for (const end of ["requestfinished", "requestfailed"])
		page.on(end, (r) => following.delete(r));
	await open("#/");
	await expect.poll(() => following.size).toBeGreaterThan(0);
	await page.evaluate(() => {
		Object.defineProperty(document, "hidden", { value: true, configurable: true });
		Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
		document.dispatchEvent(new Event("visibilitychange"));
	});
	await expect.poll(() => following.size).toBe(0);
	await page.evaluate(() => {
		delete document.hidden;
		delete document.visibilityState;
		document.dispatchEvent(new Event("visibilitychange"));
	});
	await expect.poll(() => following.size).toBeGreaterThan(0);
});
