// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text that is typed into a console slowly enough for what reads it, and Linux's magic keys.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../text";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { CheckField, RadioField, TextArea } from "../ui/fields";

const CHUNK = 8 /* characters; a guest's buffer has room for more */,
	CHUNK_MS = 40;

const canRead = !!navigator.clipboard?.readText;

export function TypeDialog({ type, close }: { type: (text: string) => void; close: () => void }) {
	const [text, setText] = useState("");
	const [enter, setEnter] = useState(false);
	const [typed, setTyped] = useState<number>();
	const over = useRef(false);

	useEffect(
		() => () => {
			over.current = true;
		},
		[],
	);

	async function typeAll(): Promise<void> {
		const all = [...text.replace(/\r?\n/g, "\r"), ...(enter ? ["\r"] : [])];

		for (let at = 0; at < all.length && !over.current; at += CHUNK) {
			type(all.slice(at, at + CHUNK).join(""));
			setTyped((at + CHUNK) / all.length);
			await new Promise((done) => setTimeout(done, CHUNK_MS));
		}
	}

	return (
		<Dialog
			title={t.console.type}
			close={close}
			action={t.console.typeIt}
			disabled={!text && !enter}
			onAction={typeAll}
		>
			<TextArea label={t.console.text} value={text} onChange={setText} rows={6} mono />
			{canRead && (
				<div>
					<Button
						label={t.console.fromClipboard}
						icon="copy"
						onClick={() =>
							navigator.clipboard.readText().then(setText, () => undefined)
						}
					/>
				</div>
			)}
			<CheckField label={t.console.withEnter} value={enter} onChange={setEnter} />
			{typed !== undefined && (
				<progress value={Math.min(typed, 1)} max={1} aria-label={t.console.type} />
			)}
		</Dialog>
	);
}

const sysrqs = ["h", "s", "u", "e", "i", "w", "t", "m", "b", "o", "c"] as const;

export function SysRqDialog({
	send,
	close,
}: {
	send: (key: string) => Promise<unknown>;
	close: () => void;
}) {
	const [key, setKey] = useState<(typeof sysrqs)[number]>("h");

	return (
		<Dialog
			title={t.console.sysrq}
			close={close}
			action={t.console.send}
			danger={["b", "o", "c", "i", "e"].includes(key)}
			onAction={() => send(key)}
		>
			<p class="hint">{t.console.sysrqHint}</p>
			<RadioField
				label={t.console.key}
				value={key}
				onChange={setKey}
				choices={sysrqs.map((value) => ({
					value,
					label: `${value}: ${t.console.sysrqs[value]}`,
				}))}
			/>
		</Dialog>
	);
}
