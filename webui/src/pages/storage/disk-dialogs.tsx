// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dialogs about one disk.
 */
import { useState } from "preact/hooks";
import type { Ref } from "../../../model";
import { createDisk, diskRepositories, type Repository } from "../../api/repositories";
import { get, getAll } from "../../api/store";
import { run } from "../../api/tasks";
import { bytes, isolated, t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { SelectField, SizeField, TextField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { NamingDialog } from "../naming";
import { usersOf, type Disk } from "./data";
import { Names } from "./dialogs";

const GIB = 1 << 30,
	SMALLEST = 1 << 20;

interface Props {
	readonly disk: Disk;
	readonly close: () => void;
}

export function CreateDisk({ sr, close }: { sr: Ref<"SR">; close: () => void }) {
	const [name, setName] = useState("");
	const [description, setDescription] = useState("");
	const [size, setSize] = useState(10 * GIB);
	const record = get("SR", sr);
	const free = (record?.physical_size ?? 0) - (record?.physical_utilisation ?? 0);

	return (
		<Dialog
			title={t.storage.createDisk}
			close={close}
			action={t.action.create}
			disabled={!name.trim() || !(size >= SMALLEST)}
			onAction={() => createDisk(sr, name, description, size)}
		>
			<TextField label={t.common.name} value={name} onChange={setName} autoFocus />
			<TextField label={t.common.description} value={description} onChange={setDescription} />
			<SizeField
				label={t.common.size}
				value={size}
				onChange={setSize}
				hint={free > 0 ? t.storage.freeHere(bytes(free)) : undefined}
			/>
		</Dialog>
	);
}

export function EditDisk({ disk, close }: Props) {
	return <NamingDialog title={t.storage.editDisk} kind="VDI" of={disk} close={close} />;
}

export function ResizeDisk({ disk: [ref, vdi], close }: Props) {
	const [size, setSize] = useState(vdi.virtual_size);
	const running = !vdi.allowed_operations.includes("resize");

	return (
		<Dialog
			title={t.storage.resizeTitle(isolated(vdi.name_label))}
			close={close}
			action={t.storage.resize}
			disabled={!(size > vdi.virtual_size)}
			onAction={() => run(running ? "VDI.resize_online" : "VDI.resize", ref, size)}
		>
			<SizeField
				label={t.storage.newSize}
				value={size}
				onChange={setSize}
				min={vdi.virtual_size}
				hint={t.storage.sizeNow(bytes(vdi.virtual_size))}
			/>
			<p class="hint">{t.storage.resizeWords}</p>
		</Dialog>
	);
}

function PlaceField({
	places,
	value,
	onChange,
}: {
	places: readonly Repository[];
	value: Ref<"SR">;
	onChange: (sr: Ref<"SR">) => void;
}) {
	return (
		<SelectField
			label={t.storage.repository}
			value={value}
			onChange={onChange}
			choices={places.map(([ref, place]) => ({
				value: ref,
				label: t.storage.placeFree(
					place.name_label,
					bytes(place.physical_size - place.physical_utilisation),
				),
			}))}
		/>
	);
}

export function CopyDisk({ disk: [ref, vdi], close }: Props) {
	const all = diskRepositories();
	const [sr, setSr] = useState(all.find(([other]) => other !== vdi.SR)?.[0] ?? vdi.SR);

	return (
		<Dialog
			title={t.storage.copyTitle(isolated(vdi.name_label))}
			close={close}
			action={t.action.copy}
			onAction={() => run("VDI.copy", ref, sr)}
		>
			<PlaceField places={all} value={sr} onChange={setSr} />
			<p class="hint">{t.storage.copyWords}</p>
		</Dialog>
	);
}

export function MoveDisk({ disk: [ref, vdi], close }: Props) {
	const all = diskRepositories().filter(([other]) => other !== vdi.SR);
	const [sr, setSr] = useState(all[0]?.[0] ?? "");

	return (
		<Dialog
			title={t.storage.moveTitle(isolated(vdi.name_label))}
			close={close}
			action={t.storage.move}
			disabled={!sr}
			onAction={() => run("VDI.pool_migrate", ref, sr, {})}
		>
			{all.length ? (
				<PlaceField places={all} value={sr} onChange={setSr} />
			) : (
				<Notice>{t.storage.noOther}</Notice>
			)}
			<p class="hint">{t.storage.moveWords}</p>
		</Dialog>
	);
}

/** What goes with it is said before: VMs that have it, snapshots that stay. */
export function DeleteDisk({ disk: [ref, vdi], close }: Props) {
	const users = usersOf(vdi);
	const snapshots = getAll("VDI", vdi.snapshots);

	return (
		<Dialog
			title={t.storage.deleteTitle(isolated(vdi.name_label))}
			close={close}
			action={t.action.delete}
			danger
			onAction={() => run("VDI.destroy", ref)}
		>
			<p>{t.storage.deleteWords(bytes(vdi.virtual_size))}</p>
			{users.length > 0 && (
				<Notice kind="warning">
					<p>{t.storage.deleteUsed}</p>
					<Names names={users.map((use) => use.record.name_label)} />
				</Notice>
			)}
			{snapshots.length > 0 && <p>{t.storage.snapshotsStay(snapshots.length)}</p>}
		</Dialog>
	);
}
