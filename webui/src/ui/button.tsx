// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Buttons. One whose action is a promise cannot be pressed again until it has ended.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

interface Props {
	readonly label: string;
	readonly icon?: IconName;
	/** The label is for screen readers and as a tip only. */
	readonly iconOnly?: boolean;
	readonly kind?: "primary" | "danger" | "plain" | "normal";
	readonly disabled?: boolean;
	/** Why it is disabled, or what it does in more words. */
	readonly tip?: string;
	readonly onClick?: () => unknown;
	readonly submit?: boolean;
	readonly children?: ComponentChildren;
}

export function Button({
	label,
	icon,
	iconOnly,
	kind = "normal",
	disabled,
	tip,
	onClick,
	submit,
}: Props) {
	const [busy, setBusy] = useState(false);

	async function press(): Promise<void> {
		const running = onClick?.();

		if (!(running instanceof Promise)) return;
		setBusy(true);
		await running.finally(() => setBusy(false));
	}

	return (
		<button
			type={submit ? "submit" : "button"}
			class={`button ${kind}`}
			disabled={disabled || busy}
			aria-busy={busy}
			aria-label={iconOnly ? label : undefined}
			title={tip ?? (iconOnly ? label : undefined)}
			onClick={onClick && (() => void press())}
		>
			{icon && <Icon name={icon} />}
			{!iconOnly && <span>{label}</span>}
		</button>
	);
}

/** A link that looks like a button. */
export function LinkButton({
	label,
	icon,
	href,
	kind = "normal",
	newWindow,
}: {
	label: string;
	icon?: IconName;
	href: string;
	kind?: Props["kind"];
	newWindow?: boolean;
}) {
	return (
		<a
			class={`button ${kind}`}
			href={href}
			target={newWindow ? "_blank" : undefined}
			rel={newWindow ? "noopener" : undefined}
		>
			{icon && <Icon name={icon} />}
			<span>{label}</span>
		</a>
	);
}
