// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bundles the console: src/main.tsx and what it imports into dist/assets, with names that change
 * with their contents, and dist/index.html that refers to them; all of them packed. Run in the
 * folder that has src, node_modules and model.ts.
 *
 * The page is one file that asks for one script, in which style sheets and icon are: a browser
 * that asks for several things at once opens a connection for each, and a connection costs the host
 * more than all that is in these files.
 *
 * libraries.json beside DIST says which libraries are in it, for the image's manifest.
 *
 * usage: node build.mjs DIST
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const FIRST_LOAD_MOST = 150_000; // bytes, packed, without consoles
const ENTRY_MOST = 100; // bytes

const dist = process.argv[2];
const assets = join(dist, "assets");
rmSync(dist, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

/** A style sheet, with all that it imports, as text. */
const sheets = {
	name: "sheets",
	setup({ onLoad }) {
		onLoad({ filter: /\.css$/ }, async ({ path }) => {
			const { outputFiles } = await build({
				entryPoints: [path],
				bundle: true,
				minify: true,
				preserveSymlinks: true,
				write: false,
			});
			return { contents: outputFiles[0].text, loader: "text" };
		});
	},
};

const { metafile } = await build({
	entryPoints: ["src/main.tsx"],
	outdir: assets,
	publicPath: "/assets",
	bundle: true,
	splitting: true,
	format: "esm",
	target: "es2022",
	jsx: "automatic",
	jsxImportSource: "preact",
	preserveSymlinks: true,
	minify: true,
	metafile: true,
	legalComments: "none",
	entryNames: "[name]-[hash]",
	chunkNames: "[name]-[hash]",
	assetNames: "[name]-[hash]",
	loader: { ".svg": "dataurl" },
	plugins: [sheets],
	logLevel: "warning",
});

const outputs = metafile.outputs;

/** What a chunk needs before it can run: itself, and chunks imported statically. */
function needed(name, found = new Set()) {
	if (!found.has(name)) {
		found.add(name);
		for (const i of outputs[name].imports)
			if (i.kind === "import-statement") needed(i.path, found);
	}
	return found;
}

const chunkOf = (source) =>
	Object.keys(outputs).find((name) => outputs[name].entryPoint === source);

/* Of the entry is left only that it needs one chunk, which it shares with inside.tsx. */
const entry = chunkOf("src/main.tsx");
const [, start, ...others] = needed(entry);
if (outputs[entry].bytes > ENTRY_MOST || others.length)
	throw new Error(`the log-in page asks for more than one script: ${[entry, start, ...others]}`);
rmSync(entry);

const icon = encodeURIComponent(readFileSync("icon.svg", "utf8").trim());
writeFileSync(
	join(dist, "index.html"),
	readFileSync("index.html", "utf8")
		.replace("icon.svg", `data:image/svg+xml,${icon}`)
		.replace(/<!-- .* -->/, `<script type="module" src="/assets/${basename(start)}"></script>`),
);

/** The size as sent. */
function pack(file) {
	const plain = readFileSync(file);
	const packed = gzipSync(plain, { level: 9 });

	packed[9] = 255; // the machine that packed it: unknown
	writeFileSync(`${file}.gz`, packed);
	rmSync(file);
	return packed.length;
}

/** Libraries, by name: version, licence, and bytes before they are packed. */
const libraries = {};
for (const output of Object.values(outputs))
	for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
		const name = /node_modules\/((@[^/]+\/)?[^/]+)/.exec(input)?.[1];

		if (!name || !bytesInOutput) continue;
		const about = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
		libraries[name] ??= { version: about.version, licence: about.license, size: 0 };
		libraries[name].size += bytesInOutput;
	}
writeFileSync(join(dist, "../libraries.json"), JSON.stringify(libraries, null, "\t") + "\n");

const sizes = new Map();
for (const name of readdirSync(assets)) sizes.set(name, pack(join(assets, name)));
sizes.set("index.html", pack(join(dist, "index.html")));

const page = sizes.get("index.html") + sizes.get(basename(start));
const first = [...needed(chunkOf("src/inside.tsx"))]
	.map((name) => sizes.get(basename(name)))
	.reduce((a, b) => a + b, sizes.get("index.html"));
const all = [...sizes.values()].reduce((a, b) => a + b);
console.log(`  WEBUI   log-in page ${page} bytes packed, first load ${first}, all ${all}`);
if (first > FIRST_LOAD_MOST)
	throw new Error(`the first load is larger than ${FIRST_LOAD_MOST} bytes`);
