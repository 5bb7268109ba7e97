// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk or partition of the host to choose, with what is on it and who uses it.
 */
import { call } from "../../api/rpc";
import { theHost } from "../../api/store";
import { bytes, isolated, t } from "../../text";
import { CheckField, RadioField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { Load, useLoaded, type Loaded } from "../../ui/load";

/** As the host tells of it: size, model, used, found, free, ... */
export type Device = Readonly<Record<string, string>>;
export type Devices = Readonly<Record<string, Device>>;

export interface Choice {
	readonly path: string;
	/** What is on it may go. */
	readonly sure: boolean;
}

export const noChoice: Choice = { path: "", sure: false };

export function useDevices(): Loaded<Devices> {
	return useLoaded(() => call("host.list_disks", theHost()![0]));
}

/** Whether what was chosen can be taken. */
export function isComplete({ path, sure }: Choice, devices: Devices | undefined): boolean {
	return !!path && (!devices?.[path]?.found || sure);
}

/** For device_config; the host looks again whether something is on it. */
export function deviceConfig({ path, sure }: Choice): Readonly<Record<string, string>> {
	return sure ? { device: path, force: "true" } : { device: path };
}

function hint(device: Device): string {
	return [
		isolated([device.model, device.serial].filter(Boolean).join(" ")),
		device.used
			? t.storage.deviceUsed(isolated(device.used))
			: device.read_only === "true"
				? t.storage.deviceReadOnly
				: device.found
					? t.storage.deviceFound(isolated(device.found))
					: t.storage.deviceEmpty,
	]
		.filter(Boolean)
		.join("; ");
}

export function DeviceField({
	devices,
	value,
	onChange,
}: {
	devices: Loaded<Devices>;
	value: Choice;
	onChange: (choice: Choice) => void;
}) {
	return (
		<Load from={devices}>
			{(all) => {
				const found = all[value.path]?.found;
				const entries = Object.entries(all).sort(
					([a, x], [b, y]) =>
						Number(y.free === "true") - Number(x.free === "true") || a.localeCompare(b),
				);

				if (entries.length === 0) return <Notice>{t.storage.noDevices}</Notice>;
				return (
					<>
						<div class="devices">
							<RadioField
								label={t.storage.settings.device}
								value={value.path}
								onChange={(path) => onChange({ path, sure: false })}
								choices={entries.map(([path, device]) => ({
									value: path,
									label: `${path} (${bytes(Number(device.size) || 0)})`,
									hint: hint(device),
									disabled: device.free !== "true",
								}))}
							/>
						</div>
						{found && (
							<Notice kind="warning">
								<p>{t.storage.createLoses(isolated(found))}</p>
								<CheckField
									label={t.storage.createSure}
									value={value.sure}
									onChange={(sure) => onChange({ ...value, sure })}
								/>
							</Notice>
						)}
					</>
				);
			}}
		</Load>
	);
}
