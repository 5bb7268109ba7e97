// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What logs in in place of a password: tokens for programs, and root's keys for SSH.
 */
import { useState } from "preact/hooks";
import { call } from "../../api/rpc";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { CopyText } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { TextArea, TextField } from "../../ui/fields";
import { Notice } from "../../ui/layout";
import { Load, useLoaded } from "../../ui/load";
import { attempt } from "../../ui/toast";
import type { Account } from "./accounts";

interface Props {
	readonly account: Account;
	readonly close: () => void;
}

function Entries({
	entries,
	none,
	remove,
}: {
	entries: readonly string[];
	none: string;
	remove: (entry: string) => Promise<unknown>;
}) {
	if (entries.length === 0) return <p class="hint">{none}</p>;
	return (
		<ul class="list">
			{entries.map((entry) => (
				<li key={entry}>
					<span class="grow mono" dir="auto">
						{entry}
					</span>
					<Button
						label={t.host.removeEntry(entry)}
						icon="trash"
						iconOnly
						kind="plain"
						onClick={() => remove(entry)}
					/>
				</li>
			))}
		</ul>
	);
}

export function Tokens({ account: [ref, record], close }: Props) {
	const [name, setName] = useState("");
	const [made, setMade] = useState<string>();
	const tokens = useLoaded(() => call("user.get_tokens", ref));

	async function create(): Promise<void> {
		await attempt(
			t.host.createToken,
			async () => setMade(await call("user.create_token", ref, name.trim())),
			true,
		);
		setName("");
		await tokens.again();
	}

	return (
		<Dialog title={t.host.tokensOf(record.short_name)} close={close}>
			<p class="hint">{t.host.tokenWords}</p>
			<Load from={tokens}>
				{(all) => (
					<Entries
						entries={all}
						none={t.host.noTokens}
						remove={async (entry) => {
							await attempt(
								t.host.removeEntry(entry),
								() => call("user.revoke_token", ref, entry),
								true,
							);
							await tokens.again();
						}}
					/>
				)}
			</Load>
			{made && (
				<Notice>
					<p>{t.host.tokenOnce}</p>
					<CopyText label={t.host.token} text={made} />
				</Notice>
			)}
			<TextField label={t.host.tokenName} value={name} onChange={setName} />
			<div class="row">
				<Button
					label={t.host.createToken}
					icon="plus"
					disabled={!name.trim()}
					onClick={create}
				/>
			</div>
		</Dialog>
	);
}

export function SshKeys({ account: [ref], close }: Props) {
	const [key, setKey] = useState("");
	const keys = useLoaded(() => call("user.get_ssh_keys", ref));

	async function add(): Promise<void> {
		if (await attempt(t.host.addKey, () => call("user.add_ssh_key", ref, key.trim()), true))
			setKey("");
		await keys.again();
	}

	return (
		<Dialog title={t.host.sshKeys} close={close} wide>
			<p class="hint">{t.host.sshWords}</p>
			<Load from={keys}>
				{(all) => (
					<Entries
						entries={all}
						none={t.host.noSshKeys}
						remove={async (entry) => {
							await attempt(
								t.host.removeEntry(entry),
								() => call("user.remove_ssh_key", ref, entry),
								true,
							);
							await keys.again();
						}}
					/>
				)}
			</Load>
			<TextArea
				label={t.host.sshKey}
				value={key}
				onChange={setKey}
				rows={3}
				mono
				hint={t.host.sshKeyHint}
			/>
			<div class="row">
				<Button label={t.host.addKey} icon="plus" disabled={!key.trim()} onClick={add} />
			</div>
		</Dialog>
	);
}
