// SPDX-License-Identifier: GPL-2.0-or-later
// How the browser's tests are run: Debian's Chromium, two at once, each with a host of its own, and
// an end to all of it: waits are for the slowest machine, and who passes does not wait for them.
// Pictures of what failed are in the folder of logs.
const path = require("path");

const build = path.resolve(process.env.SOCLE_BUILD || path.join(__dirname, "../../build"));

module.exports = {
	testDir: __dirname,
	timeout: 180_000,
	globalTimeout: 1_800_000,
	expect: { timeout: 40_000 },
	workers: 2,
	reporter: [["list"], ["junit"]],
	outputDir: path.join(build, "test-logs/webui"),
	use: {
		ignoreHTTPSErrors: true,
		viewport: { width: 1280, height: 800 },
		actionTimeout: 40_000,
		screenshot: "only-on-failure",
		launchOptions: {
			executablePath: "/usr/bin/chromium",
			args: ["--no-sandbox", "--disable-dev-shm-usage"],
		},
	},
};
