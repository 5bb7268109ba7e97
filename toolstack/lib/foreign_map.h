// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapping pages of one guest by their frame numbers, through /dev/xen/privcmd. The descriptor is
 * good for that guest only and for no hypercall: a process may keep it when its privilege is gone.
 */
#ifndef TOOLSTACK_FOREIGN_MAP_H
#define TOOLSTACK_FOREIGN_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* -1 with errno. */
int foreign_open(uint32_t domid);
/*
 * Frames of that guest, one behind the other; all of them or none. NULL with errno: EFAULT if the
 * guest has no such frame.
 */
void *foreign_map(int fd, uint32_t domid, const uint64_t *gfns, size_t nr, bool writable);
void foreign_unmap(void *p, size_t nr);

#endif
