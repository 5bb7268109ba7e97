// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fields that choose among the host's objects: a repository, a network, a CD.
 */
import type { Ref, SR, VDI } from "../../../model";
import { diskRepositories, isLibrary } from "../../api/repositories";
import { getAll, table } from "../../api/store";
import { bytes, t } from "../../text";
import { SelectField } from "../../ui/fields";

export function free(sr: SR): number {
	return Math.max(sr.physical_size - sr.physical_utilisation, 0);
}

export function RepositoryField({
	label = t.vms.repository,
	value,
	onChange,
	needed = 0,
	hint,
}: {
	label?: string;
	value: Ref<"SR">;
	onChange: (sr: Ref<"SR">) => void;
	/** Bytes; less than that free is said. */
	needed?: number;
	hint?: string;
}) {
	const all = diskRepositories();
	const sr = all.find(([ref]) => ref === value)?.[1];

	return (
		<SelectField
			label={label}
			value={value}
			onChange={onChange}
			hint={sr && needed > free(sr) ? t.vms.moreThanFree(bytes(free(sr))) : hint}
			error={all.length === 0 ? t.dashboard.noStorage : undefined}
			choices={all.map(([ref, one]) => ({
				value: ref as string,
				label: t.vms.repositoryFree(one.name_label, bytes(free(one))),
			}))}
		/>
	);
}

export function networkChoices(): { value: string; label: string }[] {
	return [...table("network")]
		.map(([ref, network]) => ({
			value: ref as string,
			label: network.name_label || network.bridge,
		}))
		.sort((a, b) => a.label.localeCompare(b.label));
}

/** The one that leads out: of the interface that the host is managed by. */
export function defaultNetwork(): Ref<"network"> {
	for (const pif of table("PIF").values()) if (pif.management) return pif.network;
	return networkChoices()[0]?.value ?? "";
}

/** Files of ISO repositories. */
export function isos(): [Ref<"VDI">, VDI][] {
	const found = [...table("SR").values()]
		.filter(isLibrary)
		.flatMap((sr) => getAll("VDI", sr.VDIs));

	return found.sort(([, a], [, b]) => a.name_label.localeCompare(b.name_label));
}

export function isoChoices(): { value: string; label: string }[] {
	return isos().map(([ref, vdi]) => ({
		value: ref as string,
		label: `${vdi.name_label || vdi.location} (${bytes(vdi.virtual_size)})`,
	}));
}
