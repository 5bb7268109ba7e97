// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linux's bzImage: a boot sector with a header, and in it the kernel proper as a compressed ELF
 * file. The image is hostile. Fuzz entry point: bzimage_parse() with any bytes.
 */
#ifndef TOOLSTACK_BZIMAGE_H
#define TOOLSTACK_BZIMAGE_H

#include "builder/unpack.h"

struct bzimage {
	struct bytes payload; /* the compressed stream alone */
	enum packing packing;
	size_t unpacked_len; /* as the image says; to be checked against what comes out */
};

/* Whether it has the boot header's signature at all. */
bool bzimage_detect(struct bytes file);
/* Returns -1 with the reason. */
int bzimage_parse(struct bytes file, struct bzimage *img, struct reason *why);

#endif
