// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What kind of disk image a file is, and how large a disk it needs, by its first and last bytes.
 */

export type ImageFormat = "raw" | "vhd" | "qcow2";

export interface Image {
	readonly format: ImageFormat;
	/** Of the disk, bytes. */
	readonly size: number;
}

const SECTOR = 512;
const VHD_FOOTER = 512,
	VHD_SIZE_AT = 48;
const QCOW2_SIZE_AT = 24;

async function read(file: Blob, at: number, length: number): Promise<DataView> {
	return new DataView(await file.slice(at, at + length).arrayBuffer());
}

function text(view: DataView, length: number): string {
	return view.byteLength < length
		? ""
		: String.fromCharCode(...new Uint8Array(view.buffer, 0, length));
}

export async function imageOf(file: Blob): Promise<Image> {
	const head = await read(file, 0, SECTOR);
	const foot = await read(file, Math.max(file.size - VHD_FOOTER, 0), VHD_FOOTER);

	if (text(head, 4) === "QFI\xfb" && head.byteLength >= QCOW2_SIZE_AT + 8)
		return { format: "qcow2", size: Number(head.getBigUint64(QCOW2_SIZE_AT)) };
	/* A VHD that grows begins with a copy of its footer; one of a fixed size has only that. */
	for (const footer of [head, foot])
		if (text(footer, 8) === "conectix" && footer.byteLength === VHD_FOOTER)
			return { format: "vhd", size: Number(footer.getBigUint64(VHD_SIZE_AT)) };
	return { format: "raw", size: Math.ceil(file.size / SECTOR) * SECTOR };
}
