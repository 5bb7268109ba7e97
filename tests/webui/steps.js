// SPDX-License-Identifier: GPL-2.0-or-later
// What an administrator does with the console of a real host, a step each (drive.js). Waits are
// those of an emulated machine.
const { expect } = require("@playwright/test");

const SLOW = { timeout: 360_000 };

/** How long until one can type into the log-in form, in ms. */
async function first_visit(page, { url }) {
	const started = Date.now();

	await page.goto(url);
	await page.getByLabel("User").fill("root");
	return Date.now() - started;
}

/** The certificate that the browser is shown by a new connection, as DER in base64. */
async function certificate(page, { url }) {
	const context = await page.context().browser().newContext({ ignoreHTTPSErrors: true });
	const other = await context.newPage();
	const client = await context.newCDPSession(other);

	await client.send("Network.enable");
	await other.goto(url);
	const { tableNames } = await client.send("Network.getCertificate", {
		origin: new URL(url).origin,
	});
	await context.close();
	return tableNames[0];
}

async function log_in(page, { user, password }) {
	await page.getByLabel("User").fill(user);
	await page.getByLabel("Password").fill(password);
	await page.getByRole("button", { name: "Log in" }).click();
	await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible(SLOW);
}

/** What the page asks for while nobody touches it. */
async function requests_when_idle(page, { seconds }) {
	const asked = [];
	const note = (request) => asked.push(request.postData() || request.url());

	page.on("request", note);
	await page.waitForTimeout(seconds * 1000);
	page.off("request", note);
	return asked;
}

/** The address of its page. */
async function create_vm(page, { template, name }) {
	await page.getByRole("link", { name: "Virtual machines" }).first().click();
	await page.getByRole("link", { name: "New virtual machine" }).first().click();
	await page.getByLabel("Template", { exact: true }).selectOption({ label: template });
	await page.getByLabel("Name", { exact: true }).fill(name);
	await page.getByRole("button", { name: "New virtual machine" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(name, SLOW);
	await expect(page.getByText("Running").first()).toBeVisible(SLOW);
	return page.url();
}

async function tab(page, name) {
	await page.getByRole("main").getByRole("link", { name, exact: true }).click();
}

/** Types a line into the text console, and waits for what the guest answers. */
async function type_into_console(page, { prompt, line, answer }) {
	const screen = page.locator(".xterm-rows");

	await tab(page, "Console");
	await page.locator(".xterm").click();
	await page.keyboard.press("Enter");
	await expect(screen).toContainText(prompt, SLOW);
	await page.keyboard.type(`${line}\n`, { delay: 20 });
	await expect(screen).toContainText(answer, SLOW);
}

async function attach_disk(page, { name, gib }) {
	await tab(page, "Disks");
	await page.getByRole("button", { name: "New disk" }).first().click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Name").fill(name);
	await dialog.getByLabel("Size", { exact: true }).fill(String(gib));
	await dialog.getByRole("button", { name: "Create" }).click();
	await expect(dialog).toHaveCount(0, SLOW);
	await expect(page.getByRole("row").filter({ hasText: name })).toContainText("Attached", SLOW);
}

async function snapshot(page, { name }) {
	await tab(page, "Snapshots");
	await page.getByRole("button", { name: "Take a snapshot" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Name").fill(name);
	await dialog.getByRole("button", { name: "Take a snapshot" }).click();
	await expect(dialog).toHaveCount(0, SLOW);
	await expect(page.getByText(name, { exact: true })).toBeVisible(SLOW);
}

async function revert(page) {
	const dialog = page.getByRole("dialog");

	await page.getByRole("button", { name: "Go back to it" }).click();
	await dialog.getByRole("button", { name: "Go back to it" }).click();
	await expect(dialog).toHaveCount(0, SLOW);
	await expect(page.getByText("Stopped").first()).toBeVisible(SLOW);
}

async function export_vm(page, { file }) {
	await page.getByRole("button", { name: "More actions", exact: true }).click();
	await page.getByRole("menuitem", { name: "Export" }).click();
	const coming = page.waitForEvent("download");
	await page.getByRole("dialog").getByRole("button", { name: "Download" }).click();
	await (await coming).saveAs(file);
}

async function upload_iso(page, { repository, file }) {
	await page.getByRole("link", { name: "Storage" }).first().click();
	await page.getByRole("link", { name: repository, exact: true }).click();
	await page.getByLabel("Upload CD images").setInputFiles(file);
	await expect(page.getByText(/: done$/)).toBeVisible(SLOW);
}

/** Gives the host an address by which it is not reached; it has some seconds to be kept. */
async function try_address(page, { network, address, seconds }) {
	// Tests do not wait a minute.
	await page.route("**/jsonrpc", (route) => {
		const asked = route.request().postData() || "";
		const body = asked.includes("network-confirm-within")
			? asked.replace(/"60"/, `"${seconds}"`)
			: asked;
		return route.continue({ postData: body });
	});
	page.expectErrors();
	await page.getByRole("link", { name: "Networks" }).first().click();
	await page.getByRole("link", { name: network, exact: true }).first().click();
	await page.getByRole("button", { name: "Change", exact: true }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("How it gets its address").selectOption({ label: "A fixed address" });
	await dialog.getByLabel("Address and length of the net").fill(address);
	await dialog.getByRole("button", { name: "Try it" }).click();
}

async function change_is_undone(page) {
	await expect(page.getByText(/The change of the networks was undone/)).toBeVisible({
		timeout: 600_000,
	});
	await expect(page.getByText(/No answer from the host|is lost/)).toBeHidden(SLOW);
	await page.unroute("**/jsonrpc");
}

async function install_certificate(page, { certificate: pem, key }) {
	await page.getByRole("link", { name: "Host", exact: true }).first().click();
	await tab(page, "Certificate");
	await page.getByRole("button", { name: "Install a certificate" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Certificate", { exact: true }).fill(pem);
	await dialog.getByLabel("Its private key").fill(key);
	await dialog.getByRole("button", { name: "Install", exact: true }).click();
	await expect(dialog).toHaveCount(0, SLOW);
}

module.exports = {
	first_visit,
	certificate,
	log_in,
	requests_when_idle,
	create_vm,
	type_into_console,
	attach_disk,
	snapshot,
	revert,
	export_vm,
	upload_iso,
	try_address,
	change_is_undone,
	install_certificate,
};
