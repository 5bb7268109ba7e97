// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a page asks for by a call, for no event tells of it: loading, what came, or why it did not.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { noticeError } from "../api/connection";
import { t, words } from "../text";
import { Button } from "./button";
import { Notice } from "./layout";

export interface Loaded<T> {
	readonly value?: T;
	readonly error?: string;
	readonly again: () => Promise<void>;
}

/** Asks when it is first shown, when `what` changes, and whenever again() is called. */
export function useLoaded<T>(ask: () => Promise<T>, what: unknown = ""): Loaded<T> {
	const [state, setState] = useState<{ value?: T; error?: string }>({});
	const turn = useRef(0);

	async function again(): Promise<void> {
		const mine = ++turn.current;

		try {
			const value = await ask();
			if (mine === turn.current) setState({ value });
		} catch (e) {
			noticeError(e);
			if (mine === turn.current) setState((old) => ({ ...old, error: words(e) }));
		}
	}

	useEffect(() => {
		void again();
		return () => {
			turn.current++;
		};
	}, [what]);
	return { ...state, again };
}

export function Load<T>({
	from,
	children,
}: {
	from: Loaded<T>;
	children: (value: T) => ComponentChildren;
}) {
	return (
		<>
			{from.error && (
				<Notice kind="error">
					<p dir="auto">{from.error}</p>
					<Button label={t.action.retry} onClick={from.again} />
				</Notice>
			)}
			{from.value !== undefined
				? children(from.value)
				: !from.error && <p class="hint">{t.connection.loading}</p>}
		</>
	);
}
