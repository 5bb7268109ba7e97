// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The session and the stream of events: who is logged in, whether the host answers, and trying
 * again when it does not. The store is filled from here and from nowhere else.
 */
import { batch, signal } from "@preact/signals";
import { keep, kept } from "../kept";
import * as rpc from "./rpc";
import { apply } from "./store";
import { Turn } from "./turn";

export interface User {
	readonly name: string;
	readonly role: "read-only" | "operator" | "admin";
}

/** unknown: the page has just begun. Out: nobody is logged in. */
export type Session =
	{ state: "unknown" } | { state: "out"; expired: boolean } | { state: "in"; user: User };

export const session = signal<Session>({ state: "unknown" });
/** What is shown is all there is: the first events have come. */
export const complete = signal(false);
/** Since when nobody answers, as Date.now() says; undefined: the host answers. */
export const lostSince = signal<number | undefined>(undefined);

const WAIT_EVENTS = 60; /* seconds */
const WAIT_FIRST = 1000,
	WAIT_MOST = 5000; /* ms between attempts */
const ANSWER_MS = 20_000 /* for an answer, beyond what the host was asked to wait */,
	PROBE_MS = 5000; /* the same while nobody answers: what hangs then hangs for minutes */

/** Kept by the browser from a login to its end: only then there is a session to ask for. */
const KEPT = "socle.session";

let running: AbortController | undefined;

function isOver(e: unknown): boolean {
	return (
		e instanceof rpc.ApiError &&
		["SESSION_INVALID", "SESSION_AUTHENTICATION_FAILED"].includes(e.code)
	);
}

/**
 * Shorter when the network is back or somebody comes to look: browsers let timers of windows that
 * nobody sees wait for a minute.
 */
async function pause(ms: number, end: AbortSignal): Promise<void> {
	const woken = new AbortController();

	await new Promise<void>((done) => {
		const timer = setTimeout(done, ms);
		const wake = () => {
			clearTimeout(timer);
			done();
		};
		const once = { once: true, signal: woken.signal };

		end.addEventListener("abort", wake, once);
		addEventListener("online", wake, once);
		document.addEventListener("visibilitychange", () => document.hidden || wake(), {
			signal: woken.signal,
		});
	});
	woken.abort();
}

/** Events since the token; undefined: the network is another one, so nothing may ever come. */
async function ask(
	token: string,
	seconds: number,
	patience: number,
	end: AbortSignal,
): Promise<Awaited<ReturnType<typeof rpc.eventsFrom>> | undefined> {
	const attempt = new AbortController();
	const settled = new AbortController();
	const stop = () => attempt.abort();
	const once = { once: true, signal: settled.signal };
	const timer = setTimeout(stop, seconds * 1000 + patience);
	let online = false;

	end.addEventListener("abort", stop, once);
	addEventListener("online", () => (online = true) && stop(), once);
	try {
		return await rpc.eventsFrom(token, seconds, attempt.signal);
	} catch (e) {
		if (online && !end.aborted) return undefined;
		throw e;
	} finally {
		clearTimeout(timer);
		settled.abort();
	}
}

async function follow(end: AbortSignal): Promise<void> {
	const turn = new Turn(end);
	let token = "",
		wait = WAIT_FIRST,
		doubtful = false;

	while (!end.aborted) {
		try {
			/* Whether somebody answers is to be known at once, not when something has changed. */
			const probe = doubtful || lostSince.peek() !== undefined;
			const answer = await ask(
				token,
				turn.mine && !probe ? WAIT_EVENTS : 0,
				probe && token ? PROBE_MS : ANSWER_MS,
				end,
			);
			doubtful = !answer;
			if (!answer) continue;
			const { events, token: next } = answer;
			batch(() => {
				apply(events, token === "");
				complete.value = true;
				lostSince.value = undefined;
			});
			token = next;
			wait = WAIT_FIRST;
			if (events.length) turn.tell();
			await turn.come();
		} catch (e) {
			if (end.aborted) return;
			if (isOver(e)) {
				ended(true);
				return;
			}
			if (e instanceof rpc.ApiError && e.code === "EVENTS_LOST" && token) {
				token = ""; /* the host forgot what it stood for: all again */
				continue;
			}
			turn.tell();
			lostSince.value ??= Date.now();
			await pause(wait, end);
			wait = Math.min(wait * 2, WAIT_MOST);
		}
	}
}

function ended(expired: boolean): void {
	running?.abort();
	running = undefined;
	keep(KEPT, null);
	batch(() => {
		apply([], true);
		complete.value = false;
		lostSince.value = undefined;
		session.value = { state: "out", expired };
	});
}

async function begin(): Promise<void> {
	const record = await rpc.whoAmI();
	const role = record.is_local_superuser
		? "admin"
		: ((await rpc.call("user.get_record", record.this_user)).role as User["role"]);

	session.value = { state: "in", user: { name: record.auth_user_name || "root", role } };
	running = new AbortController();
	void follow(running.signal);
}

/** Goes on with the session that the browser still has, if it is good. */
export async function resume(): Promise<void> {
	let wait = WAIT_FIRST;

	if (kept(KEPT) === null) {
		ended(false);
		return;
	}
	for (;;) {
		try {
			await begin();
			lostSince.value = undefined;
			return;
		} catch (e) {
			if (e instanceof rpc.ApiError) {
				ended(false);
				return;
			}
			lostSince.value ??= Date.now();
			await pause(wait, new AbortController().signal);
			wait = Math.min(wait * 2, WAIT_MOST);
		}
	}
}

export async function login(user: string, password: string): Promise<void> {
	await rpc.login(user, password);
	keep(KEPT, "1");
	await begin();
}

export async function logout(): Promise<void> {
	await rpc.logout().catch(() => undefined); /* it may be over already */
	ended(false);
}

/** To be told of any error of a call: an ended session leads to the login. */
export function noticeError(e: unknown): void {
	if (isOver(e) && session.peek().state === "in") ended(true);
}

const ranks = ["read-only", "operator", "admin"] as const;

/** Whether the one who is logged in has at least that role; what he may is the host's decision. */
export function may(role: User["role"]): boolean {
	const now = session.value;

	return now.state === "in" && ranks.indexOf(now.user.role) >= ranks.indexOf(role);
}
