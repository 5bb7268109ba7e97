// SPDX-License-Identifier: GPL-2.0-or-later
/* Mapping and unmapping grants: how it should go, and mappers that ask for the wrong thing. */
#include "mapping.h"

static grant_handle_t h, h2;

/* --- the plain way ---------------------------------------------------------------------------- */

static void test_map_and_unmap(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	assert_int_equal(type_at(mapper, HOLE), P2M_GRANT_RW);
	assert_int_equal(mfn_of(mapper, HOLE).n, page.n);
	assert_int_equal(in_use(9), GTF_reading | GTF_writing);
	assert_int_equal(fake_page_count(page), 2);
	assert_int_equal(fake_domain_refs(granter), 2);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	assert_int_equal(fake_flushes, 1);
	check_untouched(9, HOLE);
}

static void test_readonly(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, GTF_readonly);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_general_error);
	check_untouched(9, HOLE);
	assert_int_equal(map(9, HOLE, RO, &h), GNTST_okay);
	assert_int_equal(type_at(mapper, HOLE), P2M_GRANT_RO);
	assert_int_equal(in_use(9), GTF_reading);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	check_untouched(9, HOLE);
}

static void test_in_use_follows_the_mappings(void **state)
{
	grant_handle_t h3;

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RO, &h), GNTST_okay);
	assert_int_equal(in_use(9), GTF_reading);
	assert_int_equal(map(9, HOLE + 1, RW, &h2), GNTST_okay);
	assert_int_equal(map(9, HOLE + 2, RW, &h3), GNTST_okay);
	assert_int_equal(in_use(9), GTF_reading | GTF_writing);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 2); /* one for all pins */
	assert_int_equal(unmap_handle(mapper, h2, HOLE + 1), GNTST_okay);
	assert_int_equal(in_use(9), GTF_reading | GTF_writing);
	assert_int_equal(unmap_handle(mapper, h3, HOLE + 2), GNTST_okay);
	assert_int_equal(in_use(9), GTF_reading);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	check_untouched(9, HOLE);
}

static uint16_t flags_at_flush;

static void look_at_flags(void)
{
	const struct grant_entry_v1 *table = granter->grant->frames[ENTRY_FRAMES].page[0];

	flags_at_flush = table[9].flags;
}

static void test_granter_is_told_after_the_flush(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	fake_at_flush = look_at_flags;
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	assert_int_equal(flags_at_flush, GTF_permit_access | GTF_reading | GTF_writing);
}

static void test_batches(void **state)
{
	struct gnttab_map_grant_ref m[100];
	struct gnttab_unmap_grant_ref u[100];
	unsigned done;

	for (unsigned i = 0; i < 100; i++) {
		grant_v1(granter, 20 + i, mapper->id, i % RAM_GFNS, 0);
		m[i] = (struct gnttab_map_grant_ref){ .host_addr = (HOLE + i) << PAGE_SHIFT,
						      .flags = RW,
						      .ref = 20 + i,
						      .dom = granter->id };
	}
	m[50].ref = 1000000; /* one bad one does not disturb the others */
	fake_run_as(mapper, 0);
	fake_preempt_budget = 1;
	assert_int_equal(do_grant_table_op(GNTTABOP_map_grant_ref, (uintptr_t)m, 100, &done),
			 -ERESTART);
	assert_int_equal(done, 2 * GRANT_BATCH);
	fake_preempt_budget = -1;
	assert_int_equal(
		do_grant_table_op(GNTTABOP_map_grant_ref, (uintptr_t)&m[done], 100 - done, &done),
		0);
	assert_int_equal(done, 100 - 2 * GRANT_BATCH);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(m[i].status, i == 50 ? GNTST_bad_gntref : GNTST_okay);
		u[i] = (struct gnttab_unmap_grant_ref){ .host_addr = m[i].host_addr,
							.handle = m[i].handle };
	}
	assert_int_equal(grant_call(mapper, GNTTABOP_unmap_grant_ref, u, 100), 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(u[i].status, i == 50 ? GNTST_bad_handle : GNTST_okay);
	assert_int_equal(fake_flushes, 4); /* once per batch */
	check_untouched(20, HOLE);
}

