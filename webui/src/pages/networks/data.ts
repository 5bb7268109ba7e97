// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the pages about networks know of networks and interfaces beyond their records.
 */
import type { network, PIF, Ref, VM } from "../../../model";
import { call } from "../../api/rpc";
import { get, getAll } from "../../api/store";
import { settled } from "../../api/trial";
import { t } from "../../text";

export type Network = [Ref<"network">, network];
export type Interface = [Ref<"PIF">, PIF];
export type BondMode = "balance-alb" | "balance-slb" | "active-backup" | "lacp";

/** The host's interface on a network; undefined: an internal one. */
export function interfaceOf(record: network): Interface | undefined {
	return getAll("PIF", record.PIFs)[0];
}

/** nic0, VLAN 20 of nic0, bond0 (nic1, nic2). */
export function carrierName(pif: PIF): string {
	const bond = getAll("Bond", pif.bond_master_of)[0]?.[1];
	const members = getAll("PIF", bond?.slaves ?? []).map(([, slave]) => slave.device);

	if (pif.VLAN > 0) return t.networks.vlanOf(pif.VLAN, pif.device);
	return members.length ? `${pif.device} (${members.join(", ")})` : pif.device;
}

export function hasLink(pif: PIF): boolean {
	return get("PIF_metrics", pif.metrics)?.carrier ?? false;
}

export function addressesOf(pif: PIF): string[] {
	return [pif.IP, ...pif.IPv6].filter(Boolean);
}

/** Interfaces of VMs on a network, snapshots and templates not counted. */
export function vmsOn(record: network): [Ref<"VM">, VM, boolean][] {
	return getAll("VIF", record.VIFs).flatMap(([, vif]) => {
		const vm = get("VM", vif.VM);

		return vm && !vm.is_a_snapshot && !vm.is_a_template
			? [[vif.VM, vm, vif.currently_attached] as [Ref<"VM">, VM, boolean]]
			: [];
	});
}

/** A network, and what makes it more than an internal one; if that fails there is none. */
async function withNetwork(
	what: { name_label: string; name_description: string; MTU: number },
	then: (made: Ref<"network">) => Promise<unknown>,
): Promise<void> {
	const made: Ref<"network"> = await call("network.create", { ...what, other_config: {} });

	try {
		await then(made);
	} catch (e) {
		await call("network.destroy", made).catch(() => undefined); /* the first tells more */
		throw e;
	}
}

export interface NewNetwork {
	readonly kind: "internal" | "vlan" | "bond";
	readonly name: string;
	readonly description: string;
	readonly mtu: number;
	readonly parent: Ref<"PIF">;
	readonly tag: number;
	readonly members: readonly Ref<"PIF">[];
	readonly mode: BondMode;
}

export async function createNetwork(wanted: NewNetwork): Promise<void> {
	const { kind, name, description, mtu, parent, tag, members, mode } = wanted;

	await withNetwork(
		{ name_label: name, name_description: description, MTU: mtu },
		async (made) => {
			if (kind === "vlan") await settled("VLAN.create", parent, tag, made);
			if (kind === "bond") await settled("Bond.create", made, members, "", mode, {});
		},
	);
}

/** Ends a network with its VLAN or bond. */
export async function destroyNetwork([ref, record]: Network): Promise<void> {
	const pif = interfaceOf(record)?.[1];
	const bond = pif && getAll("Bond", pif.bond_master_of)[0];

	if (pif && pif.VLAN > 0) await settled("VLAN.destroy", pif.VLAN_master_of);
	if (bond) await settled("Bond.destroy", bond[0]);
	await call("network.destroy", ref);
}
