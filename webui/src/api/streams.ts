// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files to the host and from it. A task of the API's tells everybody how far an upload is, and
 * cancelling it ends the upload; so does closing this page.
 */
import type { Ref } from "../../model";
import { ApiError, call, Unreachable } from "./rpc";
import { ended } from "./tasks";

const LAST_WORD_MS = 3000;

export interface Upload {
	readonly task: Ref<"task">;
	/** What the task resulted in, as text. */
	readonly done: Promise<string>;
	readonly cancel: () => void;
}

function send(
	url: string,
	file: Blob,
	onProgress: (share: number) => void,
	request: XMLHttpRequest,
): Promise<void> {
	return new Promise((done, fail) => {
		request.open("PUT", url);
		request.upload.onprogress = (e) => onProgress(e.total ? e.loaded / e.total : 0);
		request.onload = () =>
			request.status < 300
				? done()
				: fail(
						new ApiError("IMPORT_ERROR", [
							request.responseText.trim() || `HTTP ${request.status}`,
						]),
					);
		request.onerror = () => fail(new Unreachable());
		request.onabort = () => fail(new ApiError("TASK_CANCELLED", []));
		request.send(file);
	});
}

/** PUTs a file to a path, with a task of that name. Progress: 0 to 1 of what is sent. */
export async function upload(
	path: string,
	query: Readonly<Record<string, string>>,
	file: Blob,
	label: string,
	onProgress: (share: number) => void,
): Promise<Upload> {
	const task = await call("task.create", label, file instanceof File ? file.name : "");
	const url = `${path}?${new URLSearchParams({ ...query, task_id: task })}`;
	const request = new XMLHttpRequest();
	const over = () => request.abort();
	const sent = send(url, file, onProgress, request);
	/* The task knows best why it failed; when it does not tell, what the connection said. Whoever
	 * stopped it himself knows why. */
	const why = async (e: unknown): Promise<string> => {
		const late = new Promise<never>((_, fail) => setTimeout(() => fail(e), LAST_WORD_MS));

		try {
			return await Promise.race([ended(task), late]);
		} catch (told) {
			throw e instanceof ApiError && e.code === "TASK_CANCELLED" ? e : told;
		}
	};
	const done = sent
		.then(() => ended(task), why)
		.finally(() => {
			removeEventListener("pagehide", over);
			void call("task.destroy", task).catch(() => undefined);
		});

	addEventListener("pagehide", over);
	return { task, done, cancel: over };
}

/** Lets the browser save what the host sends, as a file of that name if the host says none. */
export function download(path: string, query: Readonly<Record<string, string>>, name = ""): void {
	const link = document.createElement("a");

	link.href = `${path}?${new URLSearchParams(query)}`;
	link.download = name;
	link.click();
}
