// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is done with several VMs at once. Each action says how many of them it is for, since not all
 * may be in a state for it.
 */
import { useState } from "preact/hooks";
import { call } from "../../api/rpc";
import { run } from "../../api/tasks";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { Dialog, openDialog } from "../../ui/dialog";
import { TextField } from "../../ui/fields";
import { Menu } from "../../ui/menu";
import { attempt } from "../../ui/toast";
import { deleteVms } from "./delete";
import { actions, allows, begin, forEach, Names } from "./power";
import { vmName, type Row } from "./vms";

function TagDialog({ vms, close }: { vms: readonly Row[]; close: () => void }) {
	const [tag, setTag] = useState("");

	return (
		<Dialog
			title={t.vms.addTag}
			close={close}
			action={t.action.add}
			disabled={!tag.trim()}
			onAction={() => forEach(vms, ({ ref }) => call("VM.add_tags", ref, tag.trim()))}
		>
			<TextField label={t.vms.tag} value={tag} onChange={setTag} required autoFocus />
			<Names vms={vms} />
		</Dialog>
	);
}

function SnapshotDialog({ vms, close }: { vms: readonly Row[]; close: () => void }) {
	const [name, setName] = useState("");

	return (
		<Dialog
			title={t.vms.snapshots.take}
			close={close}
			action={t.vms.snapshots.take}
			disabled={!name.trim()}
			onAction={async () =>
				void forEach(vms, ({ ref, vm }) =>
					attempt(t.vms.actionOn(t.vms.snapshots.take, vmName(vm)), () =>
						run("VM.snapshot", ref, name.trim()),
					),
				)
			}
		>
			<TextField label={t.common.name} value={name} onChange={setName} required autoFocus />
			<Names vms={vms} />
		</Dialog>
	);
}

export function BulkActions({ vms, onDone }: { vms: readonly Row[]; onDone: () => void }) {
	const able = (operation: Parameters<typeof allows>[1]) =>
		vms.filter(({ vm }) => allows(vm, operation));
	const usable = actions
		.map((action) => ({ action, n: able(action.operation).length }))
		.filter(({ n }) => n > 0);
	const named = (label: string, n: number) => (n === vms.length ? label : t.vms.ofThem(label, n));
	const first = usable.filter(({ action }) => ["start", "shutdown"].includes(action.id));
	const rest = usable.filter(({ action }) => !["start", "shutdown"].includes(action.id));

	return (
		<div class="bulk" role="group" aria-label={t.common.selected(vms.length)}>
			<strong role="status">{t.common.selected(vms.length)}</strong>
			{first.map(({ action, n }) => (
				<Button
					key={action.id}
					label={named(t.vms.actions[action.id], n)}
					icon={action.icon}
					onClick={() => begin(action, vms)}
				/>
			))}
			<Menu
				label={t.action.more}
				items={[
					...rest.map(({ action, n }) => ({
						label: named(t.vms.actions[action.id], n),
						icon: action.icon,
						danger: action.hard,
						onChoose: () => begin(action, vms),
					})),
					able("snapshot").length > 0 && {
						label: named(t.vms.snapshots.take, able("snapshot").length),
						icon: "camera",
						onChoose: () =>
							openDialog((close) => (
								<SnapshotDialog vms={able("snapshot")} close={close} />
							)),
					},
					{
						label: t.vms.addTag,
						icon: "tag",
						onChoose: () =>
							openDialog((close) => <TagDialog vms={vms} close={close} />),
					},
					{
						label: t.vms.deleteMany,
						icon: "trash",
						danger: true,
						onChoose: () => deleteVms(vms, onDone),
					},
				]}
			/>
			<Button label={t.vms.unselect} kind="plain" icon="close" onClick={onDone} />
		</div>
	);
}
