// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages by how much they matter.
 */
import type { message } from "../../model";

/** The last priority of those that need somebody; the others only tell. */
export const ATTENTION = 3;

export function needsAttention({ priority }: message): boolean {
	return priority <= ATTENTION;
}
