// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest whose front ends lie: nonsense in the rings of its disk and its three interfaces, in its
 * grants, its events and its store. Its control domain must not suffer; that is seen there
 * (tests/system/test_hostile.py). Checked here is that nothing of others can be had, that lies are
 * refused, and that the disk is served again once its front end has come to reason.
 */
#ifndef GUEST_HOSTILE_H
#define GUEST_HOSTILE_H

#include <stdint.h>

#define DISK         "device/vbd/51712"
#define DISK_SECTORS (16u << 11)

/* Grant references: the rings', and those of pages that hold data. */
#define DISK_RING  8u
#define NET_RINGS  9u /* two for each interface */
#define DATA       16u
#define DATA_PAGES 8u

uint64_t any(void);
/* Random bytes, mostly small ones, so that some of it gets past the first checks. */
void scribble(void *to, unsigned bytes);

#endif
