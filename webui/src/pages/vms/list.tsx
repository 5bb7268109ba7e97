// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All VMs: looked for, sorted, and acted on many at once. What is looked for stands in the address.
 */
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { may } from "../../api/connection";
import { feed } from "../../api/metrics";
import { query, setQuery, to } from "../../route";
import { bytes, percent, t } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { Empty, Page, State, Tabs } from "../../ui/layout";
import { Icon } from "../../ui/icons";
import { DataTable, type Column } from "../../ui/table";
import { BulkActions } from "./bulk";
import { nameColumn } from "./columns";
import {
	addresses,
	byName,
	cpuNow,
	isVm,
	memoryNow,
	stateOf,
	system,
	tagsOf,
	vmName,
	vmsWhere,
	type Row,
} from "./vms";

const POWER = ["Running", "Halted", "Paused", "Suspended"] as const;

/** Text that follows what it is made of without drawing the row again. */
export function Live({ of }: { of: () => string }) {
	const text = useComputed(of);

	return <>{text}</>;
}

export function Tags({ tags }: { tags: readonly string[] }) {
	return (
		<>
			{tags.map((tag) => (
				<a
					key={tag}
					class="tag"
					dir="auto"
					href={`${to("vms")}?${new URLSearchParams({ tag })}`}
				>
					{tag}
				</a>
			))}
		</>
	);
}

const columns: readonly Column<Row>[] = [
	nameColumn(
		({ tags }) =>
			tags.length > 0 && (
				<span class="tags">
					<Tags tags={tags} />
				</span>
			),
	),
	{
		title: t.common.state,
		sort: ({ vm }) => stateOf(vm).text,
		cell: ({ vm }) => <State {...stateOf(vm)} />,
	},
	{
		title: t.vms.cpu,
		align: "end",
		sort: ({ vm }) => cpuNow(feed(5).series.value, vm) ?? -1,
		cell: ({ vm }) => (
			<Live
				of={() => {
					const share = cpuNow(feed(5).series.value, vm);
					return share === undefined ? "" : percent(share);
				}}
			/>
		),
	},
	{
		title: t.vms.memory,
		align: "end",
		sort: ({ vm }) => vm.memory_dynamic_max,
		cell: ({ vm }) => (
			<Live of={() => bytes(memoryNow(feed(5).series.value, vm) ?? vm.memory_dynamic_max)} />
		),
	},
	{
		title: t.vms.address,
		sort: ({ vm }) => addresses(vm)[0] ?? "",
		cell: ({ vm }) => (
			<span class="nowrap">
				<Live of={() => addresses(vm)[0] ?? ""} />
			</span>
		),
	},
	{
		title: t.vms.system,
		wide: true,
		sort: ({ vm }) => system(vm),
		cell: ({ vm }) => <Live of={() => system(vm)} />,
	},
];

function matches({ vm }: Row, words: readonly string[], state: string, tag: string): boolean {
	if (state && vm.power_state !== state) return false;
	if (tag && !vm.tags.includes(tag)) return false;
	if (words.length === 0) return true;
	const text = [vm.name_label, vm.name_description, vm.uuid, ...vm.tags, ...addresses(vm)]
		.join("\n")
		.toLowerCase();

	return words.every((word) => text.includes(word));
}

function Filters({ tags }: { tags: readonly string[] }) {
	const wanted = query.value;

	return (
		<div class="filters" role="search">
			<label class="search-box">
				<span class="sr-only">{t.vms.search}</span>
				<Icon name="search" />
				<input
					type="search"
					value={wanted.get("q") ?? ""}
					placeholder={t.vms.search}
					dir="auto"
					spellcheck={false}
					onInput={(e) => setQuery({ q: e.currentTarget.value })}
				/>
			</label>
			<Choose
				label={t.common.state}
				any={t.vms.anyState}
				value={wanted.get("state") ?? ""}
				choices={POWER.map((state) => [state, t.power[state]])}
				onChange={(state) => setQuery({ state })}
			/>
			{tags.length > 0 && (
				<Choose
					label={t.vms.tag}
					any={t.vms.anyTag}
					value={wanted.get("tag") ?? ""}
					choices={tags.map((tag) => [tag, tag])}
					onChange={(tag) => setQuery({ tag })}
				/>
			)}
		</div>
	);
}

function Choose({
	label,
	any,
	value,
	choices,
	onChange,
}: {
	label: string;
	any: string;
	value: string;
	choices: readonly (readonly [string, string])[];
	onChange: (value: string) => void;
}) {
	return (
		<select aria-label={label} value={value} onChange={(e) => onChange(e.currentTarget.value)}>
			<option value="">{any}</option>
			{choices.map(([id, text]) => (
				<option key={id} value={id} selected={id === value}>
					{text}
				</option>
			))}
		</select>
	);
}

export function VmTabs({ current }: { current: "vms" | "templates" }) {
	return (
		<Tabs
			label={t.nav.vms}
			current={current}
			tabs={[
				{ id: "vms", title: t.nav.vms, href: to("vms") },
				{ id: "templates", title: t.vms.templates, href: to("vms", "templates") },
			]}
		/>
	);
}

export function CreateButton() {
	return may("operator") ? (
		<LinkButton label={t.vms.create} icon="plus" kind="primary" href={to("vms", "new")} />
	) : null;
}

function Nothing({ any }: { any: boolean }) {
	return any ? (
		<Empty icon="search" text={t.vms.noMatch}>
			<Button label={t.vms.showAll} onClick={() => setQuery({ q: "", state: "", tag: "" })} />
		</Empty>
	) : (
		<Empty icon="vm" text={t.dashboard.noVms}>
			<CreateButton />
		</Empty>
	);
}

export function VmList() {
	const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
	const all = vmsWhere(isVm);
	const wanted = query.value;
	const words = (wanted.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
	const rows = all
		.filter((row) => matches(row, words, wanted.get("state") ?? "", wanted.get("tag") ?? ""))
		.sort(byName);
	const selected = useMemo(
		() => new Set(rows.filter(({ ref }) => chosen.has(ref)).map(({ ref }) => ref as string)),
		[rows, chosen],
	);
	const running = all.filter(({ vm }) => vm.power_state === "Running").length;

	useEffect(() => feed(5).use(), []);
	return (
		<Page
			title={t.nav.vms}
			subtitle={all.length > 0 && t.dashboard.running(running, all.length)}
			actions={all.length > 0 && <CreateButton />}
		>
			<VmTabs current="vms" />
			{all.length > 0 && <Filters tags={tagsOf(all.map(({ vm }) => vm))} />}
			{selected.size > 0 && (
				<BulkActions
					vms={rows.filter(({ ref }) => selected.has(ref))}
					onDone={() => setChosen(new Set())}
				/>
			)}
			<DataTable
				label={t.nav.vms}
				columns={columns}
				rows={rows}
				rowKey={({ ref }) => ref}
				identity={({ vm }) => vm}
				rowLabel={({ vm }) => vmName(vm)}
				selected={may("operator") ? selected : undefined}
				onSelect={may("operator") ? setChosen : undefined}
				empty={<Nothing any={all.length > 0} />}
			/>
		</Page>
	);
}
