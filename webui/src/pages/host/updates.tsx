// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Versions of the system: the one that runs, the one beside it, and how a newer one gets there.
 */
import { useState } from "preact/hooks";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { run } from "../../api/tasks";
import { to } from "../../route";
import { t } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { TextField } from "../../ui/fields";
import { Card, Notice, State } from "../../ui/layout";
import { Load, useLoaded, type Loaded } from "../../ui/load";
import { attempt } from "../../ui/toast";
import { DropZone, sendFile } from "../../ui/uploads";
import type { Host } from ".";

type Status = Readonly<Record<string, string>>;
type Slot = "a" | "b";

function slotWords(status: Status, slot: Slot): string {
	const words = [
		status.running === slot && t.host.slotRuns,
		status.starts === slot && t.host.slotStarts,
		status.tried === slot && t.host.slotTried,
		status[`incomplete_${slot}`] === "true" && t.host.slotIncomplete,
		status.failed?.startsWith(`${slot} `) && t.host.slotFailed,
	];

	return words.filter(Boolean).join(", ");
}

function Slots({ status }: { status: Status }) {
	return (
		<ul class="list">
			{(["a", "b"] as const).map((slot) => (
				<li key={slot}>
					<State
						kind={
							status.failed?.startsWith(`${slot} `)
								? "bad"
								: status.running === slot
									? "on"
									: "off"
						}
						text=""
						label={slotWords(status, slot)}
					/>
					<div class="grow">
						<strong>
							{status[`version_${slot}`]
								? `${t.product} ${status[`version_${slot}`]}`
								: t.host.slotEmpty}
						</strong>{" "}
						<span class="tag">{t.host.slot(slot.toUpperCase())}</span>
						<p class="hint">{slotWords(status, slot)}</p>
					</div>
				</li>
			))}
		</ul>
	);
}

function Fetch({ host: [ref], status }: { host: Host; status: Loaded<Status> }) {
	const [url, setUrl] = useState("");

	return (
		<>
			<DropZone
				label={t.host.uploadUpdate}
				onFiles={(files) => {
					const file = files[0]!;
					const label = t.storage.uploading(file.name);

					void attempt(label, () => sendFile("/host_update", {}, file, label)).then(
						status.again,
					);
				}}
			/>
			<div class="inline-form">
				<TextField
					label={t.host.updateUrl}
					type="url"
					value={url}
					onChange={setUrl}
					placeholder="https://"
				/>
				<Button
					label={t.host.fetchUpdate}
					icon="download"
					disabled={!url.startsWith("https://")}
					onClick={async () => {
						await attempt(t.host.fetchUpdate, () =>
							run("host.update_from_url", ref, url.trim()),
						);
						await status.again();
					}}
				/>
			</div>
		</>
	);
}

function Versions({ host, status }: { host: Host; status: Loaded<Status> }) {
	const [ref] = host;

	return (
		<Load from={status}>
			{(now) => {
				const other = now.running === "a" ? "b" : "a";
				const act = (label: string, method: "host.update_cancel" | "host.update_back") =>
					attempt(label, () => call(method, ref)).then(status.again);

				if (now.installed !== "true")
					return <Notice>{now.why || t.host.liveSystem}</Notice>;
				return (
					<>
						<Slots status={now} />
						{now.failed && (
							<Notice kind="error">{t.host.updateFailed(now.failed.slice(2))}</Notice>
						)}
						{now.tried && (
							<Notice>
								<p>{t.host.updateWaits(now[`version_${now.tried}`] ?? "")}</p>
								<div class="row">
									<LinkButton label={t.host.toPower} href={to("host", "power")} />
									{may("admin") && (
										<Button
											label={t.host.updateCancel}
											onClick={() =>
												act(t.host.updateCancel, "host.update_cancel")
											}
										/>
									)}
								</div>
							</Notice>
						)}
						{may("admin") && <Fetch host={host} status={status} />}
						{may("admin") && !now.tried && now[`version_${other}`] && (
							<div class="row">
								<Button
									label={t.host.updateBack(now[`version_${other}`] ?? "")}
									tip={t.host.updateBackHint}
									onClick={() =>
										act(
											t.host.updateBack(now[`version_${other}`] ?? ""),
											"host.update_back",
										)
									}
								/>
							</div>
						)}
					</>
				);
			}}
		</Load>
	);
}

function Keys({ host: [ref] }: { host: Host }) {
	const [key, setKey] = useState("");
	const keys = useLoaded(() => call("host.get_update_keys", ref));

	return (
		<Card title={t.host.updateKeys}>
			<p class="hint">{t.host.updateKeysWords}</p>
			<Load from={keys}>
				{(all) => (
					<ul class="list">
						{all.length === 0 && <li class="hint">{t.host.noUpdateKeys}</li>}
						{all.map((one) => (
							<li key={one}>
								<code class="grow">{one}</code>
								{may("admin") && (
									<Button
										label={t.host.removeEntry(one)}
										icon="trash"
										iconOnly
										kind="plain"
										onClick={() =>
											attempt(
												t.host.removeEntry(one),
												() => call("host.remove_update_key", ref, one),
												true,
											).then(keys.again)
										}
									/>
								)}
							</li>
						))}
					</ul>
				)}
			</Load>
			{may("admin") && (
				<div class="inline-form">
					<TextField label={t.host.updateKey} value={key} onChange={setKey} />
					<Button
						label={t.host.addKey}
						icon="plus"
						disabled={!key.trim()}
						onClick={async () => {
							const added = await attempt(
								t.host.addKey,
								() => call("host.add_update_key", ref, key.trim()),
								true,
							);
							if (added) setKey("");
							await keys.again();
						}}
					/>
				</div>
			)}
		</Card>
	);
}

export function Updates({ host }: { host: Host }) {
	const status = useLoaded(() => call("host.get_update_status", host[0]));

	return (
		<div class="cards">
			<Card title={t.host.versions}>
				<Versions host={host} status={status} />
			</Card>
			<Keys host={host} />
		</div>
	);
}
