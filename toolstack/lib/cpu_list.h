// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of CPUs, as people write them: "all", "0-3,5", "0-7,^2". Ranges and exclusions apply from
 * left to right.
 */
#ifndef TOOLSTACK_CPU_LIST_H
#define TOOLSTACK_CPU_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/log.h"

#define CPU_LIST_MAX  256
#define CPU_LIST_TEXT 128

struct cpu_list {
	uint64_t bits[CPU_LIST_MAX / 64];
};

static inline bool cpu_list_has(const struct cpu_list *l, unsigned int cpu)
{
	return cpu < CPU_LIST_MAX && l->bits[cpu / 64] >> cpu % 64 & 1;
}

void cpu_list_all(struct cpu_list *l);
/* Whether there is one among the first nr_cpus. */
bool cpu_list_any(const struct cpu_list *l, unsigned int nr_cpus);
/* Returns -1 with the reason; an empty set is refused. */
int cpu_list_parse(struct cpu_list *l, const char *text, struct reason *why);
/* "all" when the first nr_cpus are all in it. What does not fit is left out. */
void cpu_list_format(const struct cpu_list *l, unsigned int nr_cpus, char text[CPU_LIST_TEXT]);

#endif
