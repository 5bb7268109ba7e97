// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is measured: one stream of rows for each resolution that somebody looks at, which goes on as
 * long as somebody does. Rows are kept as columns by their names as rrd_updates gives them:
 * AVERAGE:vm:UUID:cpu0, AVERAGE:host:UUID:memory_free_kib.
 */
import { signal, type Signal } from "@preact/signals";

/** Seconds between rows: ten minutes of 5, two hours of 60, a week of 3600, a year of 86400. */
export type Interval = 5 | 60 | 3600 | 86400;
export const intervals: readonly Interval[] = [5, 60, 3600, 86400];

const rowsKept: Record<Interval, number> = { 5: 120, 60: 120, 3600: 168, 86400: 366 };

const TOO_MANY = 503;
const LINGER_MS = 10_000; /* for the next page, which may want it as well */
const AGAIN_MS = 30_000;

export interface Series {
	/** Seconds since 1970, ascending. */
	readonly times: readonly number[];
	/** As long as times; null: not measured. */
	readonly columns: ReadonlyMap<string, readonly (number | null)[]>;
}

const nothing: Series = { times: [], columns: new Map() };

interface Answer {
	meta: { legend: string[] };
	data: { t: number; values: (number | string | null)[] }[];
}

function value(v: number | string | null | undefined): number | null {
	const n = v === null || v === undefined ? NaN : Number(v);

	return Number.isFinite(n) ? n : null;
}

/** Rows of an answer behind those that are there; the newest first in an answer. */
function append(old: Series, answer: Answer, most: number): Series {
	const last = old.times.at(-1) ?? 0;
	const rows = answer.data.filter((row) => row.t > last).sort((a, b) => a.t - b.t);
	const drop = Math.max(old.times.length + rows.length - most, 0);
	const names = new Set([...old.columns.keys(), ...answer.meta.legend]);
	const at = new Map(answer.meta.legend.map((name, i) => [name, i]));
	const columns = new Map<string, readonly (number | null)[]>();

	if (rows.length === 0) return old;
	for (const name of names) {
		const before = old.columns.get(name) ?? old.times.map(() => null);
		const i = at.get(name);
		const all = [
			...before,
			...rows.map((row) => (i === undefined ? null : value(row.values[i]))),
		].slice(drop);

		if (all.some((v) => v !== null)) columns.set(name, all);
	}
	return { times: [...old.times, ...rows.map((row) => row.t)].slice(drop), columns };
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
	const reader = body
		.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
		.getReader();
	let rest = "";

	for (;;) {
		const { done, value: text } = await reader.read();
		if (done) return;
		const parts = (rest + text).split("\n");
		rest = parts.pop()!;
		yield* parts.filter((line) => line.trim());
	}
}

/** Waits until the window can be seen; the signal comes when it cannot any more, or at the end. */
async function seen(end: AbortSignal): Promise<AbortSignal> {
	const hidden = new AbortController();
	const change = () =>
		new Promise((done) => {
			document.addEventListener("visibilitychange", done, { once: true });
			end.addEventListener("abort", done, { once: true });
		});

	while (document.hidden && !end.aborted) await change();
	void change().then(() => hidden.abort());
	if (end.aborted) hidden.abort();
	return hidden.signal;
}

class Feed {
	readonly series: Signal<Series> = signal(nothing);
	private users = 0;
	private running: AbortController | undefined;
	private ending = 0;

	constructor(private readonly interval: Interval) {}

	private async read(end: AbortSignal, follow: boolean): Promise<void> {
		const most = rowsKept[this.interval];
		const oldest = Math.floor(Date.now() / 1000) - most * this.interval;
		const start = Math.max(oldest, this.series.peek().times.at(-1) ?? 0);
		const query = `start=${start}&interval=${this.interval}&host=true&json=true&follow=${follow}`;
		const response = await fetch(`/rrd_updates?${query}`, { signal: end });

		/* Too many are following: as it is now, and soon once more. */
		if (response.status === TOO_MANY && follow) return await this.read(end, false);
		if (!response.ok || !response.body) return;
		for await (const line of lines(response.body))
			this.series.value = append(this.series.peek(), JSON.parse(line) as Answer, most);
	}

	private async follow(end: AbortSignal): Promise<void> {
		while (!end.aborted) {
			const now = await seen(end);

			/* That the connection is lost is told elsewhere. */
			await this.read(now, true).catch(() => undefined);
			if (!now.aborted) await new Promise((done) => setTimeout(done, AGAIN_MS));
		}
	}

	/** Until the function that it gives is called, and a little longer. */
	use(): () => void {
		this.users++;
		clearTimeout(this.ending);
		if (!this.running) {
			this.running = new AbortController();
			void this.follow(this.running.signal);
		}
		return () => {
			if (--this.users === 0)
				this.ending = setTimeout(() => this.end(), LINGER_MS) as unknown as number;
		};
	}

	private end(): void {
		this.running?.abort();
		this.running = undefined;
		this.series.value = nothing;
	}
}

const feeds = new Map(intervals.map((interval) => [interval, new Feed(interval)]));

export function feed(interval: Interval): Feed {
	return feeds.get(interval)!;
}

/** The last value of a column; undefined: none yet. */
export function latest(series: Series, name: string): number | undefined {
	return series.columns.get(name)?.at(-1) ?? undefined;
}

/** Sum of several columns, row by row; null where none has a value. */
export function sum(series: Series, names: readonly string[]): (number | null)[] {
	const used = names.map((name) => series.columns.get(name)).filter((c) => c !== undefined);

	if (used.length === 0) return [];
	return series.times.map((_, i) => {
		const values = used.map((c) => c[i] ?? null).filter((v) => v !== null);

		return values.length ? values.reduce((a, b) => a + b, 0) : null;
	});
}
