// SPDX-License-Identifier: GPL-2.0-or-later
/* GNTTABOP_copy, versions 1 and 2: what goes where, and everything that must be refused. */
#include "fake_memory.h"

#include <errno.h>
#include <string.h>

#define SRC GNTCOPY_source_gref
#define DST GNTCOPY_dest_gref

static struct gnttab_copy op;

/* From what mapper was granted into its own page 3. */
static void from_ref(grant_ref_t ref)
{
	op = (struct gnttab_copy){ .source = { .u.ref = ref, .domid = granter->id },
				   .dest = { .u.gmfn = 3, .domid = DOMID_SELF },
				   .len = 100,
				   .flags = SRC,
				   .status = 99 };
}

static void to_ref(grant_ref_t ref)
{
	op = (struct gnttab_copy){ .source = { .u.gmfn = 3, .domid = DOMID_SELF },
				   .dest = { .u.ref = ref, .domid = granter->id },
				   .len = 100,
				   .flags = DST,
				   .status = 99 };
}

static int copy(void)
{
	assert_int_equal(grant_call(mapper, GNTTABOP_copy, &op, 1), 0);
	return op.status;
}

static uint8_t *ram(struct domain *d, uint64_t gfn)
{
	return fake_page(mfn_of(d, gfn));
}

/* Whatever the outcome, nothing stays pinned. */
static int teardown(void **state)
{
	for (grant_ref_t ref = 0; granter && ref < 256; ref++)
		assert_false(grant_is_pinned(grant_active(granter->grant, ref)));
	return grant_teardown(state);
}

static void test_from_a_grant(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, GTF_readonly);
	from_ref(9);
	op.source.offset = 4000;
	op.dest.offset = 10;
	op.len = 96;
	memset(ram(granter, 5) + 4000, 0xab, 96);
	assert_int_equal(copy(), GNTST_okay);
	assert_int_equal(ram(mapper, 3)[9], 0x23);
	assert_int_equal(ram(mapper, 3)[10], 0xab);
	assert_int_equal(ram(mapper, 3)[105], 0xab);
	assert_int_equal(ram(mapper, 3)[106], 0x23);
	assert_int_equal(entry_v1(granter, 9)->flags, GTF_permit_access | GTF_readonly);
	assert_int_equal(fake_page_count(mfn_of(granter, 5)), 1);
	assert_int_equal(fake_page_count(mfn_of(mapper, 3)), 1);
	assert_int_equal(fake_domain_refs(granter), 1);
}

static void test_to_a_grant(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	to_ref(9);
	op.len = PAGE_SIZE;
	assert_int_equal(copy(), GNTST_okay);
	assert_memory_equal(ram(granter, 5), ram(mapper, 3), PAGE_SIZE);
}

static void test_between_two_grants(void **state)
{
	grant_v1(granter, 9, dom0->id, 5, GTF_readonly);
	grant_v1(mapper, 12, dom0->id, 6, 0);
	op = (struct gnttab_copy){ .source = { .u.ref = 9, .domid = granter->id },
				   .dest = { .u.ref = 12, .domid = mapper->id, .offset = 1 },
				   .len = 3,
				   .flags = SRC | DST };
	assert_int_equal(grant_call(dom0, GNTTABOP_copy, &op, 1), 0);
	assert_int_equal(op.status, GNTST_okay);
	assert_memory_equal(ram(mapper, 6), "\x26\x15\x15\x15\x26", 5);
}

static void test_within_one_page(void **state)
{
	for (unsigned i = 0; i < 8; i++)
		ram(mapper, 3)[i] = (uint8_t)i;
	op = (struct gnttab_copy){ .source = { .u.gmfn = 3, .domid = DOMID_SELF },
				   .dest = { .u.gmfn = 3, .domid = mapper->id, .offset = 2 },
				   .len = 6 };
	assert_int_equal(copy(), GNTST_okay);
	assert_memory_equal(ram(mapper, 3), "\0\1\0\1\2\3\4\5", 8);
}

