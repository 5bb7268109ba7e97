// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A text to take along: selected by a click, copied by a button.
 */
import { useState } from "preact/hooks";
import { t } from "../text";
import { Button } from "./button";

const SAID_MS = 2000;

export function CopyText({ label, text }: { label: string; text: string }) {
	const [copied, setCopied] = useState(false);

	async function copy(): Promise<void> {
		await navigator.clipboard.writeText(text);
		setCopied(true);
		setTimeout(() => setCopied(false), SAID_MS);
	}

	return (
		<div class="copy">
			<input
				class="mono"
				aria-label={label}
				value={text}
				readOnly
				onFocus={(e) => e.currentTarget.select()}
			/>
			<Button
				label={copied ? t.action.copied : t.action.copy}
				icon={copied ? "ok" : "copy"}
				onClick={copy}
			/>
		</div>
	);
}
