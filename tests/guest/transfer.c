// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that change hands: ours become a guest's, a guest's another one's; whose they are when that
 * fails, and that none is lost to everybody. On Xen only PV domains can do this.
 */
#include "abi/grant_table.h"

#include "abi/memory.h"
#include "clock.h"
#include "domain.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "smp.h"
#include "test.h"

#define OWN_TABLE 0x65000UL
#define ACCEPTS   GTF_accept_transfer
#define DONE      (GTF_accept_transfer | GTF_transfer_committed | GTF_transfer_completed)

static struct grant_entry_v1 *table; /* the receiver's */

static domid_t receiver_create(void)
{
	domid_t domid = domain_create();

	table = domain_grant_table(domid);
	return domid;
}

static void receiver_end(domid_t domid)
{
	domain_grant_table_hide();
	domain_end(domid);
}

static void accept(grant_ref_t ref, domid_t from, uint32_t gfn)
{
	table[ref].domid = from;
	table[ref].frame = gfn;
	__atomic_store_n(&table[ref].flags, ACCEPTS, __ATOMIC_SEQ_CST);
}

static int transfer(uint64_t gfn, domid_t to, grant_ref_t ref)
{
	struct gnttab_transfer op = { .mfn = gfn, .domid = to, .ref = ref, .status = 99 };

	CHECK_EQ(grant_op(GNTTABOP_transfer, &op, 1), 0);
	return op.status;
}

/*
 * A page of ours to give away, out of the same 2 MiB as all others: tables that have to be split
 * for that have been split, and cost no memory any more.
 */
static uint64_t page_full_of(int byte)
{
	static char *next;

	if (!next) {
		next = page_alloc_many(2 * 512);
		next += -(uint64_t)next & ((2 << 20) - 1);
		CHECK_EQ(transfer(page_gfn(next), 1234, 0), GNTST_bad_domain);
	}
	next += PAGE_SIZE;
	return page_gfn(memset(next, byte, PAGE_SIZE));
}

/* The domain's page at gfn has that byte at both ends. */
static void check_page(domid_t domid, uint64_t gfn, uint8_t byte)
{
	uint8_t *page = domain_map(domid, gfn);

	CHECK_EQ(page[0], byte);
	CHECK_EQ(page[PAGE_SIZE - 1], byte);
	domain_unmap(page);
}

static uint64_t pages_of(domid_t domid)
{
	return memory_op(XENMEM_current_reservation, &domid);
}

TEST(a_page_of_ours_becomes_a_guests)
{
	uint64_t gfn, before, ours;
	domid_t domid;

	need_ours();
	gfn = page_full_of(0x5a);
	/* What the first one takes for good, tables of ours above all. */
	domid = receiver_create();
	check_page(domid, 20, 0);
	receiver_end(domid);
	before = free_pages();
	ours = pages_of(DOMID_SELF);
	domid = receiver_create();
	accept(8, 0, 100);
	CHECK_EQ(transfer(gfn, domid, 8), GNTST_okay);
	CHECK_EQ(table[8].flags, DONE);
	CHECK_EQ(table[8].frame, 100);
	CHECK_EQ(pages_of(domid), DOMAIN_PAGES + 1);
	CHECK_EQ(pages_of(DOMID_SELF), ours - 1);
	CHECK(*(volatile uint8_t *)(gfn << 12) != 0x5a, "still there");
	*(volatile uint8_t *)(gfn << 12) = 0xa5;
	check_page(domid, 100, 0x5a);
	/* It is not ours to give any more, nor to take back. */
	accept(9, 0, 101);
	CHECK_EQ(transfer(gfn, domid, 9), GNTST_bad_page);
	CHECK_EQ(table[9].flags, ACCEPTS);
	receiver_end(domid);
	CHECK(WAIT_FOR(free_pages() == before + 1, 2000), "%lu pages, %lu before", free_pages(),
	      before);
}

