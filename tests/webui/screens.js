#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// The pictures of the console in the documentation, of the simulated host: on a desk and on a
// phone, light and dark. Only believable VMs are on it.
//
// usage: screens.js FOLDER [NAME]...
const fs = require("fs");
const path = require("path");
const { chromium } = require("@playwright/test");
const { logIn, show, Host } = require("./fixtures");
const { shrink } = require("./palette");

const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = {
	viewport: { width: 390, height: 780 },
	isMobile: true,
	hasTouch: true,
};
const DARK = { colorScheme: "dark" };

async function session(page) {
	await page.getByText("Welcome to web-1").waitFor();
	await page.locator(".xterm").click();
	await page.keyboard.type("help\nls\ndate\ncolours\n");
}

// name: [place, how, what is done before]
const pictures = {
	login: [null, DESK],
	overview: ["#/", DESK],
	"overview-dark": ["#/", { ...DESK, ...DARK }],
	"overview-phone": ["#/", PHONE],
	"overview-phone-dark": ["#/", { ...PHONE, ...DARK }],
	vms: ["#/vms", DESK],
	vm: ["#/vms/{VM web-1}", DESK],
	"vm-phone": ["#/vms/{VM web-1}", PHONE],
	"vm-phone-dark": ["#/vms/{VM web-1}", { ...PHONE, ...DARK }],
	console: ["#/vms/{VM web-1}/console", DESK, session],
	"console-dark": ["#/vms/{VM web-1}/console", { ...DESK, ...DARK }, session],
	snapshots: ["#/vms/{VM old-wiki}/snapshots", DESK],
	"new-vm": ["#/vms/new", DESK],
	storage: ["#/storage", DESK],
	networks: ["#/networks", DESK],
	host: ["#/host", DESK],
	events: ["#/events", DESK],
};

async function take(browser, host, folder, name) {
	const [place, how, prepare] = pictures[name];
	const context = await browser.newContext({ ...how, ignoreHTTPSErrors: true });
	const page = await context.newPage();

	if (place) {
		const [, kind, label] = /\{(\S+) ([^}]*)\}/.exec(place) || [];
		const uuid = kind && (await host.named(kind, label))[1].uuid;
		await logIn(page, host);
		await show(page, host.url, place.replace(/\{.*\}/, uuid));
	} else await page.goto(host.url);
	await page.waitForTimeout(1500);
	if (prepare) await prepare(page);
	await page.waitForTimeout(500);
	const png = await shrink(page, await page.screenshot());
	const file = path.join(folder, `webui-${name}.png`);
	fs.writeFileSync(file, png);
	console.log(`${file}: ${png.length} bytes`);
	await context.close();
}

async function main() {
	const [folder, ...names] = process.argv.slice(2);
	const host = await Host.start("--tidy");
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage"],
	});

	for (const name of names.length ? names : Object.keys(pictures))
		await take(browser, host, folder, name);
	await browser.close();
	await host.stop();
}

main();
