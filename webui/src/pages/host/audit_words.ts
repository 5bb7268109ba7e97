// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit log's methods and UUIDs in words, and words as methods and UUIDs to look for.
 */
import type { Classes } from "../../../model";
import { byUuid, get, table, type ClassName } from "../../api/store";
import { to } from "../../route";
import { t } from "../../text";
import type { Place } from "../events/objects";

const WORDS_MOST = 20,
	WORD_MOST = 30; /* letters: of four bytes at the most, and the host takes 100 bytes */

const CHANGE = /^(?:set|add_to|remove_from|add|remove)_(.+)$/;

/** "VM.set_name_label" is "Change a virtual machine: name label". */
export function methodName(method: string): string {
	const name = method.replace(/^Async\./, "");
	const [kind = "", verb = ""] = name.split(".");
	const changed = CHANGE.exec(verb)?.[1];
	const what = t.host.audit.kinds[kind];

	if (t.methods[name]) return t.methods[name];
	return changed && what ? t.host.audit.change(what, changed.replaceAll("_", " ")) : name;
}

type Found<C extends ClassName> = (record: Classes[C]) => Place | undefined;

function vmOf(owner: { VM: string }): Place | undefined {
	const vm = get("VM", owner.VM);

	return vm && { name: vm.name_label, href: to("vms", vm.uuid) };
}

/** Where an object of a class is shown. */
const places: { readonly [C in ClassName]?: Found<C> } = {
	VM: (vm) => ({ name: vm.name_label, href: to("vms", vm.uuid) }),
	SR: (sr) => ({ name: sr.name_label, href: to("storage", sr.uuid) }),
	VDI: (vdi) => ({
		name: vdi.name_label,
		href: to("storage", get("SR", vdi.SR)?.uuid ?? ""),
	}),
	VBD: vmOf,
	VIF: vmOf,
	network: (network) => ({ name: network.name_label, href: to("networks", network.uuid) }),
	host: (host) => ({ name: host.name_label, href: to("host") }),
	VMPP: (policy) => ({ name: policy.name_label, href: to("host", "backup") }),
	user: (user) => ({ name: user.short_name, href: to("host", "accounts") }),
};

function placeIn<C extends ClassName>(name: C, uuid: string): Place | undefined {
	const record = byUuid(name, uuid)?.[1];

	return record && places[name]?.(record);
}

/** What a method was called of, while there is such a thing. */
export function objectOf(method: string, uuid: string): Place | undefined {
	const kind = method.replace(/^Async\./, "").split(".")[0] ?? "";

	return kind in places ? placeIn(kind as ClassName, uuid) : undefined;
}

/** The host knows neither names of objects nor our words: it is asked for what they stand for. */
export function wordsFor(search: string): string[] {
	const wanted = search.toLowerCase();

	if (!wanted) return [];
	const methods = Object.keys(t.methods).filter((method) =>
		t.methods[method]?.toLowerCase().includes(wanted),
	);
	const uuids = (["VM", "SR", "VDI", "network", "VMPP"] as const).flatMap((name) =>
		[...table(name).values()]
			.filter((record) => record.name_label.toLowerCase().includes(wanted))
			.map((record) => record.uuid),
	);

	return [search.slice(0, WORD_MOST), ...methods, ...uuids].slice(0, WORDS_MOST);
}
