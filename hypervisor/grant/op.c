// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_grant_table_op: one table of operations; copies a batch of elements in once, works on
 * it, copies it out, and offers to be interrupted. Takes no locks.
 */
#include "private.h"

#include "abi/errno.h"
#include "guest_access.h"
#include "guest_struct.h"
#include "hypercall.h"
#include "log.h"

/* Caches are coherent with devices on x86: once the arguments are right there is nothing to do. */
static int op_cache_flush(struct domain *d, union grant_batch *b, unsigned n)
{
	const uint32_t known = GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL | GNTTAB_CACHE_SOURCE_GREF;

	(void)d;
	for (unsigned i = 0; i < n; i++) {
		const struct gnttab_cache_flush *c = &b->cache[i];

		if (c->offset + c->length > (int)PAGE_SIZE || (c->op & ~known))
			return -EINVAL;
	}
	return 0;
}

struct grant_operation {
	int (*many)(struct domain *d, union grant_batch *b, unsigned n);
	int (*one)(struct domain *d, union grant_batch *b); /* exactly one element */
	uint8_t size;                                       /* of an element */
	bool in_only;                                       /* nothing is copied out */
	const char *fields; /* if it is another one in 32-bit mode: see guest_struct.h */
};

#define OP(type, ...) [GNTTABOP_##type] = { .size = sizeof(struct gnttab_##type), __VA_ARGS__ }

static const struct grant_operation operations[] = {
	OP(map_grant_ref, .many = grant_op_map),
	OP(unmap_grant_ref, .many = grant_op_unmap),
	OP(setup_table, .one = grant_op_setup_table, .fields = FIELDS_setup_table),
	OP(transfer, .many = grant_op_transfer, .fields = FIELDS_transfer),
	OP(copy, .many = grant_op_copy, .fields = FIELDS_grant_copy),
	OP(query_size, .one = grant_op_query_size),
	OP(set_version, .one = grant_op_set_version),
	OP(get_status_frames, .one = grant_op_get_status_frames,
	   .fields = FIELDS_get_status_frames),
	OP(get_version, .one = grant_op_get_version),
	OP(cache_flush, .many = op_cache_flush, .in_only = true),
};

size_t grant_element_size(unsigned cmd)
{
	const struct grant_operation *o = &operations[cmd];

	return o->fields ? guest_struct_size(o->fields) : o->size;
}

long do_grant_table_op(unsigned cmd, uint64_t arg, unsigned count, unsigned *done)
{
	const struct grant_operation *o = cmd < ARRAY_SIZE(operations) ? &operations[cmd] : NULL;
	struct domain *d = domain_current();
	union grant_batch b;
	int rc = 0;

	*done = 0;
	if (!o || !o->size) {
		log_domain(d, LOG_INFO, "grant_table_op %u is unknown", cmd);
		return -ENOSYS;
	}
	if (o->one && count != 1)
		return -EINVAL;
	while (*done < count && rc == 0) {
		unsigned n = MIN(count - *done, GRANT_BATCH);
		uint64_t at = arg + *done * grant_element_size(cmd);

		if (guest_structs_copy_from(&b, o->size, at, o->fields, n))
			return -EFAULT;
		rc = o->one ? o->one(d, &b) : o->many(d, &b, n);
		if (!o->in_only && guest_structs_copy_to(at, &b, o->size, o->fields, n))
			return -EFAULT;
		*done += n;
		if (rc == 0 && *done < count && hypercall_preempt())
			rc = -ERESTART;
	}
	return rc;
}
