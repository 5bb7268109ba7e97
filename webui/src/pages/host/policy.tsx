// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A backup policy: when, what, how many are kept, and where to.
 */
import { useState } from "preact/hooks";
import type { Ref, VM, VMPP } from "../../../model";
import { call } from "../../api/rpc";
import { table } from "../../api/store";
import { t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { CheckField, NumberField, SelectField, TextField } from "../../ui/fields";
import type { Policy } from "./backup";

type Frequency = VMPP["backup_frequency"];
type Target = VMPP["archive_target_type"];
type Settings = Readonly<Record<string, string>>;
type Day = keyof typeof t.host.days;

const NULL = "OpaqueRef:NULL";
const KEPT_MOST = 1000;
const frequencies: readonly Frequency[] = ["hourly", "daily", "weekly"];
const targets: readonly Target[] = ["none", "directory", "nfs", "sftp", "http", "s3"];
const days = Object.keys(t.host.days) as Day[];

/** What a target is told besides its location; the password is kept apart as a secret. */
const targetKeys: Record<Target, readonly string[]> = {
	none: [],
	directory: ["location"],
	nfs: ["location"],
	sftp: ["location", "username", "password", "host_key"],
	http: ["location", "username", "password"],
	s3: ["location", "username", "password", "region"],
};

interface Wanted {
	readonly name: string;
	readonly frequency: Frequency;
	readonly time: string;
	readonly days: readonly string[];
	readonly kept: number;
	readonly target: Target;
	readonly settings: Settings;
	readonly vms: readonly Ref<"VM">[];
}

function present(policy: VMPP | undefined): Wanted {
	const when = policy?.backup_schedule ?? {};

	return {
		name: policy?.name_label ?? "",
		frequency: policy?.backup_frequency ?? "daily",
		time: `${(when.hour ?? "3").padStart(2, "0")}:${(when.min ?? "30").padStart(2, "0")}`,
		days: (when.days ?? "Sunday").split(",").filter(Boolean),
		kept: policy?.backup_retention_value ?? 7,
		target: policy?.archive_target_type ?? "none",
		settings: policy?.archive_target_config ?? {},
		vms: policy?.VMs ?? [],
	};
}

function schedule({ frequency, time, days: on }: Wanted): Settings {
	const [hour = "0", min = "0"] = time.split(":");

	return {
		min: String(Number(min)),
		...(frequency !== "hourly" && { hour: String(Number(hour)) }),
		...(frequency === "weekly" && { days: on.join(",") }),
	};
}

async function target({ target: type, settings }: Wanted): Promise<Settings> {
	const { password, ...rest } = settings;
	const known = new Set([...targetKeys[type], "password_secret", "verify"]);
	const config = Object.fromEntries(
		Object.entries(rest).filter(([key, value]) => known.has(key) && value.trim()),
	);

	if (!password || !targetKeys[type].includes("password")) return config;
	const secret = await call("secret.create", { value: password });
	const { uuid } = await call("secret.get_record", secret);
	return { ...config, password_secret: uuid };
}

async function assign(
	ref: Ref<"VMPP">,
	before: readonly Ref<"VM">[],
	wanted: Wanted,
): Promise<void> {
	for (const vm of wanted.vms)
		if (!before.includes(vm)) await call("VM.set_protection_policy", vm, ref);
	for (const vm of before)
		if (!wanted.vms.includes(vm)) await call("VM.set_protection_policy", vm, NULL);
}

async function save(policy: Policy | undefined, wanted: Wanted): Promise<void> {
	const fields = {
		name_label: wanted.name,
		backup_frequency: wanted.frequency,
		backup_schedule: schedule(wanted),
		backup_retention_value: wanted.kept,
		archive_frequency: wanted.target === "none" ? "never" : "always_after_backup",
		archive_target_type: wanted.target,
		archive_target_config: await target(wanted),
	} as const;

	if (policy) await call("VMPP.modify", policy[0], fields);
	const ref: Ref<"VMPP"> = policy
		? policy[0]
		: await call("VMPP.create", {
				...fields,
				backup_type: "snapshot",
				is_policy_enabled: true,
			});
	await assign(ref, policy?.[1].VMs ?? [], wanted);
}

interface PartProps {
	readonly wanted: Wanted;
	readonly set: (what: Partial<Wanted>) => void;
}

function Schedule({ wanted, set }: PartProps) {
	return (
		<>
			<div class="columns">
				<SelectField
					label={t.host.howOften}
					value={wanted.frequency}
					onChange={(frequency) => set({ frequency })}
					choices={frequencies.map((value) => ({
						value,
						label: t.host.frequencies[value],
					}))}
				/>
				<TextField
					label={wanted.frequency === "hourly" ? t.host.atMinute : t.host.atTime}
					type="time"
					value={wanted.time}
					onChange={(time) => set({ time })}
				/>
				<NumberField
					label={t.host.keep}
					value={wanted.kept}
					onChange={(kept) => set({ kept })}
					min={1}
					max={KEPT_MOST}
				/>
			</div>
			{wanted.frequency === "weekly" && (
				<fieldset class="field boxes">
					<legend>{t.host.onDays}</legend>
					{days.map((day) => (
						<CheckField
							key={day}
							label={t.host.days[day]}
							value={wanted.days.includes(day)}
							onChange={(on) =>
								set({
									days: on
										? days.filter((d) => d === day || wanted.days.includes(d))
										: wanted.days.filter((d) => d !== day),
								})
							}
						/>
					))}
				</fieldset>
			)}
		</>
	);
}

function TargetPart({ wanted, set }: PartProps) {
	return (
		<>
			<SelectField
				label={t.host.target}
				value={wanted.target}
				onChange={(value) => set({ target: value })}
				hint={t.host.targetHints[wanted.target]}
				choices={targets.map((value) => ({ value, label: t.host.targets[value] }))}
			/>
			<div class="columns">
				{targetKeys[wanted.target].map((key) => (
					<TextField
						key={key}
						label={t.host.targetKeys[key] ?? key}
						type={key === "password" ? "password" : "text"}
						autoComplete={key === "password" ? "new-password" : undefined}
						value={wanted.settings[key] ?? ""}
						hint={
							key === "password" && wanted.settings.password_secret
								? t.host.passwordKept
								: undefined
						}
						onChange={(value) =>
							set({ settings: { ...wanted.settings, [key]: value } })
						}
					/>
				))}
			</div>
		</>
	);
}

function Machines({ wanted, set }: PartProps) {
	const all = [...table("VM")].filter(
		([, vm]: [Ref<"VM">, VM]) =>
			!vm.is_a_template && !vm.is_a_snapshot && !vm.is_control_domain,
	);

	return (
		<fieldset class="field boxes scroll">
			<legend>{t.dashboard.vms}</legend>
			{all.map(([ref, vm]) => (
				<CheckField
					key={ref}
					label={vm.name_label || t.common.unnamed}
					value={wanted.vms.includes(ref)}
					onChange={(on) =>
						set({
							vms: on
								? [...wanted.vms, ref]
								: wanted.vms.filter((other) => other !== ref),
						})
					}
				/>
			))}
		</fieldset>
	);
}

export function PolicyDialog({ policy, close }: { policy?: Policy; close: () => void }) {
	const [wanted, setWanted] = useState(present(policy?.[1]));
	const set = (what: Partial<Wanted>) => setWanted((old) => ({ ...old, ...what }));
	const complete =
		!!wanted.name.trim() &&
		wanted.kept >= 1 &&
		wanted.kept <= KEPT_MOST &&
		(wanted.frequency !== "weekly" || wanted.days.length > 0) &&
		(wanted.target === "none" || !!wanted.settings.location?.trim());

	return (
		<Dialog
			title={policy ? t.host.editPolicy : t.host.createPolicy}
			close={close}
			wide
			action={policy ? t.action.save : t.action.create}
			disabled={!complete}
			onAction={() => save(policy, wanted)}
		>
			<TextField
				label={t.common.name}
				value={wanted.name}
				onChange={(name) => set({ name })}
				autoFocus
			/>
			<Schedule wanted={wanted} set={set} />
			<TargetPart wanted={wanted} set={set} />
			<Machines wanted={wanted} set={set} />
		</Dialog>
	);
}
