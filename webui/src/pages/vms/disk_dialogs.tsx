// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dialogs about a VM's disks: a new one, one that there is, a larger one, a CD.
 */
import { useState } from "preact/hooks";
import type { Ref, VBD, VDI } from "../../../model";
import { createDisk, defaultRepository, diskRepositories } from "../../api/repositories";
import { call } from "../../api/rpc";
import { get, table } from "../../api/store";
import { run } from "../../api/tasks";
import { bytes, t } from "../../text";
import { Dialog, openDialog } from "../../ui/dialog";
import { CheckField, SelectField, SizeField, TextField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { attempt, tell } from "../../ui/toast";
import { NamingDialog } from "../naming";
import { isoChoices, isos, RepositoryField } from "./choices";
import { isLive, vmName, type Row } from "./vms";

const GIB = 2 ** 30;

/** Gives a VM a disk; one that runs gets it at once, or else with its next start. */
export async function give({ ref, vm }: Row, record: Partial<VBD>): Promise<void> {
	const vbd = await call("VBD.create", {
		VM: ref,
		userdevice: "autodetect",
		bootable: false,
		mode: "RW",
		type: "Disk",
		empty: false,
		other_config: {},
		...record,
	});

	if (isLive(vm) && !(await attempt(t.vms.disks.plug, () => run("VBD.plug", vbd), true)))
		tell(t.vms.disks.atNextStart);
}

function AddDialog({ row, close }: { row: Row; close: () => void }) {
	const { vm } = row;
	const [name, setName] = useState(t.vms.disks.nameFor(vmName(vm), vm.VBDs.length));
	const [size, setSize] = useState(10 * GIB);
	const [sr, setSr] = useState(defaultRepository());

	return (
		<Dialog
			title={t.vms.disks.add}
			close={close}
			action={t.action.create}
			disabled={!name.trim() || !(size > 0) || !sr}
			onAction={async () => {
				const vdi = await createDisk(sr, name.trim(), "", size);
				try {
					await give(row, { VDI: vdi });
				} catch (e) {
					await run("VDI.destroy", vdi).catch(() => undefined);
					throw e;
				}
			}}
		>
			<TextField label={t.common.name} value={name} onChange={setName} required autoFocus />
			<SizeField label={t.common.size} value={size} onChange={setSize} min={GIB / 1024} />
			<RepositoryField value={sr} onChange={setSr} needed={size} />
		</Dialog>
	);
}

function unused(): [Ref<"VDI">, VDI][] {
	const kept = new Set(diskRepositories().map(([ref]) => ref));

	return [...table("VDI")]
		.filter(
			([, vdi]) =>
				kept.has(vdi.SR) &&
				(vdi.VBDs.length === 0 || vdi.sharable) &&
				!vdi.is_a_snapshot &&
				!vdi.missing &&
				["user", "system"].includes(vdi.type),
		)
		.sort(([, a], [, b]) => a.name_label.localeCompare(b.name_label));
}

function AttachDialog({ row, close }: { row: Row; close: () => void }) {
	const all = unused();
	const [vdi, setVdi] = useState(all[0]?.[0] ?? "");
	const [readOnly, setReadOnly] = useState(false);

	return (
		<Dialog
			title={t.vms.disks.attach}
			close={close}
			action={all.length ? t.vms.disks.attachIt : undefined}
			disabled={!all.some(([ref]) => ref === vdi)}
			onAction={() => give(row, { VDI: vdi, mode: readOnly ? "RO" : "RW" })}
		>
			{all.length === 0 ? (
				<p>{t.vms.disks.noneFree}</p>
			) : (
				<>
					<SelectField
						label={t.vms.disks.disk}
						value={vdi}
						onChange={setVdi}
						choices={all.map(([ref, one]) => ({
							value: ref as string,
							label: `${one.name_label || one.uuid} (${bytes(one.virtual_size)}, ${
								get("SR", one.SR)?.name_label ?? ""
							})`,
						}))}
					/>
					<CheckField
						label={t.vms.disks.readOnly}
						value={readOnly}
						onChange={setReadOnly}
					/>
				</>
			)}
		</Dialog>
	);
}

function ResizeDialog({
	vdi,
	attached,
	close,
}: {
	vdi: Ref<"VDI">;
	attached: boolean;
	close: () => void;
}) {
	const now = get("VDI", vdi)?.virtual_size ?? 0;
	const [size, setSize] = useState(now);

	return (
		<Dialog
			title={t.vms.disks.resize}
			close={close}
			action={t.action.save}
			disabled={!(size > now)}
			onAction={() =>
				attached ? run("VDI.resize_online", vdi, size) : run("VDI.resize", vdi, size)
			}
		>
			<SizeField
				label={t.common.size}
				value={size}
				onChange={setSize}
				min={now}
				hint={t.vms.disks.resizeHint(bytes(now))}
			/>
			{attached && <Notice>{t.vms.disks.resizeLive}</Notice>}
		</Dialog>
	);
}

function CdDialog({
	put,
	close,
}: {
	put: (vdi: Ref<"VDI">) => Promise<unknown>;
	close: () => void;
}) {
	const [vdi, setVdi] = useState<string>(isos()[0]?.[0] ?? "");
	const choices = isoChoices();

	return (
		<Dialog
			title={t.vms.disks.insert}
			close={close}
			action={choices.length ? t.vms.disks.insert : undefined}
			disabled={!vdi}
			onAction={() => put(vdi)}
		>
			{choices.length === 0 ? (
				<p>{t.vms.disks.noIsos}</p>
			) : (
				<SelectField
					label={t.vms.disks.image}
					value={vdi}
					onChange={setVdi}
					choices={choices}
				/>
			)}
		</Dialog>
	);
}

export function addDisk(row: Row): void {
	openDialog((close) => <AddDialog row={row} close={close} />);
}

export function attachDisk(row: Row): void {
	openDialog((close) => <AttachDialog row={row} close={close} />);
}

export function resizeDisk(vdi: Ref<"VDI">, attached: boolean): void {
	openDialog((close) => <ResizeDialog vdi={vdi} attached={attached} close={close} />);
}

export function renameDisk(vdi: Ref<"VDI">): void {
	const record = get("VDI", vdi);

	if (record)
		openDialog((close) => (
			<NamingDialog title={t.vms.rename} kind="VDI" of={[vdi, record]} close={close} />
		));
}

export function insertCd(vbd: Ref<"VBD">): void {
	openDialog((close) => <CdDialog put={(vdi) => run("VBD.insert", vbd, vdi)} close={close} />);
}

/** A drive with a CD in it. */
export function addDrive(row: Row): void {
	openDialog((close) => (
		<CdDialog
			put={(vdi) => give(row, { VDI: vdi, type: "CD", mode: "RO", bootable: true })}
			close={close}
		/>
	));
}
