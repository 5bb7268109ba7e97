// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The form for a new VM: what it is made of, then what it is to have. Fields that were not touched
 * follow what it is made of.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { may } from "../../api/connection";
import { call } from "../../api/rpc";
import { defaultRepository } from "../../api/repositories";
import { byUuid, get } from "../../api/store";
import { run } from "../../api/tasks";
import { go, query, route, to } from "../../route";
import { bytes, t, words } from "../../text";
import { Button } from "../../ui/button";
import { useEdits } from "../../ui/edits";
import {
	CheckField,
	NumberField,
	SelectField,
	SizeField,
	TextArea,
	TextField,
} from "../../ui/fields";
import { Card, Notice, Page } from "../../ui/layout";
import { attempt, tell, tellError } from "../../ui/toast";
import { defaultNetwork, networkChoices, RepositoryField } from "./choices";
import { createVm, type NewDisk, type Plan } from "./create";
import { SourceFields, sourceOf, startSource, templateDisks, type Choices } from "./new_source";
import { isVm, ownDisks, vifsOf } from "./vms";

const GIB = 2 ** 30,
	MIB = 2 ** 20;

interface Fields {
	readonly name: string;
	readonly description: string;
	readonly memory: number;
	readonly vcpus: number;
	readonly screen: boolean;
	readonly autostart: boolean;
	readonly start: boolean;
}

/** What the fields are as long as nobody has touched them. */
function suggested(choices: Choices): Fields {
	const origin = get("VM", choices.from);

	return {
		name: choices.suggestedName,
		description: "",
		memory: origin?.memory_dynamic_max ?? GIB,
		vcpus: origin?.VCPUs_at_startup ?? 1,
		screen: !!origin && !["", "none"].includes(origin.platform.vga ?? ""),
		autostart: false,
		start: choices.kind !== "copy",
	};
}

function suggestedNetworks(choices: Choices): string[] {
	const origin = get("VM", choices.from);
	const has = origin ? vifsOf(origin).map(([, vif]) => vif.network as string) : [];

	return has.length || (origin && isVm(origin)) ? has : [defaultNetwork()];
}

function suggestedDisks(choices: Choices): NewDisk[] {
	const origin = get("VM", choices.from);
	const sizes = choices.kind === "template" && origin ? templateDisks(origin) : [];

	return sizes.map((size) => ({ size, sr: defaultRepository() }));
}

/* ---- sections -------------------------------------------------------------------------------- */

function DiskRows({
	disks,
	onChange,
}: {
	disks: readonly NewDisk[];
	onChange: (disks: NewDisk[]) => void;
}) {
	const change = (at: number, what: Partial<NewDisk>) =>
		onChange(disks.map((disk, i) => (i === at ? { ...disk, ...what } : disk)));

	return (
		<>
			{disks.map((disk, i) => (
				<fieldset class="line" key={i}>
					<legend class="sr-only">{t.vms.making.newDisk(i + 1)}</legend>
					<SizeField
						label={t.vms.making.newDisk(i + 1)}
						value={disk.size}
						onChange={(size) => change(i, { size })}
						min={MIB}
					/>
					<RepositoryField
						value={disk.sr}
						onChange={(sr) => change(i, { sr })}
						needed={disk.size}
					/>
					<Button
						label={t.vms.making.removeDisk(i + 1)}
						icon="close"
						iconOnly
						kind="plain"
						onClick={() => onChange(disks.filter((_, k) => k !== i))}
					/>
				</fieldset>
			))}
			<div>
				<Button
					label={t.vms.making.addDisk}
					icon="plus"
					onClick={() =>
						onChange([...disks, { size: 10 * GIB, sr: defaultRepository() }])
					}
				/>
			</div>
		</>
	);
}

function NetworkRows({
	networks,
	onChange,
}: {
	networks: readonly string[];
	onChange: (networks: string[]) => void;
}) {
	return (
		<>
			{networks.map((network, i) => (
				<div class="line" key={i}>
					<SelectField
						label={t.vms.networks.interface(String(i))}
						value={network}
						onChange={(v) => onChange(networks.map((n, k) => (k === i ? v : n)))}
						choices={networkChoices()}
					/>
					<Button
						label={t.vms.networks.remove(String(i))}
						icon="close"
						iconOnly
						kind="plain"
						onClick={() => onChange(networks.filter((_, k) => k !== i))}
					/>
				</div>
			))}
			<div>
				<Button
					label={t.vms.networks.add}
					icon="plus"
					onClick={() => onChange([...networks, defaultNetwork()])}
				/>
			</div>
		</>
	);
}

function CopiedDisks({ choices }: { choices: Choices }) {
	const origin = get("VM", choices.from);
	const disks = origin ? ownDisks(origin) : [];

	if (disks.length === 0) return null;
	return (
		<div>
			<p class="hint">{t.vms.making.copiedDisks}</p>
			<ul class="names">
				{disks.map(({ ref, vdi }) => (
					<li key={ref} dir="auto">
						{vdi.name_label || vdi.uuid}, {bytes(vdi.virtual_size)}
					</li>
				))}
			</ul>
		</div>
	);
}

