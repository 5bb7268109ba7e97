// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the pages about storage know of repositories and disks beyond their records.
 */
import type { Ref, SR, VDI, VM } from "../../../model";
import { connectionOf, createDisk } from "../../api/repositories";
import { ApiError, call } from "../../api/rpc";
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

const REMOVE_WAIT_MS = 5000,
	REMOVE_TRIES = 60;

/** Removes half a disk, also when the host answers only later. */
async function removeHalf(vdi: Ref<"VDI">): Promise<void> {
	for (let i = 0; i < REMOVE_TRIES; i++) {
		try {
			await call("VDI.destroy", vdi);
			return;
		} catch (e) {
			if (e instanceof ApiError && e.code === "HANDLE_INVALID") return;
			await new Promise((done) => setTimeout(done, REMOVE_WAIT_MS));
		}
	}
}

/** Makes a disk of a file's contents; on failure none is left. */
export async function diskFrom(
	sr: Ref<"SR">,
	name: string,
	size: number,
	fill: (vdi: Ref<"VDI">) => Promise<unknown>,
): Promise<Ref<"VDI">> {
	const vdi = await createDisk(sr, name, "", size);

	try {
		await fill(vdi);
	} catch (e) {
		void removeHalf(vdi);
		throw e;
	}
	return vdi;
}
