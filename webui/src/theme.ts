// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Light, dark, or as the system: kept by the browser, applied before anything is drawn.
 */
import { signal } from "@preact/signals";
import { keep, kept } from "./kept";

export type Theme = "auto" | "light" | "dark";

const KEY = "socle.theme";

function chosen(): Theme {
	const value = kept(KEY);

	return value === "light" || value === "dark" ? value : "auto";
}

export const theme = signal<Theme>(chosen());

function apply(): void {
	document.documentElement.style.colorScheme = theme.value === "auto" ? "" : theme.value;
	dispatchEvent(new Event("themechange"));
}

export function setTheme(value: Theme): void {
	keep(KEY, value);
	theme.value = value;
	apply();
}

apply();