static void test_nothing(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	from_ref(9);
	op.len = 0;
	op.source.offset = op.dest.offset = PAGE_SIZE;
	assert_int_equal(copy(), GNTST_okay);
	assert_int_equal(ram(mapper, 3)[0], 0x23);
}

static void test_beyond_a_page(void **state)
{
	grant_v1(granter, 9, mapper->id, 5, 0);
	from_ref(9);
	op.source.offset = 3997;
	assert_int_equal(copy(), GNTST_bad_copy_arg);
	from_ref(9);
	op.dest.offset = 3997;
	assert_int_equal(copy(), GNTST_bad_copy_arg);
	from_ref(9);
	op.len = UINT16_MAX;
	assert_int_equal(copy(), GNTST_bad_copy_arg);
	from_ref(9);
	op.source.offset = UINT16_MAX;
	op.len = UINT16_MAX;
	assert_int_equal(copy(), GNTST_bad_copy_arg);
}

static void test_refused(void **state)
{
	fake_ram(mapper, 40, P2M_RAM_RO, 0);
	fake_ram(mapper, 41, P2M_FOREIGN, 0);
	grant_v1(granter, 9, mapper->id, 5, GTF_readonly);
	grant_v1(granter, 10, dom0->id, 5, 0);
	to_ref(9);
	assert_int_equal(copy(), GNTST_general_error); /* read-only */
	to_ref(10);
	assert_int_equal(copy(), GNTST_general_error); /* another's */
	from_ref(11);
	assert_int_equal(copy(), GNTST_general_error); /* empty */
	from_ref(UINT32_MAX);
	assert_int_equal(copy(), GNTST_bad_gntref);
	from_ref(9);
	op.source.domid = 6;
	assert_int_equal(copy(), GNTST_bad_domain);
	/* A frame of somebody else's by number. */
	from_ref(9);
	op.flags = 0;
	assert_int_equal(copy(), GNTST_permission_denied);
	from_ref(9);
	op.dest.domid = granter->id;
	assert_int_equal(copy(), GNTST_permission_denied);
	from_ref(9);
	op.dest.u.gmfn = HOLE;
	assert_int_equal(copy(), GNTST_bad_page);
	op.dest.u.gmfn = UINT64_MAX;
	assert_int_equal(copy(), GNTST_bad_page);
	op.dest.u.gmfn = 40;
	assert_int_equal(copy(), GNTST_bad_page);
	op.dest.u.gmfn = 41;
	assert_int_equal(copy(), GNTST_bad_page);
	/* Read-only RAM of its own may be read. */
	grant_v1(granter, 12, mapper->id, 5, 0);
	to_ref(12);
	op.source.u.gmfn = 40;
	assert_int_equal(copy(), GNTST_okay);
}

static void test_many_pieces(void **state)
{
	struct gnttab_copy ops[70];

	grant_v1(granter, 9, mapper->id, 5, 0);
	grant_v1(granter, 10, mapper->id, 6, 0);
	for (unsigned i = 0; i < 70; i++) {
		/* Runs of one reference, then the other, then a bad one in between. */
		from_ref(i / 8 % 2 ? 10 : 9);
		op.len = 1;
		op.dest.offset = (uint16_t)i;
		ops[i] = op;
	}
	ops[20].source.u.ref = 11;
	ops[21].dest.u.gmfn = HOLE;
	assert_int_equal(grant_call(mapper, GNTTABOP_copy, ops, 70), 0);
	for (unsigned i = 0; i < 70; i++) {
		bool bad = i == 20 || i == 21;

		assert_int_equal(ops[i].status == GNTST_okay, !bad);
		assert_int_equal(ram(mapper, 3)[i], bad ? 0x23 : i / 8 % 2 ? 0x16 : 0x15);
	}
	assert_int_equal(fake_domain_refs(granter), 1);
	for (uint64_t gfn = 0; gfn < RAM_GFNS; gfn++)
		assert_int_equal(fake_page_count(mfn_of(granter, gfn)), 1);
}

