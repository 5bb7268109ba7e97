// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU's teaching device "edu" (docs/specs/edu.txt): a page of memory that it copies from and to
 * where it is told, by DMA.
 */
#ifndef GUEST_EDU_H
#define GUEST_EDU_H

#include <stdint.h>

/* Finds it on bus 0 at that device number, or fails the running test; lets it be bus master. */
void edu_init(unsigned device);
/*
 * Copies between its page and an address as the device sees it; returns when it says so. Fewer
 * bytes than a page: QEMU 7.2 ends at a whole one.
 */
void edu_read_from(uint64_t address, uint32_t bytes);
void edu_write_to(uint64_t address, uint32_t bytes);

#endif
