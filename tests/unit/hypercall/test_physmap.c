// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages put where a domain wants them, its own and those of others: who may do what to whom, which
 * references are held, and what happens when two vCPUs do it at once.
 */
#include "memory_caller.h"

#include <string.h>

#include "abi/errno.h"

/* --- placing ---------------------------------------------------------------------------------- */

static long place(domid_t domid, unsigned space, uint64_t idx, uint64_t gpfn)
{
	struct xen_add_to_physmap a = { .domid = domid, .space = space, .idx = idx, .gpfn = gpfn };

	memcpy(memory, &a, sizeof(a));
	return do_memory_op(XENMEM_add_to_physmap, MEMORY);
}

static void test_shared_info_replaces_ram(void **state)
{
	give_ram(guest, 20, 0);
	run_as(guest);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_shared_info, 0, 20), 0);
	assert_int_equal(mfn_at(guest, 20), virt_to_mfn(guest->shared_info).n);
	assert_int_equal(guest->tot_pages, 0); /* the RAM went back */
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_shared_info, 1, 21), -EINVAL);
	assert_int_equal(place(2, XENMAPSPACE_shared_info, 0, 21), -EPERM);
	/* Given back, it is still the hypervisor's. */
	gfns((uint64_t[]){ 20 }, 1);
	assert_int_equal(reservation(XENMEM_decrease_reservation, DOMID_SELF, 1, 0), 1);
	assert_int_equal(refs_of(virt_to_mfn(guest->shared_info).n), 1);
}

static void test_pages_move(void **state)
{
	uint64_t a, b;

	give_ram(guest, 30, 0);
	give_ram(guest, 31, 0);
	a = mfn_at(guest, 30);
	b = mfn_at(guest, 31);
	run_as(guest);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_gmfn, 30, 31), 0);
	assert_int_equal(mfn_at(guest, 31), a);
	assert_int_equal(type_at(guest, 30), P2M_INVALID);
	assert_int_equal(refs_of(b), 0);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_gmfn, 31, 31), 0);
	assert_int_equal(mfn_at(guest, 31), a);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_gmfn, 40, 41), -EINVAL);
	run_as(dom0);
	give_ram(dom0, 3600, 3600);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_gmfn, 3600, 3601), -EPERM);
}

/* Another vCPU of the guest moves page 30 to 33 while the first works on it. */
static void page_30_moves(void)
{
	enum p2m_type type;

	assert_int_equal(p2m_move_page(guest, GFN(30), GFN(33), p2m_lookup(guest, GFN(30), &type)),
			 0);
}

/* Were a page in two places, giving it back at one would leave the guest a frame of others. */
static void test_a_page_moved_by_two_is_in_one_place(void **state)
{
	uint64_t page;

	give_ram(guest, 30, 0);
	page = mfn_at(guest, 30);
	run_as(guest);
	fake_other_vcpu = page_30_moves;
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_gmfn, 30, 31), -EBUSY);
	assert_int_equal(type_at(guest, 31), P2M_INVALID);
	assert_int_equal(mfn_at(guest, 33), page);
	gfns((uint64_t[]){ 33 }, 1);
	assert_int_equal(reservation(XENMEM_decrease_reservation, DOMID_SELF, 1, 0), 1);
	assert_int_equal(refs_of(page), 0);
}

static void test_a_page_moved_while_it_is_given_back_stays(void **state)
{
	uint64_t page;

	give_ram(guest, 30, 0);
	page = mfn_at(guest, 30);
	run_as(guest);
	fake_other_vcpu = page_30_moves;
	gfns((uint64_t[]){ 30 }, 1);
	assert_int_equal(reservation(XENMEM_decrease_reservation, DOMID_SELF, 1, 0), 0);
	assert_int_equal(mfn_at(guest, 33), page);
	assert_int_equal(refs_of(page), 1);
}

static void test_grant_frames(void **state)
{
	run_as(guest);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_grant_table, 0, 50), 0);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_grant_table, 3, 51), 0);
	assert_int_not_equal(mfn_at(guest, 50), mfn_at(guest, 51));
	assert_int_equal(
		place(DOMID_SELF, XENMAPSPACE_grant_table, 0 | XENMAPIDX_grant_table_status, 52),
		0);
	assert_int_not_equal(mfn_at(guest, 52), mfn_at(guest, 50));
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_grant_table, 4, 53), -EINVAL);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_grant_table, 1ul << 40, 53), -EINVAL);
	assert_int_equal(place(DOMID_SELF, 99, 0, 53), -EINVAL);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_gmfn_foreign, 0, 53), -ENOSYS);
	assert_int_equal(place(DOMID_SELF, XENMAPSPACE_dev_mmio, 0xfee00, 0xfee00), -EPERM);
}

/* --- foreign pages ---------------------------------------------------------------------------- */

static long batch(unsigned op, domid_t domid, domid_t foreign, unsigned nr)
{
	struct xen_add_to_physmap_batch b = { .domid = domid,
					      .space = XENMAPSPACE_gmfn_foreign,
					      .size = (uint16_t)nr,
					      .u.foreign_domid = foreign,
					      .idxs = list_at(0),
					      .gpfns = list_at(1),
					      .errs = list_at(2) };

	memcpy(memory, &b, sizeof(b));
	return do_memory_op(op, MEMORY);
}

