// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's settings: what can be changed while it runs is changed at once, and what cannot says so.
 */
import { useState } from "preact/hooks";
import type { VM } from "../../../model";
import { may, noticeError } from "../../api/connection";
import { call } from "../../api/rpc";
import { isolated, t, words } from "../../text";
import { Button } from "../../ui/button";
import { confirm } from "../../ui/dialog";
import { useEdits, type Edits } from "../../ui/edits";
import {
	CheckField,
	NumberField,
	SelectField,
	SizeField,
	TextArea,
	TextField,
} from "../../ui/fields";
import { Icon } from "../../ui/icons";
import { Card, Notice } from "../../ui/layout";
import { useLeaving } from "../../ui/leaving";
import { attempt } from "../../ui/toast";
import { save, settingsOf, wrong, type Settings as Values } from "./settings_save";
import { deviceName, disksOf, isLive, type Row } from "./vms";

type Form = Edits<Values>;

interface Section {
	readonly form: Form;
	readonly vm: VM;
	readonly live: boolean;
	readonly fixed: boolean; /* the user may only look */
}

function Tags({ row: { ref, vm }, fixed }: { row: Row; fixed: boolean }) {
	const [tag, setTag] = useState("");
	const add = () =>
		attempt(t.vms.addTag, () => call("VM.add_tags", ref, tag.trim()), true).then(
			(done) => done && setTag(""),
		);

	return (
		<div class="field">
			<span class="label">{t.vms.tags}</span>
			{vm.tags.length > 0 && (
				<ul class="tag-list">
					{vm.tags.map((one) => (
						<li key={one} class="tag">
							<span dir="auto">{one}</span>
							{!fixed && (
								<button
									type="button"
									class="plain"
									aria-label={t.vms.removeTag(one)}
									onClick={() =>
										void attempt(
											t.vms.removeTag(one),
											() => call("VM.remove_tags", ref, one),
											true,
										)
									}
								>
									<Icon name="close" />
								</button>
							)}
						</li>
					))}
				</ul>
			)}
			{!fixed && (
				<form
					class="row"
					onSubmit={(e) => {
						e.preventDefault();
						if (tag.trim()) void add();
					}}
				>
					<input
						class="grow"
						aria-label={t.vms.addTag}
						placeholder={t.vms.addTag}
						dir="auto"
						value={tag}
						onInput={(e) => setTag(e.currentTarget.value)}
					/>
					<Button label={t.action.add} submit disabled={!tag.trim()} />
				</form>
			)}
		</div>
	);
}

function General({ form, fixed, row }: Section & { row: Row }) {
	const { values, set } = form;

	return (
		<Card title={t.vms.settings.general}>
			<TextField
				label={t.common.name}
				value={values.name}
				onChange={(v) => set("name", v)}
				disabled={fixed}
				required
				error={values.name.trim() ? undefined : t.common.required}
			/>
			<TextArea
				label={t.common.description}
				value={values.description}
				onChange={(v) => set("description", v)}
				disabled={fixed}
				rows={3}
			/>
			<Tags row={row} fixed={fixed} />
		</Card>
	);
}

function Cpu({ form, vm, live, fixed }: Section) {
	const { values, set } = form;

	return (
		<Card title={t.vms.settings.cpu}>
			<NumberField
				label={t.vms.vcpus}
				value={values.vcpus}
				onChange={(v) => set("vcpus", v)}
				min={1}
				max={live ? vm.VCPUs_max : 128}
				disabled={fixed || vm.power_state === "Paused" || vm.power_state === "Suspended"}
				hint={live ? t.vms.settings.vcpusLive(vm.VCPUs_max) : undefined}
				error={wrong(values, "vcpus")}
			/>
			<NumberField
				label={t.vms.settings.vcpusMax}
				value={values.vcpusMax}
				onChange={(v) => set("vcpusMax", v)}
				min={1}
				max={128}
				disabled={fixed || vm.power_state !== "Halted"}
				hint={vm.power_state !== "Halted" ? t.vms.settings.onlyHalted : undefined}
				error={wrong(values, "vcpusMax")}
			/>
			<div class="columns">
				<NumberField
					label={t.vms.settings.weight}
					value={values.weight}
					onChange={(v) => set("weight", v)}
					min={1}
					max={65535}
					disabled={fixed}
					hint={t.vms.settings.weightHint}
					error={wrong(values, "weight")}
				/>
				<NumberField
					label={t.vms.settings.cap}
					value={values.cap}
					onChange={(v) => set("cap", v)}
					min={0}
					unit="%"
					disabled={fixed}
					hint={t.vms.settings.capHint}
					error={wrong(values, "cap")}
				/>
			</div>
		</Card>
	);
}

