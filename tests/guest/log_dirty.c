// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log of writes to a domain's memory, as a live migration reads it: the domain's own writes,
 * those of the control domain, and those of the hypervisor.
 */
#include "abi/dm_op.h"
#include "abi/grant_table.h"
#include "abi/memory.h"
#include "clock.h"
#include "domain.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"

#define DATA_PAGE (PAYLOAD_DATA / PAGE_SIZE)

static volatile uint32_t *data;
static uint64_t log;

static long shadow(domid_t domid, uint32_t what)
{
	struct xen_domctl op = {
		.u.shadow_op = { .op = what, .dirty_bitmap = (uint64_t)&log, .pages = DOMAIN_PAGES }
	};
	long rc;

	log = ~0UL;
	rc = domctl(XEN_DOMCTL_shadow_op, domid, &op);
	if (rc == 0 && (what == XEN_DOMCTL_SHADOW_OP_CLEAN || what == XEN_DOMCTL_SHADOW_OP_PEEK)) {
		unsigned told = 0;

		for (unsigned i = 0; i < DOMAIN_PAGES; i++)
			told += log >> i & 1;
		CHECK_EQ(op.u.shadow_op.pages, DOMAIN_PAGES);
		CHECK_EQ(op.u.shadow_op.stats.dirty_count, told);
	}
	return rc;
}

/* The domain counts up a word of that page. */
static void make_write(uint32_t page)
{
	uint32_t before = data[1];

	data[0] = page;
	CHECK(WAIT_FOR(data[1] == before + 1, 2000), "page %u is not written", page);
}

TEST(the_log_is_on_or_off)
{
	domid_t domid = domain_create();

	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_OFF), 0);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY), 0);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY), -EINVAL);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_OFF), 0);
	domain_destroy(domid);
}

/* Not looked at: the data page, which both sides write, and the tables of the domain's CPU. */
#define OTHERS (~(1UL << DATA_PAGE | 0xf0UL))

TEST(what_a_domain_writes_is_told_once)
{
	domid_t domid = domain_create();
	uint32_t *page;

	domain_load(domid, payload_write_pages, payload_write_pages_end);
	data = domain_map(domid, DATA_PAGE);
	domain_unpause(domid);
	make_write(20);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY), 0);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_PEEK), 0);
	CHECK_EQ(log & OTHERS, 0);
	for (unsigned i = 0; i < 3; i++) {
		make_write(21 + i);
		make_write(21 + i);
		make_write(40);
		CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_PEEK), 0);
		CHECK_EQ(log & OTHERS, 1UL << (21 + i) | 1UL << 40);
		CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
		CHECK_EQ(log & OTHERS, 1UL << (21 + i) | 1UL << 40);
		CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
		CHECK_EQ(log & OTHERS, 0);
	}
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_OFF), 0);
	make_write(40);
	page = domain_map(domid, 40);
	CHECK_EQ(page[0], 4);
	domain_unmap(page);
	domain_unmap((void *)data);
	domain_destroy(domid);
}

TEST(what_is_copied_into_a_domain_is_told)
{
	domid_t domid = domain_create();
	static uint32_t word = 0x600d;
	struct xen_domctl op = { .u.gdbsx_guest_memio = { .pgd3val = SOCLE_GDBSX_PHYSICAL,
							  .gva = 30 * PAGE_SIZE,
							  .uva = (uint64_t)&word,
							  .len = 4 } };

	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY), 0);
	if (domctl(XEN_DOMCTL_gdbsx_guestmemio, domid, &op) < 0)
		test_skip("there is no such copy");
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
	CHECK_EQ(log, 0);
	op.u.gdbsx_guest_memio = (struct xen_domctl_gdbsx_memio){ .pgd3val = SOCLE_GDBSX_PHYSICAL,
								  .gva = 30 * PAGE_SIZE,
								  .uva = (uint64_t)&word,
								  .len = 4,
								  .gwr = 1 };
	CHECK_EQ(domctl(XEN_DOMCTL_gdbsx_guestmemio, domid, &op), 0);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
	CHECK_EQ(log, 1UL << 30);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
	CHECK_EQ(log, 0);
	domain_destroy(domid);
}

/* --- what a device model tells of ------------------------------------------------------------- */

static long modified(domid_t domid, uint32_t nr_extents,
		     const struct xen_dm_op_modified_memory_extent *extents)
{
	struct xen_dm_op op = { .op = XEN_DMOP_modified_memory,
				.u.modified_memory.nr_extents = nr_extents };
	struct xen_dm_op_buf bufs[] = {
		{ (uint64_t)&op, sizeof(op) },
		{ (uint64_t)extents, nr_extents * sizeof(*extents) },
	};

	return hypercall3(__HYPERVISOR_dm_op, domid, 2, (uint64_t)bufs);
}

TEST(what_a_device_model_writes_is_told)
{
	const struct xen_dm_op_modified_memory_extent extents[] = {
		{ .nr = 1, .first_pfn = 30 },
		{ .nr = 3, .first_pfn = 40 },
	};
	domid_t domid = domain_create();

	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY), 0);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
	CHECK_EQ(modified(domid, 2, extents), 0);
	CHECK_EQ(shadow(domid, XEN_DOMCTL_SHADOW_OP_CLEAN), 0);
	CHECK_EQ(log, 1UL << 30 | 7UL << 40);
	domain_destroy(domid);
}

/* Its process would have one of the control domain's vCPUs for hours. */
TEST(a_device_model_that_wrote_everywhere_is_not_believed)
{
	static const struct xen_dm_op_modified_memory_extent everywhere = { .nr = ~0U };
	domid_t domid;

	need_ours(); /* Xen takes it */
	domid = domain_create();
	CHECK(modified(domid, 1, &everywhere) < 0, "16 TiB were written");
	domain_destroy(domid);
}
