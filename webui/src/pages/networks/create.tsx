// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new network: an internal one, a VLAN, or a bond of several cards.
 */
import { useState } from "preact/hooks";
import type { Ref } from "../../../model";
import { table } from "../../api/store";
import { t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { CheckField, NumberField, RadioField, SelectField, TextField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { carrierName, createNetwork, hasLink, type Interface, type NewNetwork } from "./data";
import { bondModes, MTU_LEAST, MTU_MOST } from "./dialogs";

const TAG_MOST = 4094;
const BOND_LEAST = 2;

/** What can carry a VLAN: cards and bonds that are not part of something. */
function parents(): Interface[] {
	return [...table("PIF")]
		.filter(([, pif]) => pif.VLAN < 0 && !table("Bond").has(pif.bond_slave_of))
		.sort(
			([, a], [, b]) =>
				Number(b.management) - Number(a.management) || a.device.localeCompare(b.device),
		);
}

/** What a bond can be made of; that with the host's address would lose it. */
function free(): Interface[] {
	return parents().filter(([, pif]) => pif.physical && !pif.management);
}

function complete(n: NewNetwork): boolean {
	return (
		!!n.name.trim() &&
		n.mtu >= MTU_LEAST &&
		n.mtu <= MTU_MOST &&
		(n.kind !== "vlan" || (!!n.parent && n.tag >= 1 && n.tag <= TAG_MOST)) &&
		(n.kind !== "bond" || n.members.length >= BOND_LEAST)
	);
}

interface PartProps {
	readonly value: NewNetwork;
	readonly set: (what: Partial<NewNetwork>) => void;
}

function VlanPart({ value, set }: PartProps) {
	return (
		<div class="columns">
			<SelectField<Ref<"PIF">>
				label={t.networks.carriedBy}
				value={value.parent}
				onChange={(parent) => set({ parent })}
				choices={parents().map(([ref, pif]) => ({ value: ref, label: carrierName(pif) }))}
			/>
			<NumberField
				label={t.networks.tag}
				value={value.tag}
				onChange={(tag) => set({ tag })}
				min={1}
				max={TAG_MOST}
				error={
					value.tag >= 1 && value.tag <= TAG_MOST
						? undefined
						: t.common.between("1", String(TAG_MOST))
				}
			/>
		</div>
	);
}

function BondPart({ value, set }: PartProps) {
	const cards = free();

	if (cards.length < BOND_LEAST) return <Notice>{t.networks.tooFewCards}</Notice>;
	return (
		<>
			<fieldset class="field radios">
				<legend>{t.networks.members}</legend>
				{cards.map(([ref, pif]) => (
					<CheckField
						key={ref}
						label={`${pif.device} (${pif.MAC}, ${hasLink(pif) ? t.networks.link : t.networks.noLink})`}
						value={value.members.includes(ref)}
						onChange={(on) =>
							set({
								members: on
									? [...value.members, ref]
									: value.members.filter((m) => m !== ref),
							})
						}
					/>
				))}
			</fieldset>
			<SelectField
				label={t.networks.bondMode}
				value={value.mode}
				onChange={(mode) => set({ mode })}
				hint={t.networks.modeHints[value.mode]}
				choices={bondModes.map((mode) => ({ value: mode, label: t.networks.modes[mode] }))}
			/>
			<p class="hint">{t.networks.bondWords}</p>
		</>
	);
}

export function CreateNetwork({ close }: { close: () => void }) {
	const [value, setValue] = useState<NewNetwork>({
		kind: "internal",
		name: "",
		description: "",
		mtu: 1500,
		parent: parents()[0]?.[0] ?? "",
		tag: 10,
		members: [],
		mode: "active-backup",
	});
	const set = (what: Partial<NewNetwork>) => setValue((old) => ({ ...old, ...what }));

	return (
		<Dialog
			title={t.networks.create}
			close={close}
			wide
			action={t.action.create}
			disabled={!complete(value)}
			onAction={() => createNetwork(value)}
		>
			<RadioField
				label={t.common.type}
				value={value.kind}
				onChange={(kind) => set({ kind })}
				choices={(["internal", "vlan", "bond"] as const).map((kind) => ({
					value: kind,
					label: t.networks.kinds[kind],
					hint: t.networks.kindHints[kind],
				}))}
			/>
			<div class="columns">
				<TextField
					label={t.common.name}
					value={value.name}
					onChange={(name) => set({ name })}
					autoFocus
					required
				/>
				<TextField
					label={t.common.description}
					value={value.description}
					onChange={(description) => set({ description })}
				/>
			</div>
			{value.kind === "vlan" && <VlanPart value={value} set={set} />}
			{value.kind === "bond" && <BondPart value={value} set={set} />}
			<NumberField
				label={t.networks.mtu}
				value={value.mtu}
				onChange={(mtu) => set({ mtu })}
				min={MTU_LEAST}
				max={MTU_MOST}
				hint={t.networks.mtuHint}
			/>
		</Dialog>
	);
}
