// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host did over time, for the overview and for its own page.
 */
import type { host } from "../../model";
import { feed, sum, type Interval, type Series } from "../api/metrics";
import { get } from "../api/store";
import { bytes, percent, rate, t } from "../text";
import { Graph } from "../ui/graph";

const KIB = 1024;

/** Of all disks together: what ends with `way`. */
function disks(prefix: string, way: "read" | "write") {
	return (series: Series) =>
		sum(
			series,
			[...series.columns.keys()].filter(
				(name) => name.startsWith(`${prefix}disk_`) && name.endsWith(`_${way}`),
			),
		);
}

export function HostGraphs({
	host,
	interval,
	disks: withDisks,
}: {
	host: host;
	interval: Interval;
	disks?: boolean;
}) {
	const prefix = `AVERAGE:host:${host.uuid}:`;
	const of = (name: string) => (series: Series) => series.columns.get(prefix + name) ?? [];
	const total = get("host_metrics", host.metrics)?.memory_total ?? 0;
	const used = (series: Series) =>
		of("memory_free_kib")(series).map((free) => (free === null ? null : total - free * KIB));
	const hasDisks = [...feed(interval).series.value.columns.keys()].some((name) =>
		name.startsWith(`${prefix}disk_`),
	);

	return (
		<div class="host-graphs">
			<Graph
				title={t.dashboard.cpu}
				interval={interval}
				max={1}
				format={percent}
				lines={[{ label: t.dashboard.allCpus, values: of("cpu_avg") }]}
			/>
			<Graph
				title={t.dashboard.memory}
				interval={interval}
				max={total}
				binary
				format={bytes}
				lines={[{ label: t.dashboard.used, values: used }]}
			/>
			<Graph
				title={t.dashboard.network}
				interval={interval}
				binary
				format={rate}
				lines={[
					{ label: t.dashboard.received, values: of("pif_aggr_rx") },
					{ label: t.dashboard.sent, values: of("pif_aggr_tx") },
				]}
			/>
			{withDisks && hasDisks && (
				<Graph
					title={t.dashboard.disks}
					interval={interval}
					binary
					format={rate}
					lines={[
						{ label: t.dashboard.read, values: disks(prefix, "read") },
						{ label: t.dashboard.written, values: disks(prefix, "write") },
					]}
				/>
			)}
		</div>
	);
}