static void test_foreign_pages_hold_a_reference(void **state)
{
	uint64_t mfn;

	give_ram(guest, 60, 0);
	mfn = mfn_at(guest, 60);
	LIST(uint64_t, 0)[0] = 60;
	LIST(uint64_t, 1)[0] = 5000;
	LIST(int32_t, 2)[0] = 99;
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 1, 1), 0);
	assert_int_equal(LIST(int32_t, 2)[0], 0);
	assert_int_equal(type_at(dom0, 5000), P2M_FOREIGN);
	assert_int_equal(refs_of(mfn), 2);
	assert_int_equal(fake_flushes, 0); /* the hot path */
	/* The guest gives it back; domain 0 still has it. */
	gfns((uint64_t[]){ 60 }, 1);
	assert_int_equal(reservation(XENMEM_decrease_reservation, 1, 1, 0), 1);
	assert_int_equal(refs_of(mfn), 1);
	assert_int_equal(unplace(DOMID_SELF, 5000), 0);
	assert_int_equal(refs_of(mfn), 0);
	assert_int_equal(unplace(DOMID_SELF, 5000), -ENOENT);
}

static void test_each_entry_has_its_own_error(void **state)
{
	give_ram(guest, 60, 0);
	for (unsigned i = 0; i < 4; i++)
		LIST(uint64_t, 1)[i] = 5000 + i;
	gfns((uint64_t[]){ 60, 61, ~0ul, 60 }, 4);
	LIST(uint64_t, 1)[3] = FAKE_GFNS; /* no such place */
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 1, 4), 0);
	assert_int_equal(LIST(int32_t, 2)[0], 0);
	assert_int_equal(LIST(int32_t, 2)[1], -EINVAL);
	assert_int_equal(LIST(int32_t, 2)[2], -EINVAL);
	assert_int_equal(LIST(int32_t, 2)[3], -EINVAL);
	assert_int_equal(refs_of(mfn_at(guest, 60)), 2);
}

static void test_batches_are_interrupted_and_go_on(void **state)
{
	for (unsigned i = 0; i < 6; i++) {
		give_ram(guest, 60 + i, 0);
		LIST(uint64_t, 0)[i] = 60 + i;
		LIST(uint64_t, 1)[i] = 5000 + i;
		LIST(int32_t, 2)[i] = 99;
	}
	fake_preempt_after = 1;
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 1, 6), -ERESTART);
	assert_int_equal(fake_arg_value, OP(XENMEM_add_to_physmap_batch, 2));
	assert_int_equal(LIST(int32_t, 2)[1], 0);
	assert_int_equal(LIST(int32_t, 2)[2], 99);
	assert_int_equal(batch((unsigned)fake_arg_value, DOMID_SELF, 1, 6), 0);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(refs_of(mfn_at(guest, 60 + i)), 2);
	assert_int_equal(batch(OP(XENMEM_add_to_physmap_batch, 7), DOMID_SELF, 1, 6), -EINVAL);
}

static void test_who_may_map_foreign_pages(void **state)
{
	give_ram(other, 1, 0);
	LIST(uint64_t, 0)[0] = 1;
	LIST(uint64_t, 1)[0] = 100;
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, 1, 2, 1),
			 -EPERM); /* into another domain */
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 0, 1), -EINVAL);
	/* A domain that is not there, or going, is an error of the entry. */
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 9, 1), 0);
	assert_int_equal(LIST(int32_t, 2)[0], -ESRCH);
	other->is_dying = true;
	LIST(int32_t, 2)[0] = 0;
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 2, 1), 0);
	assert_int_equal(LIST(int32_t, 2)[0], -ESRCH);
	other->is_dying = false;
	run_as(guest);
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 2, 1), -EPERM);
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, 0, 2, 1), -EPERM);
	assert_int_equal(refs_of(mfn_at(other, 1)), 1);
}

static void test_a_foreign_mapping_over_domain_0s_ram(void **state)
{
	give_ram(guest, 60, 0);
	give_ram(dom0, 3700, 3700);
	LIST(uint64_t, 0)[0] = 60;
	LIST(uint64_t, 1)[0] = 3700;
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 1, 1), 0);
	assert_int_equal(type_at(dom0, 3700), P2M_FOREIGN);
	assert_int_equal(unplace(DOMID_SELF, 3700), 0);
	gfns((uint64_t[]){ 3700 }, 1);
	assert_int_equal(reservation(XENMEM_populate_physmap, 0, 1, 0), 1);
	assert_int_equal(mfn_at(dom0, 3700), 3700);
	/* A grant mapping is in the way: only its handle undoes it. */
	p2m_map(dom0, GFN(5001), MFN(2000), 0, P2M_GRANT_RW);
	LIST(uint64_t, 0)[0] = 60;
	LIST(uint64_t, 1)[0] = 5001;
	assert_int_equal(batch(XENMEM_add_to_physmap_batch, DOMID_SELF, 1, 1), 0);
	assert_int_equal(LIST(int32_t, 2)[0], -EBUSY);
	assert_int_equal(refs_of(mfn_at(guest, 60)), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shared_info_replaces_ram),
		TEST(test_pages_move),
		TEST(test_a_page_moved_by_two_is_in_one_place),
		TEST(test_a_page_moved_while_it_is_given_back_stays),
		TEST(test_grant_frames),
		TEST(test_foreign_pages_hold_a_reference),
		TEST(test_each_entry_has_its_own_error),
		TEST(test_batches_are_interrupted_and_go_on),
		TEST(test_who_may_map_foreign_pages),
		TEST(test_a_foreign_mapping_over_domain_0s_ram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
