// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's network interfaces: where each leads, what it may send, how fast.
 */
import { useState } from "preact/hooks";
import type { Ref, VIF } from "../../../model";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { get } from "../../api/store";
import { run } from "../../api/tasks";
import { to } from "../../route";
import { rate, t } from "../../text";
import { Button } from "../../ui/button";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { NumberField, SelectField, TextField } from "../../ui/fields";
import { Empty, Notice, State } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { DataTable, type Column } from "../../ui/table";
import { attempt, tell } from "../../ui/toast";
import { defaultNetwork, networkChoices } from "./choices";
import { isLive, vifsOf, type Row } from "./vms";

interface VifRow {
	readonly ref: Ref<"VIF">;
	readonly vif: VIF;
	readonly owner: Row;
	readonly addresses: readonly string[];
}

type Locking = VIF["locking_mode"];

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

function macError(mac: string): string | undefined {
	if (!mac.trim()) return undefined;
	if (!MAC.test(mac.trim())) return t.vms.networks.macForm;
	return parseInt(mac, 16) & 1 ? t.vms.networks.macGroup : undefined;
}

function addressesOf({ vm }: Row, device: string): string[] {
	const told = get("VM_guest_metrics", vm.guest_metrics)?.networks ?? {};

	return [
		...new Set(
			Object.entries(told)
				.filter(([key]) => key.startsWith(`${device}/ip`))
				.map(([, value]) => value),
		),
	];
}

function kbps(vif: VIF): number {
	return vif.qos_algorithm_type === "ratelimit" ? Number(vif.qos_algorithm_params.kbps ?? 0) : 0;
}

async function plugIfLive({ vm }: Row, vif: Ref<"VIF">): Promise<void> {
	if (isLive(vm) && !(await attempt(t.vms.disks.plug, () => run("VIF.plug", vif), true)))
		tell(t.vms.disks.atNextStart);
}

async function takeAway({ ref, vif, owner }: VifRow): Promise<void> {
	if (isLive(owner.vm) && vif.currently_attached) await run("VIF.unplug", ref);
	await call("VIF.destroy", ref);
}

/* ---- one to add, one to change --------------------------------------------------------------- */

interface FieldProps {
	readonly value: string;
	readonly onChange: (value: string) => void;
}

function NetworkField(field: FieldProps) {
	return <SelectField label={t.vms.networks.network} choices={networkChoices()} {...field} />;
}

function MacField({ optional, ...field }: FieldProps & { optional?: boolean }) {
	return (
		<TextField
			label={t.vms.networks.mac}
			placeholder={optional ? "0a:1b:2c:3d:4e:5f" : undefined}
			hint={optional && t.vms.networks.macHint}
			error={macError(field.value)}
			{...field}
		/>
	);
}

function AddDialog({ row, close }: { row: Row; close: () => void }) {
	const [network, setNetwork] = useState<string>(defaultNetwork());
	const [mac, setMac] = useState("");

	return (
		<Dialog
			title={t.vms.networks.add}
			close={close}
			action={t.action.add}
			disabled={!network || !!macError(mac)}
			onAction={async () => {
				const vif = await call("VIF.create", {
					VM: row.ref,
					network,
					device: "autodetect",
					MAC: mac.trim(),
					MTU: 0,
					other_config: {},
				});
				await plugIfLive(row, vif);
			}}
		>
			<NetworkField value={network} onChange={setNetwork} />
			<MacField value={mac} onChange={setMac} optional />
		</Dialog>
	);
}

interface Wanted {
	readonly network: string;
	readonly mac: string;
	readonly limit: number;
	readonly locking: Locking;
	readonly allowed: readonly string[];
}

async function setLimits(ref: Ref<"VIF">, wanted: Wanted): Promise<void> {
	await call("VIF.set_qos_algorithm_type", ref, wanted.limit > 0 ? "ratelimit" : "");
	await call(
		"VIF.set_qos_algorithm_params",
		ref,
		wanted.limit > 0 ? { kbps: String(wanted.limit) } : {},
	);
	await call("VIF.set_locking_mode", ref, wanted.locking);
	await call(
		"VIF.set_ipv4_allowed",
		ref,
		wanted.allowed.filter((a) => !a.includes(":")),
	);
	await call(
		"VIF.set_ipv6_allowed",
		ref,
		wanted.allowed.filter((a) => a.includes(":")),
	);
}

/** Another address is another interface, in the place of this one. */
async function exchange(row: VifRow, wanted: Wanted): Promise<void> {
	const { vif, owner } = row;

	await takeAway(row);
	const made = await call("VIF.create", {
		VM: owner.ref,
		network: wanted.network,
		device: vif.device,
		MAC: wanted.mac,
		MTU: vif.MTU,
		other_config: vif.other_config,
	});
	await setLimits(made, wanted);
	await plugIfLive(owner, made);
}

async function change(row: VifRow, wanted: Wanted): Promise<void> {
	const { ref, vif, owner } = row;

	if (wanted.mac.toLowerCase() !== vif.MAC.toLowerCase()) {
		await exchange(row, wanted);
		return;
	}
	const limits =
		wanted.limit !== kbps(vif) ||
		wanted.locking !== vif.locking_mode ||
		wanted.allowed.join() !== [...vif.ipv4_allowed, ...vif.ipv6_allowed].join();

	if (limits) await setLimits(ref, wanted);
	if (wanted.network !== vif.network) await run("VIF.move", ref, wanted.network);
	else if (limits && isLive(owner.vm) && vif.currently_attached) {
		/* They count from the moment that the VM gets it. */
		await run("VIF.unplug", ref);
		await run("VIF.plug", ref);
	}
}

