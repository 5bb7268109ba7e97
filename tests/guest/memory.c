// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory operations on the caller's own memory: giving pages back, asking for new ones, moving
 * them.
 */
#include "abi/features.h"
#include "abi/memory.h"
#include "abi/version.h"
#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"
#include "trap.h"

/*
 * A guest frame where nothing is: far above RAM, below the 4 GiB that are mapped, not in the MMIO
 * hole.
 */
#define EMPTY_GFN 0x60000UL

static long reservation(unsigned cmd, uint64_t *gfns, unsigned count, unsigned order)
{
	struct xen_memory_reservation op = {
		.extent_start = (uint64_t)gfns,
		.nr_extents = count,
		.extent_order = order,
		.domid = DOMID_SELF,
	};

	return memory_op(cmd, &op);
}

static long current_pages(void)
{
	struct xen_memory_domain self = { DOMID_SELF };

	return memory_op(XENMEM_current_reservation, &self);
}

/* Guest-physical is machine address: a frame has one place, and no other frame can have it. */
static bool direct_mapped(void)
{
	struct xen_feature_info info = { .submap_idx = 0 };

	return !hypercall2(__HYPERVISOR_xen_version, XENVER_get_features, (uint64_t)&info) &&
	       (info.submap >> XENFEAT_direct_mapped & 1);
}

TEST(pages_go_and_come)
{
	volatile uint64_t *page = page_alloc();
	uint64_t gfn = page_gfn((void *)page);
	long before = current_pages();

	CHECK_EQ(reservation(XENMEM_decrease_reservation, &gfn, 1, 0), 1);
	/* Who is mapped one to one keeps the frame: no other would do in its place. */
	if (!direct_mapped())
		CHECK_EQ(current_pages(), before - 1);
	CHECK_EQ(reservation(XENMEM_populate_physmap, &gfn, 1, 0), 1);
	CHECK_EQ(current_pages(), before);
	CHECK_EQ(*page, 0);
	*page = 42;
	CHECK_EQ(*page, 42);
}

TEST(larger_extents)
{
	volatile uint64_t *at = (void *)(EMPTY_GFN << 12);
	uint64_t gfn = EMPTY_GFN;
	void *room = page_alloc_many(32);
	uint64_t gfns[16];

	if (direct_mapped())
		return;
	for (unsigned i = 0; i < 16; i++)
		gfns[i] = page_gfn(room) + i;
	CHECK_EQ(reservation(XENMEM_decrease_reservation, gfns, 16, 0), 16);
	CHECK_EQ(reservation(XENMEM_populate_physmap, &gfn, 1, 4), 1);
	for (unsigned i = 0; i < 16; i++)
		at[i * 512] = i;
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(at[i * 512], i);
	CHECK_EQ(reservation(XENMEM_decrease_reservation, &gfn, 1, 4), 1);
	CHECK_EQ(reservation(XENMEM_populate_physmap, gfns, 16, 0), 16);
}

TEST(not_more_than_the_maximum)
{
	struct xen_memory_domain self = { DOMID_SELF };
	long maximum = memory_op(XENMEM_maximum_reservation, &self);
	long current = current_pages();

	CHECK(current > 0, "%ld", current);
	CHECK(maximum >= current, "%ld, current is %ld", maximum, current);
	CHECK(memory_op(XENMEM_maximum_gpfn, &self) >= current,
	      "highest frame below the number of frames");
	CHECK(memory_op(XENMEM_maximum_ram_page, 0) > 0, "no RAM page");
}

TEST(page_moves_with_add_to_physmap)
{
	struct xen_add_to_physmap map = { .domid = DOMID_SELF,
					  .space = XENMAPSPACE_gmfn,
					  .gpfn = EMPTY_GFN };
	struct xen_remove_from_physmap gone = { .domid = DOMID_SELF, .gpfn = EMPTY_GFN };
	volatile uint64_t *page = page_alloc(), *moved = (void *)(EMPTY_GFN << 12);
	uint64_t gfn = page_gfn((void *)page);
	long before = current_pages();

	if (direct_mapped())
		return;
	*page = 0x1234;
	map.idx = gfn;
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	CHECK_EQ(*moved, 0x1234);
	CHECK_EQ(current_pages(), before);
	map.idx = EMPTY_GFN;
	map.gpfn = gfn;
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	CHECK_EQ(*page, 0x1234);
	gone.gpfn = EMPTY_GFN;
	CHECK(memory_op(XENMEM_remove_from_physmap, &gone) < 0, "the page is no longer there");
}

TEST(removed_page_is_gone)
{
	struct xen_remove_from_physmap gone = { .domid = DOMID_SELF };
	volatile uint64_t *page = page_alloc();
	uint64_t gfn = page_gfn((void *)page);

	*page = 7;
	gone.gpfn = gfn;
	CHECK_EQ(memory_op(XENMEM_remove_from_physmap, &gone), 0);
	CHECK(*page != 7, "still there");
	CHECK_EQ(reservation(XENMEM_populate_physmap, &gfn, 1, 0), 1);
}

TEST(wrong_requests_are_refused)
{
	struct xen_add_to_physmap map = { .domid = DOMID_SELF, .space = 99 };
	struct xen_add_to_physmap nobody = { .domid = 1234,
					     .space = XENMAPSPACE_shared_info,
					     .gpfn = EMPTY_GFN };
	struct xen_memory_domain other = { 1234 };
	uint64_t gfn = EMPTY_GFN;

	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), -EINVAL);
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &nobody), -ESRCH);
	CHECK_EQ(memory_op(XENMEM_current_reservation, &other), -ESRCH);
	CHECK_EQ(memory_op(63, 0), -ENOSYS);
	CHECK_EQ(reservation(XENMEM_populate_physmap, &gfn, 1, 40), 0);
	CHECK_EQ(reservation(XENMEM_decrease_reservation, (void *)0x8000000000000000, 0, 0), 0);
}

TEST(partial_lists_tell_how_far)
{
	uint64_t gfns[4];

	gfns[0] = page_gfn(page_alloc());
	gfns[1] = page_gfn(page_alloc());
	gfns[2] = 0xffffffffffUL;
	gfns[3] = page_gfn(page_alloc());
	CHECK_EQ(reservation(XENMEM_decrease_reservation, gfns, 4, 0), 2);
	CHECK_EQ(reservation(XENMEM_populate_physmap, gfns, 2, 0), 2);
}
