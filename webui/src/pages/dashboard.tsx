// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The overview: how the host is at a glance, now and over the last time, and what needs attention.
 */
import { useState } from "preact/hooks";
import type { host, VM } from "../../model";
import { may } from "../api/connection";
import { feed, latest, type Interval, type Series } from "../api/metrics";
import { ATTENTION } from "../api/messages";
import { isLibrary } from "../api/repositories";
import { get, table, theHost } from "../api/store";
import { to } from "../route";
import { bytes, percent, rate, t } from "../text";
import { LinkButton } from "../ui/button";
import { SpanChoice } from "../ui/graph";
import { Bar, Card, Empty, Page, State } from "../ui/layout";
import { MessageItem, sortedMessages } from "./events/messages";
import { runningTasks, TaskItem } from "./events/tasks";
import { HostGraphs } from "./graphs";
import { upFor } from "./host/overview";
import { isThin, promisedOf } from "./storage/data";

const LISTED = 6,
	LISTED_SHORT = 4;

function Cpu({ host, series }: { host: host; series: Series }) {
	const used = latest(series, `AVERAGE:host:${host.uuid}:cpu_avg`);
	const count = Number(host.cpu_info.cpu_count ?? host.host_CPUs.length);

	return (
		<Card title={t.dashboard.cpu}>
			<span class="figure">{used === undefined ? "–" : percent(used)}</span>
			<Bar label={t.dashboard.cpu} value={used ?? 0} text={t.dashboard.cpus(count)} />
		</Card>
	);
}

function Memory({ host }: { host: host }) {
	const metrics = get("host_metrics", host.metrics);
	const total = metrics?.memory_total ?? 0,
		used = total - (metrics?.memory_free ?? 0);

	return (
		<Card title={t.dashboard.memory}>
			<span class="figure">{total ? percent(used / total) : "–"}</span>
			<Bar
				label={t.dashboard.memory}
				value={total ? used / total : 0}
				text={t.common.of(bytes(used), bytes(total))}
				full={0.97}
			/>
		</Card>
	);
}

function Network({ host, series }: { host: host; series: Series }) {
	const now = (way: string) => latest(series, `AVERAGE:host:${host.uuid}:pif_aggr_${way}`);
	const [down, up] = [now("rx"), now("tx")];

	return (
		<Card title={t.dashboard.network}>
			<span class="figure">{down === undefined ? "–" : rate(down + (up ?? 0))}</span>
			<p class="hint">
				{t.dashboard.inOut(
					down === undefined ? "–" : rate(down),
					up === undefined ? "–" : rate(up),
				)}
			</p>
		</Card>
	);
}

function Storage() {
	const all = [...table("SR").values()]
		.filter((sr) => !isLibrary(sr) && sr.physical_size > 0)
		.sort(
			(a, b) =>
				b.physical_utilisation / b.physical_size - a.physical_utilisation / a.physical_size,
		);

	return (
		<Card title={t.dashboard.storage} actions={<a href={to("storage")}>{t.dashboard.all}</a>}>
			{all.length === 0 && (
				<Empty icon="storage" text={t.dashboard.noStorage}>
					{may("admin") && (
						<LinkButton label={t.dashboard.addStorage} href={to("storage")} />
					)}
				</Empty>
			)}
			{all.slice(0, LISTED).map((sr) => (
				<div key={sr.uuid} class="meter">
					<a class="clip" href={to("storage", sr.uuid)} dir="auto">
						{sr.name_label || t.common.unnamed}
					</a>
					<Bar
						label={sr.name_label}
						value={sr.physical_utilisation / sr.physical_size}
						text={
							isThin(sr) && promisedOf(sr) > sr.physical_size
								? t.dashboard.storageOver(
										bytes(sr.physical_size - sr.physical_utilisation),
										percent(promisedOf(sr) / sr.physical_size),
									)
								: t.dashboard.storageFree(
										bytes(sr.physical_size - sr.physical_utilisation),
									)
						}
					/>
				</div>
			))}
		</Card>
	);
}

type PowerState = keyof typeof t.power;

const states: readonly PowerState[] = ["Running", "Paused", "Suspended", "Halted"];

/** How busy a VM's CPUs are, 0 to 1. */
function busy(series: Series, vm: VM): number {
	let sum = 0,
		n = 0;

	for (; n < vm.VCPUs_max; n++) {
		const one = latest(series, `AVERAGE:vm:${vm.uuid}:cpu${n}`);
		if (one === undefined) break;
		sum += one;
	}
	return n ? sum / n : 0;
}

