// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stopwatch with names.
 */
#include "builder/phases.h"

#include <string.h>
#include <time.h>

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void phases_start(struct phases *p)
{
	memset(p, 0, sizeof(*p));
	p->last_ns = now_ns();
}

void phases_end(struct phases *p, const char *name, unsigned int calls)
{
	uint64_t now = now_ns();

	if (p->count == PHASES_MAX)
		return;
	p->phase[p->count].name = name;
	p->phase[p->count].ns = now - p->last_ns;
	p->phase[p->count].calls = calls - p->last_calls;
	p->count++;
	p->last_ns = now;
	p->last_calls = calls;
}

void phases_print(const struct phases *p, FILE *out)
{
	uint64_t ns = 0;
	unsigned int calls = 0;

	for (unsigned int i = 0; i < p->count; i++) {
		fprintf(out, "  %-24s %8.1f ms %7u hypercalls\n", p->phase[i].name,
			p->phase[i].ns / 1e6, p->phase[i].calls);
		ns += p->phase[i].ns;
		calls += p->phase[i].calls;
	}
	fprintf(out, "  %-24s %8.1f ms %7u hypercalls\n", "total", ns / 1e6, calls);
}
