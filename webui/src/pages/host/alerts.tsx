// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where messages go besides this console: mail and a webhook. The keys are those that the host's
 * alerts read from the pool.
 */
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { theHost, thePool } from "../../api/store";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { SelectField, TextField } from "../../ui/fields";
import { Form, useDraft } from "../../ui/form";
import { Card } from "../../ui/layout";
import { attempt } from "../../ui/toast";

const keys = [
	"mail-destination",
	"ssmtp-mailhub",
	"mail-min-priority",
	"webhook-url",
	"webhook-min-priority",
] as const;
type Key = (typeof keys)[number];
type Values = Readonly<Record<Key, string>>;

const usual: Partial<Values> = { "mail-min-priority": "3", "webhook-min-priority": "5" };

/** A message that stays until somebody dismisses it, and takes the ways that others take. */
async function test(): Promise<void> {
	await call("message.create", "TEST", 1, "Host", theHost()![1].uuid, t.host.alertTestBody);
}

function Priority({
	label,
	value,
	onChange,
	disabled,
}: {
	label: string;
	value: string;
	onChange: (value: string) => void;
	disabled: boolean;
}) {
	return (
		<SelectField
			label={label}
			value={value}
			onChange={onChange}
			disabled={disabled}
			choices={["1", "2", "3", "4", "5"].map((p) => ({
				value: p,
				label: t.host.alertPriorities[p] ?? p,
			}))}
		/>
	);
}

export function AlertSettings() {
	const pool = thePool();
	const config = pool?.[1].other_config ?? {};
	const values = useDraft<Values>(
		Object.fromEntries(keys.map((key) => [key, config[key] ?? usual[key] ?? ""])) as Values,
	);
	const fixed = !may("admin");
	const set = (key: Key) => (value: string) => values.set({ ...values.value, [key]: value });

	if (!pool) return null;
	async function save(): Promise<void> {
		const kept = Object.entries(config).filter(([key]) => !keys.includes(key as Key));
		const wanted = keys
			.map((key) => [key, values.value[key].trim()] as const)
			.filter(([key, value]) => value && value !== usual[key]);

		await call("pool.set_other_config", pool![0], Object.fromEntries([...kept, ...wanted]));
	}

	return (
		<Card title={t.host.alerts}>
			<Form label={t.host.alerts} drafts={[values]} readOnly={fixed} onSave={save}>
				<TextField
					label={t.host.mailTo}
					value={values.value["mail-destination"]}
					onChange={set("mail-destination")}
					hint={t.host.mailToHint}
					disabled={fixed}
				/>
				<TextField
					label={t.host.mailServer}
					value={values.value["ssmtp-mailhub"]}
					onChange={set("ssmtp-mailhub")}
					hint={t.host.mailServerHint}
					disabled={fixed}
				/>
				<Priority
					label={t.host.mailLeast}
					value={values.value["mail-min-priority"]}
					onChange={set("mail-min-priority")}
					disabled={fixed}
				/>
				<TextField
					label={t.host.webhook}
					type="url"
					value={values.value["webhook-url"]}
					onChange={set("webhook-url")}
					disabled={fixed}
				/>
				<Priority
					label={t.host.webhookLeast}
					value={values.value["webhook-min-priority"]}
					onChange={set("webhook-min-priority")}
					disabled={fixed}
				/>
			</Form>
			{may("operator") && (
				<div class="row">
					<Button
						label={t.host.alertTest}
						tip={t.host.alertTestHint}
						onClick={() => attempt(t.host.alertTest, test)}
					/>
				</div>
			)}
		</Card>
	);
}
