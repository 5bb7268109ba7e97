// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a new VM is made of: a template with where its system comes from, a disk image, an archive,
 * or another VM.
 */
import { useState } from "preact/hooks";
import type { Ref, VM } from "../../../model";
import { defaultRepository } from "../../api/repositories";
import { get } from "../../api/store";
import { bytes, t } from "../../text";
import { RadioField, SelectField, TextField } from "../../ui/fields";
import { Card, Notice } from "../../ui/layout";
import { DropZone } from "../../ui/uploads";
import { isoChoices, isos, RepositoryField } from "./choices";
import type { Source } from "./create";
import { recognise, type Image } from "./image";
import { byName, isTemplate, isVm, vmName, vmsWhere, type Row, type VmRef } from "./vms";

type Kind = Source["kind"];
type Medium = "cdrom" | "url" | "none";

export interface Choices {
	readonly kind: Kind;
	readonly from: VmRef; /* the template, or the VM; "": none */
	readonly medium: Medium;
	readonly url: string;
	readonly iso: Ref<"VDI">;
	readonly args: string;
	readonly file: File | undefined;
	readonly image: Image | undefined;
	readonly sr: Ref<"SR">;
	readonly full: boolean;
	readonly suggestedName: string;
}

/* ---- templates ------------------------------------------------------------------------------- */

/** Sizes of the disks that it asks for, in bytes. */
export function templateDisks(template: VM): number[] {
	const text = template.other_config.disks ?? "";
	const doc = new DOMParser().parseFromString(text || "<provision/>", "text/xml");

	return [...doc.querySelectorAll("disk")]
		.map((disk) => Number(disk.getAttribute("size")))
		.filter((size) => size > 0);
}

function methods(template: VM | undefined): string[] {
	return (template?.other_config["install-methods"] ?? "").split(",").filter(Boolean);
}

function media(template: VM | undefined): Medium[] {
	const all = methods(template);
	const found: Medium[] = [];

	if (all.some((m) => m !== "cdrom")) found.push("url");
	if (all.includes("cdrom")) found.push("cdrom");
	return found.length ? found : ["none"];
}

/** Those of the host first, as they are wanted most; then one's own. */
function templates(): Row[] {
	return vmsWhere(isTemplate).sort(
		(a, b) =>
			Number(a.vm.is_default_template) - Number(b.vm.is_default_template) || byName(a, b),
	);
}

function chooseTemplate(choices: Choices, from: VmRef): Choices {
	const template = get("VM", from);
	const medium = media(template)[0]!;

	return {
		...choices,
		from,
		medium,
		suggestedName: template?.name_label ?? "",
		iso: isos()[0]?.[0] ?? "",
	};
}

const nothing: Choices = {
	kind: "template",
	from: "",
	medium: "none",
	url: "",
	iso: "",
	args: "",
	file: undefined,
	image: undefined,
	sr: "",
	full: false,
	suggestedName: "",
};

function chooseKind(kind: Kind): Choices {
	const fresh = { ...nothing, kind, sr: defaultRepository() };

	if (kind === "template") return chooseTemplate(fresh, templates()[0]?.ref ?? "");
	if (kind === "copy") return chooseCopy(fresh, copyable()[0]);
	return fresh;
}

/** As the page begins: from what its address names, or from a template. */
export function startSource(ref: VmRef | undefined, vm: VM | undefined): Choices {
	if (!ref || !vm) return chooseKind("template");
	return isTemplate(vm)
		? chooseTemplate(chooseKind("template"), ref)
		: chooseCopy(chooseKind("copy"), { ref, vm });
}

function TemplateFields({ choices, onChange }: Props) {
	const template = get("VM", choices.from);
	const possible = media(template);

	return (
		<>
			<SelectField
				label={t.vms.template}
				value={choices.from}
				onChange={(from) => onChange(chooseTemplate(choices, from))}
				hint={template?.name_description}
				choices={templates().map(({ ref, vm }) => ({
					value: ref as string,
					label: vmName(vm),
				}))}
			/>
			{possible.length > 1 && (
				<RadioField<Medium>
					label={t.vms.making.medium}
					value={choices.medium}
					onChange={(medium) => onChange({ ...choices, medium })}
					choices={possible.map((value) => ({
						value,
						label: t.vms.making.media[value],
					}))}
				/>
			)}
			{choices.medium === "url" && (
				<>
					<TextField
						label={t.vms.making.url}
						type="url"
						value={choices.url}
						onChange={(url) => onChange({ ...choices, url })}
						hint={t.vms.making.urlHint}
						placeholder="http://"
						required
					/>
					<TextField
						label={t.vms.settings.args}
						value={choices.args}
						onChange={(args) => onChange({ ...choices, args })}
						hint={t.vms.making.argsHint}
					/>
				</>
			)}
			{choices.medium === "cdrom" &&
				(isos().length > 0 ? (
					<SelectField
						label={t.vms.disks.image}
						value={choices.iso}
						onChange={(iso) => onChange({ ...choices, iso })}
						choices={isoChoices()}
					/>
				) : (
					<Notice kind="warning">{t.vms.disks.noIsos}</Notice>
				))}
		</>
	);
}

/* ---- files ----------------------------------------------------------------------------------- */

function stem(name: string): string {
	return name.replace(/\.(xva|ova|raw|img|vhd|qcow2?|gz|zst|zstd)$/i, "").replace(/\.xva$/i, "");
}

