// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes of the host's networks are tried: the host undoes one by itself unless somebody who still
 * reaches it says in time that it is good. What waits stands in the host's record; what became of
 * it while nobody answered is found out afterwards.
 */
import { computed, effect, signal } from "@preact/signals";
import type { Calls } from "../../model";
import { date } from "../text";
import { complete, lostSince, session } from "./connection";
import { call, callAsync, type Method } from "./rpc";
import { table, theHost } from "./store";
import { ended } from "./tasks";

const CONFIRM_WITHIN_S = 60;
const MESSAGE_MS = 1000; /* the message comes behind the end */
const KEY = "network-confirm-within";

export interface Trial {
	readonly deadline: Date;
	readonly operation: string;
	readonly user: string;
}

/** The change that waits, as last heard of. */
export const trial = computed<Trial | undefined>(() => {
	const pending = theHost()?.[1].pending_network_change ?? {};
	const deadline = date(pending.deadline ?? "");

	return deadline && { deadline, operation: pending.operation ?? "", user: pending.user ?? "" };
});

/** How the last one ended, until somebody has read it. */
export const trialEnd = signal<"kept" | "undone" | undefined>(undefined);

/** This session's changes wait from now on. */
async function beginTrials(): Promise<void> {
	const mine = await call("session.get_record", "cookie");

	if (mine.other_config[KEY] === String(CONFIRM_WITHIN_S)) return;
	await call("session.set_other_config", "cookie", {
		...mine.other_config,
		[KEY]: String(CONFIRM_WITHIN_S),
	});
}

/**
 * A change that the way to the host does not go through: done at once. The host itself takes back
 * what loses its gateways, and then this fails.
 */
export async function settled<M extends Method>(method: M, ...args: Calls[M][0]): Promise<void> {
	await call("session.remove_from_other_config", "cookie", KEY);
	await ended(await callAsync(method, ...args));
}

/** Until a change waits, or nobody answers any more. */
function underWay(): Promise<void> {
	return new Promise((done) => {
		const stop = effect(() => {
			if (!trial.value && lostSince.value === undefined) return;
			queueMicrotask(() => stop());
			done();
		});
	});
}

/** Begins a change and waits until it is refused, done, or tried. */
export async function tried<M extends Method>(method: M, ...args: Calls[M][0]): Promise<void> {
	await beginTrials();
	const done = ended(await callAsync(method, ...args));

	done.catch(() => undefined); /* after it was tried, the trial's end tells */
	await Promise.race([done, underWay()]);
}

export async function keepChange(): Promise<void> {
	const host = theHost();

	if (host) await call("host.confirm_network_change", host[0]);
}

export async function undoChange(): Promise<void> {
	const host = theHost();

	if (host) await call("host.undo_network_change", host[0]);
}

/** What the host says of changes that it has undone. */
function undoneMessages(): Set<string> {
	const all = [...table("message")].filter(([, m]) => m.name === "NETWORK_CHANGE_UNDONE");

	return new Set(all.map(([ref]) => ref));
}

let waited = false,
	told: Set<string> | undefined; /* those that are known */

effect(() => {
	const waits = trial.value !== undefined;

	if (!complete.value || session.value.state !== "in" || lostSince.value !== undefined) return;
	if (waited && !waits)
		setTimeout(() => {
			trialEnd.value ??= "kept";
		}, MESSAGE_MS);
	if (!waited && waits) trialEnd.value = undefined;
	waited = waits;
});

/* It may have begun and ended while nobody answered, so that nobody here saw it wait. */
effect(() => {
	if (!complete.value || session.value.state !== "in") {
		told = undefined;
		return;
	}
	const messages = undoneMessages();

	if (told && [...messages].some((ref) => !told?.has(ref))) trialEnd.value = "undone";
	told = messages;
});
