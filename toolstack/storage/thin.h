// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How full a thin pool is, as the kernel says it: one ioctl of the device mapper, where LVM would
 * start a program and read disks.
 */
#ifndef TOOLSTACK_STORAGE_THIN_H
#define TOOLSTACK_STORAGE_THIN_H

#include <stdbool.h>
#include <stdint.h>

struct thin_usage {
	uint64_t metadata_used, metadata_total; /* in blocks of 4 KiB */
	uint64_t data_used, data_total;         /* in chunks */
	bool full;                              /* writers wait or get errors now */
	bool failed;                            /* the pool needs repair */
};

/* -1 with errno: ENXIO if there is no such active pool. */
int thin_usage(const char *group, const char *pool, struct thin_usage *usage);
/* Writers into a full pool wait until there is room, and not a minute only. */
void thin_wait_for_ever(void);

/* The parameters of a thin-pool target, as in the kernel's documentation of it. */
bool thin_status_parse(const char *text, struct thin_usage *usage);
/* The device mapper's name of a volume: group and volume with doubled hyphens between them. */
bool thin_pool_device(const char *group, const char *pool, char *name, unsigned int room);

#endif
