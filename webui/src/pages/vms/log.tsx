// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happened to a VM: the host's messages of it, and what is going on with it now.
 */
import type { Ref, message } from "../../../model";
import { may } from "../../api/connection";
import { needsAttention } from "../../api/messages";
import { call } from "../../api/rpc";
import { get, table } from "../../api/store";
import { ago, date, dateTime, t } from "../../text";
import { Button } from "../../ui/button";
import { Card, Empty, State } from "../../ui/layout";
import { attempt } from "../../ui/toast";
import type { Row } from "./vms";

function messagesOf(uuid: string): [Ref<"message">, message][] {
	return [...table("message")]
		.filter(([, m]) => m.cls === "VM" && m.obj_uuid === uuid)
		.sort(([, a], [, b]) => b.timestamp.localeCompare(a.timestamp));
}

function Entry({ id, message }: { id: Ref<"message">; message: message }) {
	const when = date(message.timestamp);

	return (
		<li>
			<State kind={needsAttention(message) ? "bad" : "off"} text="" />
			<div class="grow">
				<strong dir="auto">
					{t.vms.messages[message.name as keyof typeof t.vms.messages] ?? message.name}
				</strong>
				{message.body && (
					<p class="notes hint" dir="auto">
						{message.body}
					</p>
				)}
			</div>
			<time class="hint" dateTime={when?.toISOString()} title={dateTime(when)}>
				{ago(when)}
			</time>
			{may("operator") && (
				<Button
					label={t.action.dismiss}
					icon="close"
					iconOnly
					kind="plain"
					onClick={() =>
						attempt(t.action.dismiss, () => call("message.destroy", id), true)
					}
				/>
			)}
		</li>
	);
}

export function Log({ row: { vm } }: { row: Row }) {
	const all = messagesOf(vm.uuid);
	const going = Object.keys(vm.current_operations).flatMap((ref) => {
		const task = get("task", ref as Ref<"task">);
		return task ? [[ref, task] as const] : [];
	});

	return (
		<div class="stack">
			{going.length > 0 && (
				<Card title={t.dashboard.tasks}>
					<ul class="list">
						{going.map(([ref, task]) => (
							<li key={ref}>
								<span class="grow" dir="auto">
									{task.name_label}
									<progress
										value={task.progress}
										max={1}
										aria-label={task.name_label}
									/>
								</span>
							</li>
						))}
					</ul>
				</Card>
			)}
			<Card title={t.vms.tabs.log}>
				{all.length === 0 && <Empty icon="bell" text={t.vms.noMessages} />}
				<ul class="list">
					{all.map(([ref, message]) => (
						<Entry key={ref} id={ref} message={message} />
					))}
				</ul>
			</Card>
		</div>
	);
}
