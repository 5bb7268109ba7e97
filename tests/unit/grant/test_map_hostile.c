// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapping grants when things go wrong behind the mapper's back: entries that are wrong or change,
 * limits, domains that die on either side, vCPUs that race. The fake memory stops the program if a
 * page is freed while anybody can reach it.
 */
#include "mapping.h"

static grant_handle_t h, h2;

/* --- entries that are wrong ------------------------------------------------------------------- */

static void test_bad_entries(void **state)
{
	static const uint16_t types[] = { GTF_invalid, GTF_accept_transfer, GTF_transitive };

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		grant_v1(granter, 9, mapper->id, 5, 0);
		entry_v1(granter, 9)->flags = types[i];
		assert_int_equal(map(9, HOLE, RO, &h), GNTST_general_error);
		assert_int_equal(entry_v1(granter, 9)->flags, types[i]);
	}
	grant_v1(granter, 9, dom0->id, 5, 0); /* for somebody else */
	assert_int_equal(map(9, HOLE, RO, &h), GNTST_general_error);
	check_untouched(9, HOLE);
}

static void test_bad_frames(void **state)
{
	mfn_t own;

	/* Nothing there, far beyond, device memory, a page of another domain's, a page of ours. */
	fake_ram(granter, 40, P2M_MMIO_DIRECT, 0);
	fake_ram(granter, 41, P2M_FOREIGN, 0);
	fake_ram(granter, 42, P2M_GRANT_RW, 0);
	assert_int_equal(grant_frame_get(granter, 0, false, &own), 0);
	assert_int_equal(p2m_map(granter, GFN(43), own, ORDER_4K, P2M_RAM_RW), 0);
	for (uint32_t gfn = 39; gfn <= 43; gfn++) {
		grant_v1(granter, 9, mapper->id, gfn, 0);
		assert_int_equal(map(9, HOLE, RW, &h), GNTST_bad_page);
		check_untouched(9, HOLE);
	}
	assert_int_equal(fake_page_count(own), 1);
	grant_v1(granter, 9, mapper->id, UINT32_MAX, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_bad_page);
	check_untouched(9, HOLE);
	p2m_unmap(granter, GFN(43), ORDER_4K);
	p2m_flush(granter);
}

static void test_page_that_the_granter_may_not_write(void **state)
{
	fake_ram(granter, 40, P2M_RAM_RO, 0);
	grant_v1(granter, 9, mapper->id, 40, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_general_error);
	check_untouched(9, HOLE);
	assert_int_equal(map(9, HOLE, RO, &h), GNTST_okay);
	assert_int_equal(map(9, HOLE + 1, RW, &h2), GNTST_general_error);
	assert_int_equal(in_use(9), GTF_reading);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	check_untouched(9, HOLE);
}

static void test_entry_changed_while_mapped(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RO, &h), GNTST_okay);
	/* Another page, for another domain, as if it had never been mapped. */
	grant_v1(granter, 9, dom0->id, 6, 0);
	assert_int_equal(map_ref(dom0, granter->id, 9, HOLE, RO, &h2), GNTST_general_error);
	grant_v1(granter, 9, mapper->id, 6, 0);
	assert_int_equal(map(9, HOLE + 1, RO, &h2), GNTST_okay);
	assert_int_equal(mfn_of(mapper, HOLE + 1).n, page.n); /* the page that is pinned */
	/* Withdrawn: what is mapped stays mapped, nothing new is. */
	entry_v1(granter, 9)->flags = GTF_invalid;
	assert_int_equal(map(9, HOLE + 2, RO, &h2), GNTST_general_error);
	assert_int_equal(fake_page_count(page), 2);
}

static void test_pins_do_not_wrap(void **state)
{
	struct grant_active *act;

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	act = grant_active(granter->grant, 9);
	act->readers = UINT16_MAX;
	assert_int_equal(map(9, HOLE + 1, RO, &h2), GNTST_no_space);
	act->readers = 0;
	act->writers = UINT16_MAX;
	assert_int_equal(map(9, HOLE + 1, RW, &h2), GNTST_no_space);
	act->writers = 1;
}

static struct {
	bool stop;
	uint32_t *word;
	domid_t good;
} flip;

static void *flip_entry(void *unused)
{
	uint32_t good = GTF_permit_access | (uint32_t)flip.good << 16;

	while (!READ_ONCE(flip.stop)) {
		WRITE_ONCE(*flip.word, good);
		WRITE_ONCE(*flip.word, good + (1u << 16));
		WRITE_ONCE(*flip.word, GTF_invalid);
		WRITE_ONCE(*flip.word, good | GTF_readonly);
	}
	return NULL;
}

