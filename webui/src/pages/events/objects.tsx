// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The object that a message or a task is about, as a link to its page.
 */
import type { message, Ref, task } from "../../../model";
import { byUuid, table } from "../../api/store";
import { to } from "../../route";
import { t } from "../../text";

export interface Place {
	readonly name: string;
	readonly href: string;
}

export function placeOf({ cls, obj_uuid: uuid }: message): Place | undefined {
	if (cls === "VM") {
		const vm = byUuid("VM", uuid)?.[1];
		return vm && { name: vm.name_label, href: to("vms", uuid) };
	}
	if (cls === "SR") {
		const sr = byUuid("SR", uuid)?.[1];
		return sr && { name: sr.name_label, href: to("storage", uuid) };
	}
	if (cls === "Host") {
		const host = byUuid("host", uuid)?.[1];
		return host && { name: host.name_label, href: to("host") };
	}
	if (cls === "Certificate") return { name: t.host.certificate, href: to("host", "certificate") };
	if (cls === "VMPP") {
		const policy = byUuid("VMPP", uuid)?.[1];
		return policy && { name: policy.name_label, href: to("host", "backup") };
	}
	return undefined;
}

export function ObjectLink({ place }: { place: Place | undefined }) {
	return place ? (
		<a class="clip" href={place.href} dir="auto">
			{place.name || t.common.unnamed}
		</a>
	) : null;
}

/** "Async.VM.start" is "Start a virtual machine"; a label of somebody's own stays what it is. */
export function taskLabel(record: task): string {
	const method = record.name_label.replace(/^Async\./, "");

	return t.methods[method] ?? record.name_label;
}

/** What a task that runs is at: objects tell which tasks are at them. */
export function placeOfTask(ref: Ref<"task">): Place | undefined {
	for (const vm of table("VM").values())
		if (ref in vm.current_operations) return { name: vm.name_label, href: to("vms", vm.uuid) };
	for (const sr of table("SR").values())
		if (ref in sr.current_operations)
			return { name: sr.name_label, href: to("storage", sr.uuid) };
	for (const vdi of table("VDI").values())
		if (ref in vdi.current_operations)
			return {
				name: vdi.name_label,
				href: to("storage", table("SR").get(vdi.SR)?.uuid ?? ""),
			};
	for (const network of table("network").values())
		if (ref in network.current_operations)
			return { name: network.name_label, href: to("networks", network.uuid) };
	return undefined;
}
