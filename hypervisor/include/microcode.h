// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Microcode updates. Files of AMD's and Intel's are foreign bytes, read in x86/microcode_file.c
 * without touching the CPU; the CPU itself checks an update's signature. x86/microcode.c loads.
 */
#ifndef SOCLE_MICROCODE_H
#define SOCLE_MICROCODE_H

#include "types.h"

struct boot_info;

struct microcode_cpu {
	bool amd; /* else Intel */
	uint32_t signature;
	uint32_t platform; /* Intel: one bit of the flags in an update's header */
	uint32_t revision;
};

struct microcode {
	const uint8_t *data; /* from where the CPU is to load it */
	size_t size;
	uint32_t revision;
};

/* The file of that name in the uncompressed cpio archives with which an initramfs may begin. */
bool microcode_find(const void *archive, size_t size, const char *name, struct microcode *out);
/* The newest update in a file that is for this CPU and newer than what it has; false: none. */
bool microcode_choose(const struct microcode_cpu *c, const void *file, size_t size,
		      struct microcode *out);

/* ucode= : finds and loads the boot CPU's update. A module that is nothing else is taken away. */
void microcode_load_early(struct boot_info *bi);
/* The same update on another CPU, at its start. */
void microcode_init_cpu(void);
/* This CPU. */
void microcode_identify(struct microcode_cpu *c);

#endif
