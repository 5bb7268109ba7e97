// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often a guest may make us work: a number of times in a row, and one more for each second that
 * passes. Drivers that come, go and come back stay far below it. Who has had all of them waits
 * until there are a few again, so that it can also be seen to have stopped.
 */
#ifndef SCREEN_ALLOWANCE_H
#define SCREEN_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_MOST 32
#define ALLOWANCE_MS   1000
#define ALLOWANCE_FEW  3

struct allowance {
	unsigned int used;
	int64_t since; /* what is used is given back from here on, ms */
};

/* One time more; false: there is none. */
bool allowance_take(struct allowance *a, int64_t now);
/* When there are a few again, after there was none. */
int64_t allowance_rest(const struct allowance *a);

#endif
