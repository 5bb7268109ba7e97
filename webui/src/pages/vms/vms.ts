// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What pages about VMs ask of the store: which objects are VMs, what belongs to one, what is going
 * on with it, what it uses now.
 */
import type { Ref, VBD, VDI, VIF, VM } from "../../../model";
import { latest, type Series } from "../../api/metrics";
import { get, getAll, table } from "../../api/store";
import { t } from "../../text";

export type VmRef = Ref<"VM">;

export interface Row {
	readonly ref: VmRef;
	readonly vm: VM;
}

export function isVm(vm: VM): boolean {
	return !vm.is_a_template && !vm.is_a_snapshot && !vm.is_control_domain;
}

export function isTemplate(vm: VM): boolean {
	return vm.is_a_template && !vm.is_a_snapshot;
}

export function vmsWhere(wanted: (vm: VM) => boolean): Row[] {
	return [...table("VM")].flatMap(([ref, vm]) => (wanted(vm) ? [{ ref, vm }] : []));
}

export function byName(a: Row, b: Row): number {
	return a.vm.name_label.localeCompare(b.vm.name_label);
}

/** What it is called where a name is needed although it has none. */
export function vmName(vm: VM): string {
	return vm.name_label.trim() ? vm.name_label : vm.uuid;
}

/* ---- its state ------------------------------------------------------------------------------ */

export type Operation = VM["allowed_operations"][number];

/** What is going on with it, in words; undefined: nothing. */
export function doing(vm: VM): string | undefined {
	const operation = Object.values(vm.current_operations)[0];

	if (!operation) return undefined;
	return t.vms.doing[operation as keyof typeof t.vms.doing] ?? operation;
}

export function stateOf(vm: VM): { kind: "on" | "off" | "busy"; text: string } {
	const busy = doing(vm);

	if (busy) return { kind: "busy", text: busy };
	const kind = vm.power_state === "Running" ? "on" : vm.power_state === "Halted" ? "off" : "busy";
	return { kind, text: t.power[vm.power_state] };
}

export function isLive(vm: VM): boolean {
	return vm.power_state === "Running" || vm.power_state === "Paused";
}

/* ---- what it tells of itself ---------------------------------------------------------------- */

/** IPv4 addresses before the others. */
export function addresses(vm: VM): string[] {
	const networks = get("VM_guest_metrics", vm.guest_metrics)?.networks ?? {};
	const found = new Set(
		Object.entries(networks)
			.filter(([key, value]) => /^\d+\/(ip$|ipv[46]\/)/.test(key) && value)
			.map(([, value]) => value),
	);

	return [...found].sort((a, b) => Number(a.includes(":")) - Number(b.includes(":")));
}

export function system(vm: VM): string {
	const os = get("VM_guest_metrics", vm.guest_metrics)?.os_version ?? {};

	return os.name ?? os.distro ?? "";
}

/* ---- what it uses now ------------------------------------------------------------------------ */

export function column(vm: VM, name: string): string {
	return `AVERAGE:vm:${vm.uuid}:${name}`;
}

/** Of all its CPUs together, 0 to 1. */
export function cpuNow(series: Series, vm: VM): number | undefined {
	const each: number[] = [];

	if (vm.power_state !== "Running") return undefined;
	for (let i = 0; i < vm.VCPUs_max; i++) {
		const share = latest(series, column(vm, `cpu${i}`));
		if (share !== undefined) each.push(share);
	}
	return each.length ? each.reduce((a, b) => a + b) / each.length : undefined;
}

export function memoryNow(series: Series, vm: VM): number | undefined {
	return isLive(vm) ? latest(series, column(vm, "memory")) : undefined;
}

/* ---- its disks and interfaces ---------------------------------------------------------------- */

export interface Disk {
	readonly ref: Ref<"VBD">;
	readonly vbd: VBD;
	readonly vdi: VDI | undefined;
}

/** In the order in which the VM sees them. */
export function disksOf(vm: VM): Disk[] {
	return getAll("VBD", vm.VBDs)
		.map(([ref, vbd]) => ({ ref, vbd, vdi: get("VDI", vbd.VDI) }))
		.sort((a, b) => Number(a.vbd.userdevice) - Number(b.vbd.userdevice));
}

/** What Linux calls it inside. */
export function deviceName({ device, userdevice }: VBD): string {
	if (device) return device;
	return /^\d+$/.test(userdevice)
		? `xvd${String.fromCharCode(97 + Number(userdevice))}`
		: userdevice;
}

export function vifsOf(vm: VM): [Ref<"VIF">, VIF][] {
	return getAll("VIF", vm.VIFs).sort(([, a], [, b]) => Number(a.device) - Number(b.device));
}

/** Disks that only this VM sees: what goes, if it goes with all that it has. */
export function ownDisks(vm: VM): { ref: Ref<"VDI">; vdi: VDI }[] {
	return disksOf(vm).flatMap(({ vbd, vdi }) =>
		vdi && vbd.type === "Disk" && vdi.VBDs.length < 2 ? [{ ref: vbd.VDI, vdi }] : [],
	);
}

export function tagsOf(vms: readonly VM[]): string[] {
	return [...new Set(vms.flatMap((vm) => vm.tags))].sort((a, b) => a.localeCompare(b));
}
