// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: those that go on, with what can stop them, and how others ended.
 */
import type { Ref, task } from "../../../model";
import { may } from "../../api/connection";
import { ApiError, call } from "../../api/rpc";
import { table } from "../../api/store";
import { ago, date, dateTime, percent, t, words } from "../../text";
import { Button } from "../../ui/button";
import { Card, Empty, State } from "../../ui/layout";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import { ObjectLink, placeOfTask, taskLabel } from "./objects";

export type Task = [Ref<"task">, task];

function isRunning({ status }: task): boolean {
	return status === "pending" || status === "cancelling";
}

export function runningTasks(): Task[] {
	return [...table("task")]
		.filter(([, record]) => isRunning(record))
		.sort(([, a], [, b]) => a.created.localeCompare(b.created));
}

function matches(record: task, search: string): boolean {
	return `${taskLabel(record)}\n${record.name_label}\n${record.name_description}`
		.toLowerCase()
		.includes(search.trim().toLowerCase());
}

export function TaskItem({ task: [ref, record] }: { task: Task }) {
	const label = taskLabel(record);

	return (
		<li>
			<div class="grow">
				<strong dir="auto" class="clip">
					{label}
				</strong>{" "}
				<ObjectLink place={placeOfTask(ref)} />
				{record.name_description && (
					<span class="hint clip" dir="auto">
						{" "}
						{record.name_description}
					</span>
				)}
				<progress
					value={record.progress > 0 ? record.progress : undefined}
					max={1}
					aria-label={label}
				/>
				<span class="hint">
					{record.status === "cancelling"
						? t.events.cancelling
						: record.progress > 0
							? percent(record.progress)
							: t.events.begun(ago(date(record.created)))}
				</span>
			</div>
			{may("operator") &&
				record.status === "pending" &&
				record.allowed_operations.includes("cancel") && (
					<Button
						label={t.events.stop(label)}
						icon="close"
						iconOnly
						kind="plain"
						onClick={() =>
							attempt(t.events.stop(label), () => call("task.cancel", ref), true)
						}
					/>
				)}
		</li>
	);
}

export function RunningTasks({ search }: { search: string }) {
	const all = runningTasks().filter(([, record]) => matches(record, search));

	return (
		<Card title={t.events.running} wide>
			{all.length === 0 && <p class="hint">{t.dashboard.noTasks}</p>}
			<ul class="list">
				{all.map((one) => (
					<TaskItem key={one[0]} task={one} />
				))}
			</ul>
		</Card>
	);
}

function Outcome({ record }: { record: task }) {
	const [code, ...params] = record.error_info;

	if (record.status === "success") return <State kind="on" text={t.events.success} />;
	if (record.status === "cancelled") return <State kind="off" text={t.events.cancelled} />;
	return (
		<>
			<State kind="bad" text={t.events.failure} />
			{code && (
				<p class="hint clip" dir="auto">
					{words(new ApiError(code, params))}
				</p>
			)}
		</>
	);
}

const columns: readonly Column<Task>[] = [
	{
		title: t.events.task,
		head: true,
		cell: ([, record]) => (
			<>
				<span class="clip" dir="auto">
					{taskLabel(record)}
				</span>
				{record.name_description && (
					<p class="hint clip" dir="auto">
						{record.name_description}
					</p>
				)}
			</>
		),
	},
	{ title: t.events.outcome, cell: ([, record]) => <Outcome record={record} /> },
	{
		title: t.events.ended,
		cell: ([, record]) => (
			<time title={dateTime(date(record.finished))}>{ago(date(record.finished))}</time>
		),
	},
	{
		title: t.events.took,
		align: "end",
		wide: true,
		cell: ([, record]) => {
			const from = date(record.created),
				until = date(record.finished);
			return from && until
				? t.events.seconds(Math.round((until.getTime() - from.getTime()) / 1000))
				: "";
		},
	},
];

export function EndedTasks({ search }: { search: string }) {
	const all = [...table("task")]
		.filter(([, record]) => !isRunning(record) && matches(record, search))
		.sort(([, a], [, b]) => b.finished.localeCompare(a.finished));

	return (
		<Card title={t.events.endedTasks} wide>
			<DataTable
				label={t.events.endedTasks}
				columns={columns}
				rows={all}
				rowKey={([ref]) => ref}
				identity={([, record]) => record}
				empty={<Empty icon="events" text={t.events.noEnded} />}
			/>
		</Card>
	);
}
