// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the bar above a console can ask of it, whether it is text or a screen.
 */
import type { Link } from "./socket";

export interface Face {
	readonly focus: () => void;
	/** As if it was typed, now. */
	readonly type: (text: string) => void;
	/** A chord by its name, one of `chords`. */
	readonly press: (chord: string) => void;
	readonly chords: readonly string[];
	/** What is marked; text only. */
	readonly selection?: () => string;
	readonly clear?: () => void;
	/** In pixels; text only. */
	readonly setSize?: (size: number) => void;
	readonly dispose: () => void;
}

export interface FaceOptions {
	readonly uuid: string;
	readonly size: number;
	readonly onLink: (link: Link) => void;
	/** The user leaves the console by the keyboard. */
	readonly onCopy: (text: string) => void;
}

export type MakeFace = (element: HTMLElement, options: FaceOptions) => Face;
