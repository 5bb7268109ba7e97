// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the pages about storage know of repositories and disks beyond their records.
 */
import type { Ref, SR, VDI, VM } from "../../../model";
import { connectionOf } from "../../api/repositories";
import { get, getAll, thePool } from "../../api/store";
import { t } from "../../text";

export type Disk = [Ref<"VDI">, VDI];

export function kindName(type: string): string {
	return t.storage.kinds[type as keyof typeof t.storage.kinds] ?? type;
}

/** Disks take only what was written to them. */
export function isThin(sr: SR): boolean {
	return ["lvmthin", "dir", "ext", "file", "nfs"].includes(sr.type);
}

export function isDefault(ref: Ref<"SR">): boolean {
	return thePool()?.[1].default_SR === ref;
}

/** The sizes of its disks together. */
export function promisedOf(sr: SR): number {
	const all = getAll("VDI", sr.VDIs).map(([, vdi]) => vdi.virtual_size);

	return Math.max(
		sr.virtual_allocation,
		all.reduce((a, b) => a + b, 0),
	);
}

/** Where it is, in one line, without what is secret. */
export function placeOf(sr: SR): string {
	const config = connectionOf(sr)?.[1].device_config ?? {};
	const { device, location, server, serverpath, target, targetIQN, SCSIid } = config;

	if (target) return [target, targetIQN, SCSIid].filter(Boolean).join("/");
	if (server) return `${server}:${serverpath ?? ""}`;
	return device ?? location ?? "";
}

export interface Use {
	readonly vm: Ref<"VM">;
	readonly record: VM;
	/** It has the disk right now. */
	readonly attached: boolean;
}

/** The VMs that see a disk, snapshots of VMs not counted. */
export function usersOf(vdi: VDI): Use[] {
	return getAll("VBD", vdi.VBDs).flatMap(([, vbd]) => {
		const record = get("VM", vbd.VM);
		return record && !record.is_a_snapshot
			? [{ vm: vbd.VM, record, attached: vbd.currently_attached }]
			: [];
	});
}

/** The same of all disks of a repository, each VM once. */
export function vmsOn(sr: SR): VM[] {
	const all = new Map(
		getAll("VDI", sr.VDIs).flatMap(([, vdi]) =>
			usersOf(vdi).map((use) => [use.vm, use.record] as const),
		),
	);

	return [...all.values()];
}
