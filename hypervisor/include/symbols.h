// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of the hypervisor's functions, for back traces. hypervisor/make-symbols makes the table of
 * what a first link has given.
 */
#ifndef SOCLE_SYMBOLS_H
#define SOCLE_SYMBOLS_H

#include "types.h"

struct symbols {
	uint64_t base;          /* what offsets count from */
	uint32_t count;         /* functions, and one more offset: where the last one ends */
	const uint32_t *offset; /* ascending */
	const char *names;      /* one after another, each with its NUL */
};

extern const struct symbols symbols;

#define SYMBOL_TEXT 64u

/* "name+0x12/0x34" (where in how much), or the number if it lies in no function. Terminated. */
void symbol_format(const struct symbols *s, char *out, size_t size, uint64_t address);

static inline void symbol_text(char *out, size_t size, uint64_t address)
{
	symbol_format(&symbols, out, size, address);
}

#endif
