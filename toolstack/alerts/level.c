// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Levels. See level.h.
 */
#include "alerts/level.h"

#include <stdio.h>

#define SLACK 200

const struct levels levels_usual = { { 8000, 9000, 9500 } };

bool levels_parse(const char *text, struct levels *l)
{
	unsigned int p[LEVELS_MAX];
	char more;

	if (sscanf(text, "%3u,%3u,%3u%c", &p[0], &p[1], &p[2], &more) != LEVELS_MAX ||
	    p[0] >= p[1] || p[1] >= p[2] || p[2] > 100)
		return false;
	for (int i = 0; i < LEVELS_MAX; i++)
		l->at[i] = p[i] * 100;
	return true;
}

unsigned int level_next(const struct levels *l, unsigned int level, unsigned int hundredths)
{
	while (level < LEVELS_MAX && hundredths >= l->at[level])
		level++;
	while (level > 0 && hundredths + SLACK < l->at[level - 1])
		level--;
	return level;
}

unsigned int level_hundredths(unsigned long long part, unsigned long long all)
{
	if (!all || part >= all)
		return all ? 10000 : 0;
	return (unsigned int)((double)part / (double)all * 10000);
}
