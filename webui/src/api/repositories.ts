// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories: which are for disks, which the host reaches now; and a disk made on one.
 */
import type { PBD, Ref, SR } from "../../model";
import { getAll, table, thePool } from "./store";
import { run } from "./tasks";

export type Repository = [Ref<"SR">, SR];

/** CDs and the like: files that VMs only read. */
export function isLibrary(sr: SR): boolean {
	return sr.content_type === "iso" || sr.type === "iso";
}

/** How this host reaches it. */
export function connectionOf(sr: SR): [Ref<"PBD">, PBD] | undefined {
	return getAll("PBD", sr.PBDs)[0];
}

export function isAttached(sr: SR): boolean {
	return connectionOf(sr)?.[1].currently_attached ?? false;
}

/** Those that take disks now, by their names. */
export function diskRepositories(): Repository[] {
	return [...table("SR")]
		.filter(([, sr]) => !isLibrary(sr) && isAttached(sr))
		.sort(([, a], [, b]) => a.name_label.localeCompare(b.name_label));
}

/** Where disks go when nobody says where. */
export function defaultRepository(): Ref<"SR"> {
	const all = diskRepositories();
	const named = thePool()?.[1].default_SR;

	return all.find(([ref]) => ref === named)?.[0] ?? all[0]?.[0] ?? "";
}

export async function createDisk(
	sr: Ref<"SR">,
	name: string,
	description: string,
	size: number,
): Promise<Ref<"VDI">> {
	return await run("VDI.create", {
		SR: sr,
		name_label: name,
		name_description: description,
		virtual_size: size,
		type: "user",
		sharable: false,
		read_only: false,
		other_config: {},
	});
}
