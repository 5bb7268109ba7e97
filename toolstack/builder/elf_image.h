// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PVH kernel as an ELF file (32 or 64 bit, x86): what goes where in guest-physical memory, and
 * where to enter it. The file is hostile. Fuzz entry point: elf_image_parse() with any bytes.
 */
#ifndef TOOLSTACK_ELF_IMAGE_H
#define TOOLSTACK_ELF_IMAGE_H

#include "lib/bytes.h"
#include "lib/log.h"

#define ELF_IMAGE_MAX_SEGMENTS 16

struct elf_segment {
	uint64_t paddr;
	struct bytes data; /* points into the file */
	uint64_t memsz;    /* what is more than data.len is zero */
};

struct elf_image {
	struct elf_segment segments[ELF_IMAGE_MAX_SEGMENTS]; /* no two overlap */
	unsigned int nr_segments;
	uint64_t start; /* guest-physical, of all segments; all below 4 GiB */
	uint64_t end;
	uint32_t entry; /* XEN_ELFNOTE_PHYS32_ENTRY */
};

/*
 * The end of what is not zero: from there on the image only wants zeroes. Looks at the data, from
 * its end.
 */
uint64_t elf_image_data_end(const struct elf_image *img);

bool elf_image_detect(struct bytes file);
/* Returns -1 with the reason. */
int elf_image_parse(struct bytes file, struct elf_image *img, struct reason *why);

#endif
