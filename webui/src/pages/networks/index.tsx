// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All networks, and the host's cards beneath them; one network is a page of its own.
 */
import { may } from "../../api/connection";
import { get, table } from "../../api/store";
import { to } from "../../route";
import { t } from "../../text";
import { Button } from "../../ui/button";
import { openDialog } from "../../ui/dialog";
import { Card, Empty, Page, State } from "../../ui/layout";
import { DataTable, type Column } from "../../ui/table";
import { CreateNetwork } from "./create";
import {
	addressesOf,
	carrierName,
	hasLink,
	interfaceOf,
	vmsOn,
	type Interface,
	type Network,
} from "./data";
import { NetworkPage } from "./network";

export function Link({ pif }: { pif: Interface[1] | undefined }) {
	if (!pif) return <State kind="off" text={t.networks.internal} />;
	return hasLink(pif) ? (
		<State kind="on" text={t.networks.link} />
	) : (
		<State kind="bad" text={t.networks.noLink} />
	);
}

const networkColumns: readonly Column<Network>[] = [
	{
		title: t.common.name,
		head: true,
		sort: ([, n]) => n.name_label,
		cell: ([, n]) => (
			<>
				<a class="clip" href={to("networks", n.uuid)} dir="auto">
					{n.name_label || t.common.unnamed}
				</a>
				{n.name_description && (
					<p class="hint clip" dir="auto">
						{n.name_description}
					</p>
				)}
			</>
		),
	},
	{ title: t.common.state, cell: ([, n]) => <Link pif={interfaceOf(n)?.[1]} /> },
	{
		title: t.networks.carriedBy,
		cell: ([, n]) => {
			const pif = interfaceOf(n)?.[1];
			return pif ? carrierName(pif) : "–";
		},
	},
	{
		title: t.networks.hostAddress,
		cell: ([, n]) => {
			const pif = interfaceOf(n)?.[1];
			return (
				<>
					<span class="mono">{(pif && addressesOf(pif).join(", ")) || "–"}</span>{" "}
					{pif?.management && <span class="tag">{t.networks.management}</span>}
				</>
			);
		},
	},
	{
		title: t.networks.vms,
		align: "end",
		sort: ([, n]) => vmsOn(n).length,
		cell: ([, n]) => vmsOn(n).length,
	},
	{ title: t.networks.mtu, align: "end", wide: true, cell: ([, n]) => n.MTU },
];

function whereIn(pif: Interface[1]) {
	const bond = get("Bond", pif.bond_slave_of);
	const master = bond && get("PIF", bond.master);
	const on = get("network", (master ?? pif).network);

	return (
		<>
			{master && `${master.device}, `}
			{on ? (
				<a class="clip" href={to("networks", on.uuid)} dir="auto">
					{on.name_label}
				</a>
			) : (
				"–"
			)}
		</>
	);
}

export function speed(pif: Interface[1]): string {
	const metrics = get("PIF_metrics", pif.metrics);

	return metrics?.carrier && metrics.speed > 0 ? t.networks.speed(metrics.speed) : "–";
}

const cardColumns: readonly Column<Interface>[] = [
	{ title: t.networks.nic, head: true, sort: ([, pif]) => pif.device, cell: ([, p]) => p.device },
	{ title: t.common.state, cell: ([, pif]) => <Link pif={pif} /> },
	{ title: t.networks.speedTitle, align: "end", cell: ([, pif]) => speed(pif) },
	{ title: t.networks.mac, cell: ([, pif]) => <span class="mono">{pif.MAC}</span> },
	{
		title: t.networks.model,
		wide: true,
		cell: ([, pif]) => {
			const m = get("PIF_metrics", pif.metrics);
			return (
				[m?.vendor_name, m?.device_name].filter(Boolean).join(" ") || (
					<span class="mono">{m?.pci_bus_path || "–"}</span>
				)
			);
		},
	},
	{ title: t.networks.network, cell: ([, pif]) => whereIn(pif) },
];

export function NetworksPage({ parts }: { parts: readonly string[] }) {
	const add = () => openDialog((close) => <CreateNetwork close={close} />);

	if (parts[0]) return <NetworkPage uuid={parts[0]} />;
	return (
		<Page
			title={t.nav.networks}
			actions={
				may("admin") && (
					<Button label={t.networks.create} icon="plus" kind="primary" onClick={add} />
				)
			}
		>
			<div class="stack">
				<DataTable
					label={t.nav.networks}
					columns={networkColumns}
					rows={[...table("network")]}
					rowKey={([ref]) => ref}
					identity={([, n]) => n}
					empty={<Empty icon="network" text={t.networks.none} />}
				/>
				<Card title={t.networks.cards} wide>
					<DataTable
						label={t.networks.cards}
						columns={cardColumns}
						rows={[...table("PIF")].filter(([, pif]) => pif.physical)}
						rowKey={([ref]) => ref}
						identity={([, pif]) => pif}
						empty={<Empty icon="network" text={t.networks.noCards} />}
					/>
				</Card>
			</div>
		</Page>
	);
}
