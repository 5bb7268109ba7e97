// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs, templates and snapshots are deleted: which disks and snapshots go with them is said before,
 * and disks can be kept.
 */
import { useState } from "preact/hooks";
import type { Ref, VDI, VM } from "../../../model";
import { getAll } from "../../api/store";
import { run } from "../../api/tasks";
import { bytes, t } from "../../text";
import { Dialog, openDialog } from "../../ui/dialog";
import { Notice } from "../../ui/layout";
import { forEach } from "./power";
import { isLive, ownDisks, vmName, type Row, type VmRef } from "./vms";

interface Doomed {
	readonly ref: Ref<"VDI">;
	readonly vdi: VDI;
}

/** Its snapshots, and theirs: disks that only they have. */
function snapshotsOf(vm: VM): Row[] {
	return getAll("VM", vm.snapshots).map(([ref, snapshot]) => ({ ref, vm: snapshot }));
}

async function destroyDisks(disks: readonly Doomed[]): Promise<void> {
	for (const { ref } of disks) await run("VDI.destroy", ref);
}

/** The VM first: what it had is nobody's then, and can go. */
async function destroy(ref: VmRef, disks: readonly Doomed[]): Promise<void> {
	await run("VM.destroy", ref);
	await destroyDisks(disks);
}

export async function deleteSnapshot(ref: VmRef, snapshot: VM): Promise<void> {
	await destroy(ref, ownDisks(snapshot));
}

async function deleteVm({ ref, vm }: Row, kept: ReadonlySet<string>): Promise<void> {
	const snapshots = snapshotsOf(vm);
	const disks = ownDisks(vm).filter((disk) => !kept.has(disk.ref));

	for (const snapshot of snapshots) await deleteSnapshot(snapshot.ref, snapshot.vm);
	await destroy(ref, disks);
}

function DiskChoice({
	disks,
	kept,
	onChange,
}: {
	disks: readonly Doomed[];
	kept: ReadonlySet<string>;
	onChange: (kept: ReadonlySet<string>) => void;
}) {
	return (
		<fieldset class="field radios">
			<legend>{t.vms.deleteDisks}</legend>
			{disks.map(({ ref, vdi }) => (
				<label key={ref}>
					<input
						type="checkbox"
						checked={!kept.has(ref)}
						onChange={() => {
							const after = new Set(kept);
							if (!after.delete(ref)) after.add(ref);
							onChange(after);
						}}
					/>
					<span>
						<span dir="auto">{vdi.name_label || vdi.uuid}</span>{" "}
						<span class="hint">{bytes(vdi.virtual_size)}</span>
					</span>
				</label>
			))}
		</fieldset>
	);
}

function DeleteDialog({
	asked,
	done,
	close,
}: {
	asked: readonly VmRef[];
	done: () => void;
	close: () => void;
}) {
	const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
	const vms = getAll("VM", asked).map(([ref, vm]) => ({ ref, vm })); /* as they are by now */
	const able = vms.filter(({ vm }) => !isLive(vm));
	const one = vms.length === 1 ? vms[0]!.vm : undefined;
	const disks = able.flatMap(({ vm }) => ownDisks(vm));
	const snapshots = able.flatMap(({ vm }) => snapshotsOf(vm));

	return (
		<Dialog
			title={one ? t.vms.deleteOne(vmName(one)) : t.vms.deleteMany}
			close={close}
			action={t.action.delete}
			danger
			disabled={able.length === 0}
			onAction={async () => {
				await forEach(able, (row) => deleteVm(row, kept));
				done();
			}}
		>
			{able.length < vms.length && (
				<Notice kind="warning">{t.vms.deleteRunning(vms.length - able.length)}</Notice>
			)}
			{!one && (
				<ul class="names">
					{able.map(({ ref, vm }) => (
						<li key={ref} dir="auto">
							{vmName(vm)}
						</li>
					))}
				</ul>
			)}
			<p>{t.vms.deleteWarning}</p>
			{disks.length > 0 && <DiskChoice disks={disks} kept={kept} onChange={setKept} />}
			{snapshots.length > 0 && (
				<div class="stack">
					<strong>{t.vms.deleteSnapshots(snapshots.length)}</strong>
					<ul class="names">
						{snapshots.map(({ ref, vm }) => (
							<li key={ref} dir="auto">
								{vmName(vm)}
							</li>
						))}
					</ul>
				</div>
			)}
		</Dialog>
	);
}

/** Asks, then deletes them. `done` is called when they are gone. */
export function deleteVms(vms: readonly Row[], done: () => void): void {
	const asked = vms.map(({ ref }) => ref);

	openDialog((close) => <DeleteDialog asked={asked} done={done} close={close} />);
}
