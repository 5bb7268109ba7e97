// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All repositories, with what is free of each; one of them is a page of its own.
 */
import { may } from "../../api/connection";
import { isAttached, isLibrary, type Repository } from "../../api/repositories";
import { table } from "../../api/store";
import { to } from "../../route";
import { bytes, t } from "../../text";
import { Button } from "../../ui/button";
import { openDialog } from "../../ui/dialog";
import { Bar, Empty, Page, State } from "../../ui/layout";
import { DataTable, type Column } from "../../ui/table";
import { CreateRepository } from "./create";
import { isDefault, isThin, kindName, placeOf, promisedOf } from "./data";
import { RepositoryPage } from "./repository";

export function RepositoryState({ sr: [, sr] }: { sr: Repository }) {
	return isAttached(sr) ? (
		<State kind="on" text={t.storage.attached} />
	) : (
		<State kind="bad" text={t.storage.detached} />
	);
}

export function Use({ sr }: { sr: Repository[1] }) {
	if (sr.physical_size <= 0) return null;
	return (
		<Bar
			label={t.storage.use}
			value={sr.physical_utilisation / sr.physical_size}
			text={t.storage.freeOf(
				bytes(sr.physical_size - sr.physical_utilisation),
				bytes(sr.physical_size),
			)}
		/>
	);
}

const columns: readonly Column<Repository>[] = [
	{
		title: t.common.name,
		head: true,
		sort: ([, sr]) => sr.name_label,
		cell: ([ref, sr]) => (
			<>
				<a href={to("storage", sr.uuid)} dir="auto">
					{sr.name_label || t.common.unnamed}
				</a>
				{isDefault(ref) && (
					<p>
						<span class="tag">{t.storage.default}</span>
					</p>
				)}
				{sr.name_description && (
					<p class="hint clip" dir="auto">
						{sr.name_description}
					</p>
				)}
			</>
		),
	},
	{
		title: t.common.type,
		sort: ([, sr]) => kindName(sr.type),
		cell: ([, sr]) => (
			<>
				{kindName(sr.type)}
				<p class="hint mono" dir="auto">
					{placeOf(sr)}
				</p>
			</>
		),
	},
	{ title: t.common.state, cell: (sr) => <RepositoryState sr={sr} /> },
	{
		title: t.storage.use,
		sort: ([, sr]) => (sr.physical_size ? sr.physical_utilisation / sr.physical_size : 0),
		cell: ([, sr]) => <Use sr={sr} />,
	},
	{
		title: t.storage.promised,
		wide: true,
		align: "end",
		sort: ([, sr]) => promisedOf(sr),
		cell: ([, sr]) => (isThin(sr) && !isLibrary(sr) ? bytes(promisedOf(sr)) : ""),
	},
	{
		title: t.storage.disks,
		wide: true,
		align: "end",
		sort: ([, sr]) => sr.VDIs.length,
		cell: ([, sr]) => sr.VDIs.length,
	},
];

export function StoragePage({ parts }: { parts: readonly string[] }) {
	const add = () => openDialog((close) => <CreateRepository close={close} />);

	if (parts[0]) return <RepositoryPage uuid={parts[0]} />;
	return (
		<Page
			title={t.nav.storage}
			actions={
				may("admin") && (
					<Button label={t.storage.create} icon="plus" kind="primary" onClick={add} />
				)
			}
		>
			<DataTable
				label={t.nav.storage}
				columns={columns}
				rows={[...table("SR")]}
				rowKey={([ref]) => ref}
				identity={([, sr]) => sr}
				empty={
					<Empty icon="storage" text={t.storage.none}>
						{may("admin") && <Button label={t.storage.create} onClick={add} />}
					</Empty>
				}
			/>
		</Page>
	);
}
