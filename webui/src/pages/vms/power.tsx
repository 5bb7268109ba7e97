// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be asked of VMs: a table of their actions, for the menu of one and for many at once.
 * What is possible now is what the host allows.
 */
import type { VM } from "../../../model";
import { may } from "../../api/connection";
import type { Method } from "../../api/rpc";
import { run } from "../../api/tasks";
import { t } from "../../text";
import { confirm } from "../../ui/dialog";
import type { IconName } from "../../ui/icons";
import { attempt } from "../../ui/toast";
import { vmName, type Operation, type Row, type VmRef } from "./vms";

export interface Action {
	readonly id: keyof typeof t.vms.actions;
	readonly operation: Operation;
	readonly icon: IconName;
	readonly run: (ref: VmRef) => Promise<unknown>;
	/** What may be lost by it is asked before. */
	readonly hard?: boolean;
}

function simple(method: Method & `VM.${string}`) {
	return (ref: VmRef) => run(method as "VM.pause", ref);
}

export const actions: readonly Action[] = [
	{ id: "start", operation: "start", icon: "play", run: simple("VM.start") },
	{ id: "resume", operation: "resume", icon: "play", run: simple("VM.resume") },
	{ id: "unpause", operation: "unpause", icon: "play", run: simple("VM.unpause") },
	{
		id: "shutdown",
		operation: "clean_shutdown",
		icon: "power",
		run: simple("VM.clean_shutdown"),
	},
	{ id: "reboot", operation: "clean_reboot", icon: "reboot", run: simple("VM.clean_reboot") },
	{ id: "suspend", operation: "suspend", icon: "suspend", run: simple("VM.suspend") },
	{ id: "pause", operation: "pause", icon: "pause", run: simple("VM.pause") },
	{
		id: "hardReboot",
		operation: "hard_reboot",
		icon: "reboot",
		run: simple("VM.hard_reboot"),
		hard: true,
	},
	{
		id: "hardShutdown",
		operation: "hard_shutdown",
		icon: "stop",
		run: simple("VM.hard_shutdown"),
		hard: true,
	},
];

export function allows(vm: VM, operation: Operation): boolean {
	return vm.allowed_operations.includes(operation);
}

export function possible(vm: VM): Action[] {
	return may("operator") ? actions.filter(({ operation }) => allows(vm, operation)) : [];
}

const AT_ONCE = 4;

/** Does something with each, a few at a time; who fails says so, and the others go on. */
export async function forEach<T>(
	items: readonly T[],
	what: (item: T) => Promise<unknown>,
): Promise<void> {
	const waiting = [...items];
	const one = async () => {
		for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
			await what(item);
	};

	await Promise.all(Array.from({ length: AT_ONCE }, one));
}

export async function perform(action: Action, vms: readonly Row[]): Promise<void> {
	const label = t.vms.actions[action.id];

	await forEach(vms, ({ ref, vm }) =>
		attempt(t.vms.actionOn(label, vmName(vm)), () => action.run(ref), true),
	);
}

/** Does it, or asks first, where something may be lost. */
export function begin(action: Action, vms: readonly Row[]): void {
	const label = t.vms.actions[action.id];
	const able = vms.filter(({ vm }) => allows(vm, action.operation));

	if (!action.hard) {
		void perform(action, able);
		return;
	}
	confirm({
		title: able.length === 1 ? t.vms.actionOn(label, vmName(able[0]!.vm)) : label,
		body: (
			<>
				<p>{t.vms.hardWarning}</p>
				{able.length > 1 && <Names vms={able} />}
			</>
		),
		action: label,
		danger: true,
		onAction: async () => void perform(action, able),
	});
}

export function Names({ vms }: { vms: readonly Row[] }) {
	return (
		<ul class="names">
			{vms.map(({ ref, vm }) => (
				<li key={ref} dir="auto">
					{vmName(vm)}
				</li>
			))}
		</ul>
	);
}
