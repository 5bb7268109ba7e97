// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs: the host's, the hypervisor's; followed, searched, saved. And all of it for support.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { download } from "../../api/streams";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { CheckField } from "../../ui/fields";
import { Card, Notice } from "../../ui/layout";
import { useLoaded } from "../../ui/load";
import { Search } from "../../ui/search";
import type { Host } from ".";

type Which = "host" | "hypervisor";

const FOLLOW_MS = 5000,
	LINES_SHOWN = 2000;

function save(name: string, text: string): void {
	const link = document.createElement("a");

	link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

function Viewer({ text, search, follow }: { text: string; search: string; follow: boolean }) {
	const frame = useRef<HTMLPreElement>(null);
	const wanted = search.trim().toLowerCase();
	const lines = text
		.trimEnd()
		.split("\n")
		.filter((line) => line.toLowerCase().includes(wanted));

	useEffect(() => {
		if (follow && frame.current) frame.current.scrollTop = frame.current.scrollHeight;
	}, [text, follow, search]);

	return (
		<>
			<pre class="log" ref={frame} tabIndex={0} role="log" aria-label={t.host.tabs.logs}>
				{lines.slice(-LINES_SHOWN).join("\n") || t.common.noMatch}
			</pre>
			<p class="hint">{t.host.lines(lines.length)}</p>
		</>
	);
}

function Log({ host: [ref, record] }: { host: Host }) {
	const [which, setWhich] = useState<Which>("host");
	const [search, setSearch] = useState("");
	const [follow, setFollow] = useState(true);
	const log = useLoaded(() => call(which === "host" ? "host.get_log" : "host.dmesg", ref), which);
	const again = useRef(log.again);

	again.current = log.again;
	useEffect(() => {
		if (!follow) return;
		const timer = setInterval(() => {
			if (!document.hidden) void again.current();
		}, FOLLOW_MS);
		return () => clearInterval(timer);
	}, [follow]);

	return (
		<Card
			title={t.host.tabs.logs}
			wide
			actions={
				<>
					{may("admin") && (
						<div class="segments" role="group" aria-label={t.host.whichLog}>
							{(["host", "hypervisor"] as const).map((one) => (
								<button
									type="button"
									key={one}
									aria-pressed={one === which}
									onClick={() => setWhich(one)}
								>
									{t.host.logNames[one]}
								</button>
							))}
						</div>
					)}
					<Search value={search} onChange={setSearch} label={t.host.searchLog} />
				</>
			}
		>
			{log.error && <Notice kind="error">{log.error}</Notice>}
			{log.value === undefined ? (
				!log.error && <p class="hint">{t.connection.loading}</p>
			) : (
				<Viewer text={log.value} search={search} follow={follow} />
			)}
			<div class="row">
				<CheckField label={t.host.follow} value={follow} onChange={setFollow} />
				<Button
					label={t.host.saveLog}
					icon="download"
					disabled={log.value === undefined}
					onClick={() => save(`${record.hostname}-${which}.log`, log.value ?? "")}
				/>
			</div>
		</Card>
	);
}

export function Logs({ host }: { host: Host }) {
	return (
		<>
			{may("operator") && <Log host={host} />}
			{may("admin") && (
				<Card title={t.host.support}>
					<p class="hint">{t.host.supportWords}</p>
					<div class="row">
						<Button
							label={t.host.supportBundle}
							icon="download"
							onClick={() => download("/system-status", {})}
						/>
					</div>
				</Card>
			)}
		</>
	);
}
