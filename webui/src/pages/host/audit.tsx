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

/** The newest rows in front of those that are shown; all anew if there may be others in between. */
function join(newest: readonly Entry[], shown: readonly Entry[]): readonly Entry[] {
	const last = idOf(newest.at(-1));

	return last <= idOf(shown[0]) ? [...newest, ...shown.filter((e) => idOf(e) < last)] : newest;
}

interface Shown {
	readonly entries: readonly Entry[];
	/** There are no older ones. */
	readonly end: boolean;
}

/** Rows with the words: the newest, which news join; older ones when they are asked for. */
function useAudit(host: Host[0], search: string) {
	const [shown, setShown] = useState<Shown>();
	const [error, setError] = useState<string>();
	const turn = useRef(0);

	async function read(before: number): Promise<void> {
		const mine = before ? turn.current : ++turn.current;

		try {
			const rows = await call("host.get_audit_log", host, wordsFor(search), before, PART);
			if (mine !== turn.current) return;
			setError(undefined);
			setShown((old) => {
				const end = rows.length < PART;

				if (before) return { entries: [...(old?.entries ?? []), ...rows], end };
				const entries = join(rows, old?.entries ?? []);
				return { entries, end: entries === rows ? end : (old?.end ?? end) };
			});
		} catch (e) {
			noticeError(e);
			if (mine === turn.current) setError(words(e));
		}
	}

	const latest = useRef(read);
	latest.current = read;
	useEffect(() => {
		const timer = setTimeout(
			() => {
				setShown(undefined);
				void latest.current(0);
			},
			search ? TYPING_MS : 0,
		);

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
			turn.current++;
		};
	}, []);
	return { shown, error, read };
}

export function Audit({ host: [ref] }: { host: Host }) {
	const [search, setSearch] = useState("");
	const { shown, error, read } = useAudit(ref, search.trim());
	const entries = shown?.entries ?? [];

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
			{shown || error ? (
				<DataTable
					label={t.host.audit.title}
					columns={columns}
					rows={entries}
					rowKey={(entry) => entry.id ?? ""}
					identity={(entry) => entry.id}
					empty={
						<Empty icon="events" text={search ? t.common.noMatch : t.host.audit.none} />
					}
				/>
			) : (
				<p class="hint">{t.connection.loading}</p>
			)}
			{shown && !shown.end && (
				<div class="row">
					<Button label={t.host.audit.older} onClick={() => read(idOf(entries.at(-1)))} />
				</div>
			)}
		</Card>
	);
}
