// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GNTTABOP_transfer, versions 1 and 2: the granter of the other tests gives pages to the mapper.
 * What is moved, what must be refused, whose the page is then, and what happens behind its back.
 * The fake memory stops the program when a page changes hands before the giver's TLB is flushed.
 */
#include "mapping.h"

#include <string.h>

#define DONE (GTF_accept_transfer | GTF_transfer_committed | GTF_transfer_completed)

static struct gnttab_transfer op;

/* The mapper takes a page of `from` at gfn by its reference. */
static void accept(grant_ref_t ref, domid_t from, uint32_t gfn)
{
	*entry_v1(mapper, ref) = (struct grant_entry_v1){ .flags = GTF_accept_transfer,
							  .domid = from,
							  .frame = gfn };
}

static int transfer(uint64_t gfn, domid_t to, grant_ref_t ref)
{
	op = (struct gnttab_transfer){ .mfn = gfn, .domid = to, .ref = ref, .status = 99 };
	assert_int_equal(grant_call(granter, GNTTABOP_transfer, &op, 1), 0);
	assert_int_equal(op.mfn, gfn);
	return op.status;
}

/* The giver's frame 5, its page being mfn, has become nobody's. */
static void check_lost(mfn_t mfn)
{
	assert_int_equal(type_at(granter, 5), P2M_INVALID);
	assert_int_equal(fake_page_count(mfn), 0);
	assert_int_equal(*fake_page(mfn), 0xee);
	assert_int_equal(fake_domain_refs(granter), 1);
}

/* It has the page that was filled with `fill`, alone. */
static void check_has(struct domain *d, uint64_t gfn, uint8_t fill)
{
	mfn_t mfn = mfn_of(d, gfn);

	assert_int_equal(type_at(d, gfn), P2M_RAM_RW);
	assert_int_equal(mfn_to_page(mfn)->owner, d->id);
	assert_int_equal(fake_page_count(mfn), 1);
	assert_int_equal(fake_page(mfn)[0], fill);
	assert_int_equal(fake_page(mfn)[PAGE_SIZE - 1], fill);
}

static void test_page_changes_hands(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	accept(9, granter->id, HOLE);
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_okay);
	assert_int_equal(mfn_of(mapper, HOLE).n, page.n);
	check_has(mapper, HOLE, 0x15);
	assert_int_equal(type_at(granter, 5), P2M_INVALID);
	assert_int_equal(fake_flushes, 1);
	assert_int_equal(entry_v1(mapper, 9)->flags, DONE);
	assert_int_equal(entry_v1(mapper, 9)->domid, granter->id);
	assert_int_equal(entry_v1(mapper, 9)->frame, HOLE);
	assert_int_equal(fake_domain_refs(mapper), 1);
}

static void test_version_2(void **state)
{
	union grant_entry_v2 *e;

	use_version(mapper, 2);
	e = entry_v2(mapper, 300);
	e->full_page.hdr.domid = granter->id;
	e->full_page.frame = HOLE;
	e->full_page.hdr.flags = GTF_accept_transfer;
	assert_int_equal(transfer(5, mapper->id, 300), GNTST_okay);
	check_has(mapper, HOLE, 0x15);
	assert_int_equal(e->full_page.hdr.flags, DONE);
	assert_int_equal(e->full_page.frame, HOLE);
	assert_int_equal(*status_v2(mapper, 300), 0);
	/* A frame that only version 2 can name. */
	e->full_page.frame = 1UL << 32 | (HOLE + 1);
	e->full_page.hdr.flags = GTF_accept_transfer;
	assert_int_equal(transfer(6, mapper->id, 300), GNTST_bad_virt_addr);
	assert_int_equal(type_at(mapper, HOLE + 1), P2M_INVALID);
	assert_int_equal(e->full_page.hdr.flags, GTF_accept_transfer);
}

