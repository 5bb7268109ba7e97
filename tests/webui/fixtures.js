// SPDX-License-Identifier: GPL-2.0-or-later
// What a test is given: `host`, shared by the tests of a worker; `page`, whose errors fail the
// test, and `open(hash)`, which shows a place of the console to somebody who is logged in.
const base = require("@playwright/test");
const { watchErrors } = require("./errors");
const { Host } = require("./host");

// The session goes into a cookie by the same call that the login page makes, and the browser keeps
// that there is one.
async function logIn(page, { url, user, password }) {
	const response = await page.request.post(new URL("jsonrpc", url).href, {
		headers: { "X-Session": "cookie", Origin: new URL(url).origin },
		data: {
			jsonrpc: "2.0",
			id: 1,
			method: "session.login_with_password",
			params: [user, password],
		},
	});
	base.expect((await response.json()).result).toBe("cookie");
	await page.addInitScript(() => localStorage.setItem("socle.session", "1"));
}

async function show(page, url, hash) {
	const address = new URL(hash, url).href;

	if (page.url().startsWith(url)) await page.evaluate((to) => (location.hash = to), hash);
	else await page.goto(address);
	await base.expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}

/** The page computes so many times slower. */
async function slowDown(page, rate) {
	const client = await page.context().newCDPSession(page);

	await client.send("Emulation.setCPUThrottlingRate", { rate });
}

/**
 * Something that happens by itself within so many ms of the host's doing it: attempt(i) gives how
 * long it took. A busy machine may be slow several times; who waits for a timer always is.
 */
async function soon(ms, attempt) {
	const took = [];

	do took.push(await attempt(took.length));
	while (took.at(-1) >= ms && took.length < 10);
	console.log(`took ${took.join(", ")} ms`);
	base.expect(took.at(-1)).toBeLessThan(ms);
}

const test = base.test.extend({
	hostOptions: [[], { option: true, scope: "worker" }],
	host: [
		async ({ hostOptions }, use) => {
			const host = await Host.start(...hostOptions);
			await use(host);
			await host.stop();
		},
		{ scope: "worker" },
	],
	page: async ({ page }, use) => {
		const errors = [];

		watchErrors(page, errors);
		if (process.env.THROTTLE) await slowDown(page, Number(process.env.THROTTLE));
		await use(page);
		base.expect(errors, "errors in the browser's console").toEqual([]);
	},
	open: async ({ page, host }, use) => {
		let inside = false;

		await use(async (hash) => {
			if (!inside) await logIn(page, host);
			inside = true;
			await show(page, host.url, hash);
		});
	},
});

module.exports = { test, expect: base.expect, logIn, show, soon, watchErrors, Host };