function Memory({ form, vm, live, fixed }: Section) {
	const { values, set } = form;
	const asleep = vm.power_state === "Suspended";

	return (
		<Card title={t.vms.memory}>
			<SizeField
				label={t.vms.settings.memoryMax}
				unit="MiB"
				value={values.memoryMax}
				onChange={(v) => set("memoryMax", v)}
				disabled={fixed || asleep}
				hint={live ? t.vms.settings.memoryLive : undefined}
				error={wrong(values, "memoryMax")}
			/>
			<SizeField
				label={t.vms.settings.memoryMin}
				unit="MiB"
				value={values.memoryMin}
				onChange={(v) => set("memoryMin", v)}
				disabled={fixed || asleep}
				hint={t.vms.settings.memoryMinHint}
				error={wrong(values, "memoryMin")}
			/>
			<SizeField
				label={t.vms.settings.memoryStatic}
				unit="MiB"
				value={values.memoryStatic}
				onChange={(v) => set("memoryStatic", v)}
				disabled={fixed || vm.power_state !== "Halted"}
				hint={
					vm.power_state !== "Halted"
						? t.vms.settings.onlyHalted
						: t.vms.settings.memoryStaticHint
				}
				error={wrong(values, "memoryStatic")}
			/>
		</Card>
	);
}

function Start({ form, fixed }: Section) {
	const { values, set } = form;
	const number = (field: "order" | "startDelay" | "shutdownDelay", unit?: string) => (
		<NumberField
			label={t.vms.settings[field]}
			value={values[field]}
			onChange={(v) => set(field, v)}
			min={0}
			unit={unit}
			disabled={fixed}
			error={wrong(values, field)}
		/>
	);

	return (
		<Card title={t.vms.settings.withHost}>
			<CheckField
				label={t.vms.settings.autostart}
				value={values.autostart}
				onChange={(v) => set("autostart", v)}
				disabled={fixed}
			/>
			<div class="columns">
				{number("order")}
				{number("startDelay", "s")}
				{number("shutdownDelay", "s")}
			</div>
			<p class="hint">{t.vms.settings.orderHint}</p>
		</Card>
	);
}

/** A VM starts in one way, which follows from what it has: it is said, for nothing chooses it. */
function Starts({ vm, kernel }: { vm: VM; kernel: string }) {
	const installer = vm.other_config["install-repository"] ?? "";
	const drives = disksOf(vm).filter(({ vdi }) => vdi);

	if (/^(https?|nfs):/.test(installer))
		return <Notice>{t.vms.settings.startsInstaller(isolated(installer))}</Notice>;
	if (kernel.trim()) return <p class="hint">{t.vms.settings.startsKernel}</p>;
	if (drives.length === 0) return <Notice kind="warning">{t.vms.settings.startsNothing}</Notice>;
	return (
		<div>
			<p>{t.vms.settings.startsDrives}</p>
			<ol class="starts" aria-label={t.vms.settings.startsDrives}>
				{drives.map(({ ref, vbd, vdi }) => (
					<li key={ref}>
						<code>{deviceName(vbd)}</code>{" "}
						<span dir="auto">{vdi?.name_label || t.common.unnamed}</span>{" "}
						{vbd.type === "CD" && <span class="tag">{t.vms.settings.cd}</span>}
					</li>
				))}
			</ol>
			<p class="hint">{t.vms.settings.startsHint}</p>
		</div>
	);
}

