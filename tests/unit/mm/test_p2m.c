// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nested page tables: what is found after mapping, splitting, moving and unmapping, when references
 * of foreign pages are dropped, what devices are told, and how many tables a guest may make the
 * hypervisor spend on it.
 */
#include "p2m_machine.h"

#include <signal.h>
#include <sys/mman.h>

#include "abi/errno.h"

/* On CPUs that have them: one entry for a gigabyte, split like any other. */
static void test_gigabyte_leaf(void **state)
{
	const uint64_t g = 1ul << ORDER_1G;
	struct p2m_format with_1g = format;

	with_1g.has_1g = true;
	ops.p2m_format = &with_1g;
	assert_int_equal(p2m_map(d, GFN(g), MFN(2 * g), ORDER_1G, P2M_RAM_RW), 0);
	assert_int_equal(d->p2m.table_frames, 2);
	at(g - 1, 0, P2M_INVALID);
	at(g, 2 * g, P2M_RAM_RW);
	at(2 * g - 1, 3 * g - 1, P2M_RAM_RW);
	at(2 * g, 0, P2M_INVALID);
	assert_int_equal(p2m_unmap(d, GFN(g + 1000), ORDER_4K), 0);
	assert_int_equal(d->p2m.table_frames, 4);
	at(g + 999, 2 * g + 999, P2M_RAM_RW);
	at(g + 1000, 0, P2M_INVALID);
	at(g + 1001, 2 * g + 1001, P2M_RAM_RW);
	at(2 * g - 1, 3 * g - 1, P2M_RAM_RW);
	ops.p2m_format = &format;
}

static void test_map_split_unmap(void **state)
{
	assert_int_equal(p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW), 0);
	at(511, 0, P2M_INVALID);
	at(512, 1024, P2M_RAM_RW);
	at(1023, 1535, P2M_RAM_RW);
	at(1024, 0, P2M_INVALID);
	p2m_flush(d);
	assert_int_equal(flushes, 0); /* nothing was there before */
	assert_int_equal(p2m_unmap(d, GFN(700), ORDER_4K), 0);
	at(699, 1024 + 187, P2M_RAM_RW);
	at(700, 0, P2M_INVALID);
	at(701, 1024 + 189, P2M_RAM_RW);
	p2m_flush(d);
	assert_int_equal(flushes, 1);
	assert_int_equal(p2m_map(d, GFN(1ul << 36), MFN(1), ORDER_4K, P2M_RAM_RW), -EINVAL);
	at(1ul << 36, 0, P2M_INVALID);
	at(~0ul, 0, P2M_INVALID);
}

static void *watched;
static bool flush_was_known;

static void table_written(int signal)
{
	flush_was_known = d->p2m.need_flush;
	mprotect(watched, PAGE_SIZE, PROT_READ | PROT_WRITE);
}

/*
 * Another CPU may look at any moment: as soon as it finds the old page gone it must find the flush
 * to be done, too, or it lets go of the page while CPUs still know the way there.
 */
static void test_the_need_to_flush_is_known_first(void **state)
{
	struct sigaction before, watch = { .sa_handler = table_written, .sa_flags = SA_RESETHAND };

	assert_int_equal(p2m_map(d, GFN(700), MFN(1024), ORDER_4K, P2M_RAM_RW), 0);
	p2m_flush(d);
	sigaction(SIGSEGV, NULL, &before);
	for (unsigned i = 0; i < 2; i++) {        /* replaced, then taken away */
		watched = mfn_to_virt(MFN(used)); /* the last of the tables, that of 4K pages */
		flush_was_known = false;
		sigaction(SIGSEGV, &watch, NULL);
		mprotect(watched, PAGE_SIZE, PROT_READ);
		assert_int_equal(i ? p2m_unmap(d, GFN(700), ORDER_4K)
				   : p2m_map(d, GFN(700), MFN(1025), ORDER_4K, P2M_RAM_RW),
				 0);
		assert_true(flush_was_known);
		p2m_flush(d);
	}
	sigaction(SIGSEGV, &before, NULL);
}

static void test_move(void **state)
{
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	assert_int_equal(p2m_move_page(d, GFN(600), GFN(1ul << 30), MFN(1112)), 0);
	at(600, 0, P2M_INVALID);
	at(1ul << 30, 1112, P2M_RAM_RW);
	assert_int_equal(d->p2m.max_gfn, 1ul << 30);
	/* Somebody was faster. */
	assert_int_equal(p2m_move_page(d, GFN(600), GFN(5), MFN(1112)), -EBUSY);
	assert_int_equal(p2m_unmap_page(d, GFN(600), MFN(1112)), -EBUSY);
	assert_int_equal(p2m_unmap_page(d, GFN(601), MFN(1112)), -EBUSY);
	at(601, 1113, P2M_RAM_RW);
	at(5, 0, P2M_INVALID);
	assert_int_equal(p2m_move_page(d, GFN(601), GFN(1ul << 36), MFN(1113)), -EINVAL);
	assert_int_equal(p2m_unmap_page(d, GFN(1ul << 30), MFN(1112)), 0);
	at(1ul << 30, 0, P2M_INVALID);
}

