// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dialog that gives something another name and other words; only what was changed is sent.
 */
import { useState } from "preact/hooks";
import { call } from "../api/rpc";
import { t } from "../text";
import { Dialog } from "../ui/dialog";
import { TextArea, TextField } from "../ui/fields";

interface Named {
	readonly name_label: string;
	readonly name_description: string;
}

export function NamingDialog({
	title,
	kind,
	of: [ref, record],
	lines = 1,
	close,
}: {
	title: string;
	kind: "VM" | "VDI" | "SR";
	/** Reference and record. */
	of: readonly [string, Named];
	/** Of the description. */
	lines?: number;
	close: () => void;
}) {
	const [name, setName] = useState(record.name_label);
	const [description, setDescription] = useState(record.name_description);
	const described = {
		label: t.common.description,
		value: description,
		onChange: setDescription,
	};

	return (
		<Dialog
			title={title}
			close={close}
			action={t.action.save}
			disabled={!name.trim()}
			onAction={async () => {
				if (name !== record.name_label)
					await call(`${kind}.set_name_label`, ref, name.trim());
				if (description !== record.name_description)
					await call(`${kind}.set_name_description`, ref, description);
			}}
		>
			<TextField label={t.common.name} value={name} onChange={setName} required autoFocus />
			{lines > 1 ? <TextArea {...described} rows={lines} /> : <TextField {...described} />}
		</Dialog>
	);
}
