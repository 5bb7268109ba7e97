// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapping a page that a guest has granted, through /dev/xen/gntdev: what a daemon without
 * privilege may do.
 */
#ifndef TOOLSTACK_GRANT_MAP_H
#define TOOLSTACK_GRANT_MAP_H

#include <stdint.h>

/* A file descriptor, or -1 with errno. */
int grant_open(void);
/* Grant ref of domid, read-write; *index is for grant_unmap(). NULL with errno. */
void *grant_map(int fd, uint32_t domid, uint32_t ref, uint64_t *index);
void grant_unmap(int fd, void *page, uint64_t index);

#endif
