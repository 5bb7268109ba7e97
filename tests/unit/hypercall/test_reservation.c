// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory given to a domain and taken back: which references are held, when frames are freed (never
 * before a flush: fake_machine.c watches), what an interrupted list goes on with, and that domain 0
 * stays mapped one to one.
 */
#include "memory_caller.h"

#include <string.h>

#include "abi/errno.h"

/* --- populate --------------------------------------------------------------------------------- */

static void test_populate(void **state)
{
	gfns((uint64_t[]){ 5, 6, 100 }, 3);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 3, 0), 3);
	assert_int_equal(guest->tot_pages, 3);
	assert_int_equal(type_at(guest, 100), P2M_RAM_RW);
	assert_int_equal(refs_of(mfn_at(guest, 100)), 1);
	gfns((uint64_t[]){ 512, 1024 }, 2);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 2, 9), 2);
	assert_int_equal(guest->tot_pages, 3 + 1024);
	assert_int_equal(mfn_at(guest, 1535) - mfn_at(guest, 1024), 511);
	assert_int_equal(fake_flushes, 0); /* nothing was there before */
}

static void test_populate_stops_where_it_fails(void **state)
{
	guest->max_pages = 2;
	gfns((uint64_t[]){ 1, 2, 3 }, 3);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 3, 0), 2);
	gfns((uint64_t[]){ 7 }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 1, 0), 0);
	guest->max_pages = 4096;
	gfns((uint64_t[]){ 512, 513 }, 2); /* not aligned to its size */
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 2, 9), 1);
	gfns((uint64_t[]){ ~0ul, 1ul << 51 }, 2);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 2, 0), 0);
	/* A frame that cannot be mapped goes back. */
	gfns((uint64_t[]){ FAKE_GFNS }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 1, 0), 0);
	assert_int_equal(guest->tot_pages, 2 + 512);
}

static void test_populate_refuses(void **state)
{
	struct xen_memory_reservation r = { .extent_start = 0, .nr_extents = 1, .domid = 1 };

	assert_int_equal(reservation(XENMEM_populate_physmap, 9, 1, 0), -ESRCH);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 1, 19), 0);
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 1ul << 40, 0), -EINVAL);
	assert_int_equal(reservation(XENMEM_increase_reservation, 1, 1, 0), -EOPNOTSUPP);
	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_populate_physmap, MEMORY), 0); /* list is not there */
	assert_int_equal(do_memory_op(XENMEM_populate_physmap, 0), -EFAULT);
	r.mem_flags = XENMEMF_populate_on_demand;
	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_populate_physmap, MEMORY), -EOPNOTSUPP);
	run_as(guest);
	assert_int_equal(reservation(XENMEM_populate_physmap, 2, 1, 0), -EPERM);
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 1, 0), -EPERM);
	assert_int_equal(reservation(XENMEM_populate_physmap, 99, 1, 0), -EPERM);
	assert_int_equal(reservation(XENMEM_populate_physmap, DOMID_SELF, 1, 10), 0);
	guest->is_dying = true;
	gfns((uint64_t[]){ 1 }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, DOMID_SELF, 1, 0), -ESRCH);
	guest->is_dying = false;
}

static void test_lists_are_interrupted_and_go_on(void **state)
{
	for (unsigned i = 0; i < 10; i++)
		LIST(uint64_t, 0)[i] = 10 + i;
	fake_preempt_after = 3;
	assert_int_equal(reservation(XENMEM_populate_physmap, 1, 10, 0), -ERESTART);
	assert_int_equal(fake_arg, 0);
	assert_int_equal(fake_arg_value, OP(XENMEM_populate_physmap, 4));
	assert_int_equal(guest->tot_pages, 4);
	assert_int_equal(reservation((unsigned)fake_arg_value, 1, 10, 0), 10);
	assert_int_equal(guest->tot_pages, 10);
	/* Invented progress. */
	assert_int_equal(reservation(OP(XENMEM_populate_physmap, 11), 1, 10, 0), -EINVAL);
	assert_int_equal(reservation(OP(XENMEM_populate_physmap, 10), 1, 10, 0), 10);
	assert_int_equal(do_memory_op(OP(XENMEM_memory_map, 1), MEMORY), -EINVAL);
}

/* --- decrease --------------------------------------------------------------------------------- */

static void test_decrease_gives_back_after_a_flush(void **state)
{
	gfns((uint64_t[]){ 512 }, 1);
	reservation(XENMEM_populate_physmap, 1, 1, 9);
	run_as(guest);
	assert_int_equal(reservation(XENMEM_decrease_reservation, DOMID_SELF, 1, 9), 1);
	assert_int_equal(guest->tot_pages, 0);
	assert_int_equal(type_at(guest, 700), P2M_INVALID);
	assert_true(fake_flushes >= 1 && fake_flushes <= 8);
	/* Again: there is nothing. */
	assert_int_equal(reservation(XENMEM_decrease_reservation, DOMID_SELF, 1, 0), 0);
}

static void test_decrease_of_a_page_in_use_keeps_it(void **state)
{
	struct page_info *pg;

	give_ram(guest, 5, 0);
	pg = p2m_page_get(guest, GFN(5), NULL); /* as a grant would hold it */
	gfns((uint64_t[]){ 5 }, 1);
	assert_int_equal(reservation(XENMEM_decrease_reservation, 1, 1, 0), 1);
	assert_int_equal(pg->count, 1);
	assert_int_equal(guest->tot_pages, 1);
	page_put(pg);
	assert_int_equal(guest->tot_pages, 0);
}

static void test_decrease_leaves_what_is_not_ram(void **state)
{
	p2m_map(guest, GFN(9), MFN(2000), 0, P2M_GRANT_RW);
	gfns((uint64_t[]){ 9 }, 1);
	assert_int_equal(reservation(XENMEM_decrease_reservation, 1, 1, 0), 0);
	assert_int_equal(type_at(guest, 9), P2M_GRANT_RW);
}

static void test_domain_0_gets_its_own_frames_back(void **state)
{
	uint64_t own = 3500;

	give_ram(dom0, own, own);
	give_ram(dom0, own + 1, own + 1);
	gfns((uint64_t[]){ own, own + 1 }, 2);
	assert_int_equal(reservation(XENMEM_decrease_reservation, 0, 2, 0), 2);
	assert_int_equal(type_at(dom0, own), P2M_INVALID);
	assert_int_equal(dom0->tot_pages, 2); /* kept for it */
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 2, 0), 2);
	assert_int_equal(mfn_at(dom0, own), own);
	assert_int_equal(mfn_at(dom0, own + 1), own + 1);
	/* Twice, where it has none, and another's. */
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 1, 0), 0);
	gfns((uint64_t[]){ own + 5 }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 1, 0), 0);
	give_ram(guest, 3, own + 6);
	gfns((uint64_t[]){ own + 6 }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 1, 0), 0);
	/* Not the page that it shares with the hypervisor either. */
	gfns((uint64_t[]){ virt_to_mfn(dom0->shared_info).n }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 1, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_populate),
		TEST(test_populate_stops_where_it_fails),
		TEST(test_populate_refuses),
		TEST(test_lists_are_interrupted_and_go_on),
		TEST(test_decrease_gives_back_after_a_flush),
		TEST(test_decrease_of_a_page_in_use_keeps_it),
		TEST(test_decrease_leaves_what_is_not_ram),
		TEST(test_domain_0_gets_its_own_frames_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