/* The page is as much the receiver's as any of its own: here it gives it back. */
static void test_there_and_back(void **state)
{
	accept(9, granter->id, HOLE);
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_okay);
	*entry_v1(granter, 9) = (struct grant_entry_v1){ GTF_accept_transfer, mapper->id, 5 };
	op = (struct gnttab_transfer){ .mfn = HOLE, .domid = granter->id, .ref = 9, .status = 99 };
	assert_int_equal(grant_call(mapper, GNTTABOP_transfer, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	check_has(granter, 5, 0x15);
	assert_int_equal(type_at(mapper, HOLE), P2M_INVALID);
}

static void test_to_itself(void **state)
{
	*entry_v1(granter, 9) = (struct grant_entry_v1){ GTF_accept_transfer, granter->id, HOLE };
	assert_int_equal(transfer(5, DOMID_SELF, 9), GNTST_okay);
	assert_int_equal(type_at(granter, 5), P2M_INVALID);
	check_has(granter, HOLE, 0x15);
	assert_int_equal(fake_domain_refs(granter), 1);
}

/* --- pages that are not to be given away: they stay ------------------------------------------- */

static void test_pages_of_other_kinds(void **state)
{
	mfn_t own;

	fake_ram(granter, 40, P2M_MMIO_DIRECT, 0);
	fake_ram(granter, 41, P2M_FOREIGN, 0);
	fake_ram(granter, 42, P2M_GRANT_RW, 0);
	assert_int_equal(grant_frame_get(granter, 0, false, &own), 0);
	assert_int_equal(p2m_map(granter, GFN(43), own, ORDER_4K, P2M_RAM_RW), 0);
	accept(9, granter->id, HOLE);
	for (uint64_t gfn = 39; gfn <= 43; gfn++) {
		enum p2m_type before = type_at(granter, gfn);

		assert_int_equal(transfer(gfn, mapper->id, 9), GNTST_bad_page);
		assert_int_equal(type_at(granter, gfn), before);
	}
	assert_int_equal(transfer(1UL << 40, mapper->id, 9), GNTST_bad_page);
	assert_int_equal(transfer(~0UL, mapper->id, 9), GNTST_bad_page);
	assert_int_equal(fake_page_count(own), 1);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_accept_transfer);
	assert_int_equal(type_at(mapper, HOLE), P2M_INVALID);
	assert_int_equal(fake_flushes, 0);
	p2m_unmap(granter, GFN(43), ORDER_4K);
	p2m_flush(granter);
}

static void test_page_that_is_in_use(void **state)
{
	grant_handle_t h;

	grant_v1(granter, 9, mapper->id, 5, 0);
	assert_int_equal(map(9, HOLE + 1, RW, &h), GNTST_okay);
	accept(9, granter->id, HOLE);
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_bad_page);
	assert_int_equal(mfn_of(granter, 5).n, mfn_of(mapper, HOLE + 1).n);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_accept_transfer);
	assert_int_equal(unmap_handle(mapper, h, HOLE + 1), GNTST_okay);
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_okay);
	check_has(mapper, HOLE, 0x15);
}

/* --- receivers that do not take it: it is lost ------------------------------------------------ */

static void test_receivers(void **state)
{
	static const domid_t nobody[] = { 5, DOMID_IO, DOMID_XEN, DOMID_IDLE, 0xffff };
	mfn_t page;

	for (unsigned i = 0; i < ARRAY_SIZE(nobody); i++) {
		page = mfn_of(granter, 5);
		assert_int_equal(transfer(5, nobody[i], 9), GNTST_bad_domain);
		check_lost(page);
		fake_ram(granter, 5, P2M_RAM_RW, 0x15);
	}
	/* Domain 0 is mapped one to one. */
	*entry_v1(dom0, 9) = (struct grant_entry_v1){ GTF_accept_transfer, granter->id, HOLE };
	page = mfn_of(granter, 5);
	assert_int_equal(transfer(5, dom0->id, 9), GNTST_general_error);
	check_lost(page);
	assert_int_equal(entry_v1(dom0, 9)->flags, GTF_accept_transfer);
	assert_int_equal(type_at(dom0, HOLE), P2M_INVALID);
	assert_int_equal(fake_domain_refs(dom0), 1);
}

static void test_receiver_without_room(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	fake_room = 0;
	accept(9, granter->id, HOLE);
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_general_error);
	check_lost(page);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_accept_transfer);
	assert_int_equal(fake_domain_refs(mapper), 1);
}

static void test_wrong_entries(void **state)
{
	static const struct grant_entry_v1 wrong[] = {
		{ GTF_invalid, 1, HOLE },
		{ GTF_permit_access, 1, HOLE },
		{ GTF_transitive, 1, HOLE },
		{ GTF_accept_transfer, 2, HOLE },
		{ GTF_accept_transfer, DOMID_SELF, HOLE },
		{ GTF_accept_transfer | GTF_transfer_committed, 1, HOLE },
		{ GTF_accept_transfer | GTF_transfer_completed, 1, HOLE },
		{ DONE, 1, HOLE },
		{ GTF_accept_transfer | 0x8000, 1, HOLE },
	};

	fake_room = 1; /* nothing enters the receiver's account */
	for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
		mfn_t page = mfn_of(granter, 5);

		*entry_v1(mapper, 9) = wrong[i];
		assert_int_equal(transfer(5, mapper->id, 9), GNTST_general_error);
		check_lost(page);
		assert_memory_equal(entry_v1(mapper, 9), &wrong[i], sizeof(wrong[i]));
		assert_int_equal(type_at(mapper, HOLE), P2M_INVALID);
		fake_ram(granter, 5, P2M_RAM_RW, 0x15);
	}
	assert_int_equal(transfer(5, mapper->id, 512), GNTST_general_error);
	assert_int_equal(transfer(6, mapper->id, UINT32_MAX), GNTST_general_error);
	assert_int_equal(fake_room, 1);
}

