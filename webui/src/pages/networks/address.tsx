// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's own address on an interface: IPv4 or IPv6, one at a time, for each change is tried by
 * itself.
 */
import { useState } from "preact/hooks";
import { call } from "../../api/rpc";
import { tried } from "../../api/trial";
import { t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { RadioField, SelectField, TextField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import type { Interface } from "./data";

type Family = "IPv4" | "IPv6";
type Mode = "None" | "DHCP" | "Static" | "Autoconf";

const modes: Record<Family, readonly Mode[]> = {
	IPv4: ["DHCP", "Static", "None"],
	IPv6: ["Autoconf", "Static", "None"],
};

interface Wanted {
	readonly mode: Mode;
	readonly address: string;
	readonly gateway: string;
	readonly dns: string;
	readonly search: string;
}

/** 255.255.255.0 is 24; undefined: no netmask. */
function bitsOf(netmask: string): number | undefined {
	const parts = netmask.split(".").map(Number);
	const word = parts.reduce((a, b) => a * 256 + b, 0);
	const bits = word.toString(2).replace(/0+$/, "").length;

	return parts.length === 4 && /^1*0*$/.test(word.toString(2)) && word >= 2 ** 31
		? bits
		: undefined;
}

/** 24 is 255.255.255.0. */
function netmaskOf(bits: number): string {
	const word = bits === 0 ? 0 : (2 ** 32 - 2 ** (32 - bits)) >>> 0;

	return [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join(".");
}

function present([, pif]: Interface, family: Family): Wanted {
	const names = { dns: pif.own_DNS, search: pif.search_domains };

	if (family === "IPv6")
		return {
			...names,
			mode: pif.ipv6_configuration_mode,
			address: pif.IPv6.find((a) => !a.toLowerCase().startsWith("fe80:")) ?? "",
			gateway: pif.ipv6_gateway,
		};
	return {
		...names,
		mode: pif.ip_configuration_mode,
		address: pif.IP && `${pif.IP}/${bitsOf(pif.netmask) ?? 24}`,
		gateway: pif.gateway,
	};
}

/** One that becomes fixed keeps the name servers that DHCP brought, if it has none of its own. */
function serversFor([, pif]: Interface, family: Family, mode: Mode): string {
	return pif.own_DNS || (family === "IPv4" && mode === "Static" ? pif.DNS : "");
}

const v4 = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/,
	v6 = /^[0-9a-f:.]*:[0-9a-f:.]*\/\d{1,3}$/i;

function addressWrong(family: Family, address: string): string | undefined {
	const good =
		family === "IPv4"
			? v4.test(address) && Number(v4.exec(address)![2]) <= 32
			: v6.test(address);

	return !address || good ? undefined : t.networks.addressForm[family];
}

/** Taken up by the change of the address that follows. */
async function setSearch([ref, pif]: Interface, search: string): Promise<void> {
	if (search === (pif.other_config.domain ?? pif.search_domains)) return;
	await call("PIF.remove_from_other_config", ref, "domain");
	await call("PIF.add_to_other_config", ref, "domain", search);
}

async function change(pif: Interface, family: Family, wanted: Wanted): Promise<void> {
	const { mode, address, gateway, dns, search } = wanted;
	const fixed = mode === "Static";
	const words = [fixed ? gateway.trim() : "", mode === "None" ? "" : dns.trim()] as const;
	const [ref] = pif;

	await setSearch(pif, search.trim());
	if (family === "IPv6") {
		await tried("PIF.reconfigure_ipv6", ref, mode, fixed ? address : "", ...words);
		return;
	}
	const [, ip = "", bits = "0"] = v4.exec(address) ?? [];
	await tried(
		"PIF.reconfigure_ip",
		ref,
		mode as Exclude<Mode, "Autoconf">,
		fixed ? ip : "",
		fixed ? netmaskOf(Number(bits)) : "",
		...words,
	);
}

export function AddressDialog({ pif, close }: { pif: Interface; close: () => void }) {
	const [family, setFamily] = useState<Family>("IPv4");
	const [wanted, setWanted] = useState(present(pif, "IPv4"));
	const set = (what: Partial<Wanted>) => setWanted({ ...wanted, ...what });
	const setMode = (mode: Mode) => {
		const typed = wanted.dns !== serversFor(pif, family, wanted.mode);

		set({ mode, dns: typed ? wanted.dns : serversFor(pif, family, mode) });
	};
	const fixed = wanted.mode === "Static";
	const wrong = fixed ? addressWrong(family, wanted.address.trim()) : undefined;

	return (
		<Dialog
			title={t.networks.addressTitle(pif[1].device)}
			close={close}
			action={t.networks.tryIt}
			disabled={fixed && (!wanted.address || !!wrong)}
			onAction={() => change(pif, family, { ...wanted, address: wanted.address.trim() })}
		>
			<RadioField
				label={t.networks.family}
				value={family}
				onChange={(value) => {
					setFamily(value);
					setWanted(present(pif, value));
				}}
				choices={[
					{ value: "IPv4", label: "IPv4" },
					{ value: "IPv6", label: "IPv6" },
				]}
			/>
			<SelectField
				label={t.networks.mode}
				value={wanted.mode}
				onChange={setMode}
				choices={modes[family].map((value) => ({
					value,
					label: t.networks.ipModes[value],
				}))}
			/>
			{fixed && (
				<>
					<TextField
						label={t.networks.address}
						value={wanted.address}
						onChange={(address) => set({ address })}
						error={wrong}
						placeholder={family === "IPv4" ? "192.0.2.10/24" : "2001:db8::10/64"}
					/>
					<TextField
						label={t.common.optional(t.networks.gateway)}
						value={wanted.gateway}
						onChange={(gateway) => set({ gateway })}
					/>
				</>
			)}
			{wanted.mode !== "None" && (
				<>
					<TextField
						label={t.common.optional(t.networks.dns)}
						value={wanted.dns}
						onChange={(dns) => set({ dns })}
						hint={wanted.mode === "DHCP" ? t.networks.dnsHintDhcp : t.networks.dnsHint}
					/>
					<TextField
						label={t.common.optional(t.networks.search)}
						value={wanted.search}
						onChange={(search) => set({ search })}
						hint={t.networks.searchHint}
					/>
				</>
			)}
			{pif[1].management && wanted.mode === "None" && family === "IPv4" && (
				<Notice kind="warning">{t.networks.losesHost}</Notice>
			)}
			<p class="hint">{t.networks.tryWords}</p>
		</Dialog>
	);
}