function Counts({ all }: { all: readonly VM[] }) {
	const counts = states
		.map((state) => [state, all.filter((vm) => vm.power_state === state).length] as const)
		.filter(([, n]) => n > 0);

	return (
		<>
			<div class="shares" aria-hidden="true">
				{counts.map(([state, n]) => (
					<span key={state} class={`share ${state}`} style={{ flexGrow: n }} />
				))}
			</div>
			<ul class="counts">
				{counts.map(([state, n]) => (
					<li key={state} class={state}>
						<strong>{n}</strong> {t.power[state].toLowerCase()}
					</li>
				))}
			</ul>
		</>
	);
}

function Vms({ series }: { series: Series }) {
	const all = [...table("VM").values()].filter(
		(vm) => !vm.is_a_template && !vm.is_a_snapshot && !vm.is_control_domain,
	);
	const busiest = all
		.filter((vm) => vm.power_state === "Running")
		.map((vm) => [vm, busy(series, vm)] as const)
		.sort(([a, x], [b, y]) => y - x || a.name_label.localeCompare(b.name_label))
		.slice(0, LISTED);

	return (
		<Card title={t.dashboard.vms} actions={<a href={to("vms")}>{t.dashboard.all}</a>}>
			{all.length === 0 ? (
				<Empty icon="vm" text={t.dashboard.noVms}>
					{may("operator") && (
						<LinkButton
							label={t.dashboard.createVm}
							href={to("vms", "new")}
							kind="primary"
							icon="plus"
						/>
					)}
				</Empty>
			) : (
				<Counts all={all} />
			)}
			{busiest.map(([vm, share]) => (
				<div key={vm.uuid} class="meter beside">
					<a class="clip" href={to("vms", vm.uuid)} dir="auto">
						{vm.name_label || t.common.unnamed}
					</a>
					<Bar
						label={t.dashboard.cpuOf(vm.name_label)}
						value={share}
						text={percent(share)}
						full={0.95}
					/>
				</div>
			))}
		</Card>
	);
}

function Alerts() {
	const all = sortedMessages(ATTENTION);

	return (
		<Card
			title={t.dashboard.alerts}
			actions={
				<a href={to("events")}>
					{all.length > LISTED_SHORT
						? t.common.andMore(all.length - LISTED_SHORT)
						: t.dashboard.all}
				</a>
			}
		>
			{all.length === 0 && <State kind="on" text={t.dashboard.noAlerts} />}
			<ul class="list">
				{all.slice(0, LISTED_SHORT).map((m) => (
					<MessageItem key={m[0]} message={m} short />
				))}
			</ul>
		</Card>
	);
}

function Tasks() {
	const all = runningTasks();

	return (
		<Card title={t.dashboard.tasks} actions={<a href={to("events")}>{t.dashboard.all}</a>}>
			{all.length === 0 && <p class="hint">{t.dashboard.noTasks}</p>}
			<ul class="list">
				{all.slice(0, LISTED_SHORT).map((one) => (
					<TaskItem key={one[0]} task={one} />
				))}
			</ul>
		</Card>
	);
}

export function Dashboard({ parts }: { parts: readonly string[] }) {
	const [interval, setInterval] = useState<Interval>(5);
	const found = theHost();

	if (!found || parts.length) return null;
	const host = found[1];
	const series = feed(5).series.value;
	const up = upFor(host);

	return (
		<Page
			title={t.dashboard.title}
			subtitle={[
				host.name_label,
				`${t.product} ${host.software_version.product_version ?? ""}`,
				host.address,
				up && t.dashboard.uptime(up),
			]
				.filter(Boolean)
				.join(" · ")}
		>
			<div class="stack">
				<div class="tiles">
					<Cpu host={host} series={series} />
					<Memory host={host} />
					<Network host={host} series={series} />
				</div>
				<Card
					title={t.dashboard.overTime}
					actions={<SpanChoice value={interval} onChange={setInterval} />}
					wide
				>
					<HostGraphs host={host} interval={interval} />
				</Card>
				<div class="cards loose">
					<Vms series={series} />
					<Storage />
					<div class="stack">
						<Alerts />
						<Tasks />
					</div>
				</div>
			</div>
		</Page>
	);
}
