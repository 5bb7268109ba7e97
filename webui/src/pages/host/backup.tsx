// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Backups: of VMs by policies, and of the host's own settings.
 */
import type { Ref, VMPP } from "../../../model";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { getAll, table } from "../../api/store";
import { download } from "../../api/streams";
import { ended } from "../../api/tasks";
import { ago, date, dateTime, t } from "../../text";
import { Button } from "../../ui/button";
import { confirm, openDialog } from "../../ui/dialog";
import { Card, Empty, Notice, State } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import { DropZone, tellSending } from "../../ui/uploads";
import { Archives } from "./archives";
import { PolicyDialog } from "./policy";

export type Policy = [Ref<"VMPP">, VMPP];

export function scheduleWords({ backup_frequency: often, backup_schedule: when }: VMPP): string {
	const minute = (when.min ?? "0").padStart(2, "0");
	const time = `${(when.hour ?? "0").padStart(2, "0")}:${minute}`;
	const days = (when.days ?? "")
		.split(",")
		.map((day) => t.host.days[day as keyof typeof t.host.days] ?? day);

	if (often === "hourly") return t.host.hourlyAt(minute);
	return often === "daily" ? t.host.dailyAt(time) : t.host.weeklyAt(days.join(", "), time);
}

function Actions({ policy }: { policy: Policy }) {
	const [ref, record] = policy;

	return (
		<Menu
			label={t.storage.actionsFor(record.name_label)}
			icon="more"
			iconOnly
			items={[
				{
					label: t.host.backupNow,
					icon: "play",
					disabled: record.VMs.length === 0 ? t.host.noVmsInPolicy : false,
					onChoose: () =>
						attempt(t.host.backupNow, async () =>
							ended(await call("VMPP.protect_now", ref)),
						),
				},
				record.archive_target_type !== "none" && {
					label: t.host.archives,
					icon: "search",
					onChoose: () =>
						openDialog((close) => <Archives policy={policy} close={close} />),
				},
				may("admin") && {
					label: record.is_policy_enabled ? t.host.pausePolicy : t.host.resumePolicy,
					icon: "pause",
					onChoose: () =>
						attempt(
							record.is_policy_enabled ? t.host.pausePolicy : t.host.resumePolicy,
							() =>
								call("VMPP.set_is_policy_enabled", ref, !record.is_policy_enabled),
							true,
						),
				},
				may("admin") && {
					label: t.action.edit,
					icon: "edit",
					onChoose: () =>
						openDialog((close) => <PolicyDialog policy={policy} close={close} />),
				},
				may("admin") && {
					label: t.action.delete,
					icon: "trash",
					danger: true,
					onChoose: () =>
						confirm({
							title: t.host.deletePolicy(record.name_label),
							body: <p>{t.host.deletePolicyWords}</p>,
							action: t.action.delete,
							danger: true,
							onAction: () => call("VMPP.destroy", ref),
						}),
				},
			]}
		/>
	);
}

function LastRun({ policy }: { policy: VMPP }) {
	const when = date(policy.backup_last_run_time);

	if (policy.is_backup_running) return <State kind="busy" text={t.host.backupRuns} />;
	return (
		<>
			<time title={when && dateTime(when)}>{ago(when)}</time>
			{policy.recent_alerts[0] && (
				<p class="hint clip" dir="auto">
					{policy.recent_alerts[0]}
				</p>
			)}
		</>
	);
}

const columns: readonly Column<Policy>[] = [
	{
		title: t.common.name,
		head: true,
		sort: ([, p]) => p.name_label,
		cell: ([, p]) => (
			<>
				<span class="clip" dir="auto">
					{p.name_label || t.common.unnamed}
				</span>{" "}
				{!p.is_policy_enabled && <span class="tag">{t.host.policyPaused}</span>}
			</>
		),
	},
	{ title: t.host.schedule, cell: ([, p]) => scheduleWords(p) },
	{
		title: t.host.target,
		cell: ([, p]) => (
			<>
				{t.host.targets[p.archive_target_type]}
				<p class="hint mono clip" dir="auto">
					{p.archive_target_config.location ?? ""}
				</p>
			</>
		),
	},
	{
		title: t.networks.vms,
		align: "end",
		sort: ([, p]) => p.VMs.length,
		cell: ([, p]) => (
			<span
				title={getAll("VM", p.VMs)
					.map(([, vm]) => vm.name_label)
					.join("\n")}
			>
				{p.VMs.length}
			</span>
		),
	},
	{ title: t.host.kept, align: "end", wide: true, cell: ([, p]) => p.backup_retention_value },
	{ title: t.host.lastRun, cell: ([, p]) => <LastRun policy={p} /> },
	{
		title: t.common.actions,
		actions: true,
		align: "end",
		cell: (policy) => may("operator") && <Actions policy={policy} />,
	},
];

function restoreHost(file: File): void {
	confirm({
		title: t.host.restoreTitle(file.name),
		body: (
			<>
				<p>{t.host.restoreWords}</p>
				<Notice kind="warning">{t.host.restoreReboot}</Notice>
			</>
		),
		action: t.host.restore,
		danger: true,
		onAction: async () => {
			void tellSending("/host_restore", {}, file, t.host.restoring(file.name));
		},
	});
}

function OwnSettings() {
	return (
		<Card title={t.host.ownSettings}>
			<p class="hint">{t.host.ownSettingsWords}</p>
			<div class="row">
				<Button
					label={t.host.downloadSettings}
					icon="download"
					onClick={() => download("/host_backup", {})}
				/>
			</div>
			<DropZone
				label={t.host.restore}
				hint={t.host.restoreHint}
				accept=".zst"
				onFiles={(files) => restoreHost(files[0]!)}
			/>
		</Card>
	);
}

export function Backup() {
	const add = () => openDialog((close) => <PolicyDialog close={close} />);

	return (
		<>
			<Card
				title={t.host.policies}
				wide
				actions={
					may("admin") && (
						<Button
							label={t.host.createPolicy}
							icon="plus"
							kind="primary"
							onClick={add}
						/>
					)
				}
			>
				<DataTable
					label={t.host.policies}
					columns={columns}
					rows={[...table("VMPP")]}
					rowKey={([ref]) => ref}
					identity={([, p]) => p}
					empty={<Empty icon="clock" text={t.host.noPolicies} />}
				/>
			</Card>
			{may("admin") && <OwnSettings />}
		</>
	);
}
