// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connection to a VM's text console: bytes both ways, and connecting again by itself when it
 * was lost. Each connection begins with what the guest wrote last, so that nothing is missing.
 */

/** Connecting, connected, or waiting until the next attempt. */
export type Link = "connecting" | "open" | "lost";

const WAIT_FIRST = 500,
	WAIT_MOST = 8000; /* ms between attempts */

export function consoleUrl(uuid: string, query: Readonly<Record<string, string>> = {}): string {
	return `wss://${location.host}/console?${new URLSearchParams({ uuid, ...query })}`;
}

export class ConsoleSocket {
	private socket: WebSocket | undefined;
	private wait = WAIT_FIRST;
	private timer = 0;
	private ended = false;

	constructor(
		private readonly url: string,
		private readonly onBegin: () => void,
		private readonly onData: (data: Uint8Array) => void,
		private readonly onLink: (link: Link) => void,
	) {
		addEventListener("online", this.again);
		this.connect();
	}

	private connect(): void {
		const socket = new WebSocket(this.url, "binary");

		this.onLink("connecting");
		this.socket = socket;
		socket.binaryType = "arraybuffer";
		socket.onopen = () => {
			this.wait = WAIT_FIRST;
			this.onBegin();
			this.onLink("open");
		};
		socket.onmessage = (e) => this.onData(new Uint8Array(e.data as ArrayBuffer));
		socket.onclose = () => {
			if (this.socket !== socket || this.ended) return;
			this.onLink("lost");
			this.timer = setTimeout(this.again, this.wait) as unknown as number;
			this.wait = Math.min(this.wait * 2, WAIT_MOST);
		};
	}

	/** At once, if it is not connected. */
	readonly again = (): void => {
		if (this.ended || (this.socket?.readyState ?? WebSocket.CLOSED) < WebSocket.CLOSING) return;
		clearTimeout(this.timer);
		this.connect();
	};

	/** What is sent while nobody is connected is lost, as with any console. */
	send(data: Uint8Array<ArrayBuffer>): void {
		if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(data);
	}

	close(): void {
		this.ended = true;
		clearTimeout(this.timer);
		removeEventListener("online", this.again);
		this.socket?.close();
	}
}
