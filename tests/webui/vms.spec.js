// SPDX-License-Identifier: GPL-2.0-or-later
// Virtual machines: what they do is seen at once, what is refused is said, names stay names.
const { test, expect, soon } = require("./fixtures");

const HOSTILE = "<img src=x onerror=\"document.title='injected'\"> & \"quotes\" 'single' </script>";

/** Rows have the name first, and below it the tags. */
function row(page, name) {
	return page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
}

async function openVm(host, open, name, tab = "") {
	const [ref, { uuid }] = await host.named("VM", name);

	await open(`#/vms/${uuid}${tab && `/${tab}`}`);
	return ref;
}

test("a state that changes is shown within a second", async ({ page, host, open }) => {
	const [vm] = await host.vm("watched");

	await open("#/vms");
	await expect(row(page, "watched")).toContainText("Stopped");
	await host.call("VM.start", vm, false, false);
	await expect(row(page, "watched")).toContainText("Running");
	await soon(1000, async (i) => {
		await host.call(i % 2 ? "VM.unpause" : "VM.pause", vm);
		const started = Date.now();
		await expect(row(page, "watched")).toContainText(i % 2 ? "Running" : "Paused");
		return Date.now() - started;
	});
	await host.call("VM.hard_shutdown", vm);
	await host.call("VM.destroy", vm);
	await expect(row(page, "watched")).toHaveCount(0);
});

test("names from outside are text wherever they are shown", async ({ page, host, open }) => {
	const [, { uuid }] = await host.named("VM", HOSTILE);

	for (const place of ["", "/disks", "/networks", "/snapshots", "/settings", "/log"]) {
		await open(`#/vms/${uuid}${place}`);
		await expect(page.getByRole("heading", { level: 1 })).toHaveText(HOSTILE);
	}
	await expect(page).toHaveTitle(`${HOSTILE} – Socle`);
	for (const place of ["#/vms", "#/events", "#/"]) {
		await open(place);
		await expect(page.getByText(HOSTILE).first()).toBeVisible();
	}
	await open("#/vms");
	for (const name of ["שרת קבצים (خادم الملفات)", "🦊 fox den 👩‍💻"])
		await expect(page.getByRole("link", { name, exact: true })).toHaveAttribute("dir", "auto");
	await expect(page.locator("img[src=x], script:not([src])")).toHaveCount(0);
	expect(await page.title()).not.toBe("injected");
});

test("looking for VMs by name, state and tag", async ({ page, open }) => {
	await open("#/vms");
	await page.getByRole("searchbox").fill("WEB production");
	await expect(page.getByRole("rowheader")).toHaveText([/web-1/, /web-2/]);
	await page.getByRole("searchbox").fill("");
	await page.getByLabel("State").selectOption("Suspended");
	await expect(page.getByRole("rowheader")).toHaveText([/mail/]);
	await page.reload();
	await expect(page.getByRole("rowheader")).toHaveText([/mail/]);
	await page.getByLabel("State").selectOption("");
	await page.getByLabel("Tag", { exact: true }).selectOption("database");
	await expect(page.getByRole("rowheader")).toHaveText([/db-primary/]);
});

test("what is refused is said in words", async ({ page, host, open }) => {
	await openVm(host, open, "broken appliance");
	await page.getByRole("button", { name: "Start", exact: true }).click();
	await expect(page.getByText("Start: broken appliance failed")).toBeVisible();
	await expect(page.getByText(/it is broken/)).toBeVisible();
	await openVm(host, open, "deaf router");
	await page.getByRole("button", { name: "Shut down", exact: true }).click();
	await expect(page.getByText("Shut down: deaf router failed")).toBeVisible();
	await expect(page.getByText("Running").first()).toBeVisible();
});

