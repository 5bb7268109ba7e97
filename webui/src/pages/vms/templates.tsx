// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Templates: those that came with the host and one's own. A VM becomes a template, and one's own
 * template a VM again.
 */
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { to } from "../../route";
import { bytes, t } from "../../text";
import { LinkButton } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { Empty, Page } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { DataTable, type Column } from "../../ui/table";
import { attempt } from "../../ui/toast";
import { nameColumn } from "./columns";
import { deleteVms } from "./delete";
import { exportVm } from "./export";
import { CreateButton, VmTabs } from "./list";
import { templateDisks } from "./new_source";
import { allows } from "./power";
import { renameVm } from "./rename";
import { byName, isTemplate, ownDisks, vmName, vmsWhere, type Row } from "./vms";

/** There and back; a template does not start, so that it stays as it is. */
export function convert({ ref, vm }: Row, template: boolean): void {
	const label = template ? t.vms.toTemplate : t.vms.toVm;
	const does = () => call("VM.set_is_a_template", ref, template);

	if (!template) {
		void attempt(t.vms.actionOn(label, vmName(vm)), does);
		return;
	}
	confirm({
		title: t.vms.actionOn(label, vmName(vm)),
		body: <p>{t.vms.toTemplateWhy}</p>,
		action: label,
		onAction: does,
	});
}

function TemplateActions({ row }: { row: Row }) {
	const { vm } = row;

	if (!may("operator")) return null;
	return (
		<span class="row end">
			<LinkButton
				label={t.vms.newFromThis}
				icon="plus"
				href={`${to("vms", "new")}?from=${vm.uuid}`}
			/>
			{!vm.is_default_template && (
				<Menu
					label={t.vms.actionsOf(vmName(vm))}
					icon="more"
					iconOnly
					items={[
						{
							label: t.vms.rename,
							icon: "edit",
							onChoose: () => renameVm(row),
						},
						{ label: t.vms.toVm, icon: "vm", onChoose: () => convert(row, false) },
						allows(vm, "export") && {
							label: t.vms.export.title,
							icon: "download",
							onChoose: () => exportVm(row),
						},
						{
							label: t.action.delete,
							icon: "trash",
							danger: true,
							onChoose: () => deleteVms([row], () => undefined),
						},
					]}
				/>
			)}
		</span>
	);
}

const columns: readonly Column<Row>[] = [
	nameColumn(
		({ name_description: words }) =>
			words && (
				<span class="hint clip" dir="auto">
					{words}
				</span>
			),
	),
	{
		title: t.vms.memory,
		align: "end",
		sort: ({ vm }) => vm.memory_dynamic_max,
		cell: ({ vm }) => bytes(vm.memory_dynamic_max),
	},
	{
		title: t.dashboard.disks,
		wide: true,
		cell: ({ vm }) =>
			[...ownDisks(vm).map(({ vdi }) => vdi.virtual_size), ...templateDisks(vm)]
				.map(bytes)
				.join(", "),
	},
	{
		title: t.vms.origin,
		sort: ({ vm }) => (vm.is_default_template ? 1 : 0),
		cell: ({ vm }) => (vm.is_default_template ? t.vms.builtIn : t.vms.own),
	},
	{
		title: t.action.more,
		actions: true,
		align: "end",
		cell: (row) => <TemplateActions row={row} />,
	},
];

export function Templates() {
	return (
		<Page title={t.vms.templates} actions={<CreateButton />}>
			<VmTabs current="templates" />
			<DataTable
				label={t.vms.templates}
				columns={columns}
				rows={vmsWhere(isTemplate).sort(byName)}
				rowKey={({ ref }) => ref}
				identity={({ vm }) => vm}
				empty={<Empty icon="vm" text={t.vms.noTemplates} />}
			/>
			<p class="hint below">{t.vms.templatesHint}</p>
		</Page>
	);
}
