// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who has been promised how much of the host's memory. A domain may take as much as its limit says
 * without asking, so what is missing to the limits is not free, although the hypervisor still has
 * it. Callers hold xl's lock, so that two do not count on the same.
 */
#ifndef TOOLSTACK_HOST_MEMORY_H
#define TOOLSTACK_HOST_MEMORY_H

#include "lib/log.h"
#include "lib/xencall.h"

/* How far a domain's limit is above what it is meant to have. */
#define HOST_MEMORY_SLACK_KIB 256

struct host_memory {
	uint64_t total_kib;
	uint64_t free_kib;     /* what the hypervisor has */
	uint64_t promised_kib; /* of this, to domains that have not taken it yet */
};

/* What a domain of that limit has not taken of it, KiB. */
uint64_t host_memory_promise(uint64_t tot_pages, uint64_t max_pages);
/* Whether that much is there for a new guest; need and overhead are told apart. Says why not. */
int host_memory_judge(const struct host_memory *m, uint64_t kib, struct reason *why);
/* What the hypervisor needs for itself for a guest of that size. */
uint64_t host_memory_overhead(uint64_t kib);

/* Returns -1 with errno. */
int host_memory_ask(struct xencall *xc, struct host_memory *m);
/* Both together, with the overhead. Returns -1 with the reason, which has the figures. */
int host_memory_check(struct xencall *xc, uint64_t kib, struct reason *why);

#endif
