// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of the guest's own memory, handed out and never taken back, and page-table entries for
 * tests that need a hole.
 */
#ifndef GUEST_PAGE_H
#define GUEST_PAGE_H

#include <stdint.h>

#include "abi/start_info.h"

struct e820_entry {
	uint64_t addr, size;
	uint32_t type; /* XEN_HVM_MEMMAP_TYPE_* */
} __attribute__((packed));

/*
 * The memory map by hypercall (Xen leaves it out of the control domain's start info); returns the
 * number of entries.
 */
unsigned memory_map_read(struct e820_entry *map, unsigned room);

void page_init(const struct hvm_start_info *info);
void *page_alloc(void);                /* zeroed; fails the running test when there is none */
void *page_alloc_many(unsigned count); /* contiguous, zeroed */
/* Takes the 2 MiB around the address out of the page tables. */
void page_unmap_2m(uint64_t address);

static inline uint64_t page_gfn(const void *p)
{
	return (uint64_t)p >> 12;
}

#endif
