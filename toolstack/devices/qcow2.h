// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the header of a qcow2 image says, as far as it decides whether a guest may have it. The
 * image itself is read and written by qemu-nbd (qcow2_serve.h), which is told nothing but what
 * passed here. Fuzz entry point: qcow2_check() with any bytes.
 */
#ifndef DEVICES_QCOW2_H
#define DEVICES_QCOW2_H

#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"

/* As much of a file's beginning as qcow2_check() looks at. */
#define QCOW2_HEAD 65536

/*
 * head: the first bytes of a file of file_size bytes, QCOW2_HEAD of them if there are so many.
 * Refuses an image that is damaged, encrypted, has features that nobody here knows, or needs other
 * files: a guest that once had the file as a raw disk can have written any name into it. size: of
 * the disk in it. Returns -1 with the reason, which begins with the target.
 */
int qcow2_check(struct bytes head, uint64_t file_size, const char *target, uint64_t *size,
		struct reason *why);

#endif
