// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new VM, step by step, from what it is to be made of. Whatever fails, what was begun goes again.
 */
import type { Ref, VM } from "../../../model";
import { createDisk } from "../../api/repositories";
import { call, Unreachable } from "../../api/rpc";
import { run } from "../../api/tasks";
import { t } from "../../text";
import { sendFile, sendImage } from "../../ui/uploads";
import type { DiskFormat } from "./image";
import type { VmRef } from "./vms";

export interface NewDisk {
	readonly size: number;
	readonly sr: Ref<"SR">;
}

export type Source =
	| {
			readonly kind: "template";
			readonly ref: VmRef;
			readonly url: string;
			readonly iso: Ref<"VDI">;
			readonly args: string;
	  }
	| {
			readonly kind: "disk";
			readonly file: File;
			readonly format: DiskFormat;
			readonly size: number;
			readonly sr: Ref<"SR">;
	  }
	| { readonly kind: "archive"; readonly file: File; readonly sr: Ref<"SR"> }
	| { readonly kind: "copy"; readonly ref: VmRef; readonly full: Ref<"SR"> | "" };

export interface Plan {
	readonly source: Source;
	readonly name: string;
	readonly description: string;
	readonly memory: number;
	readonly vcpus: number;
	readonly disks: readonly NewDisk[];
	readonly networks: readonly string[];
	readonly screen: boolean;
	readonly autostart: boolean;
}

/** Takes away a VM that is not complete, with the disks that nobody else has. */
async function discard(ref: VmRef): Promise<void> {
	const vm = await call("VM.get_record", ref);

	for (const vbd of vm.VBDs) {
		const { VDI, type } = await call("VBD.get_record", vbd);
		await call("VBD.destroy", vbd);
		if (type === "Disk") await run("VDI.destroy", VDI);
	}
	await run("VM.destroy", ref);
}

const AGAIN_MS = 5000,
	ATTEMPTS = 60;

/** What made it fail may keep us from the host for a while, too. */
async function untilAnswered(undo: () => Promise<unknown>): Promise<void> {
	for (let i = 0; i < ATTEMPTS; i++) {
		try {
			await undo();
			return;
		} catch (e) {
			if (!(e instanceof Unreachable)) return;
			await new Promise((done) => setTimeout(done, AGAIN_MS));
		}
	}
}

/** Things that were made and must go if the whole does not come about; the last one first. */
class Made {
	private readonly undo: (() => Promise<unknown>)[] = [];

	add(undo: () => Promise<unknown>): void {
		this.undo.push(undo);
	}

	/** Of these the VM takes care. */
	owned(): void {
		this.undo.length = 0;
	}

	async discard(): Promise<void> {
		for (const undo of this.undo.reverse()) await untilAnswered(undo);
	}
}

async function otherConfig(ref: VmRef, key: string, value?: string): Promise<void> {
	await call("VM.remove_from_other_config", ref, key);
	if (value !== undefined) await call("VM.add_to_other_config", ref, key, value);
}

async function attach(
	vm: VmRef,
	vdi: Ref<"VDI">,
	type: "Disk" | "CD",
	bootable: boolean,
): Promise<void> {
	await call("VBD.create", {
		VM: vm,
		VDI: vdi,
		userdevice: "autodetect",
		bootable,
		mode: type === "CD" ? "RO" : "RW",
		type,
		empty: false,
		other_config: {},
	});
}

/* ---- the VM itself --------------------------------------------------------------------------- */

async function fromTemplate(plan: Plan, made: Made): Promise<VmRef> {
	const source = plan.source as Source & { kind: "template" };
	const ref = await run("VM.clone", source.ref, plan.name);

	made.add(() => discard(ref));
	/* Its disks are made here, as they are wished for. */
	await otherConfig(ref, "disks");
	await run("VM.provision", ref);
	if (source.url) await otherConfig(ref, "install-repository", source.url);
	if (source.args) await call("VM.set_PV_args", ref, source.args);
	return ref;
}

