// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's disks and drives: what it has, and what can be done with each, also while it runs.
 */
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { get } from "../../api/store";
import { run } from "../../api/tasks";
import { to } from "../../route";
import { bytes, t } from "../../text";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Card, Empty, State } from "../../ui/layout";
import { Menu, type MenuItem } from "../../ui/menu";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import { addDisk, addDrive, attachDisk, insertCd, renameDisk, resizeDisk } from "./disk_dialogs";
import { exportDisk } from "./export";
import { deviceName, disksOf, isLive, type Disk, type Row } from "./vms";

export interface DiskRow extends Disk {
	readonly live: boolean;
}

export function diskName({ vdi, vbd }: Disk): string {
	return vdi ? vdi.name_label || vdi.location || vdi.uuid : deviceName(vbd);
}

/** From the running VM first, then from what it has. */
async function takeAway({ ref, vbd, live }: DiskRow, force = false): Promise<void> {
	if (live && vbd.currently_attached) await run(force ? "VBD.unplug_force" : "VBD.unplug", ref);
	await call("VBD.destroy", ref);
}

function detach(disk: DiskRow): void {
	confirm({
		title: t.vms.disks.detachOf(diskName(disk)),
		body: <p>{disk.live ? t.vms.disks.detachLive : t.vms.disks.detachHint}</p>,
		action: t.vms.disks.detach,
		onAction: () => takeAway(disk),
	});
}

function detachForce(disk: DiskRow): void {
	confirm({
		title: t.vms.disks.detachOf(diskName(disk)),
		body: <p>{t.vms.disks.detachForceHint}</p>,
		action: t.vms.disks.detachForce,
		danger: true,
		onAction: () => takeAway(disk, true),
	});
}

function destroy(disk: DiskRow): void {
	const { vbd, vdi } = disk;

	confirm({
		title: t.vms.disks.deleteOf(diskName(disk)),
		body: <p>{t.vms.disks.deleteWarning(bytes(vdi?.virtual_size ?? 0))}</p>,
		action: t.action.delete,
		danger: true,
		onAction: async () => {
			await takeAway(disk);
			await run("VDI.destroy", vbd.VDI);
		},
	});
}

function plug(disk: DiskRow): void {
	void attempt(t.vms.disks.plug, () => run("VBD.plug", disk.ref));
}

function menuOf(disk: DiskRow): (MenuItem | false)[] {
	const { ref, vbd, vdi, live } = disk;
	const attached = live && vbd.currently_attached;
	const busy = Object.keys(vbd.current_operations).length > 0 && t.vms.disks.busy;

	if (!vdi) return [];
	return [
		live &&
			!attached && {
				label: t.vms.disks.plug,
				icon: "play",
				disabled: busy,
				onChoose: () => plug(disk),
			},
		{
			label: t.vms.disks.resize,
			icon: "edit",
			disabled:
				!vdi.allowed_operations.includes(attached ? "resize_online" : "resize") &&
				t.vms.disks.busy,
			onChoose: () => resizeDisk(vbd.VDI, attached),
		},
		{ label: t.vms.rename, icon: "tag", onChoose: () => renameDisk(vbd.VDI) },
		{
			label: vbd.mode === "RO" ? t.vms.disks.writable : t.vms.disks.readOnly,
			icon: "lock",
			disabled: attached && t.vms.disks.onlyDetached,
			onChoose: () =>
				attempt(
					vbd.mode === "RO" ? t.vms.disks.writable : t.vms.disks.readOnly,
					() => call("VBD.set_mode", ref, vbd.mode === "RO" ? "RW" : "RO"),
					true,
				),
		},
		{
			label: t.vms.export.title,
			icon: "download",
			disabled: attached && t.vms.disks.exportLive,
			onChoose: () => exportDisk(vbd.VDI, vdi),
		},
		{
			label: t.vms.disks.detach,
			icon: "close",
			disabled: busy,
			onChoose: () => detach(disk),
		},
		attached && {
			label: t.vms.disks.detachForce,
			icon: "warning",
			danger: true,
			disabled: busy,
			onChoose: () => detachForce(disk),
		},
		{
			label: t.vms.disks.delete,
			icon: "trash",
			danger: true,
			disabled: busy || (vdi.VBDs.length > 1 && t.vms.disks.shared),
			onChoose: () => destroy(disk),
		},
	];
}

