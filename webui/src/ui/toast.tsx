// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Short messages in the corner, read out by screen readers: what was done, and above all what was
 * refused and why. Errors stay until they are dismissed.
 */
import { signal } from "@preact/signals";
import { noticeError } from "../api/connection";
import { t, words } from "../text";
import { Icon } from "./icons";

interface Toast {
	readonly id: number;
	readonly kind: "done" | "error";
	readonly title: string;
	readonly detail?: string;
}

const SHOWN_MS = 5000;
const MOST = 4;

const toasts = signal<readonly Toast[]>([]);
let next = 1;

function dismiss(id: number): void {
	toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

function show(kind: Toast["kind"], title: string, detail?: string): void {
	const id = next++;

	toasts.value = [...toasts.value.slice(-(MOST - 1)), { id, kind, title, detail }];
	if (kind === "done") setTimeout(() => dismiss(id), SHOWN_MS);
}

export function tell(title: string): void {
	show("done", title);
}

export function tellError(title: string, e: unknown): void {
	noticeError(e);
	show("error", title, words(e));
}

/**
 * Does something that has a name; whether it succeeded. A failure is told in words, and success
 * as well where nothing on the page shows it.
 */
export async function attempt(
	label: string,
	what: () => Promise<unknown>,
	quiet = false,
): Promise<boolean> {
	try {
		await what();
		if (!quiet) tell(t.task.done(label));
		return true;
	} catch (e) {
		tellError(t.task.failed(label), e);
		return false;
	}
}

export function Toasts() {
	return (
		<div class="toasts" role="status" aria-live="polite">
			{toasts.value.map((toast) => (
				<div key={toast.id} class={`toast ${toast.kind}`}>
					<Icon name={toast.kind === "done" ? "ok" : "error"} />
					<div class="grow">
						<strong dir="auto">{toast.title}</strong>
						{toast.detail && <p dir="auto">{toast.detail}</p>}
					</div>
					<button
						type="button"
						class="plain"
						aria-label={t.action.dismiss}
						onClick={() => dismiss(toast.id)}
					>
						<Icon name="close" />
					</button>
				</div>
			))}
		</div>
	);
}
