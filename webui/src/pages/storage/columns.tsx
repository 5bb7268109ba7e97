// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Columns that tables of disks and of CD images have.
 */
import type { ComponentChildren } from "preact";
import { bytes, t } from "../../text";
import type { Column } from "../../ui/table";
import type { Disk } from "./data";

export function nameColumn(more?: (vdi: Disk[1]) => ComponentChildren): Column<Disk> {
	return {
		title: t.common.name,
		head: true,
		sort: ([, vdi]) => vdi.name_label,
		cell: ([, vdi]) => (
			<>
				<span class="clip" dir="auto">
					{vdi.name_label || t.common.unnamed}
				</span>
				{more?.(vdi)}
			</>
		),
	};
}

export const sizeColumn: Column<Disk> = {
	title: t.common.size,
	align: "end",
	sort: ([, vdi]) => vdi.virtual_size,
	cell: ([, vdi]) => bytes(vdi.virtual_size),
};
