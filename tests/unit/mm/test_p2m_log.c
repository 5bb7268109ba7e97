// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log of writes: which pages it calls written, by the guest or by anybody else, and that it
 * forgets none when memory is short.
 */
#include "p2m_machine.h"

#include <string.h>

static uint64_t bits[1024 / 64];

/* How many of [first, first + nr) were written to; which, in `bits`. */
static uint64_t scan(enum p2m_scan_how how, uint64_t first, uint64_t nr)
{
	struct p2m_scan s = { .how = how, .first = first, .nr = nr, .bits = bits };

	memset(bits, 0, sizeof(bits));
	p2m_scan(d, &s);
	p2m_flush(d);
	return s.written;
}

static bool was_told(uint64_t n)
{
	return bits[n / 64] & BIT(n % 64);
}

static void log_begin(void)
{
	struct p2m_scan s = { .how = P2M_SCAN_START, .nr = 1ul << 20 };

	d->p2m.log_dirty = true;
	p2m_scan(d, &s);
	p2m_flush(d);
}

static void test_the_log_tells_what_was_written(void **state)
{
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	p2m_map(d, GFN(3), MFN(3), ORDER_4K, P2M_RAM_RW);
	p2m_map(d, GFN(4), MFN(4), ORDER_4K, P2M_RAM_RO);
	assert_false(p2m_write_fault(d, GFN(600))); /* there is no log */
	log_begin();
	assert_int_equal(flushes, 1);
	assert_int_equal(scan(P2M_SCAN_PEEK, 0, 1024), 0);
	at(600, 1112, P2M_RAM_RW); /* as before, to all others */
	at(3, 3, P2M_RAM_RW);

	assert_true(p2m_write_fault(d, GFN(600)));
	assert_false(p2m_write_fault(d, GFN(600))); /* by another CPU, that was slower */
	assert_true(p2m_write_fault(d, GFN(3)));
	assert_false(p2m_write_fault(d, GFN(4)));
	assert_false(p2m_write_fault(d, GFN(5)));
	at(600, 1112, P2M_RAM_RW);
	assert_int_equal(d->p2m.write_faults, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(scan(P2M_SCAN_PEEK, 0, 1024), 2);
		assert_true(was_told(3) && was_told(600));
	}
	flushes = 0;
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 1024), 2);
	assert_true(was_told(3) && was_told(600));
	assert_int_equal(flushes, 1);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 1024), 0);
	assert_int_equal(flushes, 1);
	assert_true(p2m_write_fault(d, GFN(600)));

	/* What is mapped from now on, or moved, counts as written. */
	p2m_map(d, GFN(9), MFN(9), ORDER_4K, P2M_RAM_RW);
	assert_int_equal(p2m_move_page(d, GFN(700), GFN(10), MFN(1212)), 0);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 1024), 3);
	assert_true(was_told(9) && was_told(10) && was_told(600));
	at(10, 1212, P2M_RAM_RW);

	scan(P2M_SCAN_STOP, 0, 1024);
	assert_false(p2m_write_fault(d, GFN(601)));
	assert_false(p2m_write_fault(d, GFN(3)));
}

static void test_the_log_knows_who_else_writes(void **state)
{
	p2m_map(d, GFN(0), MFN(1024), ORDER_2M, P2M_RAM_RW);
	page_mark_written(&pages[1029]);
	log_begin();
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 0); /* that was before */
	page_mark_written(&pages[1030]);
	assert_int_equal(scan(P2M_SCAN_PEEK, 0, 512), 1);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 1);
	assert_true(was_told(6));
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 0);
	/* Mapped by somebody: written to at any moment. */
	assert_ptr_equal(p2m_page_get(d, GFN(7), NULL), &pages[1031]);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 1);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 1);
	assert_true(was_told(7));
	page_mark_written(&pages[1031]);
	page_put(&pages[1031]);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 1);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 0, 512), 0);
	/* What the hypervisor shows the guest is no page of the guest's. */
	pages[9].flags = PAGE_XENHEAP;
	p2m_map(d, GFN(520), MFN(9), ORDER_4K, P2M_RAM_RW);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 512, 512), 0);
}

static void test_the_log_without_memory(void **state)
{
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	log_begin();
	limit = used;
	assert_true(p2m_write_fault(d, GFN(600)));
	assert_false(p2m_write_fault(d, GFN(601)));
	assert_int_equal(scan(P2M_SCAN_CLEAN, 512, 512), 512);
	limit = TABLES;
	assert_true(p2m_write_fault(d, GFN(600)));
	assert_int_equal(scan(P2M_SCAN_CLEAN, 512, 512), 1);
	assert_true(was_told(88));
}

/* A range that ends within a large page tells of a part: the page as a whole stays written. */
static void test_the_log_forgets_nothing(void **state)
{
	log_begin();
	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 512, 100), 100);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 512, 512), 512);
	assert_int_equal(scan(P2M_SCAN_CLEAN, 512, 512), 0);
	assert_int_equal(scan(P2M_SCAN_CLEAN, (1ul << 36) - 512, 1024), 0);
	assert_false(p2m_write_fault(d, GFN(1ul << 36)));
}

static void test_the_log_of_a_gigabyte_leaf(void **state)
{
	const uint64_t g = 1ul << ORDER_1G;
	struct p2m_format with_1g = format;

	with_1g.has_1g = true;
	ops.p2m_format = &with_1g;
	p2m_map(d, GFN(g), MFN(g), ORDER_1G, P2M_RAM_RW);
	log_begin();
	assert_int_equal(scan(P2M_SCAN_CLEAN, g, 1024), 0);
	assert_true(p2m_write_fault(d, GFN(g + 1000)));
	assert_int_equal(scan(P2M_SCAN_CLEAN, g, 1024), 1);
	assert_true(was_told(1000));
	assert_int_equal(scan(P2M_SCAN_CLEAN, g, 1024), 0);
	at(2 * g - 1, 2 * g - 1, P2M_RAM_RW);
	ops.p2m_format = &format;
}

/* One that the log calls clean as any other; nothing of it is told afterwards. */
static void test_seizing_a_clean_page(void **state)
{
	struct p2m_scan s = { .how = P2M_SCAN_START, .nr = 1024 };

	p2m_map(d, GFN(512), MFN(1024), ORDER_2M, P2M_RAM_RW);
	d->p2m.log_dirty = true;
	p2m_scan(d, &s);
	assert_ptr_equal(p2m_seize_page(d, GFN(600)), &pages[1112]);
	pages[1112].flags |= PAGE_WRITTEN; /* by whoever has it now */
	s.how = P2M_SCAN_CLEAN;
	s.written = 0;
	p2m_scan(d, &s);
	assert_int_equal(s.written, 0);
	assert_true(pages[1112].flags & PAGE_WRITTEN);
	assert_false(p2m_write_fault(d, GFN(600)));
	assert_true(p2m_write_fault(d, GFN(601)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_log_tells_what_was_written), TEST(test_the_log_knows_who_else_writes),
		TEST(test_the_log_without_memory),         TEST(test_the_log_forgets_nothing),
		TEST(test_the_log_of_a_gigabyte_leaf),     TEST(test_seizing_a_clean_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
