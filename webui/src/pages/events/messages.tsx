// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages: the most important first, the newest first among these.
 */
import { useState } from "preact/hooks";
import type { message, Ref } from "../../../model";
import { may } from "../../api/connection";
import { ATTENTION, needsAttention } from "../../api/messages";
import { call } from "../../api/rpc";
import { table } from "../../api/store";
import { ago, date, dateTime, t } from "../../text";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Card, Empty, State } from "../../ui/layout";
import { attempt } from "../../ui/toast";
import { ObjectLink, placeOf } from "./objects";

export type Message = [Ref<"message">, message];

const SHOWN = 100;

export function messageName(name: string): string {
	return t.messages[name] ?? name;
}

/** Calls by what they do, where there is a word for it. */
function inWords(text: string): string {
	return text.replace(
		/\b(?:Async\.)?([A-Za-z]+\.[A-Za-z_]+)/g,
		(as, method: string) => t.methods[method] ?? as,
	);
}

/** XenAPI's alarms carry the value and the rule in lines of their own. */
export function messageBody({ name, body }: message): string {
	const value = /^value: ([0-9.e+-]+)/m.exec(body)?.[1];
	const rule = /name value="([^"]+)"/.exec(body)?.[1] ?? /^config: (.*)/m.exec(body)?.[1];

	if (name === "ALARM" && value) return t.events.alarm(rule ?? "", Number(value));
	return name === "TASK_FAILED" ? inWords(body) : body;
}

/** Those that need somebody, the worst and newest first. */
export function sortedMessages(least: number): Message[] {
	return [...table("message")]
		.filter(([, m]) => m.priority <= least)
		.sort(
			([, a], [, b]) =>
				Math.min(a.priority, ATTENTION + 1) - Math.min(b.priority, ATTENTION + 1) ||
				b.timestamp.localeCompare(a.timestamp),
		);
}

export function MessageItem({ message: [ref, m], short }: { message: Message; short?: boolean }) {
	const when = date(m.timestamp);

	return (
		<li>
			<State
				kind={m.priority <= 2 ? "bad" : needsAttention(m) ? "busy" : "off"}
				text=""
				label={t.events.priorities[m.priority] ?? ""}
			/>
			<div class="grow">
				<strong dir="auto" class={short ? "clip" : ""}>
					{messageName(m.name)}
				</strong>{" "}
				<ObjectLink place={placeOf(m)} />
				<p dir="auto" class={short ? "clip" : "pre"}>
					{messageBody(m)}
				</p>
			</div>
			<time class="hint" dateTime={when?.toISOString()} title={dateTime(when)}>
				{ago(when)}
			</time>
			{may("operator") && !short && (
				<Button
					label={t.events.dismiss(messageName(m.name))}
					icon="close"
					iconOnly
					kind="plain"
					onClick={() =>
						attempt(t.action.dismiss, () => call("message.destroy", ref), true)
					}
				/>
			)}
		</li>
	);
}

function dismissAll(all: readonly Message[]): void {
	confirm({
		title: t.events.dismissAllTitle(all.length),
		body: <p>{t.events.dismissAllWords}</p>,
		action: t.events.dismissAll,
		onAction: async () => {
			for (const [ref] of all) await call("message.destroy", ref);
		},
	});
}

export function Messages({ search }: { search: string }) {
	const [least, setLeast] = useState(ATTENTION);
	const wanted = search.trim().toLowerCase();
	const all = sortedMessages(least).filter(([, m]) =>
		`${messageName(m.name)}\n${m.name}\n${m.body}\n${placeOf(m)?.name ?? ""}`
			.toLowerCase()
			.includes(wanted),
	);

	return (
		<Card
			title={t.events.messages}
			wide
			actions={
				<>
					<div class="segments" role="group" aria-label={t.events.which}>
						{[ATTENTION, 5].map((value) => (
							<button
								type="button"
								key={value}
								aria-pressed={least === value}
								onClick={() => setLeast(value)}
							>
								{value === ATTENTION ? t.events.important : t.events.all}
							</button>
						))}
					</div>
					{may("operator") && all.length > 0 && (
						<Button label={t.events.dismissAll} onClick={() => dismissAll(all)} />
					)}
				</>
			}
		>
			{all.length === 0 ? (
				<Empty icon="ok" text={wanted ? t.common.noMatch : t.dashboard.noAlerts} />
			) : (
				<ul class="list">
					{all.slice(0, SHOWN).map((m) => (
						<MessageItem key={m[0]} message={m} />
					))}
				</ul>
			)}
			{all.length > SHOWN && <p class="hint">{t.common.andMore(all.length - SHOWN)}</p>}
		</Card>
	);
}