function Where({ disk: { vbd, live } }: { disk: DiskRow }) {
	if (!live) return <State kind="off" text={t.vms.disks.idle} />;
	return vbd.currently_attached ? (
		<State kind="on" text={t.vms.disks.attached} />
	) : (
		<State kind="off" text={t.vms.disks.nextStart} />
	);
}

const columns: readonly Column<DiskRow>[] = [
	{
		title: t.common.name,
		head: true,
		cell: (disk) => (
			<>
				<span dir="auto" class="clip">
					{diskName(disk)}
				</span>
				{disk.vdi?.name_description && (
					<span class="hint clip" dir="auto">
						{disk.vdi.name_description}
					</span>
				)}
			</>
		),
	},
	{
		title: t.vms.disks.device,
		sort: ({ vbd }) => Number(vbd.userdevice),
		cell: ({ vbd }) => (
			<>
				<code>{deviceName(vbd)}</code>
				{vbd.mode === "RO" && <span class="tag">{t.vms.disks.readOnlyShort}</span>}
			</>
		),
	},
	{
		title: t.common.size,
		align: "end",
		sort: ({ vdi }) => vdi?.virtual_size ?? 0,
		cell: ({ vdi }) => (vdi ? bytes(vdi.virtual_size) : ""),
	},
	{
		title: t.vms.repository,
		wide: true,
		cell: ({ vdi }) => {
			const sr = get("SR", vdi?.SR);
			return sr ? (
				<a href={to("storage", sr.uuid)} dir="auto">
					{sr.name_label}
				</a>
			) : (
				""
			);
		},
	},
	{ title: t.common.state, cell: (disk) => <Where disk={disk} /> },
	{
		title: t.action.more,
		actions: true,
		align: "end",
		cell: (disk) =>
			may("operator") && (
				<Menu
					label={t.vms.actionsOf(diskName(disk))}
					icon="more"
					iconOnly
					items={menuOf(disk)}
				/>
			),
	},
];

function Drive({ disk }: { disk: DiskRow }) {
	const { ref, vbd, vdi } = disk;

	return (
		<li>
			<span class="grow" dir="auto">
				{vdi ? diskName(disk) : <span class="hint">{t.vms.disks.emptyDrive}</span>}{" "}
				<code>{deviceName(vbd)}</code>
			</span>
			{may("operator") && (
				<span class="row">
					{vbd.empty ? (
						<Button
							label={t.vms.disks.insert}
							icon="disc"
							onClick={() => insertCd(ref)}
						/>
					) : (
						<Button
							label={t.vms.disks.eject}
							icon="up"
							onClick={() =>
								attempt(t.vms.disks.eject, () => run("VBD.eject", ref), true)
							}
						/>
					)}
					<Button
						label={t.vms.disks.removeDrive}
						icon="close"
						iconOnly
						kind="plain"
						onClick={() => attempt(t.vms.disks.removeDrive, () => takeAway(disk), true)}
					/>
				</span>
			)}
		</li>
	);
}

export function Disks({ row }: { row: Row }) {
	const live = isLive(row.vm);
	const all: DiskRow[] = disksOf(row.vm).map((disk) => ({ ...disk, live }));
	const drives = all.filter(({ vbd }) => vbd.type === "CD");
	const disks = all.filter(({ vbd }) => vbd.type !== "CD");

	return (
		<div class="stack">
			{may("operator") && (
				<div class="actions">
					<Button
						label={t.vms.disks.add}
						icon="plus"
						kind="primary"
						onClick={() => addDisk(row)}
					/>
					<Button
						label={t.vms.disks.attach}
						icon="storage"
						onClick={() => attachDisk(row)}
					/>
					{drives.length === 0 && (
						<Button
							label={t.vms.disks.addDrive}
							icon="disc"
							onClick={() => addDrive(row)}
						/>
					)}
				</div>
			)}
			<DataTable
				label={t.dashboard.disks}
				columns={columns}
				rows={disks}
				rowKey={({ ref }) => ref}
				identity={({ vbd, vdi, live: on }) => `${on}${JSON.stringify([vbd, vdi])}`}
				empty={<Empty icon="storage" text={t.vms.disks.none} />}
			/>
			{drives.length > 0 && (
				<Card title={t.vms.disks.drives}>
					<ul class="list middle">
						{drives.map((disk) => (
							<Drive key={disk.ref} disk={disk} />
						))}
					</ul>
				</Card>
			)}
		</div>
	);
}
