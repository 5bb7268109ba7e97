// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the browser keeps between visits. One that may keep nothing for us throws: then it lasts as
 * long as the page.
 */
const ours = new Map<string, string>();

export function kept(key: string): string | null {
	try {
		return localStorage.getItem(key) ?? ours.get(key) ?? null;
	} catch {
		return ours.get(key) ?? null;
	}
}

/** null: no longer. */
export function keep(key: string, value: string | null): void {
	ours.delete(key);
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		if (value !== null) ours.set(key, value);
	}
}
