// SPDX-License-Identifier: GPL-2.0-or-later
// The host's address is changed on trial: every page says so, and whoever sees it may keep it or
// not; networks are made and deleted.
const { test, expect } = require("./fixtures");

async function tryAddress(page, host, open, address) {
	const [, { uuid }] = await host.named("network", "xenbr0");

	await open(`#/networks/${uuid}`);
	await page.getByRole("button", { name: "Change", exact: true }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("How it gets its address").selectOption({ label: "A fixed address" });
	await dialog.getByLabel("Address and length of the net").fill("192.0.2.300/24");
	await dialog.getByRole("button", { name: "Try it" }).click();
	await expect(dialog.getByRole("alert")).toBeVisible();
	await dialog.getByLabel("Address and length of the net").fill(address);
	await dialog.getByRole("button", { name: "Try it" }).click();
	await expect(page.getByRole("alertdialog")).toContainText(/undone in \d+ s unless you keep it/);
}

async function managementAddress(host) {
	const pifs = Object.values(await host.call("PIF.get_all_records"));
	return pifs.find((pif) => pif.management).IP;
}

test("an address is tried and undone, tried and kept", async ({ page, host, open }) => {
	const before = await managementAddress(host);

	await tryAddress(page, host, open, "192.0.2.20/24");
	await expect.poll(() => managementAddress(host)).toBe("192.0.2.20");
	await open("#/vms");
	await page.getByRole("button", { name: "Undo it now" }).click();
	await expect(page.getByText("The change of the networks was undone")).toBeVisible();
	await expect.poll(() => managementAddress(host)).toBe(before);
	await expect(page.getByRole("alertdialog")).toHaveCount(0);
	await tryAddress(page, host, open, "192.0.2.21/24");
	await page.getByRole("button", { name: "Keep it" }).click();
	await expect(page.getByText("The change of the networks was kept")).toBeVisible();
	await expect.poll(() => managementAddress(host)).toBe("192.0.2.21");
});

test("name servers and search domains of one's own, with DHCP", async ({ page, host, open }) => {
	const [, { uuid }] = await host.named("network", "xenbr0");
	const own = async () => {
		const pifs = Object.values(await host.call("PIF.get_all_records"));
		const pif = pifs.find((one) => one.management);
		return [pif.ip_configuration_mode, pif.own_DNS, pif.search_domains];
	};
	const fill = async (servers, domains) => {
		await open(`#/networks/${uuid}`);
		await page.getByRole("button", { name: "Change", exact: true }).click();
		const dialog = page.getByRole("dialog");
		await dialog
			.getByLabel("How it gets its address")
			.selectOption({ label: "By itself (DHCP)" });
		await dialog.getByLabel("Name servers").fill(servers);
		await dialog.getByLabel("Search domains").fill(domains);
		await dialog.getByRole("button", { name: "Try it" }).click();
	};

	await fill("192.0.2.53, 192.0.2.54", "example.org b.test");
	await page.getByRole("button", { name: "Keep it" }).click();
	await expect(page.getByText("The change of the networks was kept")).toBeVisible();
	await expect(page.getByRole("alertdialog")).toHaveCount(0);
	await expect.poll(own).toEqual(["DHCP", "192.0.2.53,192.0.2.54", "example.org b.test"]);
	await expect(page.getByText("example.org b.test")).toBeVisible();
	await page.getByRole("button", { name: "Change", exact: true }).click();
	await expect(page.getByLabel("Name servers")).toHaveValue("192.0.2.53,192.0.2.54");
	await page.keyboard.press("Escape");
	await expect(page.getByRole("dialog")).toHaveCount(0);
	await fill("", "");
	await page.getByRole("button", { name: "Keep it" }).click();
	await expect.poll(own).toEqual(["DHCP", "", ""]);
});

test("what nobody keeps is undone, and said", async ({ page, host, open }) => {
	await page.route("**/jsonrpc", (route) => {
		const asked = route.request().postData() || "";
		return route.continue({
			postData: asked.includes("network-confirm-within")
				? asked.replace(/"60"/, '"10"')
				: asked,
		});
	});
	const before = await managementAddress(host);
	await tryAddress(page, host, open, "192.0.2.22/24");
	await expect(page.getByText("The change of the networks was undone")).toBeVisible();
	await expect.poll(() => managementAddress(host)).toBe(before);
});

test("one that began and ended while nobody answered is told of", async ({ page, host, open }) => {
	const [, { uuid }] = await host.named("network", "xenbr0");
	const [there] = await host.call("host.get_all");
	const pifs = Object.entries(await host.call("PIF.get_all_records"));
	const [card] = pifs.find(([, pif]) => pif.management);

	await open(`#/networks/${uuid}`);
	await expect(page.getByRole("button", { name: "Change", exact: true })).toBeVisible();
	page.expectErrors();
	await page.route("**/jsonrpc", (route) => route.abort());
	await page.evaluate(() => dispatchEvent(new Event("online"))); // what is asked is asked anew
	await expect(page.getByText(/No answer from the host|is lost/)).toBeVisible();
	await host.call("session.set_other_config", host.session, { "network-confirm-within": "60" });
	await host.call("PIF.reconfigure_ip", card, "Static", "192.0.2.23", "255.255.255.0", "", "");
	await host.call("host.undo_network_change", there);
	await host.call("session.set_other_config", host.session, {});
	await page.unroute("**/jsonrpc");
	await expect(page.getByText("The change of the networks was undone")).toBeVisible();
	await page.getByRole("button", { name: "Dismiss" }).click();
	await expect(page.getByText("The change of the networks was undone")).toBeHidden();
});
