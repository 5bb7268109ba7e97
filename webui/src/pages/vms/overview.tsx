// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM at a glance: what it is, what it tells of itself, what it uses over time.
 */
import { useState } from "preact/hooks";
import type { VM } from "../../../model";
import { sum, type Interval, type Series } from "../../api/metrics";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { get, getAll } from "../../api/store";
import { to } from "../../route";
import { ago, bytes, date, dateTime, percent, rate, t } from "../../text";
import { Button } from "../../ui/button";
import { Dialog, openDialog } from "../../ui/dialog";
import { TextArea } from "../../ui/fields";
import { Graph, SpanChoice, type Line } from "../../ui/graph";
import { Card, Facts } from "../../ui/layout";
import { Tags } from "./list";
import { addresses, column, deviceName, disksOf, isLive, system, vifsOf, type Row } from "./vms";

function values(vm: VM, name: string) {
	return (series: Series) => series.columns.get(column(vm, name)) ?? [];
}

function cpuLines(vm: VM): Line[] {
	const names = Array.from({ length: vm.VCPUs_max }, (_, i) => `cpu${i}`);
	const mean = (series: Series) =>
		sum(
			series,
			names.map((name) => column(vm, name)),
		).map((v) => (v === null ? null : v / vm.VCPUs_at_startup));

	if (names.length <= 4)
		return names.map((name, i) => ({
			label: t.vms.cpuNumber(i),
			values: values(vm, name),
		}));
	return [{ label: t.dashboard.allCpus, values: mean }];
}

function rateLines(vm: VM, columns: readonly (readonly [string, string])[]): Line[] {
	return columns.map(([label, name]) => ({ label, values: values(vm, name) }));
}

/** All of a kind together, or each, where there are few. */
function diskLines(vm: VM): Line[] {
	const devices = disksOf(vm).map(({ vbd }) => deviceName(vbd));

	if (devices.length <= 2)
		return rateLines(
			vm,
			devices.flatMap((name) => [
				[`${name} ${t.dashboard.read}`, `vbd_${name}_read`] as const,
				[`${name} ${t.dashboard.written}`, `vbd_${name}_write`] as const,
			]),
		);
	return [
		{
			label: t.dashboard.read,
			values: (s) =>
				sum(
					s,
					devices.map((name) => column(vm, `vbd_${name}_read`)),
				),
		},
		{
			label: t.dashboard.written,
			values: (s) =>
				sum(
					s,
					devices.map((name) => column(vm, `vbd_${name}_write`)),
				),
		},
	];
}

function networkLines(vm: VM): Line[] {
	const numbers = vifsOf(vm).map(([, vif]) => vif.device);

	if (numbers.length === 1)
		return rateLines(vm, [
			[t.dashboard.received, `vif_${numbers[0]}_rx`],
			[t.dashboard.sent, `vif_${numbers[0]}_tx`],
		]);
	return rateLines(
		vm,
		numbers
			.slice(0, 3)
			.flatMap((n) => [
				[`${n} ${t.dashboard.received}`, `vif_${n}_rx`] as const,
				[`${n} ${t.dashboard.sent}`, `vif_${n}_tx`] as const,
			]),
	);
}

function memoryLines(vm: VM): Line[] {
	const all = values(vm, "memory");

	return [
		{ label: t.vms.given, values: all },
		{
			label: t.vms.usedInside,
			values: (s) => {
				const given = all(s),
					free = values(vm, "memory_internal_free")(s);
				return free.map((v, i) => {
					const most = given[i] ?? null;
					return v === null || most === null ? null : Math.max(most - v * 1024, 0);
				});
			},
		},
	];
}

function Graphs({ vm }: { vm: VM }) {
	const [interval, setInterval] = useState<Interval>(5);
	const disks = diskLines(vm),
		networks = networkLines(vm);

	return (
		<Card
			title={t.vms.use}
			wide
			actions={<SpanChoice value={interval} onChange={setInterval} />}
		>
			<div class="graphs">
				<Graph
					title={t.dashboard.cpu}
					interval={interval}
					max={1}
					format={percent}
					lines={cpuLines(vm)}
				/>
				<Graph
					title={t.dashboard.memory}
					interval={interval}
					max={vm.memory_static_max}
					binary
					format={bytes}
					lines={memoryLines(vm)}
				/>
				{disks.length > 0 && (
					<Graph
						title={t.dashboard.disks}
						interval={interval}
						binary
						format={rate}
						lines={disks}
					/>
				)}
				{networks.length > 0 && (
					<Graph
						title={t.dashboard.network}
						interval={interval}
						binary
						format={rate}
						lines={networks}
					/>
				)}
			</div>
		</Card>
	);
}

