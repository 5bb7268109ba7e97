// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A certificate that an authority makes and the host renews by itself (ACME).
 */
import { useState } from "preact/hooks";
import type { Certificate } from "../../../model";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { run } from "../../api/tasks";
import { ago, date, t } from "../../text";
import { Button } from "../../ui/button";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { CheckField, TextField } from "../../ui/fields";
import { Card, Facts, Notice } from "../../ui/layout";
import { attempt } from "../../ui/toast";
import type { Host } from ".";

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

function Enable({ host: [ref, host], close }: { host: Host; close: () => void }) {
	const [names, setNames] = useState(host.acme.names ?? "");
	const [contact, setContact] = useState(host.acme.contact ?? "");
	const [directory, setDirectory] = useState(host.acme.directory || LETS_ENCRYPT);
	const [agreed, setAgreed] = useState(false);
	const wanted = names.split(/[\s,]+/).filter(Boolean);

	return (
		<Dialog
			title={t.host.acmeEnable}
			close={close}
			action={t.host.acmeGet}
			disabled={!wanted.length || !directory.startsWith("https://") || !agreed}
			onAction={() => run("host.acme_enable", ref, directory.trim(), contact.trim(), wanted)}
		>
			<TextField
				label={t.host.certificateNames}
				value={names}
				onChange={setNames}
				hint={t.host.acmeNamesHint}
				autoFocus
			/>
			<TextField
				label={t.common.optional(t.host.acmeContact)}
				type="email"
				value={contact}
				onChange={setContact}
				hint={t.host.acmeContactHint}
			/>
			<TextField
				label={t.host.acmeDirectory}
				type="url"
				value={directory}
				onChange={setDirectory}
			/>
			<CheckField label={t.host.acmeAgree} value={agreed} onChange={setAgreed} />
			<Notice>{t.host.certificateAsks}</Notice>
		</Dialog>
	);
}

export function Acme({ host, certificate }: { host: Host; certificate: Certificate | undefined }) {
	const [ref, { acme }] = host;
	const on = acme.enabled === "true";
	const another = on && acme.fingerprint && certificate?.fingerprint_sha256 !== acme.fingerprint;
	const disable = () =>
		confirm({
			title: t.host.acmeDisable,
			body: <p>{t.host.acmeDisableWords}</p>,
			action: t.host.acmeDisable,
			onAction: () => call("host.acme_disable", ref),
		});

	return (
		<Card title={t.host.acme}>
			<p class="hint">{t.host.acmeWords}</p>
			{on && (
				<Facts
					facts={[
						[t.host.certificateNames, (acme.names ?? "").replaceAll(",", ", ")],
						[t.host.acmeDirectory, acme.directory ?? ""],
						[t.host.acmeTried, date(acme.tried ?? "") && ago(date(acme.tried ?? ""))],
					]}
				/>
			)}
			{acme.error && (
				<Notice kind="error">
					<p dir="auto">{acme.error}</p>
				</Notice>
			)}
			{another && <Notice kind="warning">{t.host.acmeAnother}</Notice>}
			{may("admin") && (
				<div class="row">
					<Button
						label={on ? t.action.edit : t.host.acmeEnable}
						icon="lock"
						onClick={() => openDialog((close) => <Enable host={host} close={close} />)}
					/>
					{on && (
						<Button
							label={t.host.acmeRenew}
							onClick={() =>
								attempt(t.host.acmeRenew, () => run("host.acme_renew", ref))
							}
						/>
					)}
					{on && <Button label={t.host.acmeDisable} onClick={disable} />}
				</div>
			)}
		</Card>
	);
}
