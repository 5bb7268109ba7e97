// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A button that opens a menu, with the keys that menus have: arrows, Home, End, Escape.
 */
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

export interface MenuItem {
	readonly label: string;
	readonly icon?: IconName;
	readonly danger?: boolean;
	/** Why it cannot be chosen now. */
	readonly disabled?: boolean | string;
	readonly onChoose: () => unknown;
}

export function Menu({
	label,
	icon,
	iconOnly,
	items,
}: {
	label: string;
	icon?: IconName;
	iconOnly?: boolean;
	items: readonly (MenuItem | undefined | false)[];
}) {
	const id = useId();
	const [open, setOpen] = useState(false);
	const frame = useRef<HTMLDivElement>(null);
	const shown = items.filter((item): item is MenuItem => !!item);

	const entries = () => [
		...(frame.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []),
	];

	function close(back: boolean): void {
		setOpen(false);
		if (back) frame.current?.querySelector<HTMLElement>("button")?.focus();
	}

	/* With the drawing: the keys that are typed then are meant for it already. */
	useLayoutEffect(() => {
		if (!open) return;
		const outside = (e: Event) => {
			if (!frame.current?.contains(e.target as Node)) close(false);
		};

		entries()[0]?.focus();
		addEventListener("pointerdown", outside);
		return () => removeEventListener("pointerdown", outside);
	}, [open]);

	function key(e: KeyboardEvent): void {
		const all = entries();
		const at = all.indexOf(document.activeElement as HTMLElement);
		const moves: Record<string, number> = {
			ArrowDown: at + 1,
			ArrowUp: at - 1,
			Home: 0,
			End: all.length - 1,
		};

		if (!open) return;
		if (e.key === "Escape" || e.key === "Tab") close(e.key === "Escape");
		const move = moves[e.key];
		if (move === undefined) return;
		e.preventDefault();
		all[(move + all.length) % all.length]?.focus();
	}

	return (
		<div class="menu" ref={frame} onKeyDown={key}>
			<button
				type="button"
				class={`button ${iconOnly ? "plain" : "normal"}`}
				aria-haspopup="menu"
				aria-expanded={open}
				aria-controls={id}
				aria-label={iconOnly ? label : undefined}
				title={iconOnly ? label : undefined}
				onClick={() => setOpen(!open)}
			>
				{icon && <Icon name={icon} />}
				{!iconOnly && (
					<>
						<span>{label}</span>
						<Icon name="down" />
					</>
				)}
			</button>
			{open && (
				<div class="menu-list" role="menu" id={id} aria-label={label}>
					{shown.map((item) => (
						<button
							type="button"
							role="menuitem"
							key={item.label}
							tabIndex={-1}
							class={item.danger ? "danger" : ""}
							aria-disabled={!!item.disabled}
							title={typeof item.disabled === "string" ? item.disabled : undefined}
							onClick={() => {
								if (item.disabled) return;
								close(true);
								item.onChoose();
							}}
						>
							{item.icon && <Icon name={item.icon} />}
							<span>{item.label}</span>
						</button>
					))}
				</div>
			)}
		</div>
	);
}
