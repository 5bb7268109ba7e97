// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The texts in the user's language, and figures as people write them there.
 */
import { en, type Texts } from "./en";
import { ApiError, Unreachable } from "../api/rpc";

export const t: Texts = en;
const language = "en";

/** What went wrong, in words. */
export function words(e: unknown): string {
	if (e instanceof ApiError)
		return t.errors[e.code]?.(e.params) ?? t.errorOther(e.code, e.params);
	if (e instanceof Unreachable) return t.unreachable;
	return t.unexpected(e instanceof Error ? e.message : String(e));
}

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

function number(n: number, digits: number): string {
	return n.toLocaleString(language, { maximumFractionDigits: digits });
}

/** 1536 is "1.5 KiB". */
export function bytes(n: number): string {
	let power = 0;

	while (Math.abs(n) >= 1024 && power < units.length - 1) {
		n /= 1024;
		power++;
	}
	return `${number(n, n < 100 && power > 0 ? 1 : 0)} ${units[power]}`;
}

export function rate(bytesPerSecond: number): string {
	return `${bytes(bytesPerSecond)}/s`;
}

/** 0 to 1. */
export function percent(share: number): string {
	return `${number(share * 100, 0)} %`;
}

/** XenAPI's date: 20261121T10:00:00Z, also with dashes. undefined: never. */
export function date(text: string): Date | undefined {
	const m = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):(\d\d):(\d\d)/.exec(text);

	if (!m || m[1] === "1970") return undefined;
	return new Date(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}Z`);
}

export function dateTime(when: Date | undefined, timeStyle: "short" | "medium" = "short"): string {
	return when
		? when.toLocaleString(undefined, { dateStyle: "medium", timeStyle })
		: t.common.never;
}

export function ago(when: Date | undefined, now = Date.now()): string {
	const minutes = when ? Math.floor((now - when.getTime()) / 60_000) : 0;

	if (!when) return t.common.never;
	if (minutes < 1) return t.common.ago.now;
	if (minutes < 60) return t.common.ago.minutes(minutes);
	if (minutes < 48 * 60) return t.common.ago.hours(Math.floor(minutes / 60));
	return t.common.ago.days(Math.floor(minutes / 1440));
}

/** Of seconds: "3 days", "5 h 12 min". */
export function uptime(seconds: number): string {
	const minutes = Math.floor(seconds / 60),
		hours = Math.floor(minutes / 60);

	if (hours >= 48) return t.common.days(Math.floor(hours / 24));
	return t.common.hoursMinutes(hours, minutes % 60);
}

/** A text of somebody else amid ours: its writing direction ends where it ends. */
export function isolated(text: string): string {
	return text && `\u2068${text.replace(/[\u2066-\u2069]/g, "")}\u2069`;
}