function FileFields({ choices, onChange }: Props) {
	const { file, image } = choices;
	const archive = choices.kind === "archive";
	const [reading, setReading] = useState(false);

	async function take(chosen: File): Promise<void> {
		setReading(true);
		try {
			const found = await recognise(chosen, archive);

			/* Who drops an archive where a disk is wanted wants the archive. */
			onChange({
				...choices,
				kind:
					found.kind === "xva"
						? "archive"
						: archive && found.kind === "disk"
							? "disk"
							: choices.kind,
				file: chosen,
				image: found,
				suggestedName: stem(chosen.name),
			});
		} catch {
			onChange({ ...choices, file: chosen, image: { kind: "wrong", why: "broken" } });
		} finally {
			setReading(false);
		}
	}

	return (
		<>
			<DropZone
				label={t.action.browse}
				hint={archive ? t.vms.making.dropArchive : t.vms.making.dropDisk}
				onFiles={([chosen]) => chosen && take(chosen)}
			>
				{file && (
					<p role="status">
						<strong dir="auto">{file.name}</strong>{" "}
						{reading ? t.connection.loading : imageWords(image, file.size)}
					</p>
				)}
			</DropZone>
			{image?.kind === "wrong" && (
				<Notice kind="error">{t.vms.making.wrongImage[image.why]}</Notice>
			)}
			<RepositoryField
				value={choices.sr}
				onChange={(sr) => onChange({ ...choices, sr })}
				needed={image?.kind === "disk" ? image.size : (file?.size ?? 0)}
			/>
		</>
	);
}

function imageWords(image: Image | undefined, size: number): string {
	if (image?.kind === "disk")
		return t.vms.making.diskImage(image.format, bytes(size), bytes(image.size));
	return image?.kind === "xva" ? t.vms.making.archiveFile(bytes(size)) : bytes(size);
}

/* ---- other VMs ------------------------------------------------------------------------------- */

function copyable(): Row[] {
	return vmsWhere(
		(vm) =>
			isVm(vm) && (vm.allowed_operations.includes("clone") || vm.power_state === "Suspended"),
	).sort(byName);
}

function chooseCopy(choices: Choices, row: Row | undefined): Choices {
	return {
		...choices,
		from: row?.ref ?? "",
		suggestedName: row ? t.vms.making.copyOf(vmName(row.vm)) : "",
	};
}

function CopyFields({ choices, onChange }: Props) {
	const now = get("VM", choices.from);
	const all = copyable();
	/* A snapshot, when the page began with one. */
	const rows =
		now && !all.some(({ ref }) => ref === choices.from)
			? [{ ref: choices.from, vm: now }, ...all]
			: all;

	if (rows.length === 0) return <Notice>{t.vms.making.noCopyable}</Notice>;
	return (
		<>
			<SelectField
				label={t.vms.making.vm}
				value={choices.from}
				onChange={(ref) =>
					onChange(
						chooseCopy(
							choices,
							rows.find((row) => row.ref === ref),
						),
					)
				}
				hint={t.vms.making.copyHint}
				choices={rows.map(({ ref, vm }) => ({
					value: ref as string,
					label: vm.is_a_snapshot
						? t.vms.snapshots.named(
								vmName(vm),
								get("VM", vm.snapshot_of)?.name_label ?? "",
							)
						: vmName(vm),
				}))}
			/>
			<RadioField<"clone" | "copy">
				label={t.vms.making.how}
				value={choices.full ? "copy" : "clone"}
				onChange={(how) => onChange({ ...choices, full: how === "copy" })}
				choices={[
					{ value: "clone", label: t.vms.making.clone, hint: t.vms.making.cloneHint },
					{ value: "copy", label: t.vms.making.copy, hint: t.vms.making.fullHint },
				]}
			/>
			{choices.full && (
				<RepositoryField
					value={choices.sr}
					onChange={(sr) => onChange({ ...choices, sr })}
				/>
			)}
		</>
	);
}

/* ---- all of them ----------------------------------------------------------------------------- */

interface Props {
	readonly choices: Choices;
	readonly onChange: (choices: Choices) => void;
}

/** undefined: not complete yet. */
export function sourceOf(c: Choices): Source | undefined {
	switch (c.kind) {
		case "template":
			if (!get("VM", c.from)) return undefined;
			if (c.medium === "url" && !/^(https?|nfs):\/\/\S+/.test(c.url.trim())) return undefined;
			if (c.medium === "cdrom" && !c.iso) return undefined;
			return {
				kind: "template",
				ref: c.from,
				url: c.medium === "url" ? c.url.trim() : "",
				iso: c.medium === "cdrom" ? c.iso : "",
				args: c.medium === "url" ? c.args.trim() : "",
			};
		case "disk":
			if (!c.file || c.image?.kind !== "disk" || !c.sr) return undefined;
			return { ...c.image, kind: "disk", file: c.file, sr: c.sr };
		case "archive":
			if (!c.file || c.image?.kind !== "xva") return undefined;
			return { kind: "archive", file: c.file, sr: c.sr };
		case "copy":
			if (!get("VM", c.from) || (c.full && !c.sr)) return undefined;
			return { kind: "copy", ref: c.from, full: c.full ? c.sr : "" };
	}
}

export function SourceFields({ choices, onChange }: Props) {
	return (
		<Card title={t.vms.making.source}>
			<RadioField<Kind>
				label={t.vms.making.sourceLabel}
				value={choices.kind}
				onChange={(kind) => onChange(chooseKind(kind))}
				choices={(["template", "disk", "archive", "copy"] as const).map((value) => ({
					value,
					label: t.vms.making.kinds[value],
					hint: t.vms.making.kindHints[value],
				}))}
			/>
			{choices.kind === "template" && <TemplateFields {...{ choices, onChange }} />}
			{(choices.kind === "disk" || choices.kind === "archive") && (
				<FileFields {...{ choices, onChange }} />
			)}
			{choices.kind === "copy" && <CopyFields {...{ choices, onChange }} />}
		</Card>
	);
}
