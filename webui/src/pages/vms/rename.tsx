// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another name and other words for a template or a snapshot.
 */
import { useState } from "preact/hooks";
import { call } from "../../api/rpc";
import { t } from "../../text";
import { Dialog, openDialog } from "../../ui/dialog";
import { TextArea, TextField } from "../../ui/fields";
import type { Row } from "./vms";

function RenameDialog({ row: { ref, vm }, close }: { row: Row; close: () => void }) {
	const [name, setName] = useState(vm.name_label);
	const [words, setWords] = useState(vm.name_description);

	return (
		<Dialog
			title={t.vms.rename}
			close={close}
			action={t.action.save}
			disabled={!name.trim()}
			onAction={async () => {
				if (name !== vm.name_label) await call("VM.set_name_label", ref, name.trim());
				if (words !== vm.name_description)
					await call("VM.set_name_description", ref, words);
			}}
		>
			<TextField label={t.common.name} value={name} onChange={setName} required autoFocus />
			<TextArea label={t.common.description} value={words} onChange={setWords} rows={3} />
		</Dialog>
	);
}

export function renameVm(row: Row): void {
	openDialog((close) => <RenameDialog row={row} close={close} />);
}
