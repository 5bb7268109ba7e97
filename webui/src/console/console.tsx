// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's console with its bar: text or screen, keys that browsers keep for themselves, text that is
 * typed for the user. The two kinds are chunks that are loaded when they are shown.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { VM, console as ConsoleRecord } from "../../model";
import { getAll } from "../api/store";
import { run } from "../api/tasks";
import { keep, kept } from "../kept";
import { to } from "../route";
import { t } from "../text";
import { Button, LinkButton } from "../ui/button";
import { openDialog } from "../ui/dialog";
import { useLazy } from "../ui/lazy";
import { State } from "../ui/layout";
import { Menu } from "../ui/menu";
import { attempt, tell, tellError } from "../ui/toast";
import type { VmRef } from "../pages/vms/vms";
import type { Face, MakeFace } from "./face";
import type { Link } from "./socket";
import { SysRqDialog, TypeDialog } from "./dialogs";

type Kind = "vt100" | "rfb";

const SIZE_KEY = "socle.console.size",
	SIZE_LEAST = 8,
	SIZE_MOST = 32;

const makers: Record<Kind, () => Promise<{ of: Kind; make: MakeFace }>> = {
	vt100: async () => ({ of: "vt100", make: (await import("./text")).textFace }),
	rfb: async () => ({ of: "rfb", make: (await import("./screen")).screenFace }),
};

const linkState = { connecting: "busy", open: "on", lost: "bad" } as const;

function keptSize(): number {
	const size = Number(kept(SIZE_KEY));

	return size >= SIZE_LEAST && size <= SIZE_MOST ? size : 14;
}

function copy(text: string): void {
	if (!text) return;
	navigator.clipboard.writeText(text).then(
		() => tell(t.action.copied),
		(e: unknown) => tellError(t.action.copy, e),
	);
}

/** What is on it, of one console object, until that is another. */
function useFace(record: ConsoleRecord, kind: Kind, size: number) {
	const place = useRef<HTMLDivElement>(null);
	const [face, setFace] = useState<Face>();
	const [link, setLink] = useState<Link>("connecting");
	const loaded = useLazy(makers[kind]);

	useEffect(() => {
		if (loaded?.of !== kind || !place.current) return;
		const made = loaded.make(place.current, {
			uuid: record.uuid,
			size,
			onLink: setLink,
			onCopy: copy,
		});

		setFace(made);
		made.focus();
		return () => {
			made.dispose();
			setFace(undefined);
		};
	}, [record.uuid, kind, loaded]);
	return { place, face, link };
}

interface BarProps {
	readonly vmRef: VmRef;
	readonly vm: VM;
	readonly face: Face | undefined;
	readonly kind: Kind;
	readonly kinds: readonly Kind[];
	readonly onKind: (kind: Kind) => void;
	readonly size: number;
	readonly onSize: (size: number) => void;
	readonly link: Link;
	readonly own: boolean;
	readonly onFull: () => void;
}

function KindChoice({ kind, kinds, onKind }: Pick<BarProps, "kind" | "kinds" | "onKind">) {
	if (kinds.length < 2) return null;
	return (
		<div class="segments" role="group" aria-label={t.console.kind}>
			{kinds.map((one) => (
				<button
					type="button"
					key={one}
					aria-pressed={one === kind}
					onClick={() => onKind(one)}
				>
					{t.console.kinds[one]}
				</button>
			))}
		</div>
	);
}

