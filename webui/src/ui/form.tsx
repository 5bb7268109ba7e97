// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings on a page: fields that show what is, until somebody types, and a button that saves.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { noticeError } from "../api/connection";
import { t, words } from "../text";
import { Button } from "./button";
import { tell } from "./toast";

export interface Draft<T> {
	readonly value: T;
	readonly changed: boolean;
	readonly set: (value: T) => void;
	/** Back to what is. */
	readonly forget: () => void;
}

/** What is typed over what is; changes of others show as long as nobody has typed. */
export function useDraft<T>(present: T): Draft<T> {
	const [typed, setTyped] = useState<{ value: T }>();

	return {
		value: typed ? typed.value : present,
		changed: !!typed && JSON.stringify(typed.value) !== JSON.stringify(present),
		set: (value) => setTyped({ value }),
		forget: () => setTyped(undefined),
	};
}

/** Saves the drafts that have changed; an error is told beside the button. */
export function Form({
	label,
	drafts,
	disabled,
	readOnly,
	action = t.action.save,
	onSave,
	children,
}: {
	/** What is told when it is saved. */
	label: string;
	drafts: readonly Pick<Draft<unknown>, "changed" | "forget">[];
	disabled?: boolean;
	/** Without the button. */
	readOnly?: boolean;
	action?: string;
	onSave: () => Promise<unknown>;
	children: ComponentChildren;
}) {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();
	const changed = drafts.some((d) => d.changed);

	async function save(e: Event): Promise<void> {
		e.preventDefault();
		if (busy || disabled || !changed) return;
		setBusy(true);
		setError(undefined);
		try {
			await onSave();
			tell(t.common.saved(label));
			drafts.forEach((d) => d.forget());
		} catch (refused) {
			noticeError(refused);
			setError(words(refused));
		} finally {
			setBusy(false);
		}
	}

	return (
		<form class="stack" onSubmit={(e) => void save(e)}>
			{children}
			{error && (
				<p class="error" role="alert" dir="auto">
					{error}
				</p>
			)}
			{!readOnly && (
				<div class="row">
					<Button
						label={action}
						submit
						kind="primary"
						disabled={!changed || busy || disabled}
					/>
					{changed && !busy && (
						<Button
							label={t.action.undo}
							onClick={() => drafts.forEach((d) => d.forget())}
						/>
					)}
				</div>
			)}
		</form>
	);
}
