// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Long calls: they are begun as tasks, which everybody can see and cancel, and waited for by the
 * events that tell of them.
 */
import { effect } from "@preact/signals";
import type { Calls, Ref, task } from "../../model";
import { ApiError, callAsync, type Method } from "./rpc";
import { get } from "./store";
import { complete } from "./connection";

/** The value in a task's result: XML-RPC's <value>...</value>, or the text itself. */
function resultText(record: task): string {
	const doc = new DOMParser().parseFromString(record.result || "<value/>", "text/xml");

	return doc.querySelector("parsererror")
		? record.result
		: (doc.documentElement.textContent ?? "");
}

/** Waits for a task's end; what it resulted in, as text. */
export function ended(ref: Ref<"task">): Promise<string> {
	return new Promise((done, fail) => {
		let seen = false;
		const stop = effect(() => {
			const record = get("task", ref);

			if (!complete.value || (!record && !seen)) return;
			seen = true;
			if (record?.status === "pending" || record?.status === "cancelling") return;
			queueMicrotask(() => stop());
			if (!record) fail(new ApiError("HANDLE_INVALID", ["task", ref]));
			else if (record.status === "success") done(resultText(record));
			else
				fail(
					new ApiError(
						record.error_info[0] ?? "TASK_CANCELLED",
						record.error_info.slice(1),
					),
				);
		});
	});
}

/** Begins a method as a task and waits for its end. */
export async function run<M extends Method>(method: M, ...args: Calls[M][0]): Promise<string> {
	return await ended(await callAsync(method, ...args));
}
