// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How full something is, in steps that do not flicker.
 */
#ifndef ALERTS_LEVEL_H
#define ALERTS_LEVEL_H

#include <stdbool.h>

#define LEVELS_MAX 3

/* Hundredths of a percent: 8000, 9000, 9500. A level is 0 below the first, 1 from it on ... */
struct levels {
	unsigned int at[LEVELS_MAX];
};

extern const struct levels levels_usual;

/* "80,90,95"; false: not three rising numbers of percent. */
bool levels_parse(const char *text, struct levels *l);
/* The level that follows: up at once, down when it is two percent below. */
unsigned int level_next(const struct levels *l, unsigned int level, unsigned int hundredths);
/* Part of all, in hundredths of a percent; all 0: 0. */
unsigned int level_hundredths(unsigned long long part, unsigned long long all);

#endif
