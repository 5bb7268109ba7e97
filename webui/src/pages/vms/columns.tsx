// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Columns that tables of VMs and of templates have.
 */
import type { ComponentChildren } from "preact";
import type { VM } from "../../../model";
import { to } from "../../route";
import { t } from "../../text";
import type { Column } from "../../ui/table";
import { vmName, type Row } from "./vms";

/** The name, which leads to the page of it, and what there is to say of it beside. */
export function nameColumn(more: (vm: VM) => ComponentChildren): Column<Row> {
	return {
		title: t.common.name,
		head: true,
		sort: ({ vm }) => vm.name_label,
		cell: ({ vm }) => (
			<>
				<a href={to("vms", vm.uuid)} dir="auto" class="clip">
					{vmName(vm)}
				</a>
				{more(vm)}
			</>
		),
	};
}
