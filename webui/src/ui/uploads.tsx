// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files on their way to the host, seen on every page until they are there: how far they are, and a
 * button to stop. And a place to drop files on, which is a button as well.
 */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { Ref } from "../../model";
import { upload, type Upload } from "../api/streams";
import { bytes, percent, t } from "../text";
import { Icon } from "./icons";
import { attempt } from "./toast";

interface Sending {
	readonly id: number;
	readonly label: string;
	readonly size: number;
	readonly share: number;
	readonly cancel?: () => void;
}

const sending = signal<readonly Sending[]>([]);
let next = 1;

function change(id: number, what: Partial<Sending>): void {
	sending.value = sending.value.map((s) => (s.id === id ? { ...s, ...what } : s));
}

/** Whoever closes the page now would cut off what is on its way. */
function beforeLeaving(e: BeforeUnloadEvent): void {
	e.preventDefault();
}

/** PUTs a file; what its task resulted in. Fails with what the host said, or when it is stopped. */
export async function sendFile(
	path: string,
	query: Readonly<Record<string, string>>,
	file: Blob,
	label: string,
): Promise<string> {
	const id = next++;
	let running: Upload | undefined;

	if (sending.value.length === 0) addEventListener("beforeunload", beforeLeaving);
	sending.value = [...sending.value, { id, label, size: file.size, share: 0 }];
	try {
		running = await upload(path, query, file, label, (share) => change(id, { share }));
		change(id, { cancel: running.cancel });
		return await running.done;
	} finally {
		sending.value = sending.value.filter((s) => s.id !== id);
		if (sending.value.length === 0) removeEventListener("beforeunload", beforeLeaving);
	}
}

/** The same, with its end told in words; whether it succeeded. */
export async function tellSending(
	path: string,
	query: Readonly<Record<string, string>>,
	file: Blob,
	label: string,
): Promise<boolean> {
	return await attempt(label, () => sendFile(path, query, file, label));
}

/** A new disk as the host is to make it. */
export interface NewImage {
	readonly sr: Ref<"SR">;
	readonly name: string;
	readonly description?: string;
	readonly format: "raw" | "vhd" | "qcow2";
	/** Of the disk, bytes. */
	readonly size: number;
}

/** PUTs a disk image. The host makes the disk, and leaves none if not all of the image comes. */
export async function sendImage(
	{ sr, name, description = "", format, size }: NewImage,
	file: Blob,
	label: string,
): Promise<Ref<"VDI">> {
	return (await sendFile(
		"/import_raw_vdi/",
		{ sr_id: sr, name, description, format, size: String(size) },
		file,
		label,
	)) as Ref<"VDI">;
}

export function Uploads() {
	if (sending.value.length === 0) return null;
	return (
		<section class="uploads" aria-label={t.upload.title}>
			<h2>{t.upload.title}</h2>
			<ul class="list">
				{sending.value.map(({ id, label, share, size, cancel }) => (
					<li key={id}>
						<div class="grow">
							<span dir="auto">{label}</span>
							<progress value={share} max={1} aria-label={label} />
							<span class="hint">
								{share < 1
									? `${percent(share)}, ${t.common.of(bytes(share * size), bytes(size))}`
									: t.upload.finishing}
							</span>
						</div>
						{cancel && (
							<button
								type="button"
								class="plain"
								aria-label={t.upload.cancel(label)}
								onClick={cancel}
							>
								<Icon name="close" />
							</button>
						)}
					</li>
				))}
			</ul>
		</section>
	);
}

/* A file that misses its place would be opened instead of the console. */
addEventListener("dragover", (e) => {
	if (e.defaultPrevented || !e.dataTransfer?.types.includes("Files")) return;
	e.preventDefault();
	e.dataTransfer.dropEffect = "none";
});
addEventListener("drop", (e) => e.preventDefault());

/** Takes files that are dropped on it or chosen; around what it is given to show, or by itself. */
export function DropZone({
	label,
	hint,
	accept,
	multiple,
	onFiles,
	children,
}: {
	label: string;
	hint?: string;
	/** As of <input type=file>. */
	accept?: string;
	multiple?: boolean;
	onFiles: (files: File[]) => unknown;
	children?: ComponentChildren;
}) {
	const id = useId();
	const [over, setOver] = useState(false);
	const depth = useRef(0); /* of elements inside that were entered */
	const take = (files: FileList | null | undefined) => {
		const all = [...(files ?? [])];
		if (all.length) onFiles(multiple ? all : all.slice(0, 1));
	};
	const drag = (by: number) => (e: DragEvent) => {
		if (!e.dataTransfer?.types.includes("Files")) return;
		e.preventDefault();
		depth.current += by;
		setOver(depth.current > 0);
	};

	return (
		<div
			class={`drop ${over ? "over" : ""}`}
			onDragEnter={drag(1)}
			onDragOver={drag(0)}
			onDragLeave={drag(-1)}
			onDrop={(e) => {
				e.preventDefault();
				depth.current = 0;
				setOver(false);
				take(e.dataTransfer?.files);
			}}
		>
			{children}
			<div class="drop-here">
				<input
					id={id}
					type="file"
					class="sr-only"
					accept={accept}
					multiple={multiple}
					onChange={(e) => {
						take(e.currentTarget.files);
						e.currentTarget.value = "";
					}}
				/>
				<label for={id} class="button normal">
					<Icon name="upload" />
					<span>{label}</span>
				</label>
				<span class="hint">{hint ?? t.upload.drop}</span>
			</div>
		</div>
	);
}