static void flip_while_mapping(uint32_t *word)
{
	unsigned mapped = 0;
	pthread_t thread;

	flip.stop = false;
	flip.word = word;
	flip.good = mapper->id;
	assert_int_equal(pthread_create(&thread, NULL, flip_entry, NULL), 0);
	for (unsigned i = 0; i < 20000; i++) {
		int rc = map(9, HOLE, i % 2 ? RW : RO, &h);

		assert_true(rc == GNTST_okay || rc == GNTST_general_error);
		if (rc == GNTST_okay) {
			mapped++;
			assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
		}
	}
	WRITE_ONCE(flip.stop, true);
	pthread_join(thread, NULL);
	assert_false(grant_is_pinned(grant_active(granter->grant, 9)));
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 1);
	assert_int_equal(fake_domain_refs(granter), 1);
}

static void test_entry_that_never_holds_still(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	flip_while_mapping((uint32_t *)(void *)entry_v1(granter, 9));
}

static void test_version_2_entry_that_never_holds_still(void **state)
{
	use_version(granter, 2);
	entry_v2(granter, 9)->full_page.frame = 5;
	flip_while_mapping((uint32_t *)(void *)entry_v2(granter, 9));
	assert_int_equal(*status_v2(granter, 9), 0);
}

/* --- limits ----------------------------------------------------------------------------------- */

static void test_handles_run_out(void **state)
{
	const unsigned max = 2 * MAPTRACK_PER_FRAME; /* two frames */

	grant_v1(granter, 9, mapper->id, 5, 0);
	for (unsigned i = 0; i < max; i++)
		assert_int_equal(map(9, HOLE + i, RO, &h), GNTST_okay);
	assert_int_equal(h, max - 1);
	assert_int_equal(map(9, HOLE + max, RO, &h2), GNTST_no_space);
	assert_int_equal(type_at(mapper, HOLE + max), P2M_INVALID);
	assert_int_equal(grant_active(granter->grant, 9)->readers, max);
	assert_int_equal(unmap_handle(mapper, 7, HOLE + 7), GNTST_okay);
	assert_int_equal(map(9, HOLE + max, RO, &h2), GNTST_okay);
	assert_int_equal(h2, 7);
}

static void test_out_of_memory(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	for (int budget = 0; budget < 2; budget++) {
		fake_alloc_budget = budget;
		assert_int_equal(map(9, HOLE, RW, &h), GNTST_no_space);
		check_untouched(9, HOLE);
	}
	fake_alloc_budget = -1;
	fake_map_result = -ENOMEM;
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_no_space);
	check_untouched(9, HOLE);
	fake_map_result = 0;
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	assert_int_equal(h, 0); /* handles of failed maps came back */
}

/* --- death ------------------------------------------------------------------------------------ */

static void test_mapper_dies(void **state)
{
	for (unsigned i = 0; i < 100; i++) {
		grant_v1(granter, 20 + i, mapper->id, i % RAM_GFNS, 0);
		assert_int_equal(map(20 + i, HOLE + i, i % 3 ? RW : RO, &h), GNTST_okay);
	}
	assert_int_equal(unmap_handle(mapper, 50, HOLE + 50), GNTST_okay);
	domain_dies(&mapper);
	assert_null(mapper);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(in_use(20 + i), 0);
	assert_int_equal(fake_domain_refs(granter), 1);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 1);
}

static void test_release_is_bounded(void **state)
{
	struct domain *d = fake_domain_create(3, 1, false);
	unsigned calls = 0;
	int rc;

	assert_int_equal(grant_domain_init(d, 1, 16), 0);
	grant_v1(granter, 9, d->id, 5, 0);
	for (unsigned i = 0; i < 700; i++)
		assert_int_equal(map_ref(d, granter->id, 9, HOLE + i, RO, &h), GNTST_okay);
	d->is_dying = true;
	do {
		rc = grant_domain_release_mappings(d);
		calls++;
	} while (rc == -ERESTART);
	assert_int_equal(rc, 0);
	assert_int_equal(calls, 2);
	assert_true(fake_flushes >= 700 / GRANT_BATCH && fake_flushes < 40);
	assert_int_equal(grant_domain_release_mappings(d), 0);
	assert_int_equal(in_use(9), 0);
	grant_domain_destroy(d);
	fake_domain_forget(d);
}

