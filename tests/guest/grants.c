// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Grant tables: our own table and copies within us; then pages that another domain grants:
 * mapping and copying them.
 */
#include "abi/grant_table.h"

#include "abi/memory.h"
#include "clock.h"
#include "cpu.h"
#include "domain.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"

#define MAP_AT    0x64000000UL /* where granted pages appear: no memory of ours is there */
#define TABLE_GFN 0x65000UL    /* our own grant table */

static struct grant_entry_v1 *own_table(void)
{
	static struct grant_entry_v1 *table;
	struct xen_add_to_physmap map = { .domid = DOMID_SELF,
					  .space = XENMAPSPACE_grant_table,
					  .gpfn = TABLE_GFN };
	struct gnttab_set_version version = { 1 };

	if (table)
		return table;
	grant_op(GNTTABOP_set_version, &version, 1);
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	table = (void *)(TABLE_GFN << 12);
	return table;
}

static void grant(struct grant_entry_v1 *table, grant_ref_t ref, domid_t to, uint64_t gfn,
		  uint16_t flags)
{
	table[ref].domid = to;
	table[ref].frame = gfn;
	__atomic_store_n(&table[ref].flags, GTF_permit_access | flags, __ATOMIC_SEQ_CST);
}

/*
 * A domain whose frame 10 is granted to us as reference 8 (writable) and frame 11 as reference 9
 * (read-only).
 */
static domid_t granting_domain(struct grant_entry_v1 **table)
{
	domid_t domid = domain_create();

	*table = domain_grant_table(domid);
	grant(*table, 8, 0, 10, 0);
	grant(*table, 9, 0, 11, GTF_readonly);
	return domid;
}

static void finish(domid_t domid)
{
	domain_grant_table_hide();
	domain_end(domid);
}

TEST(table_has_a_size)
{
	struct gnttab_query_size size = { .dom = DOMID_SELF };

	own_table();
	CHECK_EQ(grant_op(GNTTABOP_query_size, &size, 1), 0);
	CHECK_EQ(size.status, GNTST_okay);
	CHECK(size.nr_frames >= 1, "%u frames", size.nr_frames);
	CHECK(size.max_nr_frames >= 4, "at most %u frames", size.max_nr_frames);
}

TEST(version_can_be_asked_and_set)
{
	struct gnttab_get_version get = { .dom = DOMID_SELF };
	struct gnttab_set_version bad = { 3 };

	own_table();
	CHECK_EQ(grant_op(GNTTABOP_get_version, &get, 1), 0);
	CHECK_EQ(get.version, 1);
	CHECK_EQ(grant_op(GNTTABOP_set_version, &bad, 1), -EINVAL);
}

TEST(setup_table_tells_frames)
{
	uint64_t frames[2] = { 0 };
	struct gnttab_setup_table op = { .dom = DOMID_SELF,
					 .nr_frames = 1,
					 .frame_list = (uint64_t)frames };

	own_table();
	CHECK_EQ(grant_op(GNTTABOP_setup_table, &op, 1), 0);
	CHECK_EQ(op.status, GNTST_okay);
	CHECK_EQ(frames[0], TABLE_GFN);
	op.nr_frames = 100000;
	grant_op(GNTTABOP_setup_table, &op, 1);
	CHECK(op.status != GNTST_okay, "100000 frames are accepted");
}

TEST(unknown_operations)
{
	CHECK_EQ(grant_op(99, 0, 0), -ENOSYS);
	CHECK_EQ(grant_op(GNTTABOP_query_size, (void *)0x62000000, 1), -EFAULT);
}

TEST(copy_by_frame)
{
	char *from = page_alloc(), *to = page_alloc();
	struct gnttab_copy op = { .len = 100 };

	for (unsigned i = 0; i < 200; i++)
		from[i] = i;
	op.source.domid = op.dest.domid = DOMID_SELF;
	op.source.u.gmfn = page_gfn(from);
	op.source.offset = 50;
	op.dest.u.gmfn = page_gfn(to);
	op.dest.offset = 10;
	CHECK_EQ(grant_op(GNTTABOP_copy, &op, 1), 0);
	CHECK_EQ(op.status, GNTST_okay);
	CHECK_EQ(to[9], 0);
	CHECK_EQ(memcmp(to + 10, from + 50, 100), 0);
	CHECK_EQ(to[110], 0);
	op.dest.offset = 4090;
	grant_op(GNTTABOP_copy, &op, 1);
	CHECK_EQ(op.status, GNTST_bad_copy_arg);
}

TEST(copy_from_a_granted_page)
{
	struct grant_entry_v1 *table;
	domid_t domid = granting_domain(&table);
	char *theirs = domain_map(domid, 10), *to = page_alloc();
	struct gnttab_copy op = { .len = 4096, .flags = GNTCOPY_source_gref };

	memset(theirs, 0x5a, 4096);
	op.source.domid = domid;
	op.source.u.ref = 8;
	op.dest.domid = DOMID_SELF;
	op.dest.u.gmfn = page_gfn(to);
	CHECK_EQ(grant_op(GNTTABOP_copy, &op, 1), 0);
	CHECK_EQ(op.status, GNTST_okay);
	CHECK_EQ(memcmp(to, theirs, 4096), 0);
	CHECK_EQ(table[8].flags & (GTF_reading | GTF_writing), 0);
	op.source.u.ref = 100;
	grant_op(GNTTABOP_copy, &op, 1);
	CHECK(op.status < 0, "a copy from an empty reference is done");
	domain_unmap(theirs);
	finish(domid);
}

