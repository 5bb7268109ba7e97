// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mem-set and mem-max. A guest is told how much it is to have; its kernel gives pages back, or
 * takes them. What it may take it has been promised, so more is refused when the host has not got
 * it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/domain.h"
#include "lib/host_memory.h"
#include "lib/store.h"
#include "lib/memory_size.h"
#include "xl/vm.h"
#include "xl/vm_store.h"

#define MIN_KIB 4096 /* less is a mistake */

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
static int set_target(struct store *s, domid_t domid, uint64_t kib, struct reason *why)
{
	struct xen_domctl_getdomaininfo info;
	uint64_t max, boot, has, limit;

	if (domain_info(xl_open(), domid, &info) < 0)
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
	if (limit > has && host_memory_check(xl_open(), limit - has, why) < 0)
		return -1;
	if (domain_set_max_memory(xl_open(), domid, limit) < 0)
		return reason_errno(why, "setting the limit of domain %u", domid);
	if (write_kib(s, domid, "memory/target", kib) < 0)
		return reason_errno(why, "store");
	return 0;
}

static int set_max(struct store *s, domid_t domid, uint64_t kib, struct reason *why)
{
	uint64_t target;

	if (read_kib(s, domid, "memory/target", &target) < 0)
		return reason_errno(why, "domain %u has no memory target", domid);
	if (kib < target)
		return reason_set(why, "domain %u is to have %llu MiB: mem-set first", domid,
				  (unsigned long long)target >> 10);
	return write_kib(s, domid, "memory/max", kib) < 0 ? reason_errno(why, "store") : 0;
}

static int memory_command(int argc, char **argv,
			  int (*set)(struct store *, domid_t, uint64_t, struct reason *))
{
	struct reason why;
	struct store s;
	domid_t domid;
	uint64_t kib;
	int lock, rc;

	while (argc > 1 && strcmp(argv[1], "-f") == 0) {
		argv++;
		argc--;
	}
	if (argc != 3)
		return xl_usage();
	if (!xl_guest(argv[1], &domid, "its memory is set when the machine starts"))
		return XL_FAILED;
	if (!memory_size_parse(argv[2], &kib) || kib < MIN_KIB) {
		log_error("%s: \"%s\" is no size: expected MiB, or a number with k, m, g or t; at "
			  "least %u MiB",
			  xl_command, argv[2], MIN_KIB >> 10);
		return XL_FAILED;
	}
	if (store_open(&s) < 0) {
		log_error("%s: store: %s", xl_command, strerror(errno));
		return XL_FAILED;
	}
	lock = vm_lock();
	rc = lock < 0 ? -1 : set(&s, domid, kib, &why);
	if (rc < 0 && lock >= 0)
		log_error("%s: %s", xl_command, why.text);
	if (lock >= 0)
		close(lock);
	store_close(&s);
	return rc < 0 ? XL_FAILED : XL_OK;
}

int cmd_mem_set(int argc, char **argv)
{
	return memory_command(argc, argv, set_target);
}

int cmd_mem_max(int argc, char **argv)
{
	return memory_command(argc, argv, set_max);
}
