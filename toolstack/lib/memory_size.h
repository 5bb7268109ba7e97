// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Amounts of memory as people write them.
 */
#ifndef TOOLSTACK_MEMORY_SIZE_H
#define TOOLSTACK_MEMORY_SIZE_H

#include <stdbool.h>
#include <stdint.h>

/* "512", "512m", "1g", "262144k": MiB without a letter. False: that is no size. */
bool memory_size_parse(const char *text, uint64_t *kib);

#endif
