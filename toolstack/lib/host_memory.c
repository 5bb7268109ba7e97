// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arithmetic, apart from the asking: it is tested by itself.
 */
#include "lib/host_memory.h"

#include <stdio.h>

#include "lib/domain.h"
#include "lib/host.h"

#define PAGE_KIB    4
#define RESERVE_KIB 4096 /* never given away: the hypervisor's tables grow while guests run */
#define DOMAINS     64

uint64_t host_memory_promise(uint64_t tot_pages, uint64_t max_pages)
{
	return max_pages > tot_pages ? (max_pages - tot_pages) * PAGE_KIB : 0;
}

/* Page tables, with room for all of memory to be mapped page by page, and the domain itself. */
uint64_t host_memory_overhead(uint64_t kib)
{
	return 1024 + kib / 256;
}

int host_memory_judge(const struct host_memory *m, uint64_t kib, struct reason *why)
{
	uint64_t bound = m->promised_kib + RESERVE_KIB;
	uint64_t free = m->free_kib > bound ? m->free_kib - bound : 0;
	char promised[80] = "";

	if (kib <= free)
		return 0;
	if (m->promised_kib >= 1024)
		snprintf(promised, sizeof(promised), " and not promised to guests (%llu MiB are)",
			 (unsigned long long)m->promised_kib >> 10);
	return reason_set(why,
			  "not enough memory on the host: %llu MiB are needed, %llu of %llu MiB "
			  "are free%s",
			  (unsigned long long)(kib + 1023) >> 10, (unsigned long long)free >> 10,
			  (unsigned long long)m->total_kib >> 10, promised);
}

/* Domain 0 has what it has, and never asks for more. */
static int promised(struct xencall *xc, uint64_t *kib)
{
	struct xen_domctl_getdomaininfo list[DOMAINS];
	domid_t first = 1;
	int got;

	*kib = 0;
	do {
		got = domain_list(xc, first, list, DOMAINS);
		if (got < 0)
			return -1;
		for (int i = 0; i < got; i++)
			if (!(list[i].flags & XEN_DOMINF_dying))
				*kib += host_memory_promise(list[i].tot_pages, list[i].max_pages);
		if (got)
			first = list[got - 1].domain + 1;
	} while (got == DOMAINS);
	return 0;
}

int host_memory_ask(struct xencall *xc, struct host_memory *m)
{
	struct xen_sysctl_physinfo info;

	if (host_physinfo(xc, &info) < 0 || promised(xc, &m->promised_kib) < 0)
		return -1;
	m->total_kib = info.total_pages * PAGE_KIB;
	m->free_kib = (info.free_pages - info.outstanding_pages) * PAGE_KIB;
	return 0;
}

int host_memory_check(struct xencall *xc, uint64_t kib, struct reason *why)
{
	struct host_memory m;

	if (host_memory_ask(xc, &m) < 0)
		return reason_errno(why, "asking for free memory");
	return host_memory_judge(&m, kib + host_memory_overhead(kib), why);
}
