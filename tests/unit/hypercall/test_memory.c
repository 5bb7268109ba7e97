// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory_op on a small machine: who may do what to whom, which references are held, when frames are
 * freed (never before a flush: fake_machine.c watches), what an interrupted list goes on with, and
 * that domain 0 stays mapped one to one.
 */
#include "fake_machine.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/memory.h"
#include "hypercall.h"
#include "memory_map.h"

#define OP(op, progress) ((op) | (unsigned)(progress) << 6)

static struct domain *dom0, *guest, *other;

static int setup(void **state)
{
	machine_reset();
	dom0 = machine_domain(0);
	guest = machine_domain(1);
	other = machine_domain(2);
	run_as(dom0);
	return 0;
}

static int teardown(void **state)
{
	run_as(dom0);
	machine_check_no_leaks();
	return 0;
}

/* Argument structure at MEMORY, lists behind it. */
static uint64_t list_at(unsigned n)
{
	return MEMORY + 4096 * (n + 1);
}
#define LIST(type, n) ((type *)(memory + 4096 * ((n) + 1)))

static long reservation(unsigned op, domid_t domid, uint64_t nr, unsigned order)
{
	struct xen_memory_reservation r = {
		.extent_start = list_at(0), .nr_extents = nr, .extent_order = order, .domid = domid
	};

	memcpy(memory, &r, sizeof(r));
	return do_memory_op(op, MEMORY);
}

static void gfns(const uint64_t *list, unsigned nr)
{
	memcpy(LIST(uint64_t, 0), list, nr * sizeof(*list));
}

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

static long unplace(domid_t domid, uint64_t gpfn)
{
	struct xen_remove_from_physmap r = { .domid = domid, .gpfn = gpfn };

	memcpy(memory, &r, sizeof(r));
	return do_memory_op(XENMEM_remove_from_physmap, MEMORY);
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

/* --- resources -------------------------------------------------------------------------------- */

static long acquire(struct xen_mem_acquire_resource *r)
{
	long rc;

	memcpy(memory, r, sizeof(*r));
	rc = do_memory_op(XENMEM_acquire_resource, MEMORY);
	memcpy(r, memory, sizeof(*r));
	return rc;
}

static void test_acquire_grant_table(void **state)
{
	struct xen_mem_acquire_resource r = { .domid = 1, .type = XENMEM_resource_grant_table };
	mfn_t mfn;

	assert_int_equal(acquire(&r), 0);
	assert_int_equal(r.nr_frames, 4);
	r.frame_list = list_at(0);
	r.nr_frames = 2;
	gfns((uint64_t[]){ 5000, 5001 }, 2);
	assert_int_equal(acquire(&r), 0);
	grant_frame_get(guest, 1, false, &mfn);
	assert_int_equal(mfn_at(dom0, 5001), mfn.n);
	assert_int_equal(type_at(dom0, 5001), P2M_FOREIGN);
	assert_int_equal(refs_of(mfn.n), 2);
	assert_int_equal(unplace(DOMID_SELF, 5001), 0);
	assert_int_equal(refs_of(mfn.n), 1);
}

static void test_acquire_refuses(void **state)
{
	struct xen_mem_acquire_resource good = { .domid = 1,
						 .type = XENMEM_resource_grant_table,
						 .nr_frames = 1,
						 .frame_list = list_at(0) },
					r;

	r = good;
	r.frame = 4;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.frame = ~0ul;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.pad = 1;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.id = 2;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.type = XENMEM_resource_ioreq_server;
	assert_int_equal(acquire(&r), -EOPNOTSUPP);
	r = good;
	r.frame_list = 0;
	assert_int_equal(acquire(&r), -EINVAL);
	r = good;
	r.frame_list = MEMORY + MEMORY_SIZE;
	assert_int_equal(acquire(&r), -EFAULT);
	run_as(guest);
	r = good;
	assert_int_equal(acquire(&r), -EPERM);
}

/* --- questions and maps ----------------------------------------------------------------------- */

static void test_memory_map_goes_from_toolstack_to_guest(void **state)
{
	struct xen_foreign_memory_map f = { .domid = 1,
					    .map = { .nr_entries = 2, .buffer = list_at(0) } };
	struct e820_entry e[2] = { { 0, 0xa0000, 1 }, { 0xfc000000, 0x1000, 3 } };
	struct xen_memory_map m = { .nr_entries = 1, .buffer = list_at(1) };

	run_as(guest);
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_memory_map, MEMORY), -ENOSYS); /* not set */
	run_as(dom0);
	memcpy(LIST(struct e820_entry, 0), e, sizeof(e));
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), 0);
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), 0); /* replaces */
	run_as(guest);
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_memory_map, MEMORY), 0);
	memcpy(&m, memory, sizeof(m));
	assert_int_equal(m.nr_entries, 1); /* as many as there was room for */
	assert_memory_equal(LIST(struct e820_entry, 1), &e[0], sizeof(e[0]));
	assert_int_equal(LIST(struct e820_entry, 1)[1].size, 0);
	m.buffer = 0;
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_memory_map, MEMORY), 0);
	memcpy(&m, memory, sizeof(m));
	assert_int_equal(m.nr_entries, 2);
	/* A boot loader tells the kernel behind it what it has placed: its own map, no other. */
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), 0);
	f.domid = 0;
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -EPERM);
}

