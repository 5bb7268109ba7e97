// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's snapshots as the tree that they are, with where the VM is now; taking one, going back to
 * one, and making another VM of one.
 */
import { useState } from "preact/hooks";
import type { VM } from "../../../model";
import { may } from "../../api/connection";
import { run } from "../../api/tasks";
import { getAll } from "../../api/store";
import { to } from "../../route";
import { ago, bytes, date, dateTime, t } from "../../text";
import { Button } from "../../ui/button";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { RadioField, TextField } from "../../ui/fields";
import { Icon } from "../../ui/icons";
import { Card, Empty } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { deleteSnapshot } from "./delete";
import { exportVm } from "./export";
import { allows } from "./power";
import { renameVm } from "./rename";
import { isLive, ownDisks, vmName, type Row, type VmRef } from "./vms";

interface Node {
	readonly row: Row | undefined; /* none: the VM as it is now */
	readonly children: Node[];
}

/** By what each was made from; one whose origin is gone is a root. */
function treeOf({ ref, vm }: Row): Node[] {
	const nodes = new Map<VmRef, Node>(
		getAll("VM", vm.snapshots)
			.sort(([, a], [, b]) => a.snapshot_time.localeCompare(b.snapshot_time))
			.map(([id, snapshot]) => [id, { row: { ref: id, vm: snapshot }, children: [] }]),
	);
	const roots: Node[] = [];
	const put = (node: Node, parent: VmRef) =>
		(parent === ref ? roots : (nodes.get(parent)?.children ?? roots)).push(node);

	for (const node of nodes.values()) put(node, node.row!.vm.parent);
	put({ row: undefined, children: [] }, vm.parent);
	return roots;
}

export function hasMemory(snapshot: VM): boolean {
	return snapshot.power_state === "Suspended";
}

/* ---- dialogs --------------------------------------------------------------------------------- */

function TakeDialog({ row: { ref, vm }, close }: { row: Row; close: () => void }) {
	const [name, setName] = useState("");
	const [kind, setKind] = useState<"disks" | "memory">("disks");

	return (
		<Dialog
			title={t.vms.snapshots.of(vmName(vm))}
			close={close}
			action={t.vms.snapshots.take}
			disabled={!name.trim()}
			onAction={() =>
				kind === "disks"
					? run("VM.snapshot", ref, name.trim())
					: run("VM.checkpoint", ref, name.trim())
			}
		>
			<TextField label={t.common.name} value={name} onChange={setName} required autoFocus />
			{allows(vm, "checkpoint") && (
				<RadioField
					label={t.vms.snapshots.what}
					value={kind}
					onChange={setKind}
					choices={[
						{
							value: "disks",
							label: t.vms.snapshots.disks,
							hint: t.vms.snapshots.disksHint,
						},
						{
							value: "memory",
							label: t.vms.snapshots.memory,
							hint: t.vms.snapshots.memoryHint(bytes(vm.memory_dynamic_max)),
						},
					]}
				/>
			)}
		</Dialog>
	);
}

export function takeSnapshot(row: Row): void {
	openDialog((close) => <TakeDialog row={row} close={close} />);
}

function revert(vm: VM, snapshot: Row): void {
	const later = dateTime(date(snapshot.vm.snapshot_time));

	confirm({
		title: t.vms.snapshots.revertTo(vmName(snapshot.vm)),
		body: (
			<>
				<p>{t.vms.snapshots.lost(later)}</p>
				<ul class="names">
					{ownDisks(vm).map(({ ref, vdi }) => (
						<li key={ref} dir="auto">
							{vdi.name_label || vdi.uuid}
						</li>
					))}
				</ul>
				{isLive(vm) && <p>{t.vms.snapshots.revertLive}</p>}
				<p>
					{hasMemory(snapshot.vm)
						? t.vms.snapshots.revertMemory
						: t.vms.snapshots.revertDisks}
				</p>
			</>
		),
		action: t.vms.snapshots.revert,
		danger: true,
		onAction: () => run("VM.revert", snapshot.ref),
	});
}