TEST(pages_of_other_kinds_stay)
{
	struct xen_add_to_physmap map = { .domid = DOMID_SELF,
					  .space = XENMAPSPACE_grant_table,
					  .gpfn = OWN_TABLE };
	domid_t domid;
	void *theirs;

	need_ours();
	domid = receiver_create();
	theirs = domain_map(domid, 20);
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	accept(8, 0, 100);
	CHECK_EQ(transfer(OWN_TABLE, domid, 8), GNTST_bad_page);
	CHECK_EQ(transfer(page_gfn(theirs), domid, 8), GNTST_bad_page);
	CHECK_EQ(transfer(0x67000, domid, 8), GNTST_bad_page); /* a hole */
	CHECK_EQ(transfer(0xfee00, domid, 8), GNTST_bad_page); /* the local APIC */
	CHECK_EQ(transfer(1UL << 36, domid, 8), GNTST_bad_page);
	CHECK_EQ(transfer(~0UL, domid, 8), GNTST_bad_page);
	CHECK_EQ(table[8].flags, ACCEPTS);
	domain_unmap(theirs);
	receiver_end(domid);
}

/* As the interface has it, it is nobody's then: not even the machine loses it. */
TEST(a_page_that_is_not_taken_is_gone)
{
	uint64_t before, gfn;
	domid_t domid;

	need_ours();
	domid = receiver_create();
	accept(8, 0, 20); /* where a page is */
	accept(9, domid, 100);
	gfn = page_full_of(1);
	before = free_pages();
	CHECK_EQ(transfer(gfn, 1234, 8), GNTST_bad_domain);
	CHECK_EQ(transfer(page_full_of(2), DOMID_XEN, 8), GNTST_bad_domain);
	CHECK_EQ(transfer(page_full_of(3), domid, 0x7fffffff), GNTST_general_error);
	CHECK_EQ(transfer(page_full_of(4), domid, 9), GNTST_general_error);
	CHECK_EQ(transfer(page_full_of(5), domid, 8), GNTST_general_error);
	gfn = page_full_of(6);
	CHECK_EQ(transfer(gfn, DOMID_SELF, 8), GNTST_general_error);
	CHECK_EQ(transfer(gfn, domid, 8), GNTST_bad_page);
	CHECK_EQ(free_pages(), before + 6);
	CHECK_EQ(table[8].flags, ACCEPTS);
	CHECK_EQ(table[9].flags, ACCEPTS);
	check_page(domid, 20, 0);
	CHECK_EQ(pages_of(domid), DOMAIN_PAGES);
	receiver_end(domid);
}

TEST(a_receiver_has_its_limit)
{
	struct xen_domctl op = { .u.max_mem.max_memkb = (DOMAIN_PAGES + 1) * 4 };
	domid_t domid;

	need_ours();
	domid = receiver_create();
	CHECK_EQ(domctl(XEN_DOMCTL_max_mem, domid, &op), 0);
	accept(8, 0, 100);
	accept(9, 0, 101);
	CHECK_EQ(transfer(page_full_of(1), domid, 8), GNTST_okay);
	CHECK_EQ(transfer(page_full_of(2), domid, 9), GNTST_general_error);
	CHECK_EQ(table[9].flags, ACCEPTS);
	CHECK_EQ(pages_of(domid), DOMAIN_PAGES + 1);
	receiver_end(domid);
}

static uint64_t log;

static void shadow(domid_t domid, uint32_t what)
{
	struct xen_domctl op = {
		.u.shadow_op = { .op = what, .dirty_bitmap = (uint64_t)&log, .pages = DOMAIN_PAGES }
	};

	CHECK_EQ(domctl(XEN_DOMCTL_shadow_op, domid, &op), 0);
}

