// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new repository: what it needs depends on its kind, and what will be lost is said before.
 */
import { useState } from "preact/hooks";
import { run } from "../../api/tasks";
import { theHost } from "../../api/store";
import { t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { CheckField, RadioField, TextField } from "../../ui/fields";
import { deviceConfig, DeviceField, isComplete, noChoice, useDevices } from "./device";

type Kind = "lvmthin" | "lvm" | "ext" | "dir" | "nfs" | "lvmoiscsi" | "iso";
type Settings = Readonly<Record<string, string>>;

interface Field {
	readonly key: string;
	readonly optional?: boolean;
	readonly secret?: boolean;
}

/** The keys of device_config, in XenAPI's words; what takes a disk of the host has it chosen. */
const fields: Readonly<Record<Kind, readonly Field[]>> = {
	lvmthin: [],
	lvm: [],
	ext: [],
	dir: [{ key: "location" }],
	iso: [{ key: "location" }],
	nfs: [{ key: "server" }, { key: "serverpath" }],
	lvmoiscsi: [
		{ key: "target" },
		{ key: "targetIQN" },
		{ key: "SCSIid", optional: true },
		{ key: "chapuser", optional: true },
		{ key: "chappassword", optional: true, secret: true },
	],
};
const kinds = Object.keys(fields) as Kind[];

function takesDisk(kind: Kind): boolean {
	return ["lvmthin", "lvm", "ext"].includes(kind);
}

async function create(kind: Kind, name: string, config: Settings): Promise<void> {
	await run(
		"SR.create",
		theHost()![0],
		config,
		0,
		name,
		"",
		kind,
		kind === "iso" ? "iso" : "user",
		kind === "nfs" || kind === "lvmoiscsi",
		{},
	);
}

/** What was typed, of those settings that the kind has. */
function typed(kind: Kind, settings: Settings, force: boolean): Settings {
	const all = fields[kind].map(({ key }) => [key, (settings[key] ?? "").trim()] as const);

	return {
		...Object.fromEntries(all.filter(([, value]) => value)),
		...(force && kind === "lvmoiscsi" && { force: "true" }),
	};
}

function SettingFields({
	kind,
	settings,
	onChange,
}: {
	kind: Kind;
	settings: Settings;
	onChange: (settings: Settings) => void;
}) {
	return (
		<div class="columns">
			{fields[kind].map(({ key, secret, optional }) => {
				const label = t.storage.settings[key as keyof typeof t.storage.settings];

				return (
					<TextField
						key={key}
						label={optional ? t.common.optional(label) : label}
						type={secret ? "password" : "text"}
						autoComplete={secret ? "new-password" : undefined}
						value={settings[key] ?? ""}
						hint={t.storage.settingHints[key as keyof typeof t.storage.settingHints]}
						onChange={(value) => onChange({ ...settings, [key]: value })}
					/>
				);
			})}
		</div>
	);
}

export function CreateRepository({ close }: { close: () => void }) {
	const [kind, setKind] = useState<Kind>("lvmthin");
	const [name, setName] = useState("");
	const [settings, setSettings] = useState<Settings>({});
	const [choice, setChoice] = useState(noChoice);
	const [force, setForce] = useState(false);
	const devices = useDevices();
	const complete = takesDisk(kind)
		? isComplete(choice, devices.value)
		: fields[kind].every(({ key, optional }) => optional || settings[key]?.trim());

	return (
		<Dialog
			title={t.storage.create}
			close={close}
			wide
			action={t.action.create}
			danger={takesDisk(kind) ? choice.sure : force && kind === "lvmoiscsi"}
			disabled={!name.trim() || !complete}
			onAction={() =>
				create(
					kind,
					name.trim(),
					takesDisk(kind) ? deviceConfig(choice) : typed(kind, settings, force),
				)
			}
		>
			<TextField label={t.common.name} value={name} onChange={setName} autoFocus required />
			<RadioField
				label={t.common.type}
				value={kind}
				onChange={setKind}
				choices={kinds.map((value) => ({
					value,
					label: t.storage.kinds[value],
					hint: t.storage.kindHints[value],
				}))}
			/>
			{takesDisk(kind) ? (
				<DeviceField devices={devices} value={choice} onChange={setChoice} />
			) : (
				<SettingFields kind={kind} settings={settings} onChange={setSettings} />
			)}
			{kind === "lvmoiscsi" && (
				<CheckField
					label={t.storage.iscsiForce}
					value={force}
					onChange={setForce}
					hint={t.storage.iscsiForceHint}
				/>
			)}
			{!takesDisk(kind) && kind !== "lvmoiscsi" && (
				<p class="hint">{t.storage.createKeeps}</p>
			)}
		</Dialog>
	);
}
