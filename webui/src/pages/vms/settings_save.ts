// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The values of the settings' form: from a VM's record, whether they are sensible, and back to the
 * host by the calls that each needs in the VM's state.
 */
import type { VM } from "../../../model";
import { call } from "../../api/rpc";
import { run } from "../../api/tasks";
import { t } from "../../text";
import type { Row } from "./vms";

export interface Settings {
	readonly name: string;
	readonly description: string;
	readonly vcpus: number;
	readonly vcpusMax: number;
	readonly weight: number;
	readonly cap: number;
	readonly memoryMax: number;
	readonly memoryMin: number;
	readonly memoryStatic: number;
	readonly autostart: boolean;
	readonly order: number;
	readonly startDelay: number;
	readonly shutdownDelay: number;
	readonly kernel: string;
	readonly ramdisk: string;
	readonly args: string;
	readonly screen: boolean;
	readonly videoram: number;
	readonly afterReboot: VM["actions_after_reboot"];
	readonly afterCrash: "restart" | "destroy" | "preserve";
}

const WEIGHT = 256,
	VIDEORAM = 4,
	MIB = 2 ** 20;

export function hasScreen(vm: VM): boolean {
	return !["", "none"].includes(vm.platform.vga ?? "");
}

function afterCrash(vm: VM): Settings["afterCrash"] {
	const word = vm.actions_after_crash;

	return word.includes("restart") ? "restart" : word.includes("destroy") ? "destroy" : "preserve";
}

export function settingsOf(vm: VM): Settings {
	return {
		name: vm.name_label,
		description: vm.name_description,
		vcpus: vm.VCPUs_at_startup,
		vcpusMax: vm.VCPUs_max,
		weight: Number(vm.VCPUs_params.weight ?? WEIGHT),
		cap: Number(vm.VCPUs_params.cap ?? 0),
		memoryMax: vm.memory_dynamic_max,
		memoryMin: vm.memory_dynamic_min,
		memoryStatic: vm.memory_static_max,
		autostart: vm.other_config.auto_poweron === "true",
		order: vm.order,
		startDelay: vm.start_delay,
		shutdownDelay: vm.shutdown_delay,
		kernel: vm.PV_kernel,
		ramdisk: vm.PV_ramdisk,
		args: vm.PV_args,
		screen: hasScreen(vm),
		videoram: Number(vm.platform.videoram ?? VIDEORAM),
		afterReboot: vm.actions_after_reboot,
		afterCrash: afterCrash(vm),
	};
}

function within(n: number, low: number, high: number): string | undefined {
	return n >= low && n <= high && Number.isInteger(n)
		? undefined
		: t.common.between(String(low), String(high));
}

/** What is wrong with a field, in words. */
export function wrong(v: Settings, field: keyof Settings): string | undefined {
	switch (field) {
		case "name":
			return v.name.trim() ? undefined : t.common.required;
		case "vcpus":
			return within(v.vcpus, 1, Math.min(v.vcpusMax || 128, 128));
		case "vcpusMax":
			return within(v.vcpusMax, 1, 128);
		case "weight":
			return within(v.weight, 1, 65535);
		case "cap":
			return within(v.cap, 0, 12800);
		case "order":
		case "startDelay":
		case "shutdownDelay":
			return within(v[field], 0, 1_000_000);
		case "videoram":
			return within(v.videoram, 1, 32);
		case "memoryStatic":
			return v.memoryStatic >= 16 * MIB ? undefined : t.vms.settings.memoryLeast;
		case "memoryMax":
			return v.memoryMax <= v.memoryStatic ? undefined : t.vms.settings.aboveStatic;
		case "memoryMin":
			return v.memoryMin <= v.memoryMax && v.memoryMin >= 16 * MIB
				? undefined
				: t.vms.settings.aboveMax;
		default:
			return undefined;
	}
}

type Changed = ReadonlySet<keyof Settings>;

async function saveCpus({ ref, vm }: Row, v: Settings, changed: Changed): Promise<void> {
	if (changed.has("vcpusMax") && v.vcpusMax > vm.VCPUs_at_startup)
		await call("VM.set_VCPUs_max", ref, v.vcpusMax);
	if (changed.has("vcpus"))
		if (vm.power_state === "Running") await run("VM.set_VCPUs_number_live", ref, v.vcpus);
		else await call("VM.set_VCPUs_at_startup", ref, v.vcpus);
	if (changed.has("vcpusMax") && v.vcpusMax <= vm.VCPUs_at_startup)
		await call("VM.set_VCPUs_max", ref, v.vcpusMax);
	if (changed.has("weight"))
		await call("VM.add_to_VCPUs_params_live", ref, "weight", String(v.weight));
	if (changed.has("cap")) await call("VM.add_to_VCPUs_params_live", ref, "cap", String(v.cap));
}

async function saveMemory({ ref, vm }: Row, v: Settings, changed: Changed): Promise<void> {
	if (changed.has("memoryStatic"))
		await call(
			"VM.set_memory_limits",
			ref,
			Math.min(vm.memory_static_min, v.memoryMin),
			v.memoryStatic,
			v.memoryMin,
			v.memoryMax,
		);
	else if (changed.has("memoryMin") || changed.has("memoryMax")) {
		if (v.memoryMin < vm.memory_static_min && vm.power_state === "Halted")
			await call("VM.set_memory_static_min", ref, v.memoryMin);
		await run("VM.set_memory_dynamic_range", ref, v.memoryMin, v.memoryMax);
	}
}

async function saveBoot({ ref, vm }: Row, v: Settings, changed: Changed): Promise<void> {
	if (changed.has("kernel")) await call("VM.set_PV_kernel", ref, v.kernel.trim());
	if (changed.has("ramdisk")) await call("VM.set_PV_ramdisk", ref, v.ramdisk.trim());
	if (changed.has("args")) await call("VM.set_PV_args", ref, v.args.trim());
	if (changed.has("screen") || changed.has("videoram")) {
		const { vga: _, videoram: __, ...platform } = vm.platform;

		await call(
			"VM.set_platform",
			ref,
			v.screen ? { ...platform, vga: "std", videoram: String(v.videoram) } : platform,
		);
	}
	if (changed.has("afterReboot")) await call("VM.set_actions_after_reboot", ref, v.afterReboot);
	if (changed.has("afterCrash")) await call("VM.set_actions_after_crash", ref, v.afterCrash);
}

async function saveStart({ ref }: Row, v: Settings, changed: Changed): Promise<void> {
	if (changed.has("autostart")) {
		await call("VM.remove_from_other_config", ref, "auto_poweron");
		if (v.autostart) await call("VM.add_to_other_config", ref, "auto_poweron", "true");
	}
	if (changed.has("order")) await call("VM.set_order", ref, v.order);
	if (changed.has("startDelay")) await call("VM.set_start_delay", ref, v.startDelay);
	if (changed.has("shutdownDelay")) await call("VM.set_shutdown_delay", ref, v.shutdownDelay);
}

/** What fails leaves what was saved before it: the form then shows what is still open. */
export async function save(row: Row, v: Settings, changed: Changed): Promise<void> {
	if (changed.has("name")) await call("VM.set_name_label", row.ref, v.name.trim());
	if (changed.has("description")) await call("VM.set_name_description", row.ref, v.description);
	await saveCpus(row, v, changed);
	await saveMemory(row, v, changed);
	await saveBoot(row, v, changed);
	await saveStart(row, v, changed);
}
