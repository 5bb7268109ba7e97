// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where things are in a PVH guest's physical memory:
 *
 *	0            RAM, up to GUEST_LOW_RAM_MAX: kernel where it wants to be, then ramdisk, then
 *	             start info; these two below the kernel where there is no room above it
 *	0xf0000      in it, where a BIOS has it: the RSDP once more
 *	0xf8000000   PCI devices, for a guest that has any: so high that Linux, which looks for a
 *	             free 128 MiB to map grants at, does not take it before they do
 *	0xfc000000   ACPI tables
 *	0xfeff8000   special pages: store ring, console ring
 *	4 GiB        the rest of RAM
 */
#ifndef TOOLSTACK_LAYOUT_H
#define TOOLSTACK_LAYOUT_H

#include <stdint.h>

#include "builder/elf_image.h"

#define GUEST_PAGE         4096ULL
#define GUEST_RSDP_COPY    0xf0000ULL
#define GUEST_LOW_RAM_MAX  0xf0000000ULL
#define GUEST_HIGH_RAM     0x100000000ULL
#define GUEST_PCI_BASE     0xf8000000U
#define GUEST_PCI_SIZE     0x04000000U
#define GUEST_ACPI_BASE    0xfc000000ULL
#define GUEST_ACPI_SIZE    0x4000ULL
#define GUEST_SPECIAL_BASE 0xfeff8000ULL
#define GUEST_SPECIAL_SIZE 0x8000ULL
#define GUEST_STORE_GFN    0xfeffcULL
#define GUEST_CONSOLE_GFN  0xfefffULL
/* Linux reads the start info through its first page tables, which cover this much. */
#define GUEST_START_INFO_LIMIT (1ULL << 30)

/*
 * So much of an image's tail, if it is all zero, may lie beyond the guest's RAM: there is memory
 * for it, but the memory map does not say so. Linux ends with a scratch area of 2 MB that it
 * gives back as soon as it runs.
 */
#define GUEST_MAX_TAIL   (4ULL << 20)

#define GUEST_MAX_RANGES 8

struct memory_range {
	uint64_t at;
	uint64_t size;
	uint32_t type; /* XEN_HVM_MEMMAP_TYPE_*, which are the E820 numbers */
};

struct guest_layout {
	uint64_t low_end;  /* of RAM below the hole */
	uint64_t tail_end; /* of memory there: low_end, or more for the kernel's tail */
	uint64_t high_end; /* of RAM above 4 GiB; GUEST_HIGH_RAM if there is none */
	struct memory_range map[GUEST_MAX_RANGES];
	unsigned int nr_map;
	uint64_t ramdisk_at; /* 0: none */
	uint64_t ramdisk_len;
	uint64_t start_info_at;
};

/* The map alone, which is the same for every guest with that much RAM. */
void guest_layout_map(struct guest_layout *lay, uint64_t ram_kib);
/*
 * Plans the memory of a guest with that much RAM, that kernel and a ramdisk of that length (0:
 * none). info_len is what start_info_build() needs. Returns -1 with the reason when it does not
 * fit.
 */
int guest_layout_plan(struct guest_layout *lay, uint64_t ram_kib, const struct elf_image *kernel,
		      uint64_t ramdisk_len, uint64_t info_len, struct reason *why);

#endif
