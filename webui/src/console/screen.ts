// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's screen, by noVNC: a chunk of its own. A connection that ended, as with a VM's reboot, is
 * made again.
 */
import RFB from "@novnc/novnc";
import type { Face, FaceOptions } from "./face";
import { consoleUrl } from "./socket";

const WAIT_FIRST = 500,
	WAIT_MOST = 8000;

/* X's names of keys: XK_... */
const CONTROL = 0xffe3,
	ALT = 0xffe9,
	SUPER = 0xffeb,
	RETURN = 0xff0d,
	TAB = 0xff09,
	ESCAPE = 0xff1b,
	DELETE = 0xffff,
	BACKSPACE = 0xff08,
	F1 = 0xffbe,
	UNICODE = 0x01000000;

type Key = readonly [keysym: number, code: string];

const control: Key = [CONTROL, "ControlLeft"],
	alt: Key = [ALT, "AltLeft"];

const chords: Readonly<Record<string, readonly Key[]>> = {
	"Ctrl-Alt-Del": [control, alt, [DELETE, "Delete"]],
	"Ctrl-Alt-Backspace": [control, alt, [BACKSPACE, "Backspace"]],
	"Ctrl-C": [control, [0x63, "KeyC"]],
	"Ctrl-D": [control, [0x64, "KeyD"]],
	"Alt-Tab": [alt, [TAB, "Tab"]],
	"Alt-F4": [alt, [F1 + 3, "F4"]],
	...Object.fromEntries(
		[1, 2, 3, 4, 5, 6].map((n) => [`Ctrl-Alt-F${n}`, [control, alt, [F1 + n - 1, `F${n}`]]]),
	),
	Esc: [[ESCAPE, "Escape"]],
	Tab: [[TAB, "Tab"]],
	Super: [[SUPER, "MetaLeft"]],
};

function keysym(character: string): number {
	const code = character.codePointAt(0)!;

	if (character === "\n" || character === "\r") return RETURN;
	if (character === "\t") return TAB;
	return code < 0x100 ? code : UNICODE + code;
}

export function screenFace(element: HTMLElement, options: FaceOptions): Face {
	let rfb: RFB | undefined,
		wait = WAIT_FIRST,
		timer: ReturnType<typeof setTimeout> | undefined,
		ended = false;

	function connect(): void {
		const one = new RFB(element, consoleUrl(options.uuid), { wsProtocols: ["binary"] });

		options.onLink("connecting");
		rfb = one;
		one.scaleViewport = true;
		one.resizeSession = false;
		one.background = "transparent";
		one.addEventListener("connect", () => {
			wait = WAIT_FIRST;
			options.onLink("open");
			one.focus();
		});
		one.addEventListener("disconnect", () => {
			if (ended || rfb !== one) return;
			rfb = undefined;
			options.onLink("lost");
			timer = setTimeout(connect, wait);
			wait = Math.min(wait * 2, WAIT_MOST);
		});
	}

	function press(keys: readonly Key[]): void {
		for (const [sym, code] of keys) rfb?.sendKey(sym, code, true);
		for (const [sym, code] of [...keys].reverse()) rfb?.sendKey(sym, code, false);
	}

	connect();
	return {
		focus: () => rfb?.focus(),
		type: (text) => {
			for (const character of text) rfb?.sendKey(keysym(character), null);
		},
		press: (chord) => press(chords[chord] ?? []),
		chords: Object.keys(chords),
		dispose: () => {
			ended = true;
			clearTimeout(timer);
			rfb?.disconnect();
		},
	};
}
