// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files into repositories: disk images become disks, CD images come into a library of them.
 */
import type { Ref } from "../../../model";
import { may } from "../../api/connection";
import { imageOf } from "../../api/images";
import { isAttached, type Repository } from "../../api/repositories";
import { getAll } from "../../api/store";
import { download } from "../../api/streams";
import { t } from "../../text";
import { openDialog } from "../../ui/dialog";
import { Card, Empty } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import { DropZone, sendImage, tellSending } from "../../ui/uploads";
import { nameColumn, sizeColumn } from "./columns";
import { usersOf, type Disk } from "./data";
import { DeleteDisk } from "./disk-dialogs";

/** Several at once would only share the way there. */
export async function importImages(sr: Ref<"SR">, files: File[]): Promise<void> {
	for (const file of files) {
		const label = t.storage.importing(file.name);

		await attempt(label, async () => {
			const image = await imageOf(file);
			const name = file.name.replace(/\.(raw|img|vhd|qcow2)$/i, "");

			await sendImage({ ...image, sr, name }, file, label);
		});
	}
}

/** The host makes the image of what comes, and nothing of what is cut off. */
async function uploadDiscs(sr: Ref<"SR">, files: File[]): Promise<void> {
	for (const file of files)
		await tellSending(
			"/import_raw_vdi/",
			{ sr_id: sr, name: file.name },
			file,
			t.storage.uploading(file.name),
		);
}

const columns: readonly Column<Disk>[] = [
	nameColumn(),
	sizeColumn,
	{
		title: t.storage.inDrives,
		align: "end",
		sort: ([, vdi]) => usersOf(vdi).length,
		cell: ([, vdi]) => usersOf(vdi).length || "–",
	},
	{
		title: t.common.actions,
		actions: true,
		align: "end",
		cell: (disk) => (
			<Menu
				label={t.storage.actionsFor(disk[1].name_label)}
				icon="more"
				iconOnly
				items={[
					{
						label: t.storage.download,
						icon: "download",
						onChoose: () =>
							download("/export_raw_vdi/", { vdi: disk[1].uuid, format: "raw" }),
					},
					may("operator") && {
						label: t.action.delete,
						icon: "trash",
						danger: true,
						disabled: usersOf(disk[1]).some((use) => use.attached)
							? t.storage.discInUse
							: false,
						onChoose: () =>
							openDialog((close) => <DeleteDisk disk={disk} close={close} />),
					},
				]}
			/>
		),
	},
];

export function Library({ sr: [ref, sr] }: { sr: Repository }) {
	const discs = getAll("VDI", sr.VDIs);
	const list = (
		<DataTable
			label={t.storage.discs}
			columns={columns}
			rows={discs}
			rowKey={([disc]) => disc}
			identity={([, vdi]) => vdi}
			empty={<Empty icon="disc" text={t.storage.noDiscs} />}
		/>
	);

	return (
		<Card title={t.storage.discs} wide>
			{may("operator") && isAttached(sr) ? (
				<DropZone
					label={t.storage.uploadDisc}
					accept=".iso,.img"
					multiple
					onFiles={(files) => void uploadDiscs(ref, files)}
				>
					{list}
				</DropZone>
			) : (
				list
			)}
		</Card>
	);
}
