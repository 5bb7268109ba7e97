// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a kernel: ELF headers, segments and the Xen notes that make it a PVH kernel. Foreign
 * bytes: every offset is checked. No allocation, no hardware.
 */
#ifndef SOCLE_ELF_H
#define SOCLE_ELF_H

#include "types.h"

struct elf_segment {
	paddr_t paddr;
	uint64_t offset, filesz, memsz;
};

#define ELF_MAX_SEGMENTS 16u

struct elf_image {
	const uint8_t *data;
	size_t size;
	struct elf_segment segment[ELF_MAX_SEGMENTS];
	unsigned nr_segments;
	paddr_t low, high; /* physical extent of the segments */
	bool has_pvh_entry;
	uint32_t pvh_entry; /* XEN_ELFNOTE_PHYS32_ENTRY */
	bool is_64bit;
};

/*
 * 0, or -EINVAL with *why a sentence fragment ("not an ELF file", "segment 2 ends beyond the
 * file").
 */
int elf_parse(struct elf_image *out, const void *data, size_t size, const char **why);

#endif
