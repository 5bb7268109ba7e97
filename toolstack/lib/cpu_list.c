// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One cursor over the text; whoever wrote it may have written anything.
 */
#include "lib/cpu_list.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void cpu_list_all(struct cpu_list *l)
{
	memset(l, 0xff, sizeof(*l));
}

bool cpu_list_any(const struct cpu_list *l, unsigned int nr_cpus)
{
	for (unsigned int i = 0; i < nr_cpus && i < CPU_LIST_MAX; i++)
		if (cpu_list_has(l, i))
			return true;
	return false;
}

static void set(struct cpu_list *l, unsigned int from, unsigned int to, bool on)
{
	for (unsigned int i = from; i <= to; i++) {
		if (on)
			l->bits[i / 64] |= 1ULL << i % 64;
		else
			l->bits[i / 64] &= ~(1ULL << i % 64);
	}
}

/* A CPU's number; -1: none, or too high. */
static int number(const char **at)
{
	int n = 0;

	if (!isdigit((unsigned char)**at))
		return -1;
	while (isdigit((unsigned char)**at) && n < CPU_LIST_MAX)
		n = n * 10 + *(*at)++ - '0';
	return n < CPU_LIST_MAX ? n : -1;
}

/* One element, up to the comma. */
static bool element(struct cpu_list *l, const char **at)
{
	bool on = **at != '^';
	int from, to;

	*at += !on;
	if (strncmp(*at, "all", 3) == 0) {
		*at += 3;
		set(l, 0, CPU_LIST_MAX - 1, on);
		return true;
	}
	from = to = number(at);
	if (from >= 0 && **at == '-') {
		++*at;
		to = number(at);
	}
	if (from < 0 || to < from)
		return false;
	set(l, from, to, on);
	return true;
}

int cpu_list_parse(struct cpu_list *l, const char *text, struct reason *why)
{
	const char *at = text;

	memset(l, 0, sizeof(*l));
	/* Only exclusions: of all. */
	if (*at == '^')
		cpu_list_all(l);
	for (;;) {
		at += strspn(at, " \t");
		if (!element(l, &at))
			break;
		at += strspn(at, " \t");
		if (*at == '\0')
			return cpu_list_any(l, CPU_LIST_MAX)
				       ? 0
				       : reason_set(why, "\"%.64s\" leaves no CPU", text);
		if (*at++ != ',')
			break;
	}
	return reason_set(why, "\"%.64s\" is no list of CPUs: expected like all, 0-3,5 or 0-7,^2",
			  text);
}

void cpu_list_format(const struct cpu_list *l, unsigned int nr_cpus, char text[CPU_LIST_TEXT])
{
	size_t len = 0;
	bool all = true;

	if (nr_cpus > CPU_LIST_MAX)
		nr_cpus = CPU_LIST_MAX;
	for (unsigned int i = 0; i < nr_cpus; i++)
		all = all && cpu_list_has(l, i);
	if (all) {
		strcpy(text, "all");
		return;
	}
	*text = '\0';
	for (unsigned int i = 0; i < CPU_LIST_MAX && len < CPU_LIST_TEXT; i++) {
		unsigned int from = i;

		if (!cpu_list_has(l, i))
			continue;
		while (cpu_list_has(l, i + 1))
			i++;
		len += snprintf(text + len, CPU_LIST_TEXT - len, from == i ? "%s%u" : "%s%u-%u",
				len ? "," : "", from, i);
	}
}
