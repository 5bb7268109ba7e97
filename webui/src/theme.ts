// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Light, dark, or as the system: kept by the browser, applied before anything is drawn.
 */
import { signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

const KEY = "socle.theme";

function kept(): Theme {
	const value = localStorage.getItem(KEY);

	return value === "light" || value === "dark" ? value : "auto";
}

export const theme = signal<Theme>(kept());

function apply(): void {
	document.documentElement.style.colorScheme = theme.value === "auto" ? "" : theme.value;
	dispatchEvent(new Event("themechange"));
}

export function setTheme(value: Theme): void {
	localStorage.setItem(KEY, value);
	theme.value = value;
	apply();
}

apply();
