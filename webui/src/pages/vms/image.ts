// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a file is, by its first bytes and its last: a disk image, whose size as a VM sees it is read
 * from its header, an archive of a VM, or something that is of no use here.
 */

export type DiskFormat = "raw" | "vhd" | "qcow2";

export type Image =
	| { readonly kind: "disk"; readonly format: DiskFormat; readonly size: number }
	| { readonly kind: "xva" }
	| { readonly kind: "wrong"; readonly why: WrongImage };

export type WrongImage =
	"empty" | "packed" | "iso" | "vmdk" | "vdi" | "vhdx" | "backing" | "differencing" | "broken";

const SECTOR = 512,
	FOOTER = 512,
	HEAD = 34_000 /* so far that an ISO's mark is in it */,
	SIZE_MOST = 64 * 2 ** 40;

const DIFFERENCING = 4; /* VHD's type */

function ascii(bytes: Uint8Array, at: number, length: number): string {
	return String.fromCharCode(...bytes.subarray(at, at + length));
}

function view(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function disk(format: DiskFormat, size: number): Image {
	return size > 0 && size <= SIZE_MOST
		? { kind: "disk", format, size: Math.ceil(size / SECTOR) * SECTOR }
		: { kind: "wrong", why: "broken" };
}

function qcow2(head: Uint8Array): Image {
	if (head.length < 72) return { kind: "wrong", why: "broken" };
	if (view(head).getBigUint64(8) !== 0n) return { kind: "wrong", why: "backing" };
	return disk("qcow2", Number(view(head).getBigUint64(24)));
}

function vhd(footer: Uint8Array): Image {
	if (footer.length < FOOTER) return { kind: "wrong", why: "broken" };
	if (view(footer).getUint32(60) === DIFFERENCING) return { kind: "wrong", why: "differencing" };
	return disk("vhd", Number(view(footer).getBigUint64(48)));
}

const packed: readonly (readonly number[])[] = [
	[0x1f, 0x8b],
	[0x28, 0xb5, 0x2f, 0xfd],
	[0xfd, 0x37, 0x7a, 0x58, 0x5a],
	[0x42, 0x5a, 0x68],
	[0x50, 0x4b, 0x03, 0x04],
];

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
	return magic.every((byte, i) => head[i] === byte);
}

/** An archive of a VM may be packed: `archive` says that one is expected. */
export async function recognise(file: Blob, archive: boolean): Promise<Image> {
	const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
	const tail = new Uint8Array(await file.slice(Math.max(file.size - FOOTER, 0)).arrayBuffer());
	const wrong = (why: WrongImage): Image => ({ kind: "wrong", why });

	if (file.size === 0) return wrong("empty");
	if (ascii(head, 0, 8).startsWith("ova.xml") && ascii(head, 257, 5) === "ustar")
		return { kind: "xva" };
	if (packed.some((magic) => startsWith(head, magic)))
		return archive ? { kind: "xva" } : wrong("packed");
	if (ascii(head, 0, 4) === "QFI\xfb") return qcow2(head);
	if (ascii(head, 0, 8) === "conectix") return vhd(head.subarray(0, FOOTER));
	if (ascii(tail, 0, 8) === "conectix") return vhd(tail);
	if (ascii(head, 0, 8) === "vhdxfile") return wrong("vhdx");
	if (ascii(head, 0, 4) === "KDMV") return wrong("vmdk");
	if (ascii(head, 64, 4) === "\x7f\x10\xda\xbe") return wrong("vdi");
	if (ascii(head, 32769, 5) === "CD001") return wrong("iso");
	return disk("raw", file.size);
}
