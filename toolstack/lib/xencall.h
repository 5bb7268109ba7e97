// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hypercalls through /dev/xen/privcmd. A struct xencall is one open device and one arena of
 * memory that the hypervisor can read and write while the call runs; arguments are copied into it
 * and results out of it. One thread uses one xencall at a time.
 */
#ifndef TOOLSTACK_XENCALL_H
#define TOOLSTACK_XENCALL_H

#include <stddef.h>
#include <stdint.h>

#include "abi/domctl.h"
#include "abi/sysctl.h"
#include "abi/xen.h"

#define XEN_PAGE_SIZE 4096UL
#define XENCALL_ARENA (64 * 1024)

struct xencall {
	int fd;         /* /dev/xen/privcmd */
	uint8_t *arena; /* XENCALL_ARENA bytes that stay where they are */
	size_t used;
	unsigned int calls; /* hypercalls issued, for the phase report */
};

/* Opens the device. Returns -1 with errno. */
int xencall_open(struct xencall *xc);
void xencall_close(struct xencall *xc);

/*
 * Memory in the arena for arguments, zeroed, 16-byte aligned; NULL with ENOMEM when the arena is
 * full. xencall_mark() and xencall_release() bracket each use: release frees everything allocated
 * since.
 */
void *xencall_alloc(struct xencall *xc, size_t len);
size_t xencall_mark(const struct xencall *xc);
void xencall_release(struct xencall *xc, size_t mark);

/*
 * Pages for one argument that may be larger than the arena, zeroed; the caller unmaps them. NULL
 * with errno.
 */
void *xencall_pages(size_t len);

/* The raw call. Returns what the hypervisor answered, or -1 with errno. */
long xencall(struct xencall *xc, unsigned long op, uint64_t a0, uint64_t a1, uint64_t a2);
/* A call whose second argument is a structure, copied in and back out. */
long xencall_struct(struct xencall *xc, unsigned long op, unsigned int cmd, void *arg, size_t len);

/* domctl and sysctl: these fill in the interface version and retry what asks to be continued. */
int xencall_domctl(struct xencall *xc, struct xen_domctl *op);
int xencall_sysctl(struct xencall *xc, struct xen_sysctl *op);

static inline uint64_t xencall_handle(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

#endif
