// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the user is: the part of the address behind "#/", whose parts name a page and an object,
 * and behind "?" what is looked for there. Each place has an address of its own, which works again
 * later and in another window.
 */
import { computed, signal } from "@preact/signals";

const hash = signal(location.hash);

addEventListener("hashchange", () => {
	hash.value = location.hash;
});

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part; /* somebody typed it */
	}
}

function splitHash(): [string, string] {
	const at = hash.value.indexOf("?");

	return at < 0 ? [hash.value, ""] : [hash.value.slice(0, at), hash.value.slice(at + 1)];
}

/** ["vms", UUID, "disks"]; [] is the first page. */
export const route = computed<readonly string[]>(() =>
	splitHash()[0].replace(/^#\/?/, "").split("/").filter(Boolean).map(decode),
);

/** What is looked for on this page: #/vms?q=web */
export const query = computed(() => new URLSearchParams(splitHash()[1]));

/** Changes it in the address, without a step to go back to; empty values leave it. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
	const next = new URLSearchParams(query.peek());

	for (const [name, value] of Object.entries(changes))
		if (value) next.set(name, value);
		else next.delete(name);
	const text = next.toString();
	const address = splitHash()[0] + (text ? `?${text}` : "");

	history.replaceState(history.state, "", address || "#/");
	hash.value = address;
}

/** The address of a place, for links. */
export function to(...parts: string[]): string {
	return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function go(...parts: string[]): void {
	location.hash = to(...parts);
}