/* ---- the page -------------------------------------------------------------------------------- */

/** Starts it if that was wished for; whether it starts does not change that it is there. */
async function finish(ref: string, start: boolean, here: boolean): Promise<void> {
	const { uuid, name_label: name } = await call("VM.get_record", ref);

	if (here) go("vms", uuid);
	tell(t.vms.making.made(name));
	if (start)
		await attempt(t.vms.actionOn(t.vms.actions.start, name), () => run("VM.start", ref), true);
}

function planOf(
	choices: Choices,
	fields: Fields,
	disks: readonly NewDisk[],
	networks: readonly string[],
): Plan | undefined {
	const source = sourceOf(choices);

	return source && { source, ...fields, name: fields.name.trim(), disks, networks };
}

function Form({ origin }: { origin: string }) {
	const from = byUuid("VM", origin);
	const [choices, setChoices] = useState<Choices>(() => startSource(from?.[0], from?.[1]));
	const { values, set } = useEdits(suggested(choices));
	const [ownDiskList, setDisks] = useState<readonly NewDisk[]>();
	const [ownNetworks, setNetworks] = useState<readonly string[]>();
	const [step, setStep] = useState<string>();
	const [error, setError] = useState<string>();
	const here = useRef(true);
	const disks = ownDiskList ?? suggestedDisks(choices);
	const networks = ownNetworks ?? suggestedNetworks(choices);
	const archive = choices.kind === "archive";
	const plan = planOf(choices, values, archive ? [] : disks, networks);
	const sound =
		!!plan &&
		!!plan.name &&
		values.memory >= 16 * MIB &&
		values.vcpus >= 1 &&
		disks.every((disk) => disk.size > 0 && disk.sr);

	useEffect(() => {
		here.current = true;
		return () => {
			here.current = false;
		};
	}, []);

	async function submit(e: Event): Promise<void> {
		e.preventDefault();
		if (!plan || !sound) return;
		setError(undefined);
		try {
			const ref = await createVm(plan, setStep);
			await finish(ref, values.start, here.current && route.peek()[1] === "new");
		} catch (refused) {
			if (here.current) setError(words(refused));
			else tellError(t.task.failed(t.vms.making.of(plan.name)), refused);
		} finally {
			setStep(undefined);
		}
	}

	return (
		<form class="new-vm stack" onSubmit={(e) => void submit(e)} aria-busy={step !== undefined}>
			<fieldset class="bare stack" disabled={step !== undefined}>
				<SourceFields choices={choices} onChange={setChoices} />
				<Card title={t.vms.settings.general}>
					<TextField
						label={t.common.name}
						value={values.name}
						onChange={(v) => set("name", v)}
						required
					/>
					<TextArea
						label={t.common.description}
						value={values.description}
						onChange={(v) => set("description", v)}
						rows={2}
					/>
					{!archive && (
						<div class="columns">
							<SizeField
								label={t.vms.memory}
								unit="MiB"
								value={values.memory}
								onChange={(v) => set("memory", v)}
								min={16 * MIB}
							/>
							<NumberField
								label={t.vms.vcpus}
								value={values.vcpus}
								onChange={(v) => set("vcpus", v)}
								min={1}
								max={128}
							/>
						</div>
					)}
				</Card>
				{!archive && (
					<Card title={t.dashboard.disks}>
						<CopiedDisks choices={choices} />
						<DiskRows disks={disks} onChange={setDisks} />
					</Card>
				)}
				{!archive && (
					<Card title={t.vms.tabs.networks}>
						<NetworkRows networks={networks} onChange={setNetworks} />
					</Card>
				)}
				<Card title={t.vms.making.more}>
					{!archive && (
						<CheckField
							label={t.vms.settings.screen}
							value={values.screen}
							onChange={(v) => set("screen", v)}
							hint={t.vms.settings.screenHint}
						/>
					)}
					<CheckField
						label={t.vms.settings.autostart}
						value={values.autostart}
						onChange={(v) => set("autostart", v)}
					/>
					<CheckField
						label={t.vms.making.startNow}
						value={values.start}
						onChange={(v) => set("start", v)}
					/>
				</Card>
			</fieldset>
			{error && <Notice kind="error">{error}</Notice>}
			<div class="save-bar">
				<p class="grow" role="status">
					{step}
				</p>
				<Button
					label={t.action.cancel}
					disabled={step !== undefined}
					onClick={() => go("vms")}
				/>
				<Button
					label={t.vms.create}
					kind="primary"
					submit
					disabled={!sound || step !== undefined}
				/>
			</div>
		</form>
	);
}

export function NewVm() {
	const origin = query.value.get("from") ?? "";

	return (
		<Page title={t.vms.create} back={{ label: t.nav.vms, href: to("vms") }}>
			{may("operator") ? (
				<Form key={origin} origin={origin} />
			) : (
				<Notice>{t.common.readOnly}</Notice>
			)}
		</Page>
	);
}
