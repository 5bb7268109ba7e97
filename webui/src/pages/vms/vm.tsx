// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One VM, or template: its heading with what can be done with it, and its tabs.
 */
import type { ComponentType } from "preact";
import { may } from "../../api/connection";
import { get } from "../../api/store";
import { go, to } from "../../route";
import { t } from "../../text";
import { Button, LinkButton } from "../../ui/button";
import { Notice, Page, State, Tabs } from "../../ui/layout";
import { Menu, type MenuItem } from "../../ui/menu";
import { Page404 } from "../page404";
import { deleteVms } from "./delete";
import { VmConsole } from "./console";
import { Disks } from "./disks";
import { exportVm } from "./export";
import { Log } from "./log";
import { Networks } from "./networks";
import { Overview } from "./overview";
import { allows, begin, possible } from "./power";
import { Settings } from "./settings";
import { Snapshots, takeSnapshot } from "./snapshots";
import { convert } from "./templates";
import { stateOf, vmName, type Row } from "./vms";

const tabs: Record<keyof typeof t.vms.tabs, ComponentType<{ row: Row }>> = {
	overview: Overview,
	console: VmConsole,
	disks: Disks,
	networks: Networks,
	snapshots: Snapshots,
	settings: Settings,
	log: Log,
};

type TabId = keyof typeof tabs;

/** Not of a template: it has no life of its own. */
const OF_VMS: readonly TabId[] = ["console", "snapshots"];

/** The two that are wanted most stand beside the menu, which has all. */
const FIRST = ["start", "resume", "unpause", "shutdown", "reboot"];

function menuOf(row: Row): MenuItem[] {
	const { vm } = row;
	const items: (MenuItem | false)[] = possible(vm).map((action) => ({
		label: t.vms.actions[action.id],
		icon: action.icon,
		danger: action.hard,
		onChoose: () => begin(action, [row]),
	}));

	items.push(
		(allows(vm, "snapshot") || allows(vm, "checkpoint")) && {
			label: t.vms.snapshots.take,
			icon: "camera",
			onChoose: () => takeSnapshot(row),
		},
		(allows(vm, "clone") || allows(vm, "copy")) && {
			label: t.vms.newFromThis,
			icon: "copy",
			onChoose: () => {
				location.hash = `${to("vms", "new")}?from=${vm.uuid}`;
			},
		},
		allows(vm, "export") && {
			label: t.vms.export.title,
			icon: "download",
			onChoose: () => exportVm(row),
		},
		allows(vm, "make_into_template") && {
			label: t.vms.toTemplate,
			icon: "vm",
			onChoose: () => convert(row, true),
		},
		vm.is_a_template &&
			!vm.is_default_template && {
				label: t.vms.toVm,
				icon: "vm",
				onChoose: () => convert(row, false),
			},
		!vm.is_default_template && {
			label: t.action.delete,
			icon: "trash",
			danger: true,
			disabled: !allows(vm, "destroy") && !allows(vm, "resume") && t.vms.deleteRunning(1),
			onChoose: () =>
				deleteVms([row], () => go("vms", ...(vm.is_a_template ? ["templates"] : []))),
		},
	);
	return items.filter((item) => item !== false);
}

function Actions({ row }: { row: Row }) {
	const { vm } = row;

	if (!may("operator")) return null;
	return (
		<>
			{possible(vm)
				.filter(({ id }) => FIRST.includes(id))
				.map((action, i) => (
					<span key={action.id} class={i ? "not-on-phone" : ""}>
						<Button
							label={t.vms.actions[action.id]}
							icon={action.icon}
							kind={i === 0 && vm.power_state !== "Running" ? "primary" : "normal"}
							onClick={() => begin(action, [row])}
						/>
					</span>
				))}
			{vm.is_a_template && (
				<LinkButton
					label={t.vms.newFromThis}
					icon="plus"
					kind="primary"
					href={`${to("vms", "new")}?from=${vm.uuid}`}
				/>
			)}
			<Menu label={t.action.more} items={menuOf(row)} />
		</>
	);
}

/** A snapshot has no page: its VM's tab shows it. */
function snapshotOwner({ vm }: Row): string | undefined {
	return vm.is_a_snapshot ? get("VM", vm.snapshot_of)?.uuid : undefined;
}

export function VmPage({ row, tab }: { row: Row; tab: string }) {
	const { vm } = row;
	const owner = snapshotOwner(row);
	const shown = (Object.keys(tabs) as TabId[]).filter(
		(id) => !vm.is_a_template || !OF_VMS.includes(id),
	);
	const current = shown.find((id) => id === tab);

	if (vm.is_a_snapshot) {
		if (owner) go("vms", owner, "snapshots");
		return <Page404 />;
	}
	if (!current) return <Page404 />;
	const Tab = tabs[current];
	return (
		<Page
			title={vmName(vm)}
			subtitle={vm.is_a_template ? t.vms.template : <State {...stateOf(vm)} />}
			back={
				vm.is_a_template
					? { label: t.vms.templates, href: to("vms", "templates") }
					: { label: t.nav.vms, href: to("vms") }
			}
			actions={<Actions row={row} />}
		>
			<Tabs
				label={vmName(vm)}
				current={current}
				tabs={shown.map((id) => ({
					id,
					title: t.vms.tabs[id],
					href: to("vms", vm.uuid, ...(id === "overview" ? [] : [id])),
				}))}
			/>
			{vm.requires_reboot && <Notice kind="warning">{t.vms.requiresReboot}</Notice>}
			<Tab row={row} />
		</Page>
	);
}