/* Nobody is told that a page has come, and the receiver has what it had. */
static void test_wrong_places(void **state)
{
	static const uint32_t places[] = { 3, UINT32_MAX, FAKE_GFNS };
	mfn_t there = mfn_of(mapper, 3);

	for (unsigned i = 0; i < ARRAY_SIZE(places); i++) {
		mfn_t page = mfn_of(granter, 5);

		accept(9, granter->id, places[i]);
		assert_int_equal(transfer(5, mapper->id, 9),
				 i ? GNTST_bad_virt_addr : GNTST_general_error);
		check_lost(page);
		assert_int_equal(entry_v1(mapper, 9)->flags, GTF_accept_transfer);
		fake_ram(granter, 5, P2M_RAM_RW, 0x15);
	}
	assert_int_equal(mfn_of(mapper, 3).n, there.n);
	check_has(mapper, 3, 0x23);
}

static void test_no_memory_for_tables(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	fake_map_result = -ENOMEM;
	accept(9, granter->id, HOLE);
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_no_space);
	check_lost(page);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_accept_transfer);
	assert_int_equal(type_at(mapper, HOLE), P2M_INVALID);
	/* It gets the next one when there is some again. */
	fake_map_result = 0;
	assert_int_equal(transfer(6, mapper->id, 9), GNTST_okay);
	check_has(mapper, HOLE, 0x16);
	assert_int_equal(entry_v1(mapper, 9)->flags, DONE);
}

/* --- many, and meanwhile ---------------------------------------------------------------------- */

static void test_one_page_twice(void **state)
{
	struct gnttab_transfer two[2] = { { .mfn = 5, .domid = mapper->id, .ref = 9 },
					  { .mfn = 5, .domid = mapper->id, .ref = 10 } };

	accept(9, granter->id, HOLE);
	accept(10, granter->id, HOLE + 1);
	assert_int_equal(grant_call(granter, GNTTABOP_transfer, two, 2), 0);
	assert_int_equal(two[0].status, GNTST_okay);
	assert_int_equal(two[1].status, GNTST_bad_page);
	check_has(mapper, HOLE, 0x15);
	assert_int_equal(entry_v1(mapper, 10)->flags, GTF_accept_transfer);
}

static void test_two_pages_for_one_entry(void **state)
{
	struct gnttab_transfer two[2] = { { .mfn = 5, .domid = mapper->id, .ref = 9 },
					  { .mfn = 6, .domid = mapper->id, .ref = 9 } };

	accept(9, granter->id, HOLE);
	assert_int_equal(grant_call(granter, GNTTABOP_transfer, two, 2), 0);
	assert_int_equal(two[0].status, GNTST_okay);
	assert_int_equal(two[1].status, GNTST_general_error);
	check_has(mapper, HOLE, 0x15);
	assert_int_equal(fake_flushes, 1);
}

/* More than a batch, interrupted between batches, gone on with as the hypercall layer does it. */
static void test_many(void **state)
{
	struct gnttab_transfer many[80];
	unsigned done = 0, calls = 0, n;
	long rc;

	for (unsigned i = 0; i < ARRAY_SIZE(many); i++) {
		fake_ram(granter, 20 + i, P2M_RAM_RW, (uint8_t)i);
		accept(20 + i, granter->id, HOLE + i);
		many[i] = (struct gnttab_transfer){ .mfn = 20 + i, .domid = 2, .ref = 20 + i };
	}
	fake_run_as(granter, 0);
	do {
		fake_preempt_budget = 0;
		rc = do_grant_table_op(GNTTABOP_transfer, (uintptr_t)(many + done),
				       (unsigned)ARRAY_SIZE(many) - done, &n);
		done += n;
		calls++;
	} while (rc == -ERESTART && calls < 10);
	assert_int_equal(rc, 0);
	assert_int_equal(done, ARRAY_SIZE(many));
	assert_int_equal(calls, 3);
	assert_int_equal(fake_flushes, 3);
	for (unsigned i = 0; i < ARRAY_SIZE(many); i++)
		check_has(mapper, HOLE + i, (uint8_t)i);
}

static struct grant_entry_v1 *accepting; /* looked for before: that takes the table's lock */

static void withdraw(void)
{
	WRITE_ONCE(accepting->flags, GTF_invalid);
}

