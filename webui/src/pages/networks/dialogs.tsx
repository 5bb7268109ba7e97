// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dialogs about a network as a whole.
 */
import { useState } from "preact/hooks";
import type { Bond, Ref } from "../../../model";
import { call } from "../../api/rpc";
import { tried } from "../../api/trial";
import { go } from "../../route";
import { isolated, t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { NumberField, SelectField, TextField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { Names } from "../storage/dialogs";
import { destroyNetwork, vmsOn, type BondMode as Mode, type Network } from "./data";

interface Props {
	readonly network: Network;
	readonly close: () => void;
}

export const MTU_LEAST = 576,
	MTU_MOST = 9216;

export function EditNetwork({ network: [ref, record], close }: Props) {
	const [name, setName] = useState(record.name_label);
	const [description, setDescription] = useState(record.name_description);
	const [mtu, setMtu] = useState(record.MTU);

	async function save(): Promise<void> {
		if (name !== record.name_label) await call("network.set_name_label", ref, name);
		if (description !== record.name_description)
			await call("network.set_name_description", ref, description);
		if (mtu !== record.MTU) await call("network.set_MTU", ref, mtu);
	}

	return (
		<Dialog
			title={t.networks.edit}
			close={close}
			action={t.action.save}
			disabled={!name.trim() || !(mtu >= MTU_LEAST && mtu <= MTU_MOST)}
			onAction={save}
		>
			<TextField label={t.common.name} value={name} onChange={setName} autoFocus />
			<TextField label={t.common.description} value={description} onChange={setDescription} />
			<NumberField
				label={t.networks.mtu}
				value={mtu}
				onChange={setMtu}
				min={MTU_LEAST}
				max={MTU_MOST}
				hint={t.networks.mtuHint}
			/>
		</Dialog>
	);
}

export function DestroyNetwork({ network, close }: Props) {
	const vms = vmsOn(network[1]);

	return (
		<Dialog
			title={t.networks.destroyTitle(isolated(network[1].name_label))}
			close={close}
			action={t.action.delete}
			danger
			onAction={async () => {
				await destroyNetwork(network);
				go("networks");
			}}
		>
			<p>{t.networks.destroyWords}</p>
			{vms.length > 0 && (
				<Notice kind="warning">
					<p>{t.networks.destroyVms}</p>
					<Names names={vms.map(([, vm]) => vm.name_label)} />
				</Notice>
			)}
		</Dialog>
	);
}

export const bondModes: readonly Mode[] = ["active-backup", "balance-alb", "lacp"];

export function BondMode({
	bond: [ref, record],
	close,
}: {
	bond: [Ref<"Bond">, Bond];
	close: () => void;
}) {
	const [mode, setMode] = useState<Mode>(record.mode);

	return (
		<Dialog
			title={t.networks.bondMode}
			close={close}
			action={t.action.save}
			onAction={() => tried("Bond.set_mode", ref, mode)}
		>
			<SelectField
				label={t.networks.bondMode}
				value={mode}
				onChange={setMode}
				hint={t.networks.modeHints[mode]}
				choices={[...new Set([...bondModes, record.mode])].map((value) => ({
					value,
					label: t.networks.modes[value],
				}))}
			/>
			<Notice kind="warning">{t.networks.modeWords}</Notice>
		</Dialog>
	);
}
