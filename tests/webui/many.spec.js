// SPDX-License-Identifier: GPL-2.0-or-later
// A host with 500 VMs: the list is there soon, scrolls, and goes on showing what happens.
const { test, expect, soon } = require("./fixtures");

test.use({ hostOptions: ["--bare", "--vms", "500"] });

/** Of 60 frames, each after scrolling so far down: the middle one's time in ms. */
async function middleFrame(page, step) {
	return await page.evaluate(async (by) => {
		const times = [];

		scrollTo(0, 0);
		for (let i = 0; i < 60; i++) {
			const last = performance.now();
			scrollBy(0, by);
			await new Promise((done) => requestAnimationFrame(done));
			times.push(performance.now() - last);
		}
		return times.sort((a, b) => a - b)[30];
	}, step);
}

test("a list of 500 VMs scrolls smoothly and follows changes", async ({ page, host, open }) => {
	const started = Date.now();

	await open("#/vms");
	await expect(page.getByRole("rowheader")).toHaveCount(500);
	console.log(`500 VMs are listed after ${Date.now() - started} ms`);
	// How long most frames take at most, beside what the machine takes for frames of nothing new.
	await soon(50, async () => {
		const still = await middleFrame(page, 0);
		const scrolling = await middleFrame(page, 250);
		console.log(`frames: ${still.toFixed(1)} ms, while scrolling ${scrolling.toFixed(1)} ms`);
		return Math.round(scrolling - still);
	});
	const [vm] = await host.named("VM", "guest250");
	await soon(2000, async (i) => {
		const before = Date.now();
		await host.call("VM.set_name_label", vm, `another name ${i}`);
		await expect(page.getByRole("link", { name: `another name ${i}` })).toHaveCount(1);
		return Date.now() - before;
	});
});
