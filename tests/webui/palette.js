// SPDX-License-Identifier: GPL-2.0-or-later
// PNGs small enough for a repository: a palette of the colours that are there most often, each
// other pixel with the nearest of them. Pages have few colours, so nobody sees it.
const zlib = require("zlib");

const COLOURS = 256;

/** The pixels of a PNG: {width, height, pixels: 0xRRGGBB each}; the browser unpacks it. */
async function unpack(page, png) {
	const { width, height, data } = await page.evaluate(async (base64) => {
		const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
		const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
		const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
		const context = canvas.getContext("2d");
		let text = "";

		context.drawImage(bitmap, 0, 0);
		const all = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
		for (let i = 0; i < all.length; i += 32768)
			text += String.fromCharCode(...all.subarray(i, i + 32768));
		return { width: bitmap.width, height: bitmap.height, data: btoa(text) };
	}, png.toString("base64"));
	const raw = Buffer.from(data, "base64");
	const pixels = new Uint32Array(width * height);

	for (let i = 0; i < pixels.length; i++) pixels[i] = raw.readUIntBE(i * 4, 3);
	return { width, height, pixels };
}

function distance(a, b) {
	return [16, 8, 0].reduce((sum, at) => sum + (((a >> at) & 255) - ((b >> at) & 255)) ** 2, 0);
}

/** [palette, the number in it of each colour] */
function choose(pixels) {
	const counts = new Map();

	for (const p of pixels) counts.set(p, (counts.get(p) || 0) + 1);
	const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COLOURS);
	const colours = palette.map(([colour]) => colour);
	const numbers = new Map(colours.map((colour, i) => [colour, i]));

	for (const colour of counts.keys()) {
		if (numbers.has(colour)) continue;
		let best = 0;
		for (let i = 1; i < colours.length; i++)
			if (distance(colour, colours[i]) < distance(colour, colours[best])) best = i;
		numbers.set(colour, best);
	}
	return [colours, numbers];
}

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type), data]);
	const head = Buffer.alloc(4);
	const sum = Buffer.alloc(4);

	head.writeUInt32BE(data.length);
	sum.writeUInt32BE(crc(body));
	return Buffer.concat([head, body, sum]);
}

function crc(data) {
	let sum = ~0;

	for (const byte of data) {
		sum ^= byte;
		for (let i = 0; i < 8; i++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
	}
	return ~sum >>> 0;
}

/** page: any of a browser's. */
async function shrink(page, png) {
	const { width, height, pixels } = await unpack(page, png);
	const [palette, numbers] = choose(pixels);
	const rows = Buffer.alloc((width + 1) * height);
	const colours = Buffer.alloc(palette.length * 3);
	const head = Buffer.alloc(13);

	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++)
			rows[y * (width + 1) + x + 1] = numbers.get(pixels[y * width + x]);
	palette.forEach((colour, i) => colours.writeUIntBE(colour, i * 3, 3));
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 3, 0, 0, 0], 8); // eight bits, a palette
	return Buffer.concat([
		Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
		chunk("IHDR", head),
		chunk("PLTE", colours),
		chunk("IDAT", zlib.deflateSync(rows, { level: 9, memLevel: 9 })),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

module.exports = { shrink };
