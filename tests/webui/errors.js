// SPDX-License-Identifier: GPL-2.0-or-later
// What a page does wrong without anybody seeing it: errors of scripts, promises that nobody waited
// for, what the Content-Security-Policy has stopped, files that are not there.

// The host lets a session follow figures a few times only; the page then asks now and then.
const HANDLED = /status of 503 .*\/rrd_updates\?/;

/** Adds them to errors, except those that page.expectErrors(pattern) has allowed. */
function watchErrors(page, errors) {
	let expected = /^$/;

	page.expectErrors = (pattern = /Failed to load resource|net::ERR/) => {
		expected = pattern;
	};
	page.on("console", (message) => {
		const text = `${message.text()} (${message.location().url})`;
		if (message.type() !== "error" || HANDLED.test(text) || expected.test(text)) return;
		errors.push(text);
	});
	page.on("pageerror", (error) => errors.push(`page error: ${error} ${error.stack}`));
	page.on("dialog", (dialog) => {
		errors.push(`a dialog of the browser: ${dialog.message()}`);
		dialog.dismiss().catch(() => undefined);
	});
}

module.exports = { watchErrors };
