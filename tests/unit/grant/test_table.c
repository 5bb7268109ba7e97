// SPDX-License-Identifier: GPL-2.0-or-later
/* The table as a whole: limits, growth, versions, and operations that are not offered. */
#include "fake_memory.h"

#include <errno.h>

static grant_handle_t h;

/* --- beginning and growth --------------------------------------------------------------------- */

static void test_init_limits(void **state)
{
	struct domain *d = fake_domain_create(3, 1, false);

	assert_int_equal(grant_domain_init(d, 0, 1), -EINVAL);
	assert_int_equal(grant_domain_init(d, GRANT_FRAMES_LIMIT + 1, 1), -EINVAL);
	assert_int_equal(grant_domain_init(d, 1, GRANT_MAPTRACK_FRAMES_LIMIT + 1), -EINVAL);
	for (int budget = 0; budget < 5; budget++) {
		fake_alloc_budget = budget;
		assert_int_equal(grant_domain_init(d, 4, 4), -ENOMEM);
		assert_null(d->grant);
	}
	grant_domain_destroy(d); /* of nothing */
	assert_int_equal(grant_domain_release_mappings(d), 0);
	assert_int_equal(grant_frames_max(d), 0);
	fake_domain_forget(d);
}

static void test_frames_grow_on_demand(void **state)
{
	mfn_t first, third, again;

	assert_int_equal(granter->grant->frames[ENTRY_FRAMES].nr, 1);
	assert_int_equal(grant_frame_get(granter, 2, false, &third), 0);
	assert_int_equal(granter->grant->frames[ENTRY_FRAMES].nr, 3);
	assert_int_equal(grant_frame_get(granter, 0, false, &first), 0);
	assert_int_not_equal(first.n, third.n);
	assert_int_equal(grant_frame_get(granter, 2, false, &again), 0);
	assert_int_equal(again.n, third.n);
	assert_int_equal(grant_frame_get(granter, 4, false, &again), -EINVAL);
	assert_int_equal(grant_frame_get(granter, UINT32_MAX, false, &again), -EINVAL);
	assert_int_equal(grant_frames_max(granter), 4);
	/* An entry on the last frame works. */
	assert_int_equal(grant_frame_get(granter, 3, false, &again), 0);
	grant_v1(granter, 2047, mapper->id, 5, 0);
	assert_int_equal(map_ref(mapper, granter->id, 2047, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	assert_int_equal(map_ref(mapper, granter->id, 2048, HOLE + 1, GNTMAP_host_map, &h),
			 GNTST_bad_gntref);
}

static void test_growth_without_memory(void **state)
{
	mfn_t mfn;

	for (int budget = 0; budget < 3; budget++) { /* two pages of active entries, one frame */
		fake_alloc_budget = budget;
		grant_frame_get(granter, 1, false, &mfn);
		assert_true(granter->grant->frames[ENTRY_FRAMES].nr <= 2);
	}
	fake_alloc_budget = 0;
	assert_int_equal(grant_frame_get(granter, 3, false, &mfn), -ENOMEM);
	fake_alloc_budget = -1;
	assert_int_equal(grant_frame_get(granter, 3, false, &mfn), 0);
}

/* Domain 0 has a frame mapped (XENMEM_acquire_resource) when its owner goes. */
static void test_frame_outlives_its_table(void **state)
{
	struct page_info *pg;
	mfn_t mfn;

	assert_int_equal(grant_frame_get(granter, 0, false, &mfn), 0);
	pg = mfn_to_page(mfn);
	pg->count++;
	domain_dies(&granter);
	assert_null(granter);
	assert_int_equal(fake_page_count(mfn), 1);
	page_put(pg);
	assert_int_equal(fake_page_count(mfn), 0);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void test_query_size(void **state)
{
	struct gnttab_query_size op = { .dom = DOMID_SELF };

	assert_int_equal(grant_call(granter, GNTTABOP_query_size, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	assert_int_equal(op.nr_frames, 1);
	assert_int_equal(op.max_nr_frames, 4);
	op.dom = mapper->id;
	assert_int_equal(grant_call(granter, GNTTABOP_query_size, &op, 1), 0);
	assert_int_equal(op.status, GNTST_permission_denied);
	assert_int_equal(grant_call(dom0, GNTTABOP_query_size, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	op.dom = 6;
	assert_int_equal(grant_call(dom0, GNTTABOP_query_size, &op, 1), 0);
	assert_int_equal(op.status, GNTST_bad_domain);
	assert_int_equal(grant_call(dom0, GNTTABOP_query_size, &op, 2), -EINVAL);
	assert_int_equal(grant_call(dom0, GNTTABOP_query_size, &op, 0), -EINVAL);
}

/* As XENMEM_add_to_physmap does. */
static void place(unsigned index, bool status, uint64_t gfn)
{
	mfn_t mfn;

	assert_int_equal(grant_frame_get(granter, index, status, &mfn), 0);
	assert_int_equal(p2m_map(granter, GFN(gfn), mfn, ORDER_4K, P2M_RAM_RW), 0);
	grant_frame_placed(granter, index, status, GFN(gfn));
}

static void test_setup_table(void **state)
{
	uint64_t list[4] = { 1, 1, 1, 1 };
	struct gnttab_setup_table op = { .dom = DOMID_SELF,
					 .nr_frames = 3,
					 .frame_list = (uintptr_t)list };

	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	assert_int_equal(granter->grant->frames[ENTRY_FRAMES].nr, 3);
	assert_int_equal(list[2], UINT64_MAX); /* mapped nowhere yet */
	assert_int_equal(list[3], 1);
	place(2, false, 30);
	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(list[1], UINT64_MAX);
	assert_int_equal(list[2], 30);
	p2m_unmap(granter, GFN(30), ORDER_4K);
	p2m_flush(granter);
	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(list[2], UINT64_MAX);
	grant_frame_placed(granter, 4, false, GFN(31)); /* there is no such frame */
	grant_frame_placed(granter, 0, true, GFN(31));
	op.nr_frames = 5;
	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(op.status, GNTST_general_error);
	op.nr_frames = UINT32_MAX;
	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(op.status, GNTST_general_error);
	op.nr_frames = 2;
	op.frame_list = 0;
	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(op.status, GNTST_bad_virt_addr);
	op.dom = mapper->id;
	assert_int_equal(grant_call(granter, GNTTABOP_setup_table, &op, 1), 0);
	assert_int_equal(op.status, GNTST_permission_denied);
}

/* --- versions --------------------------------------------------------------------------------- */

static long set_version(struct domain *d, uint32_t version)
{
	struct gnttab_set_version op = { .version = version };

	return grant_call(d, GNTTABOP_set_version, &op, 1);
}

static void test_version_arguments(void **state)
{
	struct gnttab_get_version get = { .dom = DOMID_SELF };
	mfn_t mfn;

	assert_int_equal(set_version(granter, 0), -EINVAL);
	assert_int_equal(set_version(granter, 3), -EINVAL);
	assert_int_equal(grant_call(granter, GNTTABOP_get_version, &get, 1), 0);
	assert_int_equal(get.version, 1);
	assert_int_equal(grant_frame_get(granter, 0, true, &mfn), -EINVAL);
	use_version(granter, 2);
	assert_int_equal(grant_call(granter, GNTTABOP_get_version, &get, 1), 0);
	assert_int_equal(get.version, 2);
	/* 4 frames of 256 entries are 1024: one frame of status words. */
	assert_int_equal(grant_frame_get(granter, 0, true, &mfn), 0);
	assert_int_equal(grant_frame_get(granter, 1, true, &mfn), -EINVAL);
	get.dom = mapper->id;
	assert_int_equal(grant_call(granter, GNTTABOP_get_version, &get, 1), -EPERM);
	get.dom = 6;
	assert_int_equal(grant_call(granter, GNTTABOP_get_version, &get, 1), -ESRCH);
}

static void test_version_change_clears_the_table(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	use_version(granter, 2);
	assert_int_equal(entry_v2(granter, 9)->hdr.flags, GTF_invalid);
	assert_int_equal(entry_v2(granter, 4)->hdr.flags, GTF_invalid);
	entry_v2(granter, 9)->full_page.frame = 5;
	entry_v2(granter, 9)->hdr.domid = mapper->id;
	entry_v2(granter, 9)->hdr.flags = GTF_permit_access;
	use_version(granter, 1);
	assert_int_equal(entry_v1(granter, 9)->flags, GTF_invalid);
	assert_int_equal(entry_v1(granter, 18)->flags, GTF_invalid);
	assert_int_equal(entry_v1(granter, 19)->flags, GTF_invalid);
}

static void test_version_change_in_use(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map_ref(mapper, granter->id, 9, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	assert_int_equal(set_version(granter, 2), -EBUSY);
	assert_int_equal(entry_v1(granter, 9)->flags,
			 GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(set_version(granter, 1), 0); /* it is that already */
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	assert_int_equal(set_version(granter, 2), 0);
}

/* The console page is mapped by domain 0 before the guest chooses its version. */
static void test_reserved_entries_survive(void **state)
{
	grant_v1(granter, GNTTAB_RESERVED_CONSOLE, dom0->id, 5, 0);
	grant_v1(granter, GNTTAB_RESERVED_XENSTORE, dom0->id, 6, GTF_readonly);
	assert_int_equal(map_ref(dom0, granter->id, 0, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	use_version(granter, 2);
	assert_int_equal(entry_v2(granter, 0)->hdr.flags, GTF_permit_access);
	assert_int_equal(entry_v2(granter, 0)->hdr.domid, dom0->id);
	assert_int_equal(entry_v2(granter, 0)->full_page.frame, 5);
	assert_int_equal(*status_v2(granter, 0), GTF_reading | GTF_writing);
	assert_int_equal(entry_v2(granter, 1)->hdr.flags, GTF_permit_access | GTF_readonly);
	assert_int_equal(*status_v2(granter, 1), 0);
	use_version(granter, 1);
	assert_int_equal(entry_v1(granter, 0)->flags,
			 GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(entry_v1(granter, 0)->frame, 5);
	use_version(granter, 2);
	assert_int_equal(unmap_handle(dom0, h, HOLE), GNTST_okay);
	assert_int_equal(*status_v2(granter, 0), 0);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 1);
}

static void test_reserved_entries_that_version_1_cannot_say(void **state)
{
	use_version(granter, 2);
	entry_v2(granter, 1)->hdr.flags = GTF_permit_access;
	entry_v2(granter, 1)->full_page.frame = 1UL << 32;
	assert_int_equal(set_version(granter, 1), -ERANGE);
	entry_v2(granter, 1)->full_page.frame = 1;
	entry_v2(granter, 1)->hdr.flags = GTF_permit_access | GTF_sub_page;
	assert_int_equal(set_version(granter, 1), -EINVAL);
	entry_v2(granter, 1)->hdr.flags = GTF_transitive;
	assert_int_equal(set_version(granter, 1), -EINVAL);
	assert_int_equal(granter->grant->version, 2);
	entry_v2(granter, 1)->hdr.flags = GTF_invalid;
	assert_int_equal(set_version(granter, 1), 0);
}

static void test_version_change_without_memory(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	fake_alloc_budget = 0;
	assert_int_equal(set_version(granter, 2), -ENOMEM);
	assert_int_equal(granter->grant->version, 1);
	assert_int_equal(entry_v1(granter, 9)->flags, GTF_permit_access);
}

static void test_version_2_mapping(void **state)
{
	use_version(granter, 2);
	entry_v2(granter, 255)->full_page.frame = 5;
	entry_v2(granter, 255)->hdr.domid = mapper->id;
	entry_v2(granter, 255)->hdr.flags = GTF_permit_access;
	assert_int_equal(map_ref(mapper, granter->id, 256, HOLE, GNTMAP_host_map, &h),
			 GNTST_bad_gntref);
	assert_int_equal(map_ref(mapper, granter->id, 255, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	assert_int_equal(entry_v2(granter, 255)->hdr.flags, GTF_permit_access);
	assert_int_equal(*status_v2(granter, 255), GTF_reading | GTF_writing);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	assert_int_equal(*status_v2(granter, 255), 0);
}

static void test_status_frames(void **state)
{
	uint64_t list[2] = { 1, 1 };
	struct gnttab_get_status_frames op = { .dom = DOMID_SELF,
					       .nr_frames = 1,
					       .frame_list = (uintptr_t)list };

	assert_int_equal(grant_call(granter, GNTTABOP_get_status_frames, &op, 1), 0);
	assert_int_equal(op.status, GNTST_general_error); /* version 1 */
	use_version(granter, 2);
	assert_int_equal(grant_call(granter, GNTTABOP_get_status_frames, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	assert_int_equal(list[0], UINT64_MAX);
	assert_int_equal(list[1], 1);
	place(0, true, 30);
	assert_int_equal(grant_call(granter, GNTTABOP_get_status_frames, &op, 1), 0);
	assert_int_equal(list[0], 30);
	op.nr_frames = 2;
	assert_int_equal(grant_call(granter, GNTTABOP_get_status_frames, &op, 1), 0);
	assert_int_equal(op.status, GNTST_general_error);
	p2m_unmap(granter, GFN(30), ORDER_4K);
	p2m_flush(granter);
}

/* --- soft reset ------------------------------------------------------------------------------- */

static void reset(struct domain *d)
{
	long rc;

	while ((rc = grant_domain_reset(d)) == -ERESTART)
		;
	assert_int_equal(rc, 0);
}

static void test_reset_ends_both_sides(void **state)
{
	grant_handle_t kept;
	mfn_t mfn;

	assert_int_equal(grant_frame_get(granter, 3, false, &mfn), 0);
	grant_v1(granter, 9, mapper->id, 5, 0);
	grant_v1(granter, 2047, mapper->id, 6, 0);
	grant_v1(mapper, 9, granter->id, 7, 0);
	assert_int_equal(map_ref(mapper, granter->id, 9, HOLE, GNTMAP_host_map, &kept), GNTST_okay);
	assert_int_equal(map_ref(granter, mapper->id, 9, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	fake_preempt_budget = 0; /* a frame at a time */
	assert_int_equal(grant_domain_reset(granter), -ERESTART);
	reset(granter);
	fake_preempt_budget = -1;
	/* What it had mapped it has no more; what others have of it stays theirs. */
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_permit_access);
	assert_int_equal(p2m_lookup(granter, GFN(HOLE), NULL).n, INVALID_MFN.n);
	assert_int_equal(unmap_handle(granter, h, HOLE), GNTST_bad_handle);
	assert_int_equal(fake_page_count(mfn_of(mapper, 7)), 1);
	assert_int_equal(entry_v1(granter, 9)->flags,
			 GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 2);
	assert_int_equal(entry_v1(granter, 2047)->flags, GTF_invalid);
	assert_int_equal(entry_v1(granter, 2047)->frame, 0);
	assert_int_equal(unmap_handle(mapper, kept, HOLE), GNTST_okay);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 1);
	/* From the start again, and that is what ends with the domain. */
	assert_int_equal(map_ref(granter, mapper->id, 9, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	domain_dies(&granter);
	assert_null(granter);
	assert_int_equal(fake_page_count(mfn_of(mapper, 7)), 1);
}

static void test_reset_leads_back_to_version_1(void **state)
{
	use_version(granter, 2);
	entry_v2(granter, 255)->full_page.frame = 5;
	entry_v2(granter, 255)->hdr.domid = mapper->id;
	entry_v2(granter, 255)->hdr.flags = GTF_permit_access;
	assert_int_equal(map_ref(mapper, granter->id, 255, HOLE, GNTMAP_host_map, &h), GNTST_okay);
	/* An entry in use that only version 2 has. */
	assert_int_equal(grant_domain_reset(granter), -EBUSY);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	/* The store's, which domain 0 has mapped all the time. */
	entry_v2(granter, GNTTAB_RESERVED_XENSTORE)->full_page.frame = 6;
	entry_v2(granter, GNTTAB_RESERVED_XENSTORE)->hdr.flags = GTF_permit_access; /* to dom0 */
	assert_int_equal(
		map_ref(dom0, granter->id, GNTTAB_RESERVED_XENSTORE, HOLE, GNTMAP_host_map, &h),
		GNTST_okay);
	reset(granter);
	assert_int_equal(granter->grant->version, 1);
	assert_int_equal(entry_v1(granter, 510)->flags, GTF_invalid);
	assert_int_equal(entry_v1(granter, GNTTAB_RESERVED_XENSTORE)->flags,
			 GTF_permit_access | GTF_reading | GTF_writing);
	assert_int_equal(unmap_handle(dom0, h, HOLE), GNTST_okay);
}

/* --- the rest --------------------------------------------------------------------------------- */

static void test_not_offered(void **state)
{
	struct gnttab_unmap_and_replace replace = { 0 };
	struct gnttab_swap_grant_ref swap = { 0 };

	assert_int_equal(grant_call(granter, GNTTABOP_unmap_and_replace, &replace, 1), -ENOSYS);
	assert_int_equal(grant_call(granter, GNTTABOP_swap_grant_ref, &swap, 1), -ENOSYS);
	assert_int_equal(grant_call(granter, GNTTABOP_dump_table, &replace, 1), -ENOSYS);
	assert_int_equal(grant_call(granter, 13, &replace, 1), -ENOSYS);
	assert_int_equal(grant_call(granter, UINT32_MAX, &replace, 1), -ENOSYS);
}

static void test_cache_flush(void **state)
{
	struct gnttab_cache_flush op = { .length = 64, .op = GNTTAB_CACHE_CLEAN };

	assert_int_equal(grant_call(granter, GNTTABOP_cache_flush, &op, 1), 0);
	op.offset = 4090;
	assert_int_equal(grant_call(granter, GNTTABOP_cache_flush, &op, 1), -EINVAL);
	op.offset = 0;
	op.op = 1u << 7;
	assert_int_equal(grant_call(granter, GNTTABOP_cache_flush, &op, 1), -EINVAL);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, grant_setup, grant_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_init_limits),
		TEST(test_frames_grow_on_demand),
		TEST(test_growth_without_memory),
		TEST(test_frame_outlives_its_table),
		TEST(test_query_size),
		TEST(test_setup_table),
		TEST(test_version_arguments),
		TEST(test_version_change_clears_the_table),
		TEST(test_version_change_in_use),
		TEST(test_reserved_entries_survive),
		TEST(test_reserved_entries_that_version_1_cannot_say),
		TEST(test_version_change_without_memory),
		TEST(test_version_2_mapping),
		TEST(test_status_frames),
		TEST(test_reset_ends_both_sides),
		TEST(test_reset_leads_back_to_version_1),
		TEST(test_not_offered),
		TEST(test_cache_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
