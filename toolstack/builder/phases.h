// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long each step of something took, and how many hypercalls: `xl -v create` prints it.
 */
#ifndef TOOLSTACK_PHASES_H
#define TOOLSTACK_PHASES_H

#include <stdint.h>
#include <stdio.h>

#define PHASES_MAX 16

struct phases {
	uint64_t last_ns;
	unsigned int last_calls;
	unsigned int count;
	struct {
		const char *name;
		uint64_t ns;
		unsigned int calls;
	} phase[PHASES_MAX];
};

void phases_start(struct phases *p);
/* Ends the phase that began at the last call; calls is the running number of hypercalls. */
void phases_end(struct phases *p, const char *name, unsigned int calls);
void phases_print(const struct phases *p, FILE *out);

#endif
