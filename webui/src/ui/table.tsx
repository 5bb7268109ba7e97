// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of objects: sorted by a column, with rows that can be selected. A row is drawn again only
 * when its record is another one or what its cells read has changed; rows out of sight cost the
 * browser next to nothing, which keeps hundreds of them smooth. On a phone rows become cards.
 */
import type { ComponentChildren } from "preact";
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import { t } from "../text";
import { Icon } from "./icons";

export interface Column<R> {
	readonly title: string;
	readonly cell: (row: R) => ComponentChildren;
	/** What to sort by; without: the column does not sort. */
	readonly sort?: (row: R) => string | number;
	readonly align?: "end";
	/** Wide screens only. */
	readonly wide?: boolean;
	/** The row's name: the first cell, a heading of the row. */
	readonly head?: boolean;
	/** What can be done with the row: its title is for screen readers alone. */
	readonly actions?: boolean;
}

interface Props<R> {
	readonly label: string;
	readonly columns: readonly Column<R>[];
	readonly rows: readonly R[];
	readonly rowKey: (row: R) => string;
	/** What makes the row another one; without: the row itself. */
	readonly identity?: (row: R) => unknown;
	readonly selected?: ReadonlySet<string>;
	readonly onSelect?: (selected: ReadonlySet<string>) => void;
	/** The name of a row, for the box that selects it. */
	readonly rowLabel?: (row: R) => string;
	readonly empty: ComponentChildren;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function compare(a: string | number, b: string | number): number {
	return typeof a === "number" && typeof b === "number"
		? a - b
		: collator.compare(String(a), String(b));
}

interface RowProps {
	readonly columns: readonly Column<unknown>[];
	readonly row: unknown;
	readonly identity: unknown;
	readonly selected?: boolean;
	readonly label?: string;
	readonly toggle?: (key: string) => void;
	readonly id: string;
}

const Row = memo(
	({ columns, row, selected, label, toggle, id }: RowProps) => (
		<tr class={selected ? "selected" : ""}>
			{toggle && (
				<td class="select">
					<input
						type="checkbox"
						checked={selected}
						aria-label={label}
						onChange={() => toggle(id)}
					/>
				</td>
			)}
			{columns.map((c) =>
				c.head ? (
					<th key={c.title} scope="row" class={c.wide ? "wide" : ""}>
						{c.cell(row)}
					</th>
				) : (
					<td
						key={c.title}
						data-title={c.actions ? undefined : c.title}
						class={`${c.align ?? ""} ${c.wide ? "wide" : ""} ${c.actions ? "row-actions" : ""}`}
					>
						{c.cell(row)}
					</td>
				),
			)}
		</tr>
	),
	(a, b) =>
		a.identity === b.identity &&
		a.selected === b.selected &&
		a.columns === b.columns &&
		a.toggle === b.toggle,
);

/** Give `columns` that stay the same array from drawing to drawing: a constant, or by useMemo. */
export function DataTable<R>({
	label,
	columns,
	rows,
	rowKey,
	identity,
	selected,
	onSelect,
	rowLabel,
	empty,
}: Props<R>) {
	const first = columns.findIndex((c) => c.sort);
	const [by, setBy] = useState({ column: first, down: false });
	const sort = columns[by.column]?.sort;
	const sorted = sort
		? [...rows].sort((a, b) => compare(sort(a), sort(b)) * (by.down ? -1 : 1))
		: rows;
	const [latest] = useState<{
		selected?: ReadonlySet<string>;
		onSelect?: Props<R>["onSelect"];
	}>({});
	const [toggle] = useState(() => (key: string) => {
		const after = new Set(latest.selected);

		if (!after.delete(key)) after.add(key);
		latest.onSelect?.(after);
	});

	latest.selected = selected;
	latest.onSelect = onSelect;
	if (rows.length === 0) return <div class="empty">{empty}</div>;
	const all = onSelect && rows.every((row) => selected?.has(rowKey(row)));

	return (
		<table class="data" aria-label={label}>
			<thead>
				<tr>
					{onSelect && (
						<th class="select">
							<input
								type="checkbox"
								checked={all}
								aria-label={t.common.selectAll}
								onChange={() => onSelect(new Set(all ? [] : rows.map(rowKey)))}
							/>
						</th>
					)}
					{columns.map((c, i) => (
						<th
							key={c.title}
							scope="col"
							class={`${c.align ?? ""} ${c.wide ? "wide" : ""}`}
							aria-sort={
								i !== by.column ? undefined : by.down ? "descending" : "ascending"
							}
						>
							{c.sort ? (
								<button
									type="button"
									onClick={() =>
										setBy({
											column: i,
											down: i === by.column && !by.down,
										})
									}
								>
									{c.title}
									{i === by.column && <Icon name={by.down ? "down" : "up"} />}
								</button>
							) : (
								<span class={c.actions ? "sr-only" : ""}>{c.title}</span>
							)}
						</th>
					))}
				</tr>
			</thead>
			<tbody>
				{sorted.map((row) => {
					const id = rowKey(row);

					return (
						<Row
							key={id}
							id={id}
							columns={columns as readonly Column<unknown>[]}
							row={row}
							identity={identity ? identity(row) : row}
							selected={selected?.has(id)}
							label={rowLabel && t.common.selectRow(rowLabel(row))}
							toggle={onSelect && toggle}
						/>
					);
				})}
			</tbody>
		</table>
	);
}
