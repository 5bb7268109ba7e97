// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disks of a repository: who uses each, and what can be done with it.
 */
import { useState } from "preact/hooks";
import { may } from "../../api/connection";
import type { Repository } from "../../api/repositories";
import { getAll } from "../../api/store";
import { run } from "../../api/tasks";
import { download } from "../../api/streams";
import { to } from "../../route";
import { ago, bytes, date, t } from "../../text";
import { openDialog } from "../../ui/dialog";
import { Card, Empty } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { Search } from "../../ui/search";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import { DropZone } from "../../ui/uploads";
import { nameColumn, sizeColumn } from "./columns";
import { CopyDisk, DeleteDisk, EditDisk, MoveDisk, ResizeDisk } from "./disk-dialogs";
import { usersOf, type Disk } from "./data";

function Users({ vdi }: { vdi: Disk[1] }) {
	const users = usersOf(vdi);

	if (users.length === 0) return <span class="hint">{t.common.nobody}</span>;
	return (
		<>
			{users.map(({ vm, record }, i) => (
				<span key={vm}>
					{i > 0 && ", "}
					<a class="clip" href={to("vms", record.uuid)} dir="auto">
						{record.name_label || t.common.unnamed}
					</a>
				</span>
			))}
		</>
	);
}

function can(vdi: Disk[1], operation: Disk[1]["allowed_operations"][number]): string | undefined {
	return vdi.allowed_operations.includes(operation) ? undefined : t.storage.notNow;
}

function DiskActions({ disk }: { disk: Disk }) {
	const [ref, vdi] = disk;
	const larger = vdi.allowed_operations.includes("resize")
		? undefined
		: can(vdi, "resize_online");
	const open = (D: typeof EditDisk) => () =>
		openDialog((close) => <D disk={disk} close={close} />);
	const save = (format: string) => () => download("/export_raw_vdi/", { vdi: vdi.uuid, format });

	return (
		<Menu
			label={t.storage.actionsFor(vdi.name_label)}
			icon="more"
			iconOnly
			items={[
				{ label: t.action.edit, icon: "edit", onChoose: open(EditDisk) },
				!vdi.is_a_snapshot && {
					label: t.storage.resize,
					icon: "plus",
					disabled: larger,
					onChoose: open(ResizeDisk),
				},
				!vdi.is_a_snapshot && {
					label: t.storage.snapshot,
					icon: "camera",
					disabled: can(vdi, "snapshot"),
					onChoose: () => attempt(t.storage.snapshot, () => run("VDI.snapshot", ref)),
				},
				{
					label: t.storage.clone,
					icon: "copy",
					disabled: can(vdi, "clone"),
					onChoose: () => attempt(t.storage.clone, () => run("VDI.clone", ref)),
				},
				{
					label: t.storage.copyTo,
					icon: "copy",
					disabled: can(vdi, "copy"),
					onChoose: open(CopyDisk),
				},
				!vdi.is_a_snapshot && {
					label: t.storage.move,
					icon: "right",
					disabled: can(vdi, "mirror"),
					onChoose: open(MoveDisk),
				},
				...(["raw", "vhd", "qcow2"] as const).map((format) => ({
					label: t.storage.export(format),
					icon: "download" as const,
					disabled: can(vdi, "copy"),
					onChoose: save(format),
				})),
				{
					label: t.action.delete,
					icon: "trash",
					danger: true,
					disabled: can(vdi, "destroy"),
					onChoose: open(DeleteDisk),
				},
			]}
		/>
	);
}

const columns: readonly Column<Disk>[] = [
	nameColumn((vdi) => (
		<>
			{" "}
			{vdi.is_a_snapshot && (
				<span class="tag">{t.storage.snapshotOf(ago(date(vdi.snapshot_time)))}</span>
			)}
			{vdi.missing && <span class="tag bad">{t.storage.missing}</span>}
			{vdi.name_description && (
				<p class="hint clip" dir="auto">
					{vdi.name_description}
				</p>
			)}
		</>
	)),
	sizeColumn,
	{
		title: t.storage.taken,
		align: "end",
		wide: true,
		sort: ([, vdi]) => vdi.physical_utilisation,
		cell: ([, vdi]) => (vdi.physical_utilisation > 0 ? bytes(vdi.physical_utilisation) : "–"),
	},
	{ title: t.storage.usedBy, cell: ([, vdi]) => <Users vdi={vdi} /> },
	{
		title: t.common.actions,
		actions: true,
		align: "end",
		cell: (disk) => may("operator") && <DiskActions disk={disk} />,
	},
];

export function Disks({
	sr: [, sr],
	attached,
	onFiles,
}: {
	sr: Repository;
	attached: boolean;
	onFiles: (files: File[]) => void;
}) {
	const [search, setSearch] = useState("");
	const wanted = search.trim().toLowerCase();
	const all = getAll("VDI", sr.VDIs);
	const rows = all.filter(
		([, vdi]) =>
			`${vdi.name_label}\n${vdi.name_description}\n${vdi.uuid}`
				.toLowerCase()
				.includes(wanted) ||
			usersOf(vdi).some((use) => use.record.name_label.toLowerCase().includes(wanted)),
	);
	const list = (
		<DataTable
			label={t.storage.disks}
			columns={columns}
			rows={rows}
			rowKey={([ref]) => ref}
			identity={([, vdi]) => vdi}
			empty={<Empty icon="storage" text={wanted ? t.common.noMatch : t.storage.noDisks} />}
		/>
	);

	return (
		<Card
			title={t.storage.disksTitle(all.length)}
			actions={<Search value={search} onChange={setSearch} label={t.storage.searchDisks} />}
			wide
		>
			{may("operator") && attached ? (
				<DropZone
					label={t.storage.import}
					hint={t.storage.importHint}
					multiple
					onFiles={onFiles}
				>
					{list}
				</DropZone>
			) : (
				list
			)}
		</Card>
	);
}
