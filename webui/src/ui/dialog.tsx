// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dialogs above the page, by the browser's own <dialog>: it keeps the focus and gives it back.
 * A dialog is a component that somebody opens with openDialog and that calls close when it is done.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentType } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { noticeError } from "../api/connection";
import { t, words } from "../text";
import { Button } from "./button";

type Opened = { id: number; show: (close: () => void) => ComponentChildren };

const opened = signal<readonly Opened[]>([]);
let next = 1;

/** Shows what `show` makes, until it calls close. */
export function openDialog(show: Opened["show"]): void {
	opened.value = [...opened.value, { id: next++, show }];
}

export function Dialogs() {
	return (
		<>
			{opened.value.map(({ id, show }) => (
				<DialogSlot key={id} id={id} show={show} />
			))}
		</>
	);
}

function DialogSlot({ id, show }: Opened) {
	return (
		<>
			{show(() => {
				opened.value = opened.value.filter((d) => d.id !== id);
			})}
		</>
	);
}

interface Props {
	readonly title: string;
	readonly close: () => void;
	/** What the button says that does it; without: there is only Close. */
	readonly action?: string;
	readonly danger?: boolean;
	readonly disabled?: boolean;
	/** Does it. An error is shown in the dialog, which stays open. */
	readonly onAction?: () => Promise<unknown>;
	readonly wide?: boolean;
	readonly children: ComponentChildren;
}

export function Dialog({
	title,
	close,
	action,
	danger,
	disabled,
	onAction,
	wide,
	children,
}: Props) {
	const ref = useRef<HTMLDialogElement>(null);
	const id = useId();
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();

	/* With the first drawing: what is typed then is meant for it already. */
	useLayoutEffect(() => {
		ref.current?.showModal();
	}, []);

	async function act(e: Event): Promise<void> {
		e.preventDefault();
		if (busy || disabled || !onAction) return;
		setBusy(true);
		setError(undefined);
		try {
			await onAction();
			close();
		} catch (refused) {
			noticeError(refused);
			setError(words(refused));
			setBusy(false);
		}
	}

	return (
		<dialog
			ref={ref}
			class={wide ? "wide" : ""}
			aria-labelledby={id}
			onCancel={(e) => {
				if (busy) e.preventDefault();
			}}
			onClose={close}
		>
			<form onSubmit={(e) => void act(e)}>
				<h2 id={id} dir="auto">
					{title}
				</h2>
				<div class="dialog-body">{children}</div>
				{error && (
					<p class="error" role="alert" dir="auto">
						{error}
					</p>
				)}
				<div class="dialog-actions">
					<Button
						label={action ? t.action.cancel : t.action.close}
						disabled={busy}
						onClick={() => ref.current?.close()}
					/>
					{action && (
						<Button
							label={action}
							submit
							kind={danger ? "danger" : "primary"}
							disabled={disabled || busy}
						/>
					)}
				</div>
			</form>
		</dialog>
	);
}

/** Asks before something that cannot be taken back. */
export function confirm(question: {
	title: string;
	body: ComponentChildren;
	action: string;
	danger?: boolean;
	onAction: () => Promise<unknown>;
}): void {
	const { body, ...props } = question;

	openDialog((close) => (
		<Dialog {...props} close={close}>
			{body}
		</Dialog>
	));
}

export type DialogComponent<P> = ComponentType<P & { close: () => void }>;
