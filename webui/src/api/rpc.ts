// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One call of the API: JSON-RPC 2.0 with the session that the browser keeps in a cookie. Knows
 * nothing of what the calls mean, and never tries again by itself.
 */
import type { Calls, Ref } from "../../model";

export type Method = keyof Calls;

/** What the host refused: a code of XenAPI's and its parameters. */
export class ApiError extends Error {
	constructor(
		readonly code: string,
		readonly params: readonly string[],
	) {
		super([code, ...params].join(" "));
	}
}

/** Nobody answered, or not as the API does. Whether the call took effect is not known. */
export class Unreachable extends Error {}

/** Stands for the session whose cookie the browser sends along. */
const SESSION = "cookie";

async function post(
	method: string,
	params: readonly unknown[],
	signal?: AbortSignal,
	headers: Record<string, string> = {},
): Promise<unknown> {
	let answer: { result?: unknown; error?: { message: string; data?: string[] } };

	try {
		const response = await fetch("/jsonrpc", {
			method: "POST",
			headers: { "Content-Type": "application/json", ...headers },
			body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
			signal: signal ?? null,
		});
		if (!response.ok) throw new Unreachable(`HTTP ${response.status}`);
		answer = await response.json();
	} catch (e) {
		if (e instanceof Unreachable || signal?.aborted) throw e;
		throw new Unreachable(String(e));
	}
	if (answer.error) throw new ApiError(answer.error.message, answer.error.data ?? []);
	return answer.result;
}

export async function call<M extends Method>(
	method: M,
	...args: Calls[M][0]
): Promise<Calls[M][1]> {
	return (await post(method, [SESSION, ...args])) as Calls[M][1];
}

/** The same as a task, whose reference comes at once. */
export async function callAsync<M extends Method>(
	method: M,
	...args: Calls[M][0]
): Promise<Ref<"task">> {
	return (await post(`Async.${method}`, [SESSION, ...args])) as Ref<"task">;
}

export interface Event {
	readonly class: string;
	readonly ref: string;
	readonly operation: "add" | "mod" | "del";
	readonly snapshot?: object;
}

/** Waits so many seconds for what changes after the token; "" gives all that there is, at once. */
export async function eventsFrom(
	token: string,
	seconds: number,
	signal: AbortSignal,
): Promise<{ events: Event[]; token: string }> {
	return (await post("event.from", [SESSION, ["*"], token, seconds], signal)) as {
		events: Event[];
		token: string;
	};
}

/** The session comes as a cookie that scripts cannot read. */
export async function login(user: string, password: string): Promise<void> {
	await post(
		"session.login_with_password",
		[user, password, "2.21", "Socle console"],
		undefined,
		{ "X-Session": "cookie" },
	);
}

export async function logout(): Promise<void> {
	await post("session.logout", [SESSION]);
}

/** Of this session. */
export async function whoAmI(): Promise<Calls["session.get_record"][1]> {
	return await call("session.get_record", SESSION);
}
