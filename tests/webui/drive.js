#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// A browser that another program leads through the console: a line of JSON for each step on
// standard input, {"step", ...}, one for how it went on standard output: {"ok"} or {"error",
// "picture"}.
// The steps are in steps.js. The pages' errors fail the step during which they come.
//
// usage: drive.js URL FOLDER      pictures of what failed go to FOLDER
const path = require("path");
const readline = require("readline");
const { chromium } = require("@playwright/test");
const { watchErrors } = require("./errors");
const steps = require("./steps");

async function main() {
	const [url, folder] = process.argv.slice(2);
	const browser = await chromium.launch({
		executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-dev-shm-usage"],
	});
	const page = await browser.newPage({
		ignoreHTTPSErrors: true,
		viewport: { width: 1280, height: 800 },
	});
	const errors = [];

	watchErrors(page, errors);
	page.setDefaultTimeout(240_000);
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const { step, ...args } = JSON.parse(line);
		let answer;

		try {
			answer = { ok: (await steps[step](page, { url, ...args })) ?? null };
			if (errors.length) throw new Error(errors.splice(0).join("\n"));
		} catch (e) {
			const picture = path.join(folder, `webui-${step}.png`);
			await page.screenshot({ path: picture }).catch(() => undefined);
			answer = { error: String(e.stack || e), picture };
		}
		process.stdout.write(`${JSON.stringify(answer)}\n`);
	}
	await browser.close();
}

main();
