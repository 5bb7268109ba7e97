// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel file, read, unpacked if it is a bzImage or in gzip, and parsed: ready to be copied into
 * a guest.
 */
#ifndef TOOLSTACK_KERNEL_IMAGE_H
#define TOOLSTACK_KERNEL_IMAGE_H

#include "builder/elf_image.h"
#include "builder/unpack.h"

struct kernel_image {
	struct elf_image elf; /* its segments point into memory */
	enum packing packing;
	uint8_t *memory; /* the ELF file */
	size_t memory_len;
};

/* Returns -1 with the reason, which names the file. */
int kernel_image_load(struct kernel_image *img, const char *path, struct reason *why);
void kernel_image_free(struct kernel_image *img);

#endif