static void test_granter_dies_while_mapped(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	domain_dies(&granter);
	assert_non_null(granter); /* the mapping keeps it */
	assert_int_equal(fake_page_count(page), 1);
	assert_int_equal(fake_page(page)[0], 0x15);
	assert_int_equal(map(9, HOLE + 1, RW, &h2), GNTST_bad_domain);
	assert_int_equal(unmap_handle(mapper, h, HOLE), GNTST_okay);
	assert_int_equal(fake_page_count(page), 0);
	assert_int_equal(fake_domain_refs(granter), 1);
}

static void test_both_die(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	grant_v1(mapper, 9, granter->id, 5, 0);
	assert_int_equal(map(9, HOLE, RW, &h), GNTST_okay);
	assert_int_equal(map_ref(granter, mapper->id, 9, HOLE, RW, &h2), GNTST_okay);
	domain_dies(&granter);
	assert_non_null(granter);
	domain_dies(&mapper);
	assert_null(mapper);
	domain_dies(&granter);
	assert_null(granter);
}

static void test_own_grant(void **state)
{
	grant_v1(granter, 9, granter->id, 5, 0);
	assert_int_equal(map_ref(granter, DOMID_SELF, 9, HOLE, RW, &h), GNTST_okay);
	assert_int_equal(mfn_of(granter, HOLE).n, mfn_of(granter, 5).n);
	domain_dies(&granter);
	assert_null(granter);
}

/* --- real concurrency ------------------------------------------------------------------------- */

#define WORKERS 3

static void *map_and_unmap_anything(void *data)
{
	unsigned seed = (unsigned)(uintptr_t)data;

	for (unsigned i = 0; i < 4000; i++) {
		uint64_t gfn = HOLE + (unsigned)rand_r(&seed) % 4;

		if (rand_r(&seed) % 2) {
			struct gnttab_map_grant_ref op = { .host_addr = gfn << PAGE_SHIFT,
							   .flags = RW,
							   .ref = 9,
							   .dom = granter->id };

			grant_call(mapper, GNTTABOP_map_grant_ref, &op, 1);
		} else {
			struct gnttab_unmap_grant_ref op = { .host_addr = gfn << PAGE_SHIFT,
							     .handle = (unsigned)rand_r(&seed) %
								       6 };

			grant_call(mapper, GNTTABOP_unmap_grant_ref, &op, 1);
		}
	}
	return NULL;
}

/* What is mapped must be pinned: each mapping has a live handle that says so. */
static bool has_handle(uint64_t gfn)
{
	struct grant_table *gt = mapper->grant;

	for (unsigned i = 0; i < gt->nr_maptrack; i++) {
		struct maptrack *m = &gt->maptrack[i / MAPTRACK_PER_FRAME][i % MAPTRACK_PER_FRAME];

		if ((m->flags & MAPTRACK_LIVE) && m->gfn == gfn)
			return true;
	}
	return false;
}

/* vCPUs of one guest that guess each other's handles and addresses; the fake memory watches. */
static void test_vcpus_race(void **state)
{
	pthread_t thread[WORKERS];

	grant_v1(granter, 9, mapper->id, 5, 0);
	for (uintptr_t i = 0; i < WORKERS; i++)
		assert_int_equal(
			pthread_create(&thread[i], NULL, map_and_unmap_anything, (void *)(i + 1)),
			0);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(thread[i], NULL);
	for (uint64_t gfn = HOLE; gfn < HOLE + 4; gfn++)
		assert_true(type_at(mapper, gfn) == P2M_INVALID || has_handle(gfn));
	domain_dies(&mapper);
	assert_null(mapper);
	assert_int_equal(in_use(9), 0);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 1);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, grant_setup, grant_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bad_entries),
		TEST(test_bad_frames),
		TEST(test_page_that_the_granter_may_not_write),
		TEST(test_entry_changed_while_mapped),
		TEST(test_pins_do_not_wrap),
		TEST(test_entry_that_never_holds_still),
		TEST(test_version_2_entry_that_never_holds_still),
		TEST(test_handles_run_out),
		TEST(test_out_of_memory),
		TEST(test_mapper_dies),
		TEST(test_release_is_bounded),
		TEST(test_granter_dies_while_mapped),
		TEST(test_both_die),
		TEST(test_own_grant),
		TEST(test_vcpus_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