test("a VM is made from a template, runs, and is deleted", async ({ page, host, open }) => {
	await open("#/vms/new");
	await page.getByLabel("Template", { exact: true }).selectOption({ label: "demo" });
	await page.getByLabel("Name", { exact: true }).fill('made <here> "now"');
	await page.getByRole("button", { name: "New virtual machine" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText('made <here> "now"');
	await expect(page.getByText("Running").first()).toBeVisible();
	await page.getByRole("button", { name: "More actions" }).click();
	await page.getByRole("menuitem", { name: "Force off" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Force off" }).click();
	await expect(page.getByText("Stopped").first()).toBeVisible();
	await page.getByRole("button", { name: "More actions" }).click();
	await page.getByRole("menuitem", { name: "Delete" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("Virtual machines");
	await expect(host.named("VM", 'made <here> "now"')).rejects.toThrow("no VM");
});

test("a VM is made of a disk image", async ({ page, host, open }) => {
	const buffer = Buffer.alloc(3 << 20, "what is on a disk");

	await open("#/vms/new");
	await page.getByRole("radio", { name: /disk image/i }).check();
	await page
		.locator("input[type=file]")
		.setInputFiles({ name: "imported.img", mimeType: "", buffer });
	await expect(page.getByLabel("Name", { exact: true })).toHaveValue("imported");
	await page.getByRole("button", { name: "New virtual machine" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("imported");
	const [vm, { VBDs }] = await host.named("VM", "imported");
	expect(VBDs).toHaveLength(1);
	const vdi = await host.call("VBD.get_VDI", VBDs[0]);
	expect(await host.call("VDI.get_name_description", vdi)).toBe("imported.img");
	const got = await page.request.get(`${host.url}export_raw_vdi/?vdi=${vdi}&format=raw`);
	expect(buffer.equals(await got.body())).toBe(true);
	await host.call("VM.hard_shutdown", vm).catch(() => undefined);
	await host.call("VM.destroy", vm);
	await host.call("VDI.destroy", vdi);
});

test("a snapshot is taken, and the VM goes back to it", async ({ page, host, open }) => {
	const [vm, { uuid }] = await host.vm("with a past");

	await open(`#/vms/${uuid}/snapshots`);
	await page.getByRole("button", { name: "Take a snapshot" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("the <first>");
	await page.getByRole("dialog").getByRole("button", { name: "Take a snapshot" }).click();
	await expect(page.getByText("the <first>", { exact: true })).toBeVisible();
	await page.getByRole("button", { name: "Go back to it" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Go back to it" }).click();
	await expect(page.getByRole("dialog")).toHaveCount(0);
	const [snapshot] = await host.call("VM.get_snapshots", vm);
	await expect.poll(() => host.call("VM.get_parent", vm)).toBe(snapshot);
});

test("a text console: typing, what was there, and its end", async ({ page, host, open }) => {
	const [vm, { uuid }] = await host.vm("talker", { start: true });
	const screen = page.locator(".xterm-rows");

	await open(`#/vms/${uuid}/console`);
	await expect(screen).toContainText("Welcome to talker");
	await page.locator(".xterm").click();
	await page.keyboard.type("echo <b>typed</b>\n");
	await expect(screen).toContainText("<b>typed</b>");
	await page.keyboard.type("umlaut\n");
	await expect(screen).toContainText("Grüße, мир, 世界");
	page.expectErrors(/WebSocket/); // it may try again before it hears that the VM has ended
	await host.call("VM.hard_shutdown", vm);
	await expect(page.getByText(/No console: the VM is/)).toBeVisible();
	await host.call("VM.start", vm, false, false);
	await expect(screen).toContainText("Welcome to talker");
});

test("who may only look is offered nothing else", async ({ page, host }) => {
	const { logIn, show } = require("./fixtures");
	const [, { uuid }] = await host.named("VM", "web-1");

	await logIn(page, { ...host, url: host.url, user: "viewer", password: "viewer's own" });
	for (const place of ["#/vms", `#/vms/${uuid}`, `#/vms/${uuid}/disks`, "#/storage"]) {
		await show(page, host.url, place);
		await expect(page.getByText("Loading …")).toHaveCount(0);
		const offers = /^(Start$|Shut down|New|Add |Create|Delete|More actions$|Take)/;
		await expect(page.getByRole("button", { name: offers })).toHaveCount(0);
		await expect(page.getByRole("link", { name: /^New/ })).toHaveCount(0);
	}
});

test("a screen is shown, and gets what is typed", async ({ page, host, open }) => {
	await openVm(host, open, "desktop", "console");
	const canvas = page.getByRole("region", { name: "Console of desktop" }).locator("canvas");
	const picture = () => canvas.evaluate((e) => e.toDataURL());
	const group = page.getByRole("group", { name: "Kind of console" });
	await group.getByText("Screen").click();
	await expect(canvas).toBeVisible();
	await expect(page.getByText("Connected", { exact: true })).toBeVisible();
	const before = await picture();
	await canvas.click();
	await page.keyboard.type("abc");
	await expect.poll(picture).not.toBe(before);
	await group.getByText("Text").click();
	await expect(page.locator(".xterm-rows")).toContainText("Welcome to desktop");
});

test("the settings say what a VM starts from", async ({ page, host, open }) => {
	const [vm, { uuid }] = await host.vm("what it starts", { disk: false });
	const card = page.locator(".card", {
		has: page.getByRole("heading", { name: "Start and screen" }),
	});

	await open(`#/vms/${uuid}/settings`);
	await expect(card).toContainText("no disk and no CD");
	const [disc] = await host.named("VDI", "alpine-virt.iso");
	const [disk] = await host.named("VDI", "web-1 disk 0");
	for (const [VDI, userdevice, type] of [
		[disc, "3", "CD"],
		[disk, "0", "Disk"],
	])
		await host.call("VBD.create", {
			VM: vm,
			VDI,
			userdevice,
			type,
			bootable: false,
			mode: "RO",
			empty: false,
			other_config: {},
		});
	await expect(card.getByRole("listitem")).toHaveText([
		/^xvda web-1 disk 0/,
		/^xvdd alpine-virt\.iso\s*CD/,
	]);
	await card.getByLabel("Kernel", { exact: true }).fill("/usr/share/socle/demo");
	await expect(card).toContainText("It starts the kernel that stands here");
	await page.getByRole("button", { name: "Discard" }).click();
	await host.call("VM.add_to_other_config", vm, "install-repository", "http://192.0.2.7/x");
	await expect(card).toContainText("installer from \u2068http://192.0.2.7/x\u2069");
	await host.call("VM.destroy", vm);
});