/* A migration that is under way sends the page that has come. */
TEST(the_log_of_writes_tells_of_it)
{
	uint64_t gfn = 20;
	struct xen_memory_reservation hole = { .extent_start = (uint64_t)&gfn, .nr_extents = 1 };

	need_ours();
	hole.domid = receiver_create();
	CHECK_EQ(memory_op(XENMEM_decrease_reservation, &hole), 1);
	shadow(hole.domid, XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY);
	shadow(hole.domid, XEN_DOMCTL_SHADOW_OP_CLEAN);
	accept(8, 0, gfn);
	CHECK_EQ(transfer(page_full_of(1), hole.domid, 8), GNTST_okay);
	shadow(hole.domid, XEN_DOMCTL_SHADOW_OP_CLEAN);
	CHECK_EQ(log, 1UL << gfn);
	shadow(hole.domid, XEN_DOMCTL_SHADOW_OP_PEEK);
	CHECK_EQ(log, 0);
	receiver_end(hole.domid);
}

/* One to another guest, one to us, who have no place for it: we are mapped one to one. */
TEST(a_guest_gives_its_pages)
{
	struct gnttab_transfer *op;
	domid_t domid, giver;
	volatile uint32_t *data;
	void *page;

	need_ours();
	domid = receiver_create();
	giver = domain_create();
	page = domain_map(giver, 30);
	memset(page, 0x5a, PAGE_SIZE);
	domain_unmap(page);
	accept(8, giver, 100);
	domain_load(giver, payload_transfer, payload_transfer_end);
	data = domain_map(giver, PAYLOAD_DATA >> 12);
	op = (void *)((char *)data + 0x840);
	op[0] = (struct gnttab_transfer){ .mfn = 30, .domid = domid, .ref = 8, .status = 99 };
	op[1] = (struct gnttab_transfer){ .mfn = 31, .domid = 0, .ref = 8, .status = 99 };
	data[1] = 99;
	domain_unpause(giver);
	CHECK(WAIT_FOR(domain_shutdown_reason(giver) == 0, 2000), "it does not end");
	CHECK_EQ(data[1], 0);
	CHECK_EQ(op[0].status, GNTST_okay);
	CHECK_EQ(op[1].status, GNTST_general_error);
	CHECK_EQ(table[8].flags, DONE);
	check_page(domid, 100, 0x5a);
	CHECK_EQ(pages_of(domid), DOMAIN_PAGES + 1);
	CHECK_EQ(pages_of(giver), DOMAIN_PAGES - 2);
	domain_unmap((void *)data);
	/* The page is none of the giver's: its end does not matter. */
	domain_end(giver);
	check_page(domid, 100, 0x5a);
	receiver_end(domid);
}

/* --- two CPUs --------------------------------------------------------------------------------- */

#define PAGES 16 /* as many as the receiver has room for */

static uint64_t gfns[PAGES];
static volatile domid_t to;

/* Gives the same pages, one after the other, as the other CPU. */
static void give_all(void *counts)
{
	volatile unsigned *count = counts;

	for (unsigned i = 0; i < PAGES; i++) {
		struct gnttab_transfer op = { .mfn = gfns[i], .domid = to, .ref = 8 + i };

		grant_op(GNTTABOP_transfer, &op, 1);
		count[op.status == GNTST_okay ? 0 : op.status == GNTST_bad_page ? 1 : 2]++;
	}
}

TEST(two_cpus_give_the_same_pages)
{
	static volatile unsigned ours[3], theirs[3];

	need_ours();
	to = receiver_create();
	for (unsigned i = 0; i < PAGES; i++) {
		gfns[i] = page_full_of(i + 1);
		accept(8 + i, 0, 100 + i);
	}
	CHECK(smp_start_by_sipi(), "CPU 1 does not come up");
	smp_give(give_all, (void *)theirs);
	give_all((void *)ours);
	CHECK(WAIT_FOR(smp_done(), 10000), "CPU 1 does not come to an end");
	CHECK_EQ(ours[0] + theirs[0], PAGES);
	CHECK_EQ(ours[1] + theirs[1], PAGES);
	for (unsigned i = 0; i < PAGES; i++)
		check_page(to, 100 + i, i + 1);
	CHECK_EQ(pages_of(to), DOMAIN_PAGES + PAGES);
	receiver_end(to);
}
