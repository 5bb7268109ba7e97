// SPDX-License-Identifier: GPL-2.0-or-later
// The console without a mouse: everything on the way is reached by keys, and one sees where one is.
const { test, expect } = require("./fixtures");

/** Presses Tab until what has the focus is called like that. */
async function tabTo(page, name, most = 60) {
	for (let i = 0; i < most; i++) {
		await page.keyboard.press("Tab");
		const found = await page.evaluate(() => {
			const e = document.activeElement;
			const { outlineStyle, boxShadow } = getComputedStyle(e);

			return {
				name: (e.ariaLabel || e.labels?.[0]?.textContent || e.textContent || "").trim(),
				seen: outlineStyle !== "none" || boxShadow !== "none",
			};
		});
		if (!name.test(found.name)) continue;
		expect(found.seen, `one sees that the focus is on "${found.name}"`).toBe(true);
		return;
	}
	throw new Error(`no way by Tab to ${name}`);
}

test("log in, start a VM and look at its menu, by keys alone", async ({ page, host }) => {
	const [vm] = await host.vm("aaa by keys");

	await page.goto(host.url);
	await expect(page.getByLabel("Password")).toBeFocused();
	await page.keyboard.type(host.password);
	await page.keyboard.press("Enter");
	await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
	await tabTo(page, /^Virtual machines/);
	await page.keyboard.press("Enter");
	await expect(page.getByRole("rowheader", { name: "aaa by keys" })).toBeVisible();
	await tabTo(page, /^aaa by keys$/);
	await page.keyboard.press("Enter");
	await expect(page.getByRole("heading", { level: 1, name: "aaa by keys" })).toBeVisible();
	await tabTo(page, /^Start$/);
	await page.keyboard.press("Enter");
	await expect.poll(() => host.call("VM.get_power_state", vm)).toBe("Running");
	await expect(page.getByRole("button", { name: "Shut down" })).toBeVisible();
	await tabTo(page, /^More actions/);
	await page.keyboard.press("Enter");
	await expect(page.getByRole("menuitem").first()).toBeFocused();
	await page.keyboard.press("ArrowDown");
	await expect(page.getByRole("menuitem").nth(1)).toBeFocused();
	await page.keyboard.press("Escape");
	await expect(page.getByRole("button", { name: "More actions" })).toBeFocused();
	// A dialog takes the focus, keeps it, and gives it back.
	await page.keyboard.press("Enter");
	await expect(page.getByRole("menuitem").first()).toBeFocused();
	await page.getByRole("menuitem", { name: "Force off" }).focus();
	await page.keyboard.press("Enter");
	const dialog = page.getByRole("dialog");
	await expect(dialog.locator(":focus")).toHaveCount(1);
	for (let i = 0; i < 6; i++) {
		await page.keyboard.press("Tab");
		const inside = await dialog.evaluate(
			(e) => document.activeElement === document.body || e.contains(document.activeElement),
		);
		expect(inside).toBe(true);
	}
	await page.keyboard.press("Escape");
	await expect(dialog).toHaveCount(0);
	await expect(page.getByRole("button", { name: "More actions" })).toBeFocused();
});
