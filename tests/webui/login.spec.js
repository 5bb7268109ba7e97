// SPDX-License-Identifier: GPL-2.0-or-later
// Who gets in, and what those are told who do not.
const { test, expect, Host } = require("./fixtures");

async function fill(page, user, password) {
	await page.getByLabel("User").fill(user);
	await page.getByLabel("Password").fill(password);
	await page.getByRole("button", { name: "Log in" }).click();
}

test("a wrong password is said, the right one leads to the page that was asked for", async ({
	page,
	host,
}) => {
	await page.goto(`${host.url}#/no-such-place`);
	await fill(page, "root", "wrong");
	await expect(page.getByRole("alert")).toContainText("User or password is wrong");
	await expect(page.getByLabel("Password")).toHaveValue("");
	await fill(page, host.user, host.password);
	await expect(page.getByText("There is nothing at this address")).toBeVisible();
	expect(new URL(page.url()).hash).toBe("#/no-such-place");
});

test("the session is out of reach of scripts, and ends", async ({ page, host }) => {
	await page.goto(host.url);
	await fill(page, host.user, host.password);
	await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
	expect(await page.evaluate(() => document.cookie)).toBe("");
	const [cookie] = await page.context().cookies();
	expect(cookie).toMatchObject({
		name: "__Host-session",
		httpOnly: true,
		secure: true,
		sameSite: "Strict",
		path: "/",
	});
	await page.getByRole("button", { name: /Logged in as root/ }).click();
	await page.getByRole("menuitem", { name: "Log out" }).click();
	await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
	await page.reload();
	await expect(page.getByRole("button", { name: "Log in" })).toBeVisible();
	// The session is gone, not only its cookie.
	const response = await page.request.post(`${host.url}jsonrpc`, {
		data: { jsonrpc: "2.0", id: 1, method: "VM.get_all", params: [cookie.value] },
	});
	expect((await response.json()).error.message).toBe("SESSION_INVALID");
});

test("a session that has expired: log in, and go on at the same place", async ({
	page,
	host,
	open,
}) => {
	await open("#/no-such-place");
	const [{ value }] = await page.context().cookies();
	await host.post("session.logout", [decodeURIComponent(value)]);
	await host.vm("what the page hears of", { disk: false });
	await expect(page.getByText("Your session is over.")).toBeVisible();
	await fill(page, host.user, host.password);
	await expect(page.getByText("There is nothing at this address")).toBeVisible();
	expect(new URL(page.url()).hash).toBe("#/no-such-place");
});

test("a browser that still believes in a session shows the login, too", async ({ page, host }) => {
	await page.addInitScript(() => localStorage.setItem("socle.session", "1"));
	await page.goto(host.url);
	await fill(page, host.user, host.password);
	await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});

test("a browser that keeps nothing shows the login, and who logs in gets in", async ({
	page,
	host,
}) => {
	await page.addInitScript(() =>
		Object.defineProperty(window, "localStorage", {
			get() {
				throw new DOMException("denied", "SecurityError");
			},
		}),
	);
	await page.goto(host.url);
	await fill(page, host.user, host.password);
	await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});

test("who guesses passwords has to wait, and is told so", async ({ page }) => {
	const host = await Host.start("--bare");

	const alert = page.getByRole("alert");
	let said = "";

	await page.goto(host.url);
	for (let i = 0; i < 40 && !/Too many wrong passwords/.test(said); i++) {
		await fill(page, "root", `wrong ${i}`);
		await expect(page.getByRole("button", { name: "Log in" })).toBeEnabled();
		said = await alert.textContent();
	}
	await expect(alert).toContainText("Too many wrong passwords");
	await host.stop();
});
