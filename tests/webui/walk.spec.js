// SPDX-License-Identifier: GPL-2.0-or-later
// Through all places of the console: what axe finds in light and dark, whether a phone has to
// scroll sideways, and whether hostile names stay text.
const fs = require("fs");
const { test, expect } = require("./fixtures");
const places = require("./places");

const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

async function address(host, place) {
	const [, kind, name] = /\{(\S+) (.*)\}/.exec(place) || [];

	return kind ? place.replace(/\{.*\}/, (await host.named(kind, name))[1].uuid) : place;
}

async function shown(page) {
	await expect(page.getByRole("main")).toBeVisible();
	await expect(page.getByText("Loading …")).toHaveCount(0);
	await page.waitForTimeout(200);
}

/** What stays so: pages are looked at while something on them may still be coming. */
async function lasting(found) {
	let all = await found();

	for (let i = 0; i < 5 && all.length; i++) {
		await new Promise((done) => setTimeout(done, 500));
		all = await found();
	}
	return all;
}

async function violations(page) {
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
	const { violations: found } = await page.evaluate(() =>
		window.axe.run(document, { resultTypes: ["violations"] }),
	);
	return found.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join("\n\t")}`);
}

const sections = [...new Set(places.map((place) => place.split("/")[1]))];

for (const section of sections)
	test(`accessible in light and dark: #/${section}`, async ({ page, host, open }) => {
		const found = [];

		for (const place of places.filter((p) => p.split("/")[1] === section)) {
			await open(await address(host, place));
			for (const colorScheme of ["light", "dark"]) {
				await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
				await shown(page);
				for (const v of await lasting(() => violations(page)))
					found.push(`${place} ${colorScheme}: ${v}`);
			}
			await expect(page).toHaveTitle(/ – Socle$/);
			await expect(page.locator("img[src=x]")).toHaveCount(0);
		}
		expect(found).toEqual([]);
	});

test.describe("on a phone", () => {
	test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

	test("no page is wider than the screen", async ({ page, host, open }) => {
		const wide = [];

		for (const place of places) {
			await open(await address(host, place));
			await shown(page);
			const tooWide = () =>
				page.evaluate(() => [document.documentElement.scrollWidth].filter((w) => w > 360));
			for (const width of await lasting(tooWide)) wide.push(`${place}: ${width}`);
		}
		expect(wide).toEqual([]);
	});
});

test("the log-in page is accessible, too", async ({ page, host }) => {
	for (const colorScheme of ["light", "dark"]) {
		await page.emulateMedia({ colorScheme });
		await page.goto(host.url);
		await expect(page.getByLabel("User")).toBeVisible();
		expect(await lasting(() => violations(page))).toEqual([]);
	}
});
