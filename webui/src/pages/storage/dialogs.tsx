// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dialogs about a repository as a whole.
 */
import { useState } from "preact/hooks";
import { connectionOf, isAttached, type Repository } from "../../api/repositories";
import { run } from "../../api/tasks";
import { go } from "../../route";
import { isolated, t } from "../../text";
import { Dialog } from "../../ui/dialog";
import { CheckField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { NamingDialog } from "../naming";
import { deviceConfig, DeviceField, isComplete, noChoice, useDevices } from "./device";
import { usersOf, vmsOn } from "./data";
import { getAll } from "../../api/store";

interface Props {
	readonly sr: Repository;
	readonly close: () => void;
}

const NAMED = 8;

export function RenameRepository({ sr, close }: Props) {
	return <NamingDialog title={t.storage.edit} kind="SR" of={sr} close={close} />;
}

/** Names, the first few of them. */
export function Names({ names }: { names: readonly string[] }) {
	return (
		<ul class="names">
			{names.slice(0, NAMED).map((name, i) => (
				<li key={i} dir="auto" class="clip">
					{name || t.common.unnamed}
				</li>
			))}
			{names.length > NAMED && <li>{t.common.andMore(names.length - NAMED)}</li>}
		</ul>
	);
}

/** It has to be let go of first; disks that VMs have now keep it. */
async function letGo({ sr: [, record] }: { sr: Repository }): Promise<void> {
	const connection = connectionOf(record);

	if (connection && isAttached(record)) await run("PBD.unplug", connection[0]);
}

export function ForgetRepository({ sr, close }: Props) {
	return (
		<Dialog
			title={t.storage.forgetTitle(isolated(sr[1].name_label))}
			close={close}
			action={t.storage.forget}
			onAction={async () => {
				await letGo({ sr });
				await run("SR.forget", sr[0]);
				go("storage");
			}}
		>
			<p>{t.storage.forgetWords}</p>
			<Affected sr={sr} />
		</Dialog>
	);
}

function Affected({ sr: [, record] }: { sr: Repository }) {
	const vms = vmsOn(record);

	if (vms.length === 0) return null;
	return (
		<Notice kind="warning">
			<p>{t.storage.vmsOnIt(vms.length)}</p>
			<Names names={vms.map((vm) => vm.name_label)} />
		</Notice>
	);
}

export function DestroyRepository({ sr, close }: Props) {
	const [sure, setSure] = useState(false);
	const disks = getAll("VDI", sr[1].VDIs);
	const inUse = disks.filter(([, vdi]) => usersOf(vdi).some((use) => use.attached));

	return (
		<Dialog
			title={t.storage.destroyTitle(isolated(sr[1].name_label))}
			close={close}
			action={t.storage.destroy}
			danger
			disabled={!sure || inUse.length > 0}
			onAction={async () => {
				await letGo({ sr });
				await run("SR.destroy", sr[0]);
				go("storage");
			}}
		>
			{inUse.length > 0 ? (
				<Notice kind="error">
					<p>{t.storage.destroyInUse}</p>
					<Names names={inUse.map(([, vdi]) => vdi.name_label)} />
				</Notice>
			) : (
				<>
					<p>{t.storage.destroyWords(disks.length)}</p>
					{disks.length > 0 && <Names names={disks.map(([, vdi]) => vdi.name_label)} />}
					<Affected sr={sr} />
					<CheckField label={t.storage.destroySure} value={sure} onChange={setSure} />
				</>
			)}
		</Dialog>
	);
}

/** One more disk for a repository of volumes. */
export function GrowRepository({ sr: [ref, record], close }: Props) {
	const [choice, setChoice] = useState(noChoice);
	const devices = useDevices();

	return (
		<Dialog
			title={t.storage.growTitle(isolated(record.name_label))}
			close={close}
			action={t.storage.grow}
			danger={choice.sure}
			disabled={!isComplete(choice, devices.value)}
			onAction={() => run("SR.add_disk", ref, deviceConfig(choice))}
		>
			<DeviceField devices={devices} value={choice} onChange={setChoice} />
			<p class="hint">{t.storage.growWords}</p>
		</Dialog>
	);
}