/* Out of memory, a page is where it was, and nowhere else. */
static void test_move_without_memory(void **state)
{
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	limit = used;
	assert_int_equal(p2m_move_page(d, GFN(600), GFN(700), MFN(1112)), -ENOMEM);
	at(600, 1112, P2M_RAM_RW);
	at(700, 1212, P2M_RAM_RW);
	limit = used + 1; /* for the split of the large page */
	assert_int_equal(p2m_move_page(d, GFN(600), GFN(1ul << 30), MFN(1112)), -ENOMEM);
	at(600, 1112, P2M_RAM_RW);
	at(1ul << 30, 0, P2M_INVALID);
}

/* Only RAM that nobody else refers to; then nothing can reach it, but for what is to be flushed. */
static void test_seizing(void **state)
{
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	p2m_map(d, GFN(3), MFN(3), ORDER_4K, P2M_GRANT_RW);
	p2m_map(d, GFN(4), MFN(4), ORDER_4K, P2M_MMIO_DIRECT);
	p2m_map(d, GFN(5), MFN(9), ORDER_4K, P2M_FOREIGN);
	p2m_map(d, GFN(6), MFN(1ul << 30), ORDER_4K, P2M_MMIO_DIRECT);
	pages[9].owner = owner->id;
	pages[1113].count = 2;
	p2m_flush(d);
	for (uint64_t gfn = 2; gfn <= 6; gfn++)
		assert_null(p2m_seize_page(d, GFN(gfn)));
	assert_null(p2m_seize_page(d, GFN(601)));
	assert_null(p2m_seize_page(d, GFN(1ul << 36)));
	assert_null(p2m_seize_page(d, GFN(~0ul)));
	assert_int_equal(pages[3].count, 1);
	assert_int_equal(pages[4].count, 1);
	at(601, 1113, P2M_RAM_RW);
	assert_false(d->p2m.need_flush);
	assert_ptr_equal(p2m_seize_page(d, GFN(600)), &pages[1112]);
	assert_int_equal(pages[1112].count, 0);
	assert_true(told.gfn == 600 && told.type == P2M_INVALID);
	at(599, 1111, P2M_RAM_RW);
	at(600, 0, P2M_INVALID);
	at(601, 1113, P2M_RAM_RW);
	assert_null(p2m_seize_page(d, GFN(600)));
	assert_null(p2m_page_get(d, GFN(600), NULL));
	p2m_flush(d);
	assert_int_equal(flushes, 1);
	assert_int_equal(dma_flushes, 1);
	pages[9].owner = d->id;
}

/* Out of memory for tables or for those of devices, it is still d's. */
static void test_seizing_without_memory(void **state)
{
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	limit = used;
	assert_null(p2m_seize_page(d, GFN(600)));
	limit = TABLES;
	told_limit = nr_told;
	assert_null(p2m_seize_page(d, GFN(600)));
	assert_int_equal(pages[1112].count, 1);
	at(600, 1112, P2M_RAM_RW);
}

static void test_foreign_pages_go_after_the_flush(void **state)
{
	pages[9] = (struct page_info){ .count = 2, .owner = 2 };
	assert_int_equal(p2m_map(d, GFN(7), MFN(9), ORDER_4K, P2M_FOREIGN), 0);
	assert_ptr_equal(p2m_page_get(d, GFN(7), NULL), &pages[9]);
	page_put(&pages[9]);
	assert_int_equal(p2m_unmap_page(d, GFN(7), MFN(9)), -EBUSY);
	assert_int_equal(p2m_unmap(d, GFN(7), ORDER_4K), 0);
	assert_int_equal(pages[9].count, 2);
	p2m_flush(d);
	assert_int_equal(pages[9].count, 1);
	assert_int_equal(flushes, 1);
	assert_true(pages[9].flags & PAGE_WRITTEN); /* for its owner's log of writes */
}

/* A guest scatters its memory: each page into 2 MiB where nothing was before. */
static unsigned scatter(void)
{
	unsigned n = 0;

	while (n < TABLES && !p2m_map(d, GFN(512ul * (n + 1)), MFN(n + 1), ORDER_4K, P2M_RAM_RW))
		n++;
	return n;
}

static void test_a_guest_gets_so_many_tables(void **state)
{
	unsigned n = scatter();

	assert_in_range(n, 500, 522);
	assert_int_equal(d->p2m.table_frames, 512 + 640 / 64);
	at(512, 1, P2M_RAM_RW);
	/* What needs no new table still works. */
	assert_int_equal(p2m_move_page(d, GFN(512), GFN(513), MFN(1)), 0);
	assert_int_equal(p2m_unmap(d, GFN(1024), ORDER_4K), 0);
}

static void test_domain_0_gets_what_there_is(void **state)
{
	d->is_control = true;
	scatter();
	assert_int_equal(used, TABLES);
}

