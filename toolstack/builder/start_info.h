// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The PVH start info with all that it points to, as one block for lay->start_info_at:
 * hvm_start_info at its start, then the module list, the memory map and the command line.
 */
#ifndef TOOLSTACK_START_INFO_H
#define TOOLSTACK_START_INFO_H

#include "builder/layout.h"

#define START_INFO_CMDLINE_MAX 2047

/* Bytes that start_info_build() will write for that command line, at most. */
size_t start_info_size(const char *cmdline);
/* Writes the block; returns its length. */
size_t start_info_build(uint8_t *out, const struct guest_layout *lay, const char *cmdline,
			uint64_t rsdp);

#endif
