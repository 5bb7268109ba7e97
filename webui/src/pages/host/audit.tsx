// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who did what: the audit log, the newest first. It follows what happens: an event that tells of a
 * change is the reason to look for new rows, so that a host at rest is asked for nothing.
 */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { classNames } from "../../../model";
import { may, noticeError } from "../../api/connection";
import { call } from "../../api/rpc";
import { table } from "../../api/store";
import { date, dateTime, t, words } from "../../text";
import { Button } from "../../ui/button";
import { Card, Empty, Notice, State } from "../../ui/layout";
import { Search } from "../../ui/search";
import { DataTable, type Column } from "../../ui/table";
import { ObjectLink } from "../events/objects";
import type { Host } from ".";
import { methodName, objectOf, wordsFor } from "./audit_words";

const PART = 100,
	TYPING_MS = 300,
	SETTLE_MS = 1000,
	PAUSE_MS = 5000; /* between two looks, however much happens */

type Entry = Readonly<Record<string, string>>;

/** Classes whose changes are somebody's doing, not measured. */
const watched = classNames.filter((name) => !/metrics/i.test(name));

const columns: readonly Column<Entry>[] = [
	{
		title: t.host.audit.what,
		head: true,
		cell: ({ method = "" }) => <span title={method}>{methodName(method)}</span>,
	},
	{
		title: t.host.audit.object,
		cell: ({ method = "", object = "" }) => {
			const place = objectOf(method, object);

			if (place) return <ObjectLink place={place} />;
			return (
				<span class="hint mono clip" title={object}>
					{object.slice(0, 8)}
				</span>
			);
		},
	},
	{
		title: t.host.audit.outcome,
		cell: ({ result = "" }) =>
			result === "ok" ? (
				<State kind="on" text={t.events.success} />
			) : (
				<>
					<State kind="bad" text={t.host.audit.refused} />
					<p class="hint mono">{result}</p>
				</>
			),
	},
	{
		title: t.host.audit.who,
		cell: ({ user, address }) => (
			<>
				<span class="clip" dir="auto">
					{user || t.common.nobody}
				</span>
				<p class="hint nowrap">
					{!address || address === "local" ? t.host.audit.here : address}
				</p>
			</>
		),
	},
	{
		title: t.host.audit.when,
		cell: ({ time = "" }) => (
			<time class="nowrap" dateTime={date(time)?.toISOString()}>
				{dateTime(date(time), "medium")}
			</time>
		),
	},
];

function idOf(entry: Entry | undefined): number {
	return Number(entry?.id ?? 0);
}

interface Shown {
	/** The words that were looked for. */
	readonly search: string;
	readonly entries: readonly Entry[];
	/** There are no older ones. */
	readonly end: boolean;
}

/** The newest rows, read now or a while ago, and those that are shown already. */
function withNewest(old: Shown | undefined, search: string, newest: readonly Entry[]): Shown {
	const [first, last] = [idOf(newest[0]), idOf(newest.at(-1))];

	// The first rows at all, or others may be between them and those that are shown.
	if (old?.search !== search || last > idOf(old.entries[0]))
		return { search, entries: newest, end: newest.length < PART };
	if (first < idOf(old.entries.at(-1))) return old; // so late that rows are missing in between
	const newer = old.entries.filter((e) => idOf(e) > first);
	const older = old.entries.filter((e) => idOf(e) < last);
	return { ...old, entries: [...newer, ...newest, ...older] };
}

/** Rows from before a row; not if they would no longer be behind the last one. */
function withOlder(old: Shown | undefined, search: string, before: number, rows: readonly Entry[]) {
	if (old?.search !== search || idOf(old.entries.at(-1)) !== before) return old;
	return { search, entries: [...old.entries, ...rows], end: rows.length < PART };
}

/** Rows with the words: the newest, which news join; older ones when they are asked for. */
function useAudit(host: Host[0], search: string) {
	const [shown, setShown] = useState<Shown>();
	const [error, setError] = useState<string>();
	const typed = useRef(search);
	typed.current = search;

	async function read(before: number): Promise<void> {
		try {
			const rows = await call("host.get_audit_log", host, wordsFor(search), before, PART);
			if (typed.current !== search) return;
			setError(undefined);
			setShown((old) =>
				before ? withOlder(old, search, before, rows) : withNewest(old, search, rows),
			);
		} catch (e) {
			noticeError(e);
			if (typed.current !== search) return;
			setError(words(e));
			setShown((old) => (old?.search === search ? old : undefined));
		}
	}

	const latest = useRef(read);
	latest.current = read;
	useEffect(() => {
		const timer = setTimeout(() => void latest.current(0), search ? TYPING_MS : 0);

		return () => clearTimeout(timer);
	}, [search]);
	useEffect(() => {
		let timer: number | undefined,
			last = Date.now();
		const look = () => {
			timer = undefined;
			last = Date.now();
			if (!document.hidden) void latest.current(0);
		};
		const soon = () => {
			const wait = Math.max(SETTLE_MS, last + PAUSE_MS - Date.now());

			timer ??= setTimeout(look, wait) as unknown as number;
		};
		let first = true;
		const unfollow = effect(() => {
			for (const name of watched) table(name);
			if (!first) soon();
			first = false;
		});

		document.addEventListener("visibilitychange", soon);
		return () => {
			unfollow();
			document.removeEventListener("visibilitychange", soon);
			clearTimeout(timer);
		};
	}, []);
	return { shown, error, read };
}

export function Audit({ host: [ref] }: { host: Host }) {
	const [search, setSearch] = useState("");
	const { shown, error, read } = useAudit(ref, search.trim());
	const waiting = shown?.search !== search.trim(); // what is shown has other words

	if (!may("admin")) return null;
	return (
		<Card
			title={t.host.audit.title}
			wide
			actions={
				<>
					<Search value={search} onChange={setSearch} label={t.host.audit.search} />
					<Button label={t.host.audit.reload} onClick={() => read(0)} />
				</>
			}
		>
			<p class="hint">{t.host.audit.words}</p>
			{error && <Notice kind="error">{error}</Notice>}
			{shown ? (
				<div aria-busy={waiting}>
					<DataTable
						label={t.host.audit.title}
						columns={columns}
						rows={shown.entries}
						rowKey={(entry) => entry.id ?? ""}
						identity={(entry) => entry.id}
						empty={
							<Empty
								icon="events"
								text={shown.search ? t.common.noMatch : t.host.audit.none}
							/>
						}
					/>
				</div>
			) : (
				!error && <p class="hint">{t.connection.loading}</p>
			)}
			{shown && !shown.end && !waiting && (
				<div class="row">
					<Button
						label={t.host.audit.older}
						onClick={() => read(idOf(shown.entries.at(-1)))}
					/>
				</div>
			)}
		</Card>
	);
}
