// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several windows of one browser share few connections to the host. So one of them waits for events
 * there; it tells the others when there is news, and they ask without waiting. When it closes,
 * another takes its turn.
 */

const NAME = "socle.events";
/** The longest that a window trusts that the other one tells it. */
const TRUST_MS = 120_000;

export class Turn {
	private readonly channel = new BroadcastChannel(NAME);
	private readonly end: AbortSignal;
	private told = false;
	private wake: () => void = () => undefined;
	/** It is this window that waits at the host. */
	mine = false;

	constructor(end: AbortSignal) {
		this.end = end;
		this.channel.onmessage = () => this.look();
		end.addEventListener("abort", () => this.channel.close());
		void navigator.locks
			.request(NAME, { signal: end }, () => this.hold())
			.catch(() => undefined);
	}

	private look(): void {
		this.told = true;
		this.wake();
	}

	/** Until the end; the lock goes with it. */
	private hold(): Promise<void> {
		this.mine = true;
		this.look();
		return new Promise((done) => this.end.addEventListener("abort", () => done()));
	}

	/** To the other windows: there is news, or nobody answers. */
	tell(): void {
		if (this.mine && !this.end.aborted) this.channel.postMessage("look");
	}

	/** Until it is time to ask the host: at once for the window whose turn it is. */
	async come(): Promise<void> {
		if (!this.mine && !this.told && !this.end.aborted)
			await new Promise<void>((done) => {
				const timer = setTimeout(done, TRUST_MS);

				this.wake = () => {
					clearTimeout(timer);
					done();
				};
				this.end.addEventListener("abort", this.wake, { once: true });
			});
		this.told = false;
	}
}
