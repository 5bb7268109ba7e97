// SPDX-License-Identifier: GPL-2.0-or-later
// Repositories, their disks and CD images: what others change, what is refused, uploads that come
// through and those that do not.
const fs = require("fs");
const { test, expect, soon } = require("./fixtures");

const MIB = 1 << 20;

/** Slow enough to be seen on the way. */
async function slowUplink(page, bytesPerSecond) {
	const client = await page.context().newCDPSession(page);

	await client.send("Network.enable");
	await client.send("Network.emulateNetworkConditions", {
		offline: false,
		latency: 0,
		downloadThroughput: -1,
		uploadThroughput: bytesPerSecond,
	});
}

/** A file on its way that takes its time. */
async function send(page, name) {
	const file = test.info().outputPath(name);

	fs.writeFileSync(file, Buffer.alloc(30 * MIB, 1));
	await slowUplink(page, 2 * MIB);
	page.expectErrors();
	await page.getByLabel("Upload CD images").setInputFiles(file);
	await expect(page.getByRole("progressbar", { name: new RegExp(name) }).first()).toBeVisible();
}

async function place(host, name) {
	return `#/storage/${(await host.named("SR", name))[1].uuid}`;
}

test("what another administrator changes is seen within a second", async ({ page, host, open }) => {
	const [sr] = await host.named("SR", "scratch, nearly full");

	await open("#/storage");
	await expect(page.getByText("scratch, nearly full")).toBeVisible();
	await soon(1000, async (i) => {
		const name = `renamed by <somebody> else, ${i}`;
		const started = Date.now();
		await host.call("SR.set_name_label", sr, name);
		await expect(page.getByText(name)).toBeVisible();
		return Date.now() - started;
	});
	await host.call("SR.set_name_label", sr, "scratch, nearly full");
});

test("a disk that does not fit is refused in words, one that does is there", async ({
	page,
	host,
	open,
}) => {
	await open(await place(host, "local"));
	await page.getByRole("button", { name: "Create a disk" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Name").fill("<b>new</b> & 'quoted'");
	await dialog.getByLabel("Size", { exact: true }).fill("100");
	await dialog.getByRole("button", { name: "Create" }).click();
	await expect(dialog.getByRole("alert")).toContainText("no room left");
	await dialog.getByLabel("Size", { exact: true }).fill("3");
	await dialog.getByRole("button", { name: "Create" }).click();
	await expect(dialog).toBeHidden();
	await expect(page.getByRole("rowheader", { name: "<b>new</b> & 'quoted'" })).toBeVisible();
	expect((await host.named("VDI", "<b>new</b> & 'quoted'"))[1].virtual_size).toBe(3 * 1024 * MIB);
});

test("a CD image comes whole, under whatever name", async ({ page, host, open }) => {
	const name = '<img src=x onerror="alert(1)"> "ö".iso';
	const buffer = Buffer.alloc(5 * MIB, "what is on a CD ");

	await open(await place(host, "images"));
	await page.getByLabel("Upload CD images").setInputFiles({ name, mimeType: "", buffer });
	await Promise.all([
		expect(page.getByRole("rowheader", { name })).toBeVisible(),
		expect(page.getByText(/done$/)).toBeVisible(), // for some seconds
	]);
	const [, vdi] = await host.named("VDI", name);
	const got = await page.request.get(`${host.url}export_raw_vdi/?vdi=${vdi.uuid}&format=raw`);
	expect(buffer.equals(await got.body())).toBe(true);
});

test("an upload is stopped, and leaves nothing", async ({ page, host, open }) => {
	await open(await place(host, "images"));
	await send(page, "too-slow.iso");
	await page.getByRole("button", { name: /Stop|Cancel/ }).click();
	await expect(page.getByText("Upload too-slow.iso failed")).toBeVisible();
	await expect(page.getByText("It was cancelled.")).toBeVisible();
	await expect(page.getByRole("rowheader", { name: "too-slow.iso" })).toHaveCount(0);
});

test("an upload that is cut off says so", async ({ page, host, open }) => {
	await open(await place(host, "images"));
	await send(page, "cut-off.iso");
	await host.order("stop web");
	await expect(page.getByText("Upload cut-off.iso failed")).toBeVisible();
	await host.order("start web");
});

test("of a disk image whose page is closed on the way nothing is left", async ({
	page,
	host,
	open,
}) => {
	const file = test.info().outputPath("half.img");
	const there = async () =>
		Object.values(await host.call("VDI.get_all_records")).filter(
			(vdi) => vdi.name_label === "half",
		).length;

	fs.writeFileSync(file, Buffer.alloc(30 * MIB, 1));
	await open(await place(host, "local"));
	await slowUplink(page, 2 * MIB);
	await page.getByLabel("Import disk images").setInputFiles(file);
	await expect.poll(there).toBe(1);
	await page.close();
	await expect.poll(there).toBe(0);
});

test("a disk image becomes a disk of its contents", async ({ page, host, open }) => {
	const buffer = Buffer.alloc(3 * MIB, "what is on a disk");

	await open(await place(host, "local"));
	await page
		.getByLabel("Import disk images")
		.setInputFiles({ name: "whole.raw", mimeType: "", buffer });
	await Promise.all([
		expect(page.getByRole("rowheader", { name: "whole", exact: true })).toBeVisible(),
		expect(page.getByText(/done$/)).toBeVisible(),
	]);
	const [, vdi] = await host.named("VDI", "whole");
	const got = await page.request.get(`${host.url}export_raw_vdi/?vdi=${vdi.uuid}&format=raw`);
	expect(buffer.equals(await got.body())).toBe(true);
});

test("a repository without room ends an upload in words", async ({ page, host, open }) => {
	await open(await place(host, "images"));
	page.expectErrors();
	await page
		.getByLabel("Upload CD images")
		.setInputFiles({ name: "full.iso", mimeType: "", buffer: Buffer.alloc(3 * MIB, 1) });
	await expect(page.getByText("Upload full.iso failed")).toBeVisible();
	await expect(page.getByText(/no room|space/i)).toBeVisible();
});