TEST(copy_to_a_read_only_page_is_refused)
{
	struct grant_entry_v1 *table;
	domid_t domid = granting_domain(&table);
	char *from = page_alloc();
	struct gnttab_copy op = { .len = 16, .flags = GNTCOPY_dest_gref };

	op.source.domid = DOMID_SELF;
	op.source.u.gmfn = page_gfn(from);
	op.dest.domid = domid;
	op.dest.u.ref = 9;
	CHECK_EQ(grant_op(GNTTABOP_copy, &op, 1), 0);
	CHECK(op.status < 0, "done all the same");
	op.dest.u.ref = 8;
	CHECK_EQ(grant_op(GNTTABOP_copy, &op, 1), 0);
	CHECK_EQ(op.status, GNTST_okay);
	finish(domid);
}

static struct gnttab_map_grant_ref map_ref(domid_t domid, grant_ref_t ref, uint64_t at,
					   uint32_t flags)
{
	struct gnttab_map_grant_ref op = {
		.host_addr = at, .flags = GNTMAP_host_map | flags, .ref = ref, .dom = domid
	};

	CHECK_EQ(grant_op(GNTTABOP_map_grant_ref, &op, 1), 0);
	return op;
}

static int unmap_ref(uint64_t at, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref op = { .host_addr = at, .handle = handle };

	CHECK_EQ(grant_op(GNTTABOP_unmap_grant_ref, &op, 1), 0);
	return op.status;
}

TEST(granted_page_maps_and_unmaps)
{
	struct grant_entry_v1 *table;
	domid_t domid = granting_domain(&table);
	volatile uint64_t *theirs = domain_map(domid, 10), *mapped = (void *)MAP_AT;
	struct gnttab_map_grant_ref op = map_ref(domid, 8, MAP_AT, 0);

	CHECK_EQ(op.status, GNTST_okay);
	CHECK_EQ(table[8].flags & (GTF_reading | GTF_writing), GTF_reading | GTF_writing);
	theirs[3] = 0xabcdef;
	CHECK_EQ(mapped[3], 0xabcdef);
	mapped[4] = 0x123456;
	CHECK_EQ(theirs[4], 0x123456);
	CHECK_EQ(unmap_ref(MAP_AT, op.handle), GNTST_okay);
	CHECK_EQ(table[8].flags & (GTF_reading | GTF_writing), 0);
	CHECK(mapped[4] != 0x123456, "still there");
	CHECK(unmap_ref(MAP_AT, op.handle) != GNTST_okay, "unmapped twice");
	domain_unmap((void *)theirs);
	finish(domid);
}

TEST(read_only_grant_maps_read_only)
{
	struct grant_entry_v1 *table;
	domid_t domid = granting_domain(&table);
	struct gnttab_map_grant_ref op = map_ref(domid, 9, MAP_AT, 0);
	volatile uint64_t *theirs = domain_map(domid, 11), *mapped = (void *)MAP_AT;

	CHECK(op.status != GNTST_okay, "mapped for writing");
	op = map_ref(domid, 9, MAP_AT, GNTMAP_readonly);
	CHECK_EQ(op.status, GNTST_okay);
	CHECK_EQ(table[9].flags & (GTF_reading | GTF_writing), GTF_reading);
	theirs[0] = 77;
	CHECK_EQ(mapped[0], 77);
	CHECK_EQ(unmap_ref(MAP_AT, op.handle), GNTST_okay);
	domain_unmap((void *)theirs);
	finish(domid);
}

TEST(wrong_grants_are_refused)
{
	struct grant_entry_v1 *table;
	domid_t domid = granting_domain(&table);

	grant(table, 10, 1234, 12, 0);
	grant(table, 11, 0, 0xfffffff, 0);
	CHECK(map_ref(domid, 10, MAP_AT, 0).status < 0, "granted to another domain");
	CHECK(map_ref(domid, 11, MAP_AT, 0).status < 0, "there is no such frame");
	CHECK(map_ref(domid, 12, MAP_AT, 0).status < 0, "empty entry");
	CHECK(map_ref(domid, 0xffffffff, MAP_AT, 0).status < 0, "far beyond the table");
	CHECK_EQ(map_ref(1234, 8, MAP_AT, 0).status, GNTST_bad_domain);
	CHECK_EQ(unmap_ref(MAP_AT, 0xffffffff), GNTST_bad_handle);
	finish(domid);
}

/* The page must live on as long as it is mapped, whatever happens to its owner. */
TEST(mapping_outlives_its_domain)
{
	struct grant_entry_v1 *table;
	domid_t domid = granting_domain(&table);
	volatile uint64_t *mapped = (void *)MAP_AT;
	struct gnttab_map_grant_ref op = map_ref(domid, 8, MAP_AT, 0);
	uint64_t before;

	CHECK_EQ(op.status, GNTST_okay);
	mapped[0] = 0x600d;
	domain_grant_table_hide();
	domain_destroy(domid);
	PAUSE(100);
	CHECK_EQ(mapped[0], 0x600d);
	before = free_pages();
	CHECK_EQ(unmap_ref(MAP_AT, op.handle), GNTST_okay);
	CHECK(WAIT_FOR(!domain_exists(domid), 2000), "the domain does not go away");
	CHECK(WAIT_FOR(free_pages() > before, 2000), "the page is not given back");
}
