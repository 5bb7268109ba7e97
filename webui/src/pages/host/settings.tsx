// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings of the host: what it is called, its clock, where its log goes.
 */
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { to } from "../../route";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { CheckField, SelectField, TextArea, TextField } from "../../ui/fields";
import { Form, useDraft } from "../../ui/form";
import { Card, Facts } from "../../ui/layout";
import { Load, useLoaded } from "../../ui/load";
import { attempt } from "../../ui/toast";
import type { Host } from ".";
import { AlertSettings } from "./alerts";

function Names({ host: [ref, host] }: { host: Host }) {
	const name = useDraft(host.name_label);
	const description = useDraft(host.name_description);
	const hostname = useDraft(host.hostname);
	const fixed = !may("admin");

	async function save(): Promise<void> {
		if (hostname.changed) await call("host.set_hostname", ref, hostname.value.trim());
		if (name.changed) await call("host.set_name_label", ref, name.value);
		if (description.changed) await call("host.set_name_description", ref, description.value);
	}

	return (
		<Card title={t.host.names}>
			<Form
				label={t.host.names}
				drafts={[name, description, hostname]}
				disabled={!name.value.trim()}
				readOnly={fixed}
				onSave={save}
			>
				<TextField
					label={t.common.name}
					value={name.value}
					onChange={name.set}
					disabled={fixed}
				/>
				<TextField
					label={t.common.description}
					value={description.value}
					onChange={description.set}
					disabled={fixed}
				/>
				<TextField
					label={t.host.hostname}
					value={hostname.value}
					onChange={hostname.set}
					hint={t.host.hostnameHint}
					disabled={fixed}
				/>
				<p class="hint">
					{t.host.dnsIsThere} <a href={to("networks")}>{t.nav.networks}</a>
				</p>
			</Form>
		</Card>
	);
}

/** The host's answer is an hour of its own zone, without saying which. */
function clock(text: string): string {
	const m = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d:\d\d):/.exec(text);

	return m ? `${m[1]}-${m[2]}-${m[3]} ${m[4]}` : text;
}

function Now({ host: [ref, host] }: { host: Host }) {
	const now = useLoaded(
		async () => ({
			local: await call("host.get_server_localtime", ref),
			synchronised: await call("host.get_ntp_synchronized", ref),
		}),
		`${host.timezone} ${host.ntp_mode}`,
	);

	return (
		<>
			<Load from={now}>
				{({ local, synchronised }) => (
					<Facts
						facts={[
							[t.host.clockNow, clock(local)],
							[
								t.host.synchronised,
								synchronised ? t.action.yes : t.host.notSynchronised,
							],
						]}
					/>
				)}
			</Load>
			<div class="row">
				<Button label={t.host.lookAgain} icon="reboot" onClick={now.again} />
				{may("admin") && host.ntp_mode !== "Custom" && (
					<Button
						label={t.host.takeClock}
						tip={t.host.takeClockHint}
						onClick={async () => {
							const utc = new Date().toISOString().replace(/[-.]|\d{3}Z/g, "");
							await attempt(t.host.takeClock, () =>
								call("host.set_servertime", ref, `${utc}Z`),
							);
							await now.again();
						}}
					/>
				)}
			</div>
		</>
	);
}

function Time({ host }: { host: Host }) {
	const [ref, record] = host;
	const zones = useLoaded(() => call("host.list_timezones", ref));
	const zone = useDraft(record.timezone);
	const byNet = useDraft(record.ntp_mode === "Custom");
	const servers = useDraft(record.ntp_custom_servers.join("\n"));
	const fixed = !may("admin");

	async function save(): Promise<void> {
		if (zone.changed) await call("host.set_timezone", ref, zone.value);
		if (servers.changed && byNet.value)
			await call(
				"host.set_ntp_custom_servers",
				ref,
				servers.value.split(/[\s,]+/).filter(Boolean),
			);
		if (byNet.changed)
			await call("host.set_ntp_mode", ref, byNet.value ? "Custom" : "Disabled");
	}

	return (
		<Card title={t.host.time}>
			<Now host={host} />
			<Form
				label={t.host.time}
				drafts={[zone, byNet, servers]}
				disabled={byNet.value && !servers.value.trim()}
				readOnly={fixed}
				onSave={save}
			>
				<SelectField
					label={t.host.timezone}
					value={zone.value}
					onChange={zone.set}
					disabled={fixed}
					choices={[...new Set([record.timezone, ...(zones.value ?? [])])]
						.filter(Boolean)
						.sort()
						.map((value) => ({ value, label: value.replaceAll("_", " ") }))}
				/>
				<CheckField
					label={t.host.ntp}
					value={byNet.value}
					onChange={byNet.set}
					disabled={fixed}
				/>
				{byNet.value && (
					<TextArea
						label={t.host.ntpServers}
						value={servers.value}
						onChange={servers.set}
						hint={t.host.ntpServersHint}
						rows={3}
						disabled={fixed}
					/>
				)}
			</Form>
		</Card>
	);
}

function Syslog({ host: [ref, host] }: { host: Host }) {
	const target = useDraft(host.logging.syslog_destination ?? "");
	const fixed = !may("admin");

	async function save(): Promise<void> {
		const { syslog_destination: _, ...rest } = host.logging;
		const wanted = target.value.trim();

		await call(
			"host.set_logging",
			ref,
			wanted ? { ...rest, syslog_destination: wanted } : rest,
		);
		await call("host.syslog_reconfigure", ref);
	}

	return (
		<Card title={t.host.syslog}>
			<Form label={t.host.syslog} drafts={[target]} readOnly={fixed} onSave={save}>
				<TextField
					label={t.host.syslogServer}
					value={target.value}
					onChange={target.set}
					hint={t.host.syslogHint}
					disabled={fixed}
				/>
			</Form>
		</Card>
	);
}

export function Settings({ host }: { host: Host }) {
	return (
		<div class="cards loose">
			<div class="stack">
				<Names host={host} />
				<Time host={host} />
			</div>
			<div class="stack">
				<AlertSettings />
				<Syslog host={host} />
			</div>
		</div>
	);
}
