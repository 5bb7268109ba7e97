// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The certificate that browsers see: which one it is, another one, a new one, the former one.
 */
import { useState } from "preact/hooks";
import type { Certificate } from "../../../model";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { table } from "../../api/store";
import { date, dateTime, t } from "../../text";
import { Button } from "../../ui/button";
import { CopyText } from "../../ui/copy";
import { confirm, Dialog, openDialog } from "../../ui/dialog";
import { TextArea } from "../../ui/fields";
import { Card, Facts, Notice } from "../../ui/layout";
import { DropZone } from "../../ui/uploads";
import type { Host } from ".";
import { Acme } from "./acme";

const DAY_MS = 86_400_000,
	SOON_DAYS = 21;

function Expiry({ certificate }: { certificate: Certificate }) {
	const end = date(certificate.not_after);
	const days = end ? Math.floor((end.getTime() - Date.now()) / DAY_MS) : Infinity;

	if (days < 0) return <Notice kind="error">{t.host.certificateExpired}</Notice>;
	if (days <= SOON_DAYS) return <Notice kind="warning">{t.host.certificateSoon(days)}</Notice>;
	return null;
}

/** Files hold one of them, or all after each other: each finds its place by itself. */
function parts(text: string): { key: string; certificates: string[] } {
	const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[^]*?-----END \1-----/g) ?? [];

	return {
		key: blocks.find((block) => block.includes("PRIVATE KEY")) ?? "",
		certificates: blocks.filter((block) => block.includes("BEGIN CERTIFICATE")),
	};
}

function Install({ host: [ref], close }: { host: Host; close: () => void }) {
	const [certificate, setCertificate] = useState("");
	const [key, setKey] = useState("");
	const [chain, setChain] = useState("");

	async function take(files: File[]): Promise<void> {
		for (const file of files) {
			const found = parts(await file.text());
			const [own, ...others] = found.certificates;

			if (found.key) setKey(found.key);
			if (!own) continue;
			if (/chain|ca/i.test(file.name) && !/full/i.test(file.name))
				setChain(found.certificates.join("\n"));
			else {
				setCertificate(own);
				if (others.length) setChain(others.join("\n"));
			}
		}
	}

	return (
		<Dialog
			title={t.host.installCertificate}
			close={close}
			wide
			action={t.host.install}
			disabled={!certificate.trim() || !key.trim()}
			onAction={() => call("host.install_server_certificate", ref, certificate, key, chain)}
		>
			<DropZone
				label={t.host.certificateFiles}
				accept=".pem,.crt,.cer,.key"
				multiple
				onFiles={(files) => void take(files)}
			/>
			<TextArea
				label={t.host.certificate}
				value={certificate}
				onChange={setCertificate}
				rows={5}
				mono
				hint={t.host.pemHint}
			/>
			<TextArea label={t.host.privateKey} value={key} onChange={setKey} rows={5} mono />
			<TextArea
				label={t.common.optional(t.host.chain)}
				value={chain}
				onChange={setChain}
				rows={3}
				mono
			/>
			<Notice>{t.host.certificateAsks}</Notice>
		</Dialog>
	);
}

function ask(title: string, words: string, action: () => Promise<unknown>): void {
	confirm({
		title,
		body: (
			<>
				<p>{words}</p>
				<Notice>{t.host.certificateAsks}</Notice>
			</>
		),
		action: title,
		onAction: action,
	});
}

function Actions({ host, certificate }: { host: Host; certificate: Certificate | undefined }) {
	const [ref] = host;

	return (
		<div class="row">
			<Button
				label={t.host.installCertificate}
				icon="upload"
				kind="primary"
				onClick={() => openDialog((close) => <Install host={host} close={close} />)}
			/>
			<Button
				label={t.host.selfSigned}
				onClick={() =>
					ask(t.host.selfSigned, t.host.selfSignedWords, () =>
						call("host.reset_server_certificate", ref),
					)
				}
			/>
			{certificate?.has_former && (
				<Button
					label={t.host.former}
					onClick={() =>
						ask(t.host.former, t.host.formerWords, () =>
							call("host.restore_server_certificate", ref),
						)
					}
				/>
			)}
		</div>
	);
}

export function CertificateTab({ host }: { host: Host }) {
	const certificate = [...table("Certificate").values()].find((c) => c.type === "host");

	return (
		<div class="cards loose">
			<Installed host={host} certificate={certificate} />
			<Acme host={host} certificate={certificate} />
		</div>
	);
}

function Installed({ host, certificate }: { host: Host; certificate: Certificate | undefined }) {
	return (
		<Card title={t.host.certificateNow}>
			{certificate ? (
				<>
					<Expiry certificate={certificate} />
					<Facts
						facts={[
							[
								t.host.issuedBy,
								certificate.self_signed ? t.host.bySelf : certificate.issuer,
							],
							[t.host.subject, certificate.subject],
							[t.host.certificateNames, certificate.names.join(", ")],
							[t.host.validFrom, dateTime(date(certificate.not_before))],
							[t.host.validUntil, dateTime(date(certificate.not_after))],
							[t.host.key, certificate.key],
						]}
					/>
					<div class="field">
						<strong>{t.host.fingerprint}</strong>
						<CopyText
							label={t.host.fingerprint}
							text={certificate.fingerprint_sha256}
						/>
						<p class="hint">{t.host.fingerprintHint}</p>
					</div>
				</>
			) : (
				<p class="hint">{t.host.noCertificate}</p>
			)}
			{may("admin") && <Actions host={host} certificate={certificate} />}
		</Card>
	);
}
