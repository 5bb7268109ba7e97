// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of noVNC that is used here.
 */
declare module "@novnc/novnc" {
	export default class RFB extends EventTarget {
		constructor(target: HTMLElement, url: string, options?: { wsProtocols?: string[] });
		scaleViewport: boolean;
		resizeSession: boolean;
		focusOnClick: boolean;
		background: string;
		qualityLevel: number;
		disconnect(): void;
		focus(): void;
		sendKey(keysym: number, code: string | null, down?: boolean): void;
		sendCtrlAltDel(): void;
	}
}
