// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One network: what carries it, the host's address on it, the VMs, and how much goes over it.
 */
import { useState } from "preact/hooks";
import { may } from "../../api/connection";
import type { Interval, Series } from "../../api/metrics";
import { byUuid, get, getAll, theHost } from "../../api/store";
import { to } from "../../route";
import { rate, t } from "../../text";
import { Button } from "../../ui/button";
import { openDialog } from "../../ui/dialog";
import { Graph, SpanChoice } from "../../ui/graph";
import { Card, Empty, Facts, Page, State } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { Page404 } from "../page404";
import { stateOf } from "../vms/vms";
import { Link, speed } from ".";
import { AddressDialog } from "./address";
import { addressesOf, carrierName, interfaceOf, vmsOn, type Interface, type Network } from "./data";
import { BondMode, DestroyNetwork, EditNetwork } from "./dialogs";

function About({ network: [, record], pif }: { network: Network; pif?: Interface }) {
	const bond = pif && getAll("Bond", pif[1].bond_master_of)[0];

	return (
		<Card
			title={t.networks.about}
			actions={
				may("admin") &&
				bond && (
					<Button
						label={t.networks.changeMode}
						icon="edit"
						onClick={() =>
							openDialog((close) => <BondMode bond={bond} close={close} />)
						}
					/>
				)
			}
		>
			<Facts
				facts={[
					[t.common.state, <Link key="state" pif={pif?.[1]} />],
					[t.networks.carriedBy, pif ? carrierName(pif[1]) : t.networks.internalWords],
					[t.networks.bondMode, bond && t.networks.modes[bond[1].mode]],
					[t.networks.mac, pif && <code key="mac">{pif[1].MAC}</code>],
					[t.networks.speedTitle, pif?.[1].physical ? speed(pif[1]) : ""],
					[t.networks.mtu, record.MTU],
					[t.networks.bridge, <code key="bridge">{record.bridge}</code>],
				]}
			/>
		</Card>
	);
}

function Address({ pif }: { pif: Interface }) {
	const [, record] = pif;

	return (
		<Card
			title={t.networks.hostAddress}
			actions={
				may("admin") && (
					<Button
						label={t.networks.changeAddress}
						icon="edit"
						onClick={() =>
							openDialog((close) => <AddressDialog pif={pif} close={close} />)
						}
					/>
				)
			}
		>
			{addressesOf(record).length === 0 && record.ip_configuration_mode === "None" && (
				<p class="hint">{t.networks.noAddress}</p>
			)}
			<Facts
				facts={[
					[
						t.networks.v4,
						record.ip_configuration_mode === "None"
							? ""
							: `${t.networks.ipModes[record.ip_configuration_mode]}${record.IP ? `: ${record.IP}` : ""}`,
					],
					[t.networks.netmask, record.IP && record.netmask],
					[t.networks.gateway, record.IP && record.gateway],
					[
						t.networks.v6,
						record.ipv6_configuration_mode === "None"
							? ""
							: t.networks.ipModes[record.ipv6_configuration_mode],
					],
					[t.networks.v6Addresses, record.IPv6.join(", ")],
					[t.networks.gateway6, record.ipv6_gateway],
					[t.networks.dns, record.DNS.replaceAll(",", ", ")],
					[t.networks.search, record.search_domains],
					[t.networks.role, record.management ? t.networks.managementWords : ""],
				]}
			/>
		</Card>
	);
}

function Traffic({ device }: { device: string }) {
	const [interval, setInterval] = useState<Interval>(5);
	const host = theHost()?.[1].uuid;
	const of = (way: string) => (series: Series) =>
		series.columns.get(`AVERAGE:host:${host}:pif_${device}_${way}`) ?? [];

	return (
		<Card
			title={t.networks.traffic}
			actions={<SpanChoice value={interval} onChange={setInterval} />}
			wide
		>
			<Graph
				title={device}
				interval={interval}
				binary
				format={rate}
				lines={[
					{ label: t.dashboard.received, values: of("rx") },
					{ label: t.dashboard.sent, values: of("tx") },
				]}
			/>
		</Card>
	);
}

function Vms({ network }: { network: Network[1] }) {
	const all = vmsOn(network);

	return (
		<Card title={t.networks.vmsTitle(all.length)}>
			{all.length === 0 && <Empty icon="vm" text={t.networks.noVms} />}
			<ul class="list scroll">
				{all.map(([ref, vm]) => (
					<li key={ref}>
						<a class="grow clip" href={to("vms", vm.uuid)} dir="auto">
							{vm.name_label || t.common.unnamed}
						</a>
						<State {...stateOf(vm)} />
					</li>
				))}
			</ul>
		</Card>
	);
}

export function NetworkPage({ uuid }: { uuid: string }) {
	const found = byUuid("network", uuid);

	if (!found) return <Page404 />;
	const record = found[1];
	const pif = interfaceOf(record);
	const measured = pif && (pif[1].physical ? pif[1].device : "");
	const bond = pif && getAll("Bond", pif[1].bond_master_of)[0];
	const nics = bond
		? getAll("PIF", bond[1].slaves).map(([, slave]) => slave.device)
		: measured
			? [measured]
			: [];
	const tagged = pif && get("VLAN", pif[1].VLAN_master_of);

	return (
		<Page
			title={record.name_label || t.common.unnamed}
			subtitle={record.name_description}
			back={{ label: t.nav.networks, href: to("networks") }}
			actions={
				may("admin") && (
					<Menu
						label={t.action.more}
						items={[
							{
								label: t.action.edit,
								icon: "edit",
								onChoose: () =>
									openDialog((close) => (
										<EditNetwork network={found} close={close} />
									)),
							},
							{
								label: t.action.delete,
								icon: "trash",
								danger: true,
								disabled: pif?.[1].management
									? t.networks.keepsHost
									: pif && !tagged && !bond
										? t.networks.keepsCard
										: false,
								onChoose: () =>
									openDialog((close) => (
										<DestroyNetwork network={found} close={close} />
									)),
							},
						]}
					/>
				)
			}
		>
			<div class="cards">
				<About network={found} pif={pif} />
				{pif && <Address pif={pif} />}
				<Vms network={record} />
				{nics.map((device) => (
					<Traffic key={device} device={device} />
				))}
			</div>
		</Page>
	);
}