static void test_hostile_memory_maps(void **state)
{
	struct xen_foreign_memory_map f = { .domid = 1,
					    .map = { .nr_entries = 1, .buffer = list_at(0) } };
	struct e820_entry e = { ~0ul - 4, 10, 1 };

	memcpy(LIST(struct e820_entry, 0), &e, sizeof(e));
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -EINVAL);
	f.map.nr_entries = E820_MAX_ENTRIES + 1;
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -E2BIG);
	f.map.nr_entries = 2;
	f.map.buffer = MEMORY + MEMORY_SIZE - 20;
	memcpy(memory, &f, sizeof(f));
	assert_int_equal(do_memory_op(XENMEM_set_memory_map, MEMORY), -EFAULT);
	assert_null(guest->e820);
}

static void test_machine_map_is_domain_0s(void **state)
{
	struct xen_memory_map m = { .nr_entries = 8, .buffer = list_at(0) };

	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_machine_memory_map, MEMORY), 0);
	assert_int_equal(((struct xen_memory_map *)memory)->nr_entries, 3);
	assert_int_equal(LIST(struct e820_entry, 0)[2].addr, 0x100000);
	m.nr_entries = 2;
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_machine_memory_map, MEMORY), -EINVAL);
	run_as(guest);
	assert_int_equal(do_memory_op(XENMEM_machine_memory_map, MEMORY), -EPERM);
}

static void test_claims(void **state)
{
	struct xen_memory_reservation r = { .nr_extents = 3000, .domid = 1 };

	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), 0);
	r.nr_extents = 3001;
	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), -ENOMEM);
	give_ram(guest, 1, 0);
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), 0);
	r.nr_extents = 0;
	memcpy(memory, &r, sizeof(r));
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), 0);
	run_as(guest);
	assert_int_equal(do_memory_op(XENMEM_claim_pages, MEMORY), -EPERM);
}

static void test_questions(void **state)
{
	struct xen_memory_domain m = { .domid = 1 };

	give_ram(guest, 77, 0);
	memcpy(memory, &m, sizeof(m));
	assert_int_equal(do_memory_op(XENMEM_current_reservation, MEMORY), 1);
	assert_int_equal(do_memory_op(XENMEM_maximum_reservation, MEMORY), 2048);
	assert_int_equal(do_memory_op(XENMEM_maximum_ram_page, 0), FAKE_FRAMES - 1);
	assert_int_equal(do_memory_op(XENMEM_get_vnumainfo, MEMORY), -EOPNOTSUPP);
	assert_int_equal(do_memory_op(XENMEM_exchange, MEMORY), -ENOSYS);
	assert_int_equal(do_memory_op(63, MEMORY), -ENOSYS);
	assert_int_equal(do_memory_op(XENMEM_current_reservation, 0), -EFAULT);
	run_as(other);
	assert_int_equal(do_memory_op(XENMEM_current_reservation, MEMORY), -EPERM);
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
		TEST(test_acquire_grant_table),
		TEST(test_acquire_refuses),
		TEST(test_memory_map_goes_from_toolstack_to_guest),
		TEST(test_hostile_memory_maps),
		TEST(test_machine_map_is_domain_0s),
		TEST(test_claims),
		TEST(test_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