function EditDialog({ row, close }: { row: VifRow; close: () => void }) {
	const { vif, owner } = row;
	const [network, setNetwork] = useState<string>(vif.network);
	const [mac, setMac] = useState(vif.MAC);
	const [limit, setLimit] = useState(kbps(vif));
	const [locking, setLocking] = useState<Locking>(vif.locking_mode);
	const [allowed, setAllowed] = useState([...vif.ipv4_allowed, ...vif.ipv6_allowed].join(" "));
	const wanted: Wanted = {
		network,
		mac: mac.trim(),
		limit: limit || 0,
		locking,
		allowed: allowed.split(/[\s,]+/).filter(Boolean),
	};

	return (
		<Dialog
			title={t.vms.networks.edit(vif.device)}
			close={close}
			action={t.action.save}
			disabled={!mac.trim() || !!macError(mac) || Number.isNaN(limit)}
			onAction={() => change(row, wanted)}
		>
			{isLive(owner.vm) && <Notice>{t.vms.networks.editLive}</Notice>}
			<NetworkField value={network} onChange={setNetwork} />
			<MacField value={mac} onChange={setMac} />
			<NumberField
				label={t.vms.networks.limit}
				value={limit}
				onChange={setLimit}
				min={0}
				unit="KiB/s"
				hint={t.vms.networks.limitHint}
			/>
			<SelectField
				label={t.vms.networks.locking}
				value={locking}
				onChange={setLocking}
				choices={(["network_default", "unlocked", "locked", "disabled"] as const).map(
					(value) => ({ value, label: t.vms.networks.lockings[value] }),
				)}
			/>
			{locking === "locked" && (
				<TextField
					label={t.vms.networks.allowed}
					value={allowed}
					onChange={setAllowed}
					hint={t.vms.networks.allowedHint}
				/>
			)}
		</Dialog>
	);
}

function remove(row: VifRow): void {
	confirm({
		title: t.vms.networks.remove(row.vif.device),
		body: <p>{t.vms.networks.removeHint}</p>,
		action: t.action.remove,
		danger: true,
		onAction: () => takeAway(row),
	});
}

/* ---- all of them ----------------------------------------------------------------------------- */

const columns: readonly Column<VifRow>[] = [
	{
		title: t.vms.networks.number,
		head: true,
		sort: ({ vif }) => Number(vif.device),
		cell: ({ vif }) => vif.device,
	},
	{
		title: t.vms.networks.network,
		cell: ({ vif }) => {
			const network = get("network", vif.network);
			return network ? (
				<a href={to("networks", network.uuid)} dir="auto">
					{network.name_label || network.bridge}
				</a>
			) : (
				t.common.unknown
			);
		},
	},
	{ title: t.vms.networks.mac, cell: ({ vif }) => <code class="nowrap">{vif.MAC}</code> },
	{
		title: t.vms.address,
		cell: ({ addresses }) => <span class="mono">{addresses.join(" ")}</span>,
	},
	{
		title: t.vms.networks.limit,
		wide: true,
		align: "end",
		cell: ({ vif }) => (kbps(vif) ? rate(kbps(vif) * 1024) : ""),
	},
	{
		title: t.vms.networks.locking,
		wide: true,
		cell: ({ vif }) => t.vms.networks.lockings[vif.locking_mode],
	},
	{
		title: t.common.state,
		cell: ({ vif, owner }) =>
			isLive(owner.vm) ? (
				<State
					kind={vif.currently_attached ? "on" : "off"}
					text={vif.currently_attached ? t.vms.disks.attached : t.vms.disks.nextStart}
				/>
			) : (
				<State kind="off" text={t.vms.disks.idle} />
			),
	},
	{
		title: t.action.more,
		actions: true,
		align: "end",
		cell: (row) =>
			may("operator") && (
				<Menu
					label={t.vms.actionsOf(t.vms.networks.interface(row.vif.device))}
					icon="more"
					iconOnly
					items={[
						isLive(row.owner.vm) &&
							!row.vif.currently_attached && {
								label: t.vms.disks.plug,
								icon: "play",
								onChoose: () =>
									attempt(t.vms.disks.plug, () => run("VIF.plug", row.ref)),
							},
						{
							label: t.action.edit,
							icon: "edit",
							onChoose: () =>
								openDialog((close) => <EditDialog row={row} close={close} />),
						},
						{
							label: t.action.remove,
							icon: "trash",
							danger: true,
							onChoose: () => remove(row),
						},
					]}
				/>
			),
	},
];

export function Networks({ row }: { row: Row }) {
	const rows: VifRow[] = vifsOf(row.vm).map(([ref, vif]) => ({
		ref,
		vif,
		owner: row,
		addresses: addressesOf(row, vif.device),
	}));

	return (
		<div class="stack">
			{may("operator") && (
				<div class="actions">
					<Button
						label={t.vms.networks.add}
						icon="plus"
						kind="primary"
						onClick={() => openDialog((close) => <AddDialog row={row} close={close} />)}
					/>
				</div>
			)}
			<DataTable
				label={t.vms.tabs.networks}
				columns={columns}
				rows={rows}
				rowKey={({ ref }) => ref}
				empty={<Empty icon="network" text={t.vms.networks.none} />}
			/>
		</div>
	);
}
