// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the machine is, what runs on it, and what it did over time.
 */
import { useState } from "preact/hooks";
import type { Interval } from "../../api/metrics";
import { get, getAll, table } from "../../api/store";
import { bytes, date, dateTime, percent, t, uptime } from "../../text";
import { SpanChoice } from "../../ui/graph";
import { Bar, Card, Facts } from "../../ui/layout";
import { HostGraphs } from "../graphs";
import type { Host } from ".";

function bootTime(host: Host[1]): Date | undefined {
	const seconds = Number.parseFloat(host.other_config.boot_time ?? "");

	return seconds > 0 ? new Date(seconds * 1000) : undefined;
}

export function upFor(host: Host[1]): string {
	const since = bootTime(host);

	return since ? uptime((Date.now() - since.getTime()) / 1000) : "";
}

function Machine({ host }: { host: Host[1] }) {
	const bios = host.bios_strings;
	const cpu = getAll("host_cpu", host.host_CPUs)[0]?.[1];
	const info = host.cpu_info;

	return (
		<Card title={t.host.machine}>
			<Facts
				facts={[
					[
						t.host.model,
						[bios["system-manufacturer"], bios["system-product-name"]]
							.filter(Boolean)
							.join(" "),
					],
					[t.host.serial, bios["system-serial-number"] ?? ""],
					[t.host.firmware, bios["bios-version"] ?? ""],
					[t.host.cpu, info.modelname ?? cpu?.modelname ?? ""],
					[
						t.host.cpus,
						t.host.cpuCount(
							Number(info.cpu_count ?? host.host_CPUs.length),
							Number(info.socket_count ?? 1),
						),
					],
					[t.host.iommu, host.chipset_info.iommu === "true" ? t.action.yes : ""],
					[t.host.address, host.address && <code>{host.address}</code>],
					["UUID", <code key="uuid">{host.uuid}</code>],
				]}
			/>
		</Card>
	);
}

function Software({ host }: { host: Host[1] }) {
	const versions = host.software_version;
	const since = bootTime(host);

	return (
		<Card title={t.host.software}>
			<Facts
				facts={[
					[t.product, versions.product_version ?? ""],
					[t.host.hypervisor, versions.xen ?? ""],
					[t.host.kernel, versions.linux ?? ""],
					[t.host.api, `${host.API_version_major}.${host.API_version_minor}`],
					[t.host.running, upFor(host)],
					[t.host.since, since && dateTime(since)],
					[
						t.host.lastUpdate,
						date(host.last_software_update) &&
							dateTime(date(host.last_software_update)),
					],
					[t.host.enabled, host.enabled ? t.action.yes : t.host.disabledWords],
				]}
			/>
		</Card>
	);
}

function Memory({ host }: { host: Host[1] }) {
	const metrics = get("host_metrics", host.metrics);
	const total = metrics?.memory_total ?? 0,
		free = metrics?.memory_free ?? 0;
	const own = get("VM", host.control_domain)?.memory_dynamic_max ?? 0;
	const vms = getAll("VM", host.resident_VMs).filter(([, vm]) => !vm.is_control_domain);
	const given = vms.reduce(
		(sum, [, vm]) => sum + (table("VM_metrics").get(vm.metrics)?.memory_actual ?? 0),
		0,
	);

	return (
		<Card title={t.dashboard.memory}>
			<span class="figure">{t.dashboard.free(bytes(free))}</span>
			<Bar
				label={t.dashboard.memory}
				value={total ? (total - free) / total : 0}
				text={`${t.common.of(bytes(total - free), bytes(total))} (${percent(total ? (total - free) / total : 0)})`}
				full={0.97}
			/>
			<Facts
				facts={[
					[t.host.memoryVms(vms.length), given > 0 ? bytes(given) : ""],
					[t.host.memoryOwn, own > 0 ? bytes(own) : ""],
					[t.host.memoryHypervisor, bytes(host.memory_overhead)],
				]}
			/>
		</Card>
	);
}

export function Overview({ host: [, host] }: { host: Host }) {
	const [interval, setInterval] = useState<Interval>(5);

	return (
		<div class="cards">
			<Machine host={host} />
			<Software host={host} />
			<Memory host={host} />
			<Card
				title={t.dashboard.overTime}
				actions={<SpanChoice value={interval} onChange={setInterval} />}
				wide
			>
				<HostGraphs host={host} interval={interval} disks />
			</Card>
		</div>
	);
}