function Notes({ row: { ref, vm } }: { row: Row }) {
	return (
		<Card
			title={t.vms.notes}
			actions={
				may("operator") && (
					<Button
						label={t.action.edit}
						icon="edit"
						kind="plain"
						iconOnly
						onClick={() =>
							openDialog((close) => <NotesDialog row={{ ref, vm }} close={close} />)
						}
					/>
				)
			}
		>
			{vm.name_description ? (
				<p class="notes" dir="auto">
					{vm.name_description}
				</p>
			) : (
				<p class="hint">{t.vms.noNotes}</p>
			)}
		</Card>
	);
}

function NotesDialog({ row: { ref, vm }, close }: { row: Row; close: () => void }) {
	const [text, setText] = useState(vm.name_description);

	return (
		<Dialog
			title={t.vms.notes}
			close={close}
			action={t.action.save}
			onAction={() => call("VM.set_name_description", ref, text)}
		>
			<TextArea label={t.common.description} value={text} onChange={setText} rows={6} />
		</Dialog>
	);
}

export function memoryText(vm: VM): string {
	return vm.memory_dynamic_min < vm.memory_dynamic_max
		? t.vms.memoryRange(bytes(vm.memory_dynamic_min), bytes(vm.memory_dynamic_max))
		: bytes(vm.memory_dynamic_max);
}

function Addresses({ vm }: { vm: VM }) {
	const all = addresses(vm);

	if (all.length === 0) return <span class="hint">{t.vms.notTold}</span>;
	return (
		<ul class="plain-list mono">
			{all.map((address) => (
				<li key={address}>{address}</li>
			))}
		</ul>
	);
}

/** Its screen as it is now; it is asked for again when somebody wants it. */
function ScreenNow({ vm }: { vm: VM }) {
	const [taken, setTaken] = useState(() => Date.now());
	const [failed, setFailed] = useState(false);
	const screen = getAll("console", vm.consoles).find(([, one]) => one.protocol === "rfb")?.[1];

	if (!screen || !may("operator")) return null;
	return (
		<Card
			title={t.vms.screen}
			actions={
				<Button
					label={t.vms.screenAgain}
					icon="reboot"
					kind="plain"
					iconOnly
					onClick={() => {
						setFailed(false);
						setTaken(Date.now());
					}}
				/>
			}
		>
			{failed ? (
				<p class="hint">{t.vms.noPicture}</p>
			) : (
				<a class="screen-now" href={to("vms", vm.uuid, "console")}>
					<img
						key={taken}
						src={`/vncsnapshot?${new URLSearchParams({ uuid: screen.uuid, at: String(taken) })}`}
						alt={t.vms.screenOf(vm.name_label)}
						onError={() => setFailed(true)}
					/>
				</a>
			)}
		</Card>
	);
}

export function Overview({ row }: { row: Row }) {
	const { vm } = row;
	const metrics = get("VM_metrics", vm.metrics);
	const guest = get("VM_guest_metrics", vm.guest_metrics);
	const started = date(metrics?.start_time ?? "");

	return (
		<div class="stack">
			<div class="cards">
				<Card title={t.vms.facts}>
					<Facts
						facts={[
							[t.vms.vcpus, String(vm.VCPUs_at_startup)],
							[t.vms.memory, memoryText(vm)],
							[t.vms.started, isLive(vm) && started ? ago(started) : ""],
							[t.vms.created, dateTime(date(metrics?.install_time ?? ""))],
							[t.vms.madeFrom, vm.reference_label],
							[
								t.vms.tags,
								vm.tags.length ? (
									<span class="tags">
										<Tags tags={vm.tags} />
									</span>
								) : (
									""
								),
							],
							[
								t.vms.autostart,
								vm.other_config.auto_poweron === "true"
									? t.action.yes
									: t.action.no,
							],
							[t.vms.uuid, <code>{vm.uuid}</code>],
						]}
					/>
				</Card>
				{!vm.is_a_template && (
					<Card title={t.vms.guest}>
						<Facts
							facts={[
								[t.vms.address, <Addresses vm={vm} />],
								[
									t.vms.system,
									system(vm) || <span class="hint">{t.vms.notTold}</span>,
								],
								[t.vms.kernel, guest?.os_version.uname ?? ""],
								[t.vms.hostname, guest?.other.hostname ?? ""],
							]}
						/>
					</Card>
				)}
				<ScreenNow vm={vm} />
				<Notes row={row} />
			</div>
			{!vm.is_a_template && <Graphs vm={vm} />}
		</div>
	);
}