/* A reference and a frame with the same number are not the same page. */
static void test_same_number_ref_and_frame(void **state)
{
	struct gnttab_copy ops[2];

	grant_v1(mapper, 3, mapper->id, 5, 0);
	from_ref(3);
	op.source.domid = DOMID_SELF;
	op.dest.u.gmfn = 4;
	ops[0] = op;
	op.flags = 0;
	op.dest.offset = 1000;
	ops[1] = op;
	assert_int_equal(grant_call(mapper, GNTTABOP_copy, ops, 2), 0);
	assert_int_equal(ops[0].status + ops[1].status, 0);
	assert_int_equal(ram(mapper, 4)[0], 0x25);
	assert_int_equal(ram(mapper, 4)[1000], 0x23);
}

/* --- version 2 -------------------------------------------------------------------------------- */

static void grant_v2(grant_ref_t ref, uint16_t flags, uint16_t offset, uint16_t length,
		     uint64_t frame)
{
	union grant_entry_v2 *e = entry_v2(granter, ref);

	e->sub_page.page_off = offset;
	e->sub_page.length = length;
	e->sub_page.frame = frame;
	e->hdr.domid = mapper->id;
	e->hdr.flags = flags;
}

static void test_sub_page(void **state)
{
	grant_handle_t h;

	use_version(granter, 2);
	grant_v2(9, GTF_permit_access | GTF_sub_page, 100, 200, 5);
	from_ref(9);
	op.source.offset = 100;
	op.len = 200;
	assert_int_equal(copy(), GNTST_okay);
	op.source.offset = 99;
	assert_int_equal(copy(), GNTST_general_error);
	op.source.offset = 101;
	assert_int_equal(copy(), GNTST_general_error);
	op.source.offset = 0;
	op.len = 1;
	assert_int_equal(copy(), GNTST_general_error);
	/* A mapping would show the rest of the page. */
	assert_int_equal(map_ref(mapper, granter->id, 9, HOLE, GNTMAP_host_map, &h),
			 GNTST_general_error);
	assert_int_equal(*status_v2(granter, 9), 0);
	/* A part that leaves the page. */
	grant_v2(9, GTF_permit_access | GTF_sub_page, 4000, 200, 5);
	op.source.offset = 4000;
	assert_int_equal(copy(), GNTST_general_error);
	grant_v2(9, GTF_permit_access | GTF_sub_page, UINT16_MAX, UINT16_MAX, 5);
	assert_int_equal(copy(), GNTST_general_error);
}

static void test_version_2_full_page(void **state)
{
	use_version(granter, 2);
	grant_v2(9, GTF_permit_access, 100, 200, 5); /* not a sub-page: those fields mean nothing */
	to_ref(9);
	op.len = PAGE_SIZE;
	assert_int_equal(copy(), GNTST_okay);
	assert_int_equal(ram(granter, 5)[0], 0x23);
	assert_int_equal(*status_v2(granter, 9), 0);
	grant_v2(9, GTF_permit_access, 0, 0, 1UL << 32 | 5); /* 64-bit frame numbers */
	assert_int_equal(copy(), GNTST_bad_page);
}

static void test_transitive_is_refused(void **state)
{
	use_version(granter, 2);
	entry_v2(granter, 9)->transitive.trans_domid = dom0->id;
	entry_v2(granter, 9)->transitive.gref = 9;
	entry_v2(granter, 9)->hdr.domid = mapper->id;
	entry_v2(granter, 9)->hdr.flags = GTF_transitive;
	from_ref(9);
	assert_int_equal(copy(), GNTST_general_error);
	assert_int_equal(*status_v2(granter, 9), 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, grant_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_from_a_grant),
		TEST(test_to_a_grant),
		TEST(test_between_two_grants),
		TEST(test_within_one_page),
		TEST(test_nothing),
		TEST(test_beyond_a_page),
		TEST(test_refused),
		TEST(test_many_pieces),
		TEST(test_same_number_ref_and_frame),
		TEST(test_sub_page),
		TEST(test_version_2_full_page),
		TEST(test_transitive_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
