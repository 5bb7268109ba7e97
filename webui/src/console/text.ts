// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A text console, by xterm.js: a chunk of its own.
 */
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { ConsoleSocket, consoleUrl } from "./socket";
import type { Face, FaceOptions } from "./face";
import { withSheets } from "./sheets";

const BACK = 65536; /* bytes of what was there before */
const REPLAY_MS = 500;

const chords: Readonly<Record<string, string>> = {
	"Ctrl-C": "\x03",
	"Ctrl-D": "\x04",
	"Ctrl-Z": "\x1a",
	"Ctrl-\\": "\x1c",
	"Ctrl-A": "\x01",
	"Ctrl-L": "\x0c",
	"Ctrl-]": "\x1d",
	Esc: "\x1b",
	Tab: "\t",
	Enter: "\r",
	"↑": "\x1b[A",
	"↓": "\x1b[B",
	"→": "\x1b[C",
	"←": "\x1b[D",
};

const theme = {
	background: "#0d1117",
	foreground: "#dfe5ec",
	cursor: "#6db3f2",
	cursorAccent: "#0d1117",
	selectionBackground: "#3a6ea599",
	black: "#1c2128",
	brightBlack: "#8b949e",
	red: "#ff7b72",
	brightRed: "#ffa198",
	green: "#56d364",
	brightGreen: "#7ee787",
	yellow: "#e3b341",
	brightYellow: "#f2cc60",
	blue: "#79b8ff",
	brightBlue: "#a5d0ff",
	magenta: "#d2a8ff",
	brightMagenta: "#e2c5ff",
	cyan: "#56d4dd",
	brightCyan: "#8ae6ec",
	white: "#c9d1d9",
	brightWhite: "#ffffff",
};

/** An answer of the terminal's own to a question of the guest's. */
const ANSWER = /^\x1b(\[[?>]?[\d;]*[cRny]|[P\]])/;

/** Ctrl with a letter is the guest's; with Shift as well it copies and pastes. */
function shortcuts(terminal: Terminal, onCopy: (text: string) => void): void {
	terminal.attachCustomKeyEventHandler((e) => {
		if (!e.ctrlKey || !e.shiftKey || e.type !== "keydown") return true;
		if (e.code === "KeyC" && terminal.hasSelection()) {
			e.preventDefault();
			onCopy(terminal.getSelection());
			return false;
		}
		return e.code !== "KeyV"; /* the browser pastes */
	});
}

export function textFace(element: HTMLElement, options: FaceOptions): Face {
	const fit = new FitAddon();
	const encoder = new TextEncoder();
	const terminal = new Terminal({
		fontFamily: "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace",
		fontSize: options.size,
		lineHeight: 1.15 /* less cuts underscores off */,
		scrollback: 10_000,
		cursorBlink: true,
		screenReaderMode: false,
		theme,
	});
	let begun = 0;
	const socket = new ConsoleSocket(
		consoleUrl(options.uuid, { back: String(BACK) }),
		() => {
			begun = Date.now();
			terminal.reset();
		},
		(data) => terminal.write(data),
		options.onLink,
	);
	const send = (text: string) => socket.send(encoder.encode(text));
	const resized = new ResizeObserver(() => fit.fit());

	terminal.loadAddon(fit);
	withSheets(() => terminal.open(element));
	fit.fit();
	resized.observe(element);
	shortcuts(terminal, options.onCopy);
	terminal.onData((text) => {
		/* What was asked in the past has been answered then. */
		if (Date.now() - begun < REPLAY_MS && ANSWER.test(text)) return;
		send(text);
	});
	return {
		focus: () => terminal.focus(),
		type: send,
		press: (chord) => send(chords[chord] ?? ""),
		chords: Object.keys(chords),
		selection: () => terminal.getSelection(),
		clear: () => terminal.clear(),
		setSize: (size) => {
			terminal.options.fontSize = size;
			fit.fit();
		},
		dispose: () => {
			resized.disconnect();
			socket.close();
			terminal.dispose();
		},
	};
}
