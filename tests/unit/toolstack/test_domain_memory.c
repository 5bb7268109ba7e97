// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a builder asks for a guest's memory: each page once, in large extents while there are any,
 * and never so much in one call that the control domain stands still meanwhile.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "abi/memory.h"
#include "builder/domain_memory.h"
#include "lib/domain.h"
#include "lib/host_memory.h"

#define GUEST_PAGES (3ULL * 1024 * 256 + 7) /* 3 GiB, and what no large extent fits into */
#define PAGES_64M   (64ULL * 256)
#define NO_LIMIT    UINT64_MAX

static uint8_t times_given[GUEST_PAGES];
static uint64_t large_left; /* extents of 2 MB that the host still has */
static uint64_t small_left;
static uint64_t most_in_a_call;
static unsigned int calls;

/* --- the hypervisor, as far as it gives memory ---------------------------------------------- */

static bool extent_given(uint64_t gfn, unsigned int order)
{
	uint64_t *left = order ? &large_left : &small_left;

	if (!*left)
		return false;
	--*left;
	for (uint64_t i = 0; i < 1ULL << order; i++) {
		assert_true(gfn + i < GUEST_PAGES);
		times_given[gfn + i]++;
	}
	return true;
}

long xencall_struct(struct xencall *xc, unsigned long op, unsigned int cmd, void *arg, size_t len)
{
	struct xen_memory_reservation *r = arg;
	const uint64_t *gfns = (const uint64_t *)(uintptr_t)r->extent_start;
	long done = 0;

	(void)xc;
	assert_int_equal(op, __HYPERVISOR_memory_op);
	assert_int_equal(cmd, XENMEM_populate_physmap);
	assert_int_equal(len, sizeof(*r));
	calls++;
	if (r->nr_extents << r->extent_order > most_in_a_call)
		most_in_a_call = r->nr_extents << r->extent_order;
	while (done < (long)r->nr_extents && extent_given(gfns[done], r->extent_order))
		done++;
	return done;
}

void *xencall_alloc(struct xencall *xc, size_t len)
{
	if (xc->used + len > XENCALL_ARENA)
		return NULL;
	xc->used += len;
	return xc->arena + xc->used - len;
}

size_t xencall_mark(const struct xencall *xc)
{
	return xc->used;
}

void xencall_release(struct xencall *xc, size_t mark)
{
	xc->used = mark;
}

/* --- of other functions in that file -------------------------------------------------------- */

int domain_info(struct xencall *xc, domid_t domid, struct xen_domctl_getdomaininfo *info)
{
	(void)xc, (void)domid, (void)info;
	return -1;
}

int domain_set_max_memory(struct xencall *xc, domid_t domid, uint64_t kib)
{
	(void)xc, (void)domid, (void)kib;
	return -1;
}

int host_memory_check(struct xencall *xc, uint64_t kib, struct reason *why)
{
	(void)xc, (void)kib, (void)why;
	return -1;
}

/* --- tests ----------------------------------------------------------------------------------- */

static int populate(uint64_t large, uint64_t small)
{
	static uint8_t arena[XENCALL_ARENA] __attribute__((aligned(16)));
	struct xencall xc = { .arena = arena };
	int rc;

	memset(times_given, 0, sizeof(times_given));
	large_left = large;
	small_left = small;
	most_in_a_call = calls = 0;
	rc = domain_memory_populate_range(&xc, 1, 0, GUEST_PAGES);
	assert_int_equal(xc.used, 0);
	return rc;
}

static void assert_each_page_once(void)
{
	for (uint64_t gfn = 0; gfn < GUEST_PAGES; gfn++)
		assert_int_equal(times_given[gfn], 1);
}

static void test_large_extents_by_parts(void **state)
{
	(void)state;
	assert_int_equal(populate(NO_LIMIT, NO_LIMIT), 0);
	assert_each_page_once();
	assert_in_range(most_in_a_call, 1, PAGES_64M);
	assert_in_range(calls, 1, GUEST_PAGES / PAGES_64M + 2);
}

static void test_single_pages_where_large_ones_end(void **state)
{
	(void)state;
	assert_int_equal(populate(100, NO_LIMIT), 0);
	assert_each_page_once();
	assert_int_equal(large_left, 0);
}

static void test_a_host_that_has_no_more(void **state)
{
	(void)state;
	assert_int_equal(populate(100, 5000), -1);
	assert_int_equal(small_left, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_large_extents_by_parts),
		cmocka_unit_test(test_single_pages_where_large_ones_end),
		cmocka_unit_test(test_a_host_that_has_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
