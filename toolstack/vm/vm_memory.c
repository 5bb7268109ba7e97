// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest is told how much it is to have; its kernel gives pages back, or takes them. What it may
 * take it has been promised, so more is refused when the host has not got it.
 */
#include "vm/vm_memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/domain.h"
#include "lib/host_memory.h"
#include "lib/store.h"
#include "vm/vm_lock.h"
#include "vm/vm_store.h"

static int read_kib(struct store *s, domid_t domid, const char *name, uint64_t *kib)
{
	struct buf value = { 0 };
	int rc = vm_node_read(s, domid, name, &value);

	*kib = rc == 0 && value.data ? strtoull(value.data, NULL, 10) : 0;
	buf_free(&value);
	return rc;
}

static int write_kib(struct store *s, domid_t domid, const char *name, uint64_t kib)
{
	char value[24];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)kib);
	return vm_node_write(s, domid, name, value);
}

/*
 * What it has beyond its target is not RAM that its kernel knows (tables, rings): it stays. Limit
 * first when more is given, so that the guest finds what it was told of; and then even the target.
 */
static int set_target(struct xencall *xc, struct store *s, domid_t domid, uint64_t kib,
		      struct reason *why)
{
	struct xen_domctl_getdomaininfo info;
	uint64_t max, boot, has, limit;

	if (domain_info(xc, domid, &info) < 0)
		return reason_errno(why, "domain %u", domid);
	if (read_kib(s, domid, "memory/max", &max) < 0 ||
	    read_kib(s, domid, "memory/static-max", &boot) < 0)
		return reason_errno(why, "domain %u has no memory target", domid);
	if (kib > max)
		return reason_set(why, "domain %u may have at most %llu MiB (maxmem); see mem-max",
				  domid, (unsigned long long)max >> 10);
	limit = kib + HOST_MEMORY_SLACK_KIB;
	/* What it has, or may take already, is not asked for again. */
	has = (info.max_pages > info.tot_pages ? info.max_pages : info.tot_pages) << 2;
	if (limit > has && host_memory_check(xc, limit - has, why) < 0)
		return -1;
	if (domain_set_max_memory(xc, domid, limit) < 0)
		return reason_errno(why, "setting the limit of domain %u", domid);
	if (write_kib(s, domid, "memory/target", kib) < 0)
		return reason_errno(why, "store");
	return 0;
}

static int set_max(struct xencall *xc, struct store *s, domid_t domid, uint64_t kib,
		   struct reason *why)
{
	uint64_t target;

	(void)xc;
	if (read_kib(s, domid, "memory/target", &target) < 0)
		return reason_errno(why, "domain %u has no memory target", domid);
	if (kib < target)
		return reason_set(why, "domain %u is to have %llu MiB: mem-set first", domid,
				  (unsigned long long)target >> 10);
	return write_kib(s, domid, "memory/max", kib) < 0 ? reason_errno(why, "store") : 0;
}

static int with_store(struct xencall *xc, domid_t domid, uint64_t kib,
		      int (*set)(struct xencall *, struct store *, domid_t, uint64_t,
				 struct reason *),
		      struct reason *why)
{
	struct store s;
	int lock, rc;

	if (store_open(&s) < 0)
		return reason_errno(why, "store");
	lock = vm_lock(why);
	rc = lock < 0 ? -1 : set(xc, &s, domid, kib, why);
	vm_unlock(&lock);
	store_close(&s);
	return rc;
}

int vm_set_memory(struct xencall *xc, domid_t domid, uint64_t kib, struct reason *why)
{
	return with_store(xc, domid, kib, set_target, why);
}

int vm_set_memory_max(struct xencall *xc, domid_t domid, uint64_t kib, struct reason *why)
{
	return with_store(xc, domid, kib, set_max, why);
}
