// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See allowance.h.
 */
#include "screen/allowance.h"

bool allowance_take(struct allowance *a, int64_t now)
{
	int64_t back = a->used ? (now - a->since) / ALLOWANCE_MS : 0;

	if (back >= a->used) {
		a->used = 0;
		a->since = now;
	} else if (back > 0) {
		a->used -= (unsigned int)back;
		a->since += back * ALLOWANCE_MS;
	}
	if (a->used >= ALLOWANCE_MOST)
		return false;
	a->used++;
	return true;
}

int64_t allowance_rest(const struct allowance *a)
{
	return a->since + ALLOWANCE_FEW * ALLOWANCE_MS;
}
