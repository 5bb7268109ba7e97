// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks an address up in the table of functions. Slow and simple: used when all is lost. */
#include "symbols.h"

#include "lib.h"

void symbol_format(const struct symbols *s, char *out, size_t size, uint64_t address)
{
	const char *name = s->names;
	uint64_t at = address - s->base;

	for (uint32_t i = 0; i < s->count; i++) {
		if (at >= s->offset[i] && at < s->offset[i + 1]) {
			snprintf(out, size, "%s+%#lx/%#x", name, at - s->offset[i],
				 s->offset[i + 1] - s->offset[i]);
			return;
		}
		name += strlen(name) + 1;
	}
	snprintf(out, size, "%#lx", address);
}
