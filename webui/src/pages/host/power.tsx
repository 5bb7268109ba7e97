// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's end and its start: reboot, shut down, and the order in which VMs come back.
 */
import { effect, signal } from "@preact/signals";
import type { Ref, VM } from "../../../model";
import { lostSince, may, session } from "../../api/connection";
import { call } from "../../api/rpc";
import { table } from "../../api/store";
import { to } from "../../route";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { Dialog, openDialog } from "../../ui/dialog";
import { Card, Empty, Notice } from "../../ui/layout";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import type { Host } from ".";
import { Names } from "../storage/dialogs";

type Way = "reboot" | "shutdown";
type Machine = [Ref<"VM">, VM];

/** What this page has asked of the host, until it has answered again. */
export const leaving = signal<Way | undefined>(undefined);

/* A session that has ended is one of before: the host is back. */
effect(() => {
	if (session.value.state === "out") leaving.value = undefined;
});

function machines(): Machine[] {
	return [...table("VM")].filter(
		([, vm]) => !vm.is_a_template && !vm.is_a_snapshot && !vm.is_control_domain,
	);
}

function awake(): Machine[] {
	return machines().filter(([, vm]) => ["Running", "Paused"].includes(vm.power_state));
}

/** The host shuts the VMs down by itself, in their order. */
async function leave([ref]: Host, way: Way): Promise<void> {
	await call(way === "reboot" ? "host.reboot" : "host.shutdown", ref, true);
	leaving.value = way;
}

function Leave({ host, way, close }: { host: Host; way: Way; close: () => void }) {
	const running = awake();

	return (
		<Dialog
			title={t.host.leaveTitle[way](host[1].name_label)}
			close={close}
			action={t.host.leave[way]}
			danger
			onAction={() => leave(host, way)}
		>
			{running.length > 0 ? (
				<Notice kind="warning">
					<p>{t.host.leaveVms(running.length)}</p>
					<Names names={running.map(([, vm]) => vm.name_label)} />
				</Notice>
			) : (
				<p>{t.host.leaveNoVms}</p>
			)}
			<p>{t.host.leaveWords[way]}</p>
		</Dialog>
	);
}

/** Above all pages while the host is away by this page's wish. */
export function Leaving() {
	const way = leaving.value;

	if (!way) return null;
	return (
		<div class="leaving" role="alertdialog" aria-label={t.host.leave[way]}>
			<div class="card">
				<h2>{t.host.leaving[way]}</h2>
				{way === "reboot" && <progress aria-label={t.host.leave[way]} />}
				<p>
					{lostSince.value === undefined ? t.host.leavingStill : t.host.leavingGone[way]}
				</p>
				<Button label={t.action.close} onClick={() => (leaving.value = undefined)} />
			</div>
		</div>
	);
}

async function setStart([ref, vm]: Machine, on: boolean): Promise<void> {
	const { auto_poweron: _, ...rest } = vm.other_config;

	await call("VM.set_other_config", ref, on ? { ...rest, auto_poweron: "true" } : rest);
}

function NumberCell({
	label,
	value,
	onChange,
}: {
	label: string;
	value: number;
	onChange: (value: number) => Promise<unknown>;
}) {
	return (
		<input
			class="small"
			type="number"
			min={0}
			aria-label={label}
			value={value}
			disabled={!may("operator")}
			onChange={(e) => {
				const wanted = e.currentTarget.valueAsNumber;
				if (Number.isInteger(wanted) && wanted >= 0)
					void attempt(label, () => onChange(wanted), true);
				else e.currentTarget.value = String(value);
			}}
		/>
	);
}

const columns: readonly Column<Machine>[] = [
	{
		title: t.common.name,
		head: true,
		cell: ([, vm]) => (
			<a class="clip" href={to("vms", vm.uuid)} dir="auto">
				{vm.name_label || t.common.unnamed}
			</a>
		),
	},
	{
		title: t.host.autostart,
		cell: (machine) => (
			<input
				type="checkbox"
				aria-label={t.host.autostartOf(machine[1].name_label)}
				checked={machine[1].other_config.auto_poweron === "true"}
				disabled={!may("operator")}
				onChange={(e) => {
					const on = e.currentTarget.checked;
					void attempt(t.host.autostart, () => setStart(machine, on), true);
				}}
			/>
		),
	},
	{
		title: t.host.order,
		align: "end",
		cell: ([ref, vm]) => (
			<NumberCell
				label={t.host.orderOf(vm.name_label)}
				value={vm.order}
				onChange={(n) => call("VM.set_order", ref, n)}
			/>
		),
	},
	{
		title: t.host.startDelay,
		align: "end",
		cell: ([ref, vm]) => (
			<NumberCell
				label={t.host.startDelayOf(vm.name_label)}
				value={vm.start_delay}
				onChange={(n) => call("VM.set_start_delay", ref, n)}
			/>
		),
	},
	{
		title: t.host.shutdownDelay,
		align: "end",
		cell: ([ref, vm]) => (
			<NumberCell
				label={t.host.shutdownDelayOf(vm.name_label)}
				value={vm.shutdown_delay}
				onChange={(n) => call("VM.set_shutdown_delay", ref, n)}
			/>
		),
	},
];

/** Those that start with the host first, in their order. */
function inOrder(): Machine[] {
	const rank = ([, vm]: Machine) => (vm.other_config.auto_poweron === "true" ? 0 : 1);

	return machines().sort(
		(a, b) =>
			rank(a) - rank(b) ||
			a[1].order - b[1].order ||
			a[1].name_label.localeCompare(b[1].name_label),
	);
}

export function Power({ host }: { host: Host }) {
	const open = (way: Way) => () =>
		openDialog((close) => <Leave host={host} way={way} close={close} />);

	return (
		<>
			<Card title={t.host.tabs.power}>
				<p>{t.host.runningNow(awake().length)}</p>
				{!host[1].enabled && (
					<Notice kind="warning">
						<p>{t.host.disabledWords}</p>
						{may("admin") && (
							<Button
								label={t.host.enable}
								onClick={() =>
									attempt(t.host.enable, () => call("host.enable", host[0]))
								}
							/>
						)}
					</Notice>
				)}
				{may("admin") && (
					<div class="row">
						<Button
							label={t.host.leave.reboot}
							icon="reboot"
							onClick={open("reboot")}
						/>
						<Button
							label={t.host.leave.shutdown}
							icon="power"
							kind="danger"
							onClick={open("shutdown")}
						/>
					</div>
				)}
			</Card>
			<Card title={t.host.startOrder} wide>
				<p class="hint">{t.host.startOrderWords}</p>
				<DataTable
					label={t.host.startOrder}
					columns={columns}
					rows={inOrder()}
					rowKey={([ref]) => ref}
					identity={([, vm]) => vm}
					empty={<Empty icon="vm" text={t.dashboard.noVms} />}
				/>
			</Card>
		</>
	);
}
