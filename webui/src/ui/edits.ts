// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What somebody types into a form over an object that others can change meanwhile: fields that were
 * not touched show what is, those that were keep what was typed, and who else changed these is
 * told of.
 */
import { useState } from "preact/hooks";

export interface Edits<T> {
	/** What the form shows. */
	readonly values: T;
	readonly set: <K extends keyof T>(field: K, value: T[K]) => void;
	/** Fields that saving would change. */
	readonly changed: readonly (keyof T)[];
	/** Those of them that are not what they were when the user began to type. */
	readonly overtaken: readonly (keyof T)[];
	readonly reset: () => void;
}

/** `current` has plain values: strings, numbers and booleans. */
export function useEdits<T extends object>(current: T): Edits<T> {
	const [edits, setEdits] = useState<Partial<T>>({});
	const [bases, setBases] = useState<Partial<T>>({});
	const changed = (Object.keys(edits) as (keyof T)[]).filter(
		(field) => !Object.is(edits[field], current[field]),
	);

	return {
		values: { ...current, ...edits },
		set: (field, value) => {
			setEdits((before) => ({ ...before, [field]: value }));
			setBases((before) =>
				field in before ? before : { ...before, [field]: current[field] },
			);
		},
		changed,
		overtaken: changed.filter((field) => !Object.is(bases[field], current[field])),
		reset: () => {
			setEdits({});
			setBases({});
		},
	};
}