function Bar(props: BarProps) {
	const { face, size, onSize, link, vm, vmRef } = props;
	const chords = face?.chords ?? [];
	const press = (chord: string) => {
		face?.press(chord);
		face?.focus();
	};

	return (
		<div class="console-bar" role="toolbar" aria-label={t.console.bar}>
			<span role="status">
				<State kind={linkState[link]} text={t.console.links[link]} />
			</span>
			<KindChoice {...props} />
			<span class="grow" />
			<Menu
				label={t.console.keys}
				icon="keyboard"
				items={[
					...chords.map((chord) => ({ label: chord, onChoose: () => press(chord) })),
					vm.allowed_operations.includes("send_sysrq") && {
						label: t.console.sysrq,
						icon: "warning",
						onChoose: () =>
							openDialog((close) => (
								<SysRqDialog
									send={(key) => run("VM.send_sysrq", vmRef, key)}
									close={close}
								/>
							)),
					},
				]}
			/>
			<Button
				label={t.console.type}
				icon="edit"
				disabled={link !== "open"}
				onClick={() =>
					openDialog((close) => (
						<TypeDialog type={(text) => face?.type(text)} close={close} />
					))
				}
			/>
			{face?.selection && (
				<Button
					label={t.action.copy}
					icon="copy"
					iconOnly
					onClick={() => {
						copy(face.selection!());
						face.focus();
					}}
				/>
			)}
			{face?.setSize && (
				<>
					<Button
						label={t.console.smaller}
						icon="minus"
						iconOnly
						disabled={size <= SIZE_LEAST}
						onClick={() => onSize(size - 1)}
					/>
					<Button
						label={t.console.larger}
						icon="plus"
						iconOnly
						disabled={size >= SIZE_MOST}
						onClick={() => onSize(size + 1)}
					/>
				</>
			)}
			{face?.clear && (
				<Button
					label={t.console.clear}
					icon="erase"
					iconOnly
					onClick={() => {
						face.clear!();
						face.focus();
					}}
				/>
			)}
			<Button label={t.console.full} icon="full" iconOnly onClick={props.onFull} />
			{!props.own && (
				<LinkButton
					label={t.console.window}
					icon="window"
					href={to("console", vm.uuid)}
					newWindow
				/>
			)}
		</div>
	);
}

/** Keys that a phone's keyboard does not have. */
const PHONE_KEYS = ["Esc", "Tab", "Ctrl-C", "←", "↑", "↓", "→"];

function PhoneKeys({ face }: { face: Face | undefined }) {
	const keys = PHONE_KEYS.filter((chord) => face?.chords.includes(chord));

	return (
		<div class="console-keys" role="group" aria-label={t.console.keys}>
			{keys.map((chord) => (
				<button type="button" key={chord} onClick={() => face?.press(chord)}>
					{chord}
				</button>
			))}
		</div>
	);
}

function Shown({
	vmRef,
	vm,
	consoles,
	own,
}: {
	vmRef: VmRef;
	vm: VM;
	consoles: Partial<Record<Kind, ConsoleRecord>>;
	own: boolean;
}) {
	const kinds = (["rfb", "vt100"] as const).filter((one) => consoles[one]);
	const [wanted, setWanted] = useState<Kind>();
	const kind = wanted && consoles[wanted] ? wanted : kinds[0]!;
	const [size, setSize] = useState(keptSize);
	const whole = useRef<HTMLDivElement>(null);
	const { place, face, link } = useFace(consoles[kind]!, kind, size);

	function onSize(next: number): void {
		keep(SIZE_KEY, String(next));
		setSize(next);
		face?.setSize?.(next);
	}

	function full(): void {
		if (document.fullscreenElement) void document.exitFullscreen();
		else
			whole.current?.requestFullscreen().then(
				() => face?.focus(),
				(e: unknown) => tellError(t.console.full, e),
			);
	}

	return (
		<div class={`console ${own ? "own" : ""}`} ref={whole}>
			<Bar
				{...{ vmRef, vm, face, kind, kinds, size, onSize, link, own }}
				onKind={setWanted}
				onFull={full}
			/>
			<div
				key={`${kind}-${consoles[kind]!.uuid}`}
				ref={place}
				class={`console-face ${kind}`}
				role="region"
				aria-label={t.console.of(vm.name_label)}
			/>
			<PhoneKeys face={face} />
		</div>
	);
}

/** The console of a VM that runs, or what stands in its place. */
export function Console({ vmRef, vm, own = false }: { vmRef: VmRef; vm: VM; own?: boolean }) {
	const consoles: Partial<Record<Kind, ConsoleRecord>> = {};

	for (const [, record] of getAll("console", vm.consoles))
		if (record.protocol !== "rdp") consoles[record.protocol] ??= record;
	if (Object.keys(consoles).length === 0)
		return (
			<div class={`console ${own ? "own" : ""}`}>
				<div class="console-off">
					<p>{t.console.off(t.power[vm.power_state])}</p>
					{vm.allowed_operations.includes("start") && (
						<Button
							label={t.vms.actions.start}
							icon="play"
							kind="primary"
							onClick={() =>
								attempt(t.vms.actions.start, () => run("VM.start", vmRef), true)
							}
						/>
					)}
					{vm.allowed_operations.includes("resume") && (
						<Button
							label={t.vms.actions.resume}
							icon="play"
							kind="primary"
							onClick={() =>
								attempt(t.vms.actions.resume, () => run("VM.resume", vmRef), true)
							}
						/>
					)}
				</div>
			</div>
		);
	return <Shown vmRef={vmRef} vm={vm} consoles={consoles} own={own} />;
}
