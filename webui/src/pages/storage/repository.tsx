// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One repository: how full it is, what is on it, and what can be done with it.
 */
import type { SR } from "../../../model";
import { may } from "../../api/connection";
import { connectionOf, isAttached, isLibrary, type Repository } from "../../api/repositories";
import { call } from "../../api/rpc";
import { byUuid, thePool } from "../../api/store";
import { run } from "../../api/tasks";
import { to } from "../../route";
import { bytes, percent, t } from "../../text";
import { Button } from "../../ui/button";
import { openDialog } from "../../ui/dialog";
import { Bar, Card, Facts, Notice, Page } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import { attempt } from "../../ui/toast";
import { Page404 } from "../page404";
import { RepositoryState, Use } from ".";
import { isDefault, isThin, kindName, placeOf, promisedOf } from "./data";
import { DestroyRepository, ForgetRepository, GrowRepository, RenameRepository } from "./dialogs";
import { Disks } from "./disks";
import { importImages, Library } from "./library";
import { CreateDisk } from "./disk-dialogs";

const FULL = 0.9;

/** Data and metadata fill up apart from each other, and either stops who writes. */
function ThinPool({ pool }: { pool: SR["thin_pool"] }) {
	const shares = (["data", "metadata"] as const).filter((what) => pool[what]);

	return (
		<>
			<div class="columns">
				{shares.map((what) => (
					<div key={what} class="meter">
						<span class="hint">{t.storage.pool[what]}</span>
						<Bar
							label={t.storage.pool[what]}
							value={Number(pool[what]) / 100}
							text={percent(Number(pool[what]) / 100)}
						/>
					</div>
				))}
			</div>
			{shares.length > 0 && (
				<Facts
					facts={[
						[t.storage.poolRoom, bytes(Number(pool.room) || 0)],
						[
							t.storage.poolFull,
							pool.when_full === "queue" ? t.storage.poolQueue : t.storage.poolError,
						],
					]}
				/>
			)}
			{pool.failed === "true" && <Notice kind="error">{t.storage.poolFailed}</Notice>}
		</>
	);
}

function Fullness({ sr: [ref, sr] }: { sr: Repository }) {
	const used = sr.physical_size ? sr.physical_utilisation / sr.physical_size : 0;
	const promised = promisedOf(sr);
	const over = promised > sr.physical_size && sr.physical_size > 0;

	return (
		<Card title={t.storage.use}>
			{sr.physical_size > 0 ? (
				<>
					<span class="figure">{percent(used)}</span>
					<Use sr={sr} />
				</>
			) : (
				<p class="hint">{t.storage.sizeUnknown}</p>
			)}
			{isThin(sr) && !isLibrary(sr) && (
				<Facts
					facts={[
						[t.storage.promised, bytes(promised)],
						[
							t.storage.overcommitment,
							over ? percent(promised / sr.physical_size) : t.common.none,
						],
					]}
				/>
			)}
			<ThinPool pool={sr.thin_pool} />
			{used >= FULL && isThin(sr) && <Notice kind="warning">{t.storage.nearlyFull}</Notice>}
			{may("operator") && isAttached(sr) && (
				<div class="row">
					<Button
						label={t.storage.rescan}
						icon="reboot"
						tip={t.storage.rescanHint}
						onClick={() => attempt(t.storage.rescan, () => run("SR.scan", ref))}
					/>
				</div>
			)}
		</Card>
	);
}

function About({ sr }: { sr: Repository }) {
	const [ref, record] = sr;

	return (
		<Card title={t.storage.about}>
			<Facts
				facts={[
					[t.common.state, <RepositoryState key="state" sr={sr} />],
					[t.common.type, kindName(record.type)],
					[t.storage.place, placeOf(record) && <code>{placeOf(record)}</code>],
					[t.storage.default, isDefault(ref) ? t.action.yes : t.action.no],
					[t.storage.shared, record.shared ? t.action.yes : ""],
					["UUID", <code key="uuid">{record.uuid}</code>],
				]}
			/>
		</Card>
	);
}

function actions(sr: Repository) {
	const [ref, record] = sr;
	const connection = connectionOf(record);
	const attached = isAttached(record);
	const pool = thePool();

	return [
		{
			label: t.action.edit,
			icon: "edit" as const,
			onChoose: () => openDialog((close) => <RenameRepository sr={sr} close={close} />),
		},
		attached &&
			["lvm", "lvmthin"].includes(record.type) && {
				label: t.storage.grow,
				icon: "plus" as const,
				onChoose: () => openDialog((close) => <GrowRepository sr={sr} close={close} />),
			},
		!isLibrary(record) &&
			!isDefault(ref) &&
			pool && {
				label: t.storage.makeDefault,
				icon: "ok" as const,
				onChoose: () =>
					attempt(t.storage.makeDefault, () => call("pool.set_default_SR", pool[0], ref)),
			},
		connection && {
			label: attached ? t.storage.detach : t.storage.attach,
			icon: "power" as const,
			onChoose: () =>
				attempt(attached ? t.storage.detach : t.storage.attach, () =>
					run(attached ? "PBD.unplug" : "PBD.plug", connection[0]),
				),
		},
		{
			label: t.storage.forget,
			icon: "minus" as const,
			onChoose: () => openDialog((close) => <ForgetRepository sr={sr} close={close} />),
		},
		{
			label: t.storage.destroy,
			icon: "trash" as const,
			danger: true,
			onChoose: () => openDialog((close) => <DestroyRepository sr={sr} close={close} />),
		},
	];
}

export function RepositoryPage({ uuid }: { uuid: string }) {
	const sr = byUuid("SR", uuid);

	if (!sr) return <Page404 />;
	const [ref, record] = sr;
	const attached = isAttached(record);
	const library = isLibrary(record);

	return (
		<Page
			title={record.name_label || t.common.unnamed}
			subtitle={record.name_description}
			back={{ label: t.nav.storage, href: to("storage") }}
			actions={
				<>
					{may("operator") && attached && !library && (
						<Button
							label={t.storage.createDisk}
							icon="plus"
							kind="primary"
							onClick={() =>
								openDialog((close) => <CreateDisk sr={ref} close={close} />)
							}
						/>
					)}
					{may("admin") && <Menu label={t.action.more} items={actions(sr)} />}
				</>
			}
		>
			<div class="stack">
				{!attached && (
					<Notice kind="warning">
						<p>{t.storage.detachedWords}</p>
					</Notice>
				)}
				<div class="cards">
					<Fullness sr={sr} />
					<About sr={sr} />
				</div>
				{library ? (
					<Library sr={sr} />
				) : (
					<Disks
						sr={sr}
						onFiles={(files) => void importImages(ref, files)}
						attached={attached}
					/>
				)}
			</div>
		</Page>
	);
}