static void test_device_map_is_the_control_domains(void **state)
{
	struct gnttab_map_grant_ref op = { .host_addr = HOLE << PAGE_SHIFT,
					   .flags = RW | GNTMAP_device_map,
					   .ref = 9,
					   .dom = granter->id };
	struct gnttab_unmap_grant_ref u;

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW | GNTMAP_device_map, &h), GNTST_general_error);
	assert_int_equal(map(9, HOLE, GNTMAP_device_map, &h), GNTST_general_error);
	check_untouched(9, HOLE);
	grant_v1(granter, 9, dom0->id, 5, 0);
	assert_int_equal(grant_call(dom0, GNTTABOP_map_grant_ref, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	assert_int_equal(op.dev_bus_addr, mfn_of(granter, 5).n << PAGE_SHIFT);
	u = (struct gnttab_unmap_grant_ref){ .host_addr = op.host_addr,
					     .dev_bus_addr = op.dev_bus_addr,
					     .handle = op.handle };
	assert_int_equal(grant_call(dom0, GNTTABOP_unmap_grant_ref, &u, 1), 0);
	assert_int_equal(u.status, GNTST_okay);
	/* Without a place in its own space. */
	op.flags = GNTMAP_device_map;
	assert_int_equal(grant_call(dom0, GNTTABOP_map_grant_ref, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	assert_int_equal(type_at(dom0, HOLE), P2M_INVALID);
	assert_int_equal(in_use(9), GTF_reading | GTF_writing);
	u.handle = op.handle;
	assert_int_equal(grant_call(dom0, GNTTABOP_unmap_grant_ref, &u, 1), 0);
	check_untouched(9, HOLE);
}

/* --- arguments that are wrong ----------------------------------------------------------------- */

static void test_bad_arguments(void **state)
{
	static const struct {
		domid_t dom;
		grant_ref_t ref;
		uint64_t gfn;
		uint32_t flags;
		int status;
	} bad[] = {
		{ 6, 9, HOLE, RW, GNTST_bad_domain },
		{ DOMID_INVALID, 9, HOLE, RW, GNTST_bad_domain },
		{ 0xffff, 9, HOLE, RW, GNTST_bad_domain },
		{ 1, 512, HOLE, RW, GNTST_bad_gntref }, /* the table has one frame */
		{ 1, UINT32_MAX, HOLE, RW, GNTST_bad_gntref },
		{ 1, 9, HOLE, 0, GNTST_bad_gntref },
		{ 1, 9, HOLE, GNTMAP_readonly, GNTST_bad_gntref },
		{ 1, 9, HOLE, RW | GNTMAP_application_map, GNTST_general_error },
		{ 1, 9, HOLE, RW | GNTMAP_contains_pte, GNTST_general_error },
		{ 1, 9, HOLE, RW | 1 << 9, GNTST_general_error },
		{ 1, 9, 3, RW, GNTST_general_error }, /* RAM is there */
		{ 1, 9, 1UL << 41, RW, GNTST_bad_virt_addr },
		{ 1, 9, FAKE_GFNS, RW, GNTST_bad_virt_addr },
		{ 1, 10, HOLE, RW, GNTST_general_error }, /* an empty entry */
	};

	grant_v1(granter, 9, mapper->id, 5, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(
			map_ref(mapper, bad[i].dom, bad[i].ref, bad[i].gfn, bad[i].flags, &h),
			bad[i].status);
		assert_int_equal(h, UINT32_MAX);
		check_untouched(9, HOLE);
	}
	assert_int_equal(type_at(mapper, 3), P2M_RAM_RW);
	/* Bits that are the guest's own are not looked at. */
	assert_int_equal(map(9, HOLE, RW | 1u << 20, &h), GNTST_okay);
}

static void test_address_within_a_page(void **state)
{
	struct gnttab_map_grant_ref op = {
		.host_addr = (HOLE << PAGE_SHIFT) + 8, .flags = RW, .ref = 9, .dom = granter->id
	};

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(grant_call(mapper, GNTTABOP_map_grant_ref, &op, 1), 0);
	assert_int_equal(op.status, GNTST_bad_virt_addr);
}

static void test_place_in_use(void **state)
{
	static const enum p2m_type used[] = { P2M_RAM_RO, P2M_FOREIGN, P2M_MMIO_RO };

	grant_v1(granter, 9, mapper->id, 5, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(used); i++) {
		fake_ram(mapper, 50 + i, used[i], 0);
		assert_int_equal(map(9, 50 + i, RW, &h), GNTST_general_error);
	}
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	assert_int_equal(map(9, HOLE, RW, &h2), GNTST_general_error);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	/* Device memory comes back by itself; what a TLB knew of it is flushed. */
	fake_ram(mapper, 60, P2M_MMIO_DIRECT, 0);
	fake_flushes = 0;
	assert_int_equal(map(9, 60, RW, &h), GNTST_okay);
	assert_int_equal(fake_flushes, 1);
}

static void test_bad_handles(void **state)
{
	grant_handle_t others;

	grant_v1(granter, 9, mapper->id, 5, 0);
	grant_v1(granter, 10, dom0->id, 6, 0);
	assert_int_equal(unmap_handle(mapper, 0, HOLE), GNTST_bad_handle); /* none at all yet */
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	assert_int_equal(map_ref(dom0, granter->id, 10, HOLE, RW, &others), GNTST_okay);
	assert_int_equal(unmap_handle(mapper, h + 1, HOLE), GNTST_bad_handle);
	assert_int_equal(unmap_handle(mapper, UINT32_MAX, HOLE), GNTST_bad_handle);
	assert_int_equal(unmap_handle(mapper, MAPTRACK_PER_FRAME, HOLE), GNTST_bad_handle);
	/* Another address than it was mapped at: it stays. */
	assert_int_equal(unmap_handle(mapper, h, HOLE + 1), GNTST_bad_virt_addr);
	assert_int_equal(unmap_handle(mapper, h, 0), GNTST_bad_virt_addr);
	assert_int_equal(type_at(mapper, HOLE), P2M_GRANT_RW);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_bad_handle);
	assert_int_equal(type_at(dom0, HOLE), P2M_GRANT_RW);
}

static void test_one_handle_twice_in_a_batch(void **state)
{
	struct gnttab_unmap_grant_ref u[2];

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	u[0] = u[1] = (struct gnttab_unmap_grant_ref){ .host_addr = HOLE << PAGE_SHIFT,
						       .handle = h };
	assert_int_equal(grant_call(mapper, GNTTABOP_unmap_grant_ref, u, 2), 0);
	assert_int_equal(u[0].status, GNTST_okay);
	assert_int_equal(u[1].status, GNTST_bad_handle);
	check_untouched(9, HOLE);
}

static void test_bad_pointers(void **state)
{
	struct gnttab_map_grant_ref op[40] = { 0 };
	unsigned done;

	assert_int_equal(grant_call(mapper, GNTTABOP_map_grant_ref, NULL, 1), -EFAULT);
	assert_int_equal(grant_call(mapper, GNTTABOP_map_grant_ref, NULL, 0), 0);
	fake_bad_address = &op[39];
	fake_run_as(mapper, 0);
	assert_int_equal(do_grant_table_op(GNTTABOP_map_grant_ref, (uintptr_t)op, 40, &done),
			 -EFAULT);
	assert_int_equal(done, GRANT_BATCH);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, grant_setup, grant_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map_and_unmap),
		TEST(test_readonly),
		TEST(test_in_use_follows_the_mappings),
		TEST(test_granter_is_told_after_the_flush),
		TEST(test_batches),
		TEST(test_device_map_is_the_control_domains),
		TEST(test_bad_arguments),
		TEST(test_address_within_a_page),
		TEST(test_place_in_use),
		TEST(test_bad_handles),
		TEST(test_one_handle_twice_in_a_batch),
		TEST(test_bad_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