function Boot({ form, vm, live, fixed }: Section) {
	const { values, set } = form;

	return (
		<Card title={t.vms.settings.boot}>
			<Starts vm={vm} kernel={values.kernel} />
			<TextField
				label={t.vms.settings.kernel}
				value={values.kernel}
				onChange={(v) => set("kernel", v)}
				disabled={fixed}
				hint={t.vms.settings.kernelHint}
			/>
			<TextField
				label={t.vms.settings.ramdisk}
				value={values.ramdisk}
				onChange={(v) => set("ramdisk", v)}
				disabled={fixed}
			/>
			<TextField
				label={t.vms.settings.args}
				value={values.args}
				onChange={(v) => set("args", v)}
				disabled={fixed}
				hint={t.vms.settings.argsHint}
			/>
			<CheckField
				label={t.vms.settings.screen}
				value={values.screen}
				onChange={(v) => set("screen", v)}
				disabled={fixed}
				hint={t.vms.settings.screenHint}
			/>
			{values.screen && (
				<NumberField
					label={t.vms.settings.videoram}
					value={values.videoram}
					onChange={(v) => set("videoram", v)}
					min={1}
					max={32}
					unit="MiB"
					disabled={fixed}
					error={wrong(values, "videoram")}
				/>
			)}
			{live && <p class="hint">{t.vms.settings.atStart}</p>}
		</Card>
	);
}

function Ends({ form, fixed }: Section) {
	const { values, set } = form;

	return (
		<Card title={t.vms.settings.ends}>
			<SelectField
				label={t.vms.settings.afterReboot}
				value={values.afterReboot}
				onChange={(v) => set("afterReboot", v)}
				disabled={fixed}
				choices={(["restart", "destroy"] as const).map((value) => ({
					value,
					label: t.vms.settings.after[value],
				}))}
			/>
			<SelectField
				label={t.vms.settings.afterCrash}
				value={values.afterCrash}
				onChange={(v) => set("afterCrash", v)}
				disabled={fixed}
				choices={(["restart", "destroy", "preserve"] as const).map((value) => ({
					value,
					label: t.vms.settings.after[value],
				}))}
			/>
		</Card>
	);
}

function SaveBar({ row, form }: { row: Row; form: Form }) {
	const [error, setError] = useState<string>();
	const { values, changed, overtaken } = form;
	useLeaving(changed.length > 0, (goOn) =>
		confirm({
			title: t.vms.settings.leave,
			body: <p>{t.vms.settings.unsaved}</p>,
			action: t.vms.settings.discard,
			danger: true,
			onAction: async () => goOn(),
		}),
	);
	const faulty = changed.some((field) => wrong(values, field) !== undefined);

	async function submit(): Promise<void> {
		setError(undefined);
		try {
			await save(row, values, new Set(changed));
		} catch (e) {
			noticeError(e);
			setError(words(e));
		}
	}

	if (changed.length === 0) return null;
	return (
		<div class="save-bar" role="region" aria-label={t.vms.settings.unsaved}>
			<div class="grow">
				<p>{t.vms.settings.unsaved}</p>
				{overtaken.length > 0 && (
					<p class="hint" role="status">
						{t.vms.settings.overtaken(
							overtaken.map((field) => t.vms.settings.names[field]).join(", "),
						)}
					</p>
				)}
				{error && (
					<p class="error" role="alert" dir="auto">
						{error}
					</p>
				)}
			</div>
			<Button
				label={t.vms.settings.discard}
				onClick={() => {
					setError(undefined);
					form.reset();
				}}
			/>
			<Button label={t.action.save} kind="primary" disabled={faulty} onClick={submit} />
		</div>
	);
}

export function Settings({ row }: { row: Row }) {
	const { vm } = row;
	const form = useEdits(settingsOf(vm));
	const fixed = !may("operator");
	const section = { form, vm, live: isLive(vm), fixed };

	return (
		<div class="stack">
			{fixed && <Notice>{t.common.readOnly}</Notice>}
			<div class="cards settings">
				<General {...section} row={row} />
				<Cpu {...section} />
				<Memory {...section} />
				<Start {...section} />
				<Boot {...section} />
				<Ends {...section} />
			</div>
			<SaveBar row={row} form={form} />
		</div>
	);
}
