// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host has, by class and reference, as the events told. Records are never changed but
 * replaced: whoever shows one knows by its identity whether it is new. Reading in a component or
 * an effect follows the changes.
 */
import { batch, signal, type Signal } from "@preact/signals";
import { classNames, type Classes, type Ref } from "../../model";
import type { Event } from "./rpc";

export type ClassName = keyof Classes;
export type Table<C extends ClassName> = ReadonlyMap<Ref<C>, Classes[C]>;

type AnyTable = ReadonlyMap<string, object>;

const tables = new Map<string, Signal<AnyTable>>(
	classNames.map((name) => [name.toLowerCase(), signal<AnyTable>(new Map())]),
);

function tableOf(name: string): Signal<AnyTable> | undefined {
	return tables.get(name.toLowerCase());
}

/** All of a class. */
export function table<C extends ClassName>(name: C): Table<C> {
	return tableOf(name)!.value as Table<C>;
}

/** A record; undefined: none (any more), or the null reference. */
export function get<C extends ClassName>(name: C, ref: Ref<C> | undefined): Classes[C] | undefined {
	return ref === undefined ? undefined : table(name).get(ref);
}

/** Those records of a set of references that there are. */
export function getAll<C extends ClassName>(
	name: C,
	refs: readonly Ref<C>[],
): [Ref<C>, Classes[C]][] {
	const all = table(name);

	return refs.flatMap((ref) => {
		const record = all.get(ref);
		return record ? [[ref, record] as [Ref<C>, Classes[C]]] : [];
	});
}

export function byUuid<C extends ClassName>(
	name: C,
	uuid: string,
): [Ref<C>, Classes[C]] | undefined {
	for (const [ref, record] of table(name))
		if ((record as { uuid?: string }).uuid === uuid) return [ref, record];
	return undefined;
}

/** The one host, and the pool that it is. */
export function theHost(): [Ref<"host">, Classes["host"]] | undefined {
	return table("host").entries().next().value;
}

export function thePool(): [Ref<"pool">, Classes["pool"]] | undefined {
	return table("pool").entries().next().value;
}

/** Takes events over; anew: they are all that there is. */
export function apply(events: readonly Event[], anew: boolean): void {
	const changed = new Map<Signal<AnyTable>, Map<string, object>>();

	if (anew) for (const held of tables.values()) changed.set(held, new Map());
	for (const event of events) {
		const held = tableOf(event.class);
		if (!held) continue;
		let records = changed.get(held);
		if (!records) changed.set(held, (records = new Map(held.peek())));
		if (event.operation === "del") records.delete(event.ref);
		else if (event.snapshot) records.set(event.ref, event.snapshot);
	}
	batch(() => {
		for (const [held, records] of changed) held.value = records;
	});
}