static void receiver_begins_to_die(void)
{
	mapper->is_dying = true;
}

/* Until the entry is committed it is the receiver's to take back. */
static void test_behind_its_back(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	accept(9, granter->id, HOLE);
	accepting = entry_v1(mapper, 9);
	fake_at_flush = withdraw;
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_general_error);
	check_lost(page);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_invalid);
	accept(9, granter->id, HOLE);
	page = mfn_of(granter, 6);
	fake_at_flush = receiver_begins_to_die;
	assert_int_equal(transfer(6, mapper->id, 9), GNTST_general_error);
	assert_int_equal(fake_page_count(page), 0);
	fake_at_flush = NULL;
}

static void use_and_withdraw(void)
{
	mfn_t page = mfn_of(mapper, HOLE);

	assert_int_equal(p2m_unmap(mapper, GFN(HOLE), ORDER_4K), 0);
	assert_int_equal(p2m_map(mapper, GFN(HOLE + 1), page, ORDER_4K, P2M_RAM_RW), 0);
	withdraw();
}

/* Even when the page is there already; unless the receiver has made it its own. */
static void test_at_the_last_moment(void **state)
{
	mfn_t page = mfn_of(granter, 5);

	accept(9, granter->id, HOLE);
	accepting = entry_v1(mapper, 9);
	fake_at_map = withdraw;
	assert_int_equal(transfer(5, mapper->id, 9), GNTST_general_error);
	check_lost(page);
	assert_int_equal(type_at(mapper, HOLE), P2M_INVALID);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_invalid);
	accept(9, granter->id, HOLE);
	fake_at_map = use_and_withdraw;
	assert_int_equal(transfer(6, mapper->id, 9), GNTST_general_error);
	assert_int_equal(entry_v1(mapper, 9)->flags, GTF_invalid);
	assert_int_equal(type_at(mapper, HOLE), P2M_INVALID);
	check_has(mapper, HOLE + 1, 0x16);
}

/* --- several vCPUs ---------------------------------------------------------------------------- */

#define PAGES 8u
#define ENTRY 40u /* the first of the references; gfns are HOLE and on */

static unsigned moved;

/* Gives the same pages as all the others. */
static void *give_all(void *arg)
{
	for (unsigned i = 0; i < PAGES; i++) {
		struct gnttab_transfer one = { .mfn = i, .domid = mapper->id, .ref = ENTRY + i };

		assert_int_equal(grant_call(granter, GNTTABOP_transfer, &one, 1), 0);
		assert_true(one.status == GNTST_okay || one.status == GNTST_bad_page);
		if (one.status == GNTST_okay)
			atomic_add(&moved, 1);
	}
	return NULL;
}

static void test_vcpus_race(void **state)
{
	struct page_info *seized[PAGES];
	pthread_t thread[4];

	for (unsigned round = 0; round < 50; round++) {
		moved = 0;
		for (unsigned i = 0; i < PAGES; i++) {
			if (round)
				fake_ram(granter, i, P2M_RAM_RW, (uint8_t)(0x10 | i));
			accept(ENTRY + i, granter->id, HOLE + i + PAGES * (round % 2));
		}
		for (unsigned i = 0; i < ARRAY_SIZE(thread); i++)
			assert_int_equal(pthread_create(&thread[i], NULL, give_all, NULL), 0);
		for (unsigned i = 0; i < ARRAY_SIZE(thread); i++)
			pthread_join(thread[i], NULL);
		assert_int_equal(moved, PAGES);
		for (unsigned i = 0; i < PAGES; i++) {
			uint64_t gfn = HOLE + i + PAGES * (round % 2);

			check_has(mapper, gfn, (uint8_t)(0x10 | i));
			assert_int_equal(entry_v1(mapper, ENTRY + i)->flags, DONE);
			seized[i] = p2m_seize_page(mapper, GFN(gfn));
			assert_non_null(seized[i]);
		}
		p2m_flush(mapper);
		for (unsigned i = 0; i < PAGES; i++)
			page_move(seized[i], NULL);
	}
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, grant_setup, grant_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_page_changes_hands),
		TEST(test_version_2),
		TEST(test_there_and_back),
		TEST(test_to_itself),
		TEST(test_pages_of_other_kinds),
		TEST(test_page_that_is_in_use),
		TEST(test_receivers),
		TEST(test_receiver_without_room),
		TEST(test_wrong_entries),
		TEST(test_wrong_places),
		TEST(test_no_memory_for_tables),
		TEST(test_one_page_twice),
		TEST(test_two_pages_for_one_entry),
		TEST(test_many),
		TEST(test_behind_its_back),
		TEST(test_at_the_last_moment),
		TEST(test_vcpus_race),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