function remove(snapshot: Row): void {
	const disks = ownDisks(snapshot.vm);

	confirm({
		title: t.vms.snapshots.deleteOne(vmName(snapshot.vm)),
		body: <p>{t.vms.snapshots.deleteWarning(disks.length)}</p>,
		action: t.action.delete,
		danger: true,
		onAction: () => deleteSnapshot(snapshot.ref, snapshot.vm),
	});
}

/* ---- the tree -------------------------------------------------------------------------------- */

function SnapshotItem({ owner, row }: { owner: VM; row: Row }) {
	const { vm } = row;
	const when = date(vm.snapshot_time);
	const size = ownDisks(vm).reduce((all, { vdi }) => all + vdi.physical_utilisation, 0);

	return (
		<div class="snapshot">
			<Icon name={hasMemory(vm) ? "suspend" : "camera"} />
			<div class="grow">
				<strong dir="auto">{vmName(vm)}</strong>
				{vm.name_description && (
					<p class="clip" dir="auto">
						{vm.name_description}
					</p>
				)}
				<p class="hint">
					<time dateTime={when?.toISOString()} title={dateTime(when)}>
						{ago(when)}
					</time>
					{` · ${hasMemory(vm) ? t.vms.snapshots.memory : t.vms.snapshots.disks}`}
					{size > 0 && ` · ${bytes(size)}`}
				</p>
			</div>
			{may("operator") && (
				<>
					<span class="not-on-phone">
						<Button
							label={t.vms.snapshots.revert}
							icon="reboot"
							disabled={!allows(vm, "revert")}
							onClick={() => revert(owner, row)}
						/>
					</span>
					<Menu
						label={t.vms.actionsOf(vmName(vm))}
						icon="more"
						iconOnly
						items={[
							{
								label: t.vms.snapshots.revert,
								icon: "reboot",
								disabled: !allows(vm, "revert"),
								onChoose: () => revert(owner, row),
							},
							{
								label: t.vms.rename,
								icon: "edit",
								onChoose: () => renameVm(row),
							},
							{
								label: t.vms.snapshots.newVm,
								icon: "copy",
								onChoose: () => {
									location.hash = `${to("vms", "new")}?from=${vm.uuid}`;
								},
							},
							{
								label: t.vms.export.title,
								icon: "download",
								disabled: !allows(vm, "export"),
								onChoose: () => exportVm(row),
							},
							{
								label: t.action.delete,
								icon: "trash",
								danger: true,
								disabled: !allows(vm, "destroy"),
								onChoose: () => remove(row),
							},
						]}
					/>
				</>
			)}
		</div>
	);
}

function Branch({ owner, nodes }: { owner: VM; nodes: readonly Node[] }) {
	return (
		<ul class="tree">
			{nodes.map((node) => (
				<li key={node.row?.ref ?? "now"}>
					{node.row ? (
						<SnapshotItem owner={owner} row={node.row} />
					) : (
						<div class="snapshot now">
							<Icon name="vm" />
							<strong>{t.vms.snapshots.now}</strong>
						</div>
					)}
					{node.children.length > 0 && <Branch owner={owner} nodes={node.children} />}
				</li>
			))}
		</ul>
	);
}

export function Snapshots({ row }: { row: Row }) {
	const { vm } = row;
	const take = may("operator") && (
		<Button
			label={t.vms.snapshots.take}
			icon="camera"
			kind={vm.snapshots.length ? "normal" : "primary"}
			disabled={!allows(vm, "snapshot")}
			onClick={() => takeSnapshot(row)}
		/>
	);

	return (
		<Card title={t.vms.tabs.snapshots} actions={vm.snapshots.length > 0 && take}>
			{vm.snapshots.length > 0 ? (
				<Branch owner={vm} nodes={treeOf(row)} />
			) : (
				<Empty icon="camera" text={t.vms.snapshots.none}>
					{take}
				</Empty>
			)}
		</Card>
	);
}