async function fromDisk(plan: Plan, made: Made): Promise<VmRef> {
	const { file, format, size, sr } = plan.source as Source & { kind: "disk" };
	const name = t.vms.disks.nameFor(plan.name, 0);
	const vdi = await sendImage(
		{ sr, name, description: file.name, format, size },
		file,
		t.vms.making.upload(file.name),
	);

	made.add(() => run("VDI.destroy", vdi));
	const ref = await call("VM.create", {
		name_label: plan.name,
		name_description: plan.description,
		memory_static_max: plan.memory,
		memory_dynamic_max: plan.memory,
		memory_dynamic_min: plan.memory,
		VCPUs_max: plan.vcpus,
		VCPUs_at_startup: plan.vcpus,
	} satisfies Partial<VM>);

	made.add(() => run("VM.destroy", ref));
	await attach(ref, vdi, "Disk", true);
	made.owned();
	made.add(() => discard(ref));
	return ref;
}

async function fromArchive(plan: Plan, made: Made): Promise<VmRef> {
	const { file, sr } = plan.source as Source & { kind: "archive" };
	const result = await sendFile(
		"/import/",
		sr ? { sr_id: sr } : {},
		file,
		t.vms.making.upload(file.name),
	);
	const ref = /OpaqueRef:[\w-]+/.exec(result)?.[0];

	if (!ref) throw new Error(result);
	made.add(() => discard(ref));
	return ref;
}

async function fromCopy(plan: Plan, made: Made): Promise<VmRef> {
	const { ref, full } = plan.source as Source & { kind: "copy" };
	const copied = full
		? await run("VM.copy", ref, plan.name, full)
		: await run("VM.clone", ref, plan.name);

	made.add(() => discard(copied));
	if ((await call("VM.get_record", copied)).is_a_template)
		await call("VM.set_is_a_template", copied, false);
	return copied;
}

/* ---- what it has ----------------------------------------------------------------------------- */

async function setNetworks(ref: VmRef, wanted: readonly string[]): Promise<void> {
	const vifs = (await call("VM.get_record", ref)).VIFs;
	const now: string[] = [];

	for (const vif of vifs) now.push((await call("VIF.get_record", vif)).network);
	if (now.join() === wanted.join()) return;
	for (const vif of vifs) await call("VIF.destroy", vif);
	for (const network of wanted)
		await call("VIF.create", {
			VM: ref,
			network,
			device: "autodetect",
			MAC: "",
			MTU: 0,
			other_config: {},
		});
}

async function setSizes(ref: VmRef, plan: Plan): Promise<void> {
	const vm = await call("VM.get_record", ref);

	if (vm.power_state === "Halted" && plan.memory !== vm.memory_dynamic_max)
		await call("VM.set_memory", ref, plan.memory);
	if (vm.power_state === "Halted" && plan.vcpus !== vm.VCPUs_at_startup) {
		if (plan.vcpus > vm.VCPUs_max) await call("VM.set_VCPUs_max", ref, plan.vcpus);
		await call("VM.set_VCPUs_at_startup", ref, plan.vcpus);
		await call("VM.set_VCPUs_max", ref, plan.vcpus);
	}
}

async function complete(ref: VmRef, plan: Plan, step: (words: string) => void): Promise<void> {
	await call("VM.set_name_label", ref, plan.name);
	if (plan.description) await call("VM.set_name_description", ref, plan.description);
	await setSizes(ref, plan);
	for (const [i, { size, sr }] of plan.disks.entries()) {
		step(t.vms.making.makingDisk(i + 1));
		const vdi = await createDisk(sr, t.vms.disks.nameFor(plan.name, i), "", size);

		await attach(ref, vdi, "Disk", i === 0 && plan.source.kind === "template").catch(
			async (e: unknown) => {
				await run("VDI.destroy", vdi).catch(() => undefined);
				throw e;
			},
		);
	}
	if (plan.source.kind === "template" && plan.source.iso)
		await attach(ref, plan.source.iso, "CD", true);
	await setNetworks(ref, plan.networks);
	if (plan.screen) {
		const { platform } = await call("VM.get_record", ref);
		await call("VM.set_platform", ref, { ...platform, vga: "std" });
	}
	await otherConfig(ref, "auto_poweron", plan.autostart ? "true" : undefined);
}

const makers = {
	template: fromTemplate,
	disk: fromDisk,
	archive: fromArchive,
	copy: fromCopy,
} as const;

/** Makes it. `step` is told what is going on, in words. */
export async function createVm(plan: Plan, step: (words: string) => void): Promise<VmRef> {
	const made = new Made();

	try {
		step(t.vms.making.begun[plan.source.kind]);
		const ref = await makers[plan.source.kind](plan, made);

		await complete(ref, plan, step);
		return ref;
	} catch (e) {
		step(t.vms.making.undoing);
		await made.discard();
		throw e;
	}
}