/* Bit 2 stands for execution: nothing big has it, and what is executed gets small. */
static void test_execution_in_small_pages(void **state)
{
	static struct p2m_format small;
	const uint64_t execute = 4;
	uint64_t *top = mfn_to_virt(d->p2m.root), *l2, *l1, *l0;

	small = format;
	small.small_only = execute;
	small.has_1g = true;
	ops.p2m_format = &small;
	assert_int_equal(p2m_map(d, GFN(0), MFN(1UL << 18), ORDER_1G, P2M_RAM_RW), 0);
	l2 = mfn_to_virt(MFN(top[0] >> PAGE_SHIFT));
	assert_true((l2[0] & 0x87) == 0x83);
	assert_int_equal(p2m_split(d, GFN(513)), 0);
	l1 = mfn_to_virt(MFN(l2[0] >> PAGE_SHIFT));
	l0 = mfn_to_virt(MFN(l1[1] >> PAGE_SHIFT));
	assert_true((l1[0] & 0x87) == 0x83 && (l0[1] & 0x87) == 0x07);
	at(513, (1UL << 18) + 513, P2M_RAM_RW);
	at(5, (1UL << 18) + 5, P2M_RAM_RW);
	assert_int_equal(p2m_split(d, GFN(513)), 0);
	assert_int_equal(p2m_split(d, GFN(1UL << 30)), 0);
	limit = used;
	assert_int_equal(p2m_split(d, GFN(1024)), -ENOMEM);
	at(1024, (1UL << 18) + 1024, P2M_RAM_RW);
	ops.p2m_format = &format;
}

/* Devices follow each change, and have let go of a foreign page before its reference is dropped. */
static void test_devices_follow(void **state)
{
	pages[7].owner = owner->id;
	assert_int_equal(p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW), 0);
	assert_int_equal(nr_told, 1);
	assert_true(told.gfn == 512 && told.mfn == 1024 && told.level == 1);
	assert_int_equal(p2m_map(d, GFN(600), MFN(7), ORDER_4K, P2M_FOREIGN), 0);
	assert_true(told.gfn == 600 && told.mfn == 7 && told.level == 0);
	assert_int_equal(told.type, P2M_FOREIGN);
	p2m_flush(d);
	dma_flushes = 0;
	pages[7].count = 2;
	assert_int_equal(p2m_unmap(d, GFN(600), ORDER_4K), 0);
	assert_int_equal(told.type, P2M_INVALID);
	assert_int_equal(pages[7].count, 2);
	assert_int_equal(dma_flushes, 0);
	p2m_flush(d);
	assert_int_equal(dma_flushes, 1);
	assert_int_equal(pages[7].count, 1);
}

/* What devices cannot be told is not so for CPUs either, and is flushed all the same. */
static void test_devices_cannot_follow(void **state)
{
	told_limit = 0;
	assert_int_equal(p2m_map(d, GFN(5), MFN(6), ORDER_4K, P2M_RAM_RW), -ENOMEM);
	at(5, 0, P2M_INVALID);
	assert_true(d->p2m.need_flush);
	told_limit = 1;
	assert_int_equal(p2m_map(d, GFN(5), MFN(6), ORDER_4K, P2M_RAM_RW), 0);
	assert_int_equal(p2m_unmap(d, GFN(5), ORDER_4K), -ENOMEM);
	at(5, 6, P2M_RAM_RW);
}

/* Who gets devices later: all that is mapped is told, in its pieces. */
static void test_devices_are_told_all(void **state)
{
	assert_int_equal(p2m_map(d, GFN(1ul << 20), MFN(512), ORDER_2M, P2M_RAM_RW), 0);
	assert_int_equal(p2m_map(d, GFN(3), MFN(9), ORDER_4K, P2M_RAM_RO), 0);
	nr_told = 0;
	spin_lock(&d->p2m.lock);
	assert_int_equal(p2m_tell_iommu(d), 0);
	assert_int_equal(nr_told, 2);
	assert_true(told.gfn == 1ul << 20 && told.mfn == 512 && told.level == 1);
	assert_int_equal(told.type, P2M_RAM_RW);
	nr_told = 0;
	told_limit = 1;
	assert_int_equal(p2m_tell_iommu(d), -ENOMEM);
	assert_true(told.gfn == 3 && told.mfn == 9 && told.level == 0 && told.type == P2M_RAM_RO);
	spin_unlock(&d->p2m.lock);
	told_limit = ~0u;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map_split_unmap),
		TEST(test_gigabyte_leaf),
		TEST(test_the_need_to_flush_is_known_first),
		TEST(test_move),
		TEST(test_move_without_memory),
		TEST(test_seizing),
		TEST(test_seizing_without_memory),
		TEST(test_foreign_pages_go_after_the_flush),
		TEST(test_a_guest_gets_so_many_tables),
		TEST(test_domain_0_gets_what_there_is),
		TEST(test_execution_in_small_pages),
		TEST(test_devices_follow),
		TEST(test_devices_cannot_follow),
		TEST(test_devices_are_told_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
