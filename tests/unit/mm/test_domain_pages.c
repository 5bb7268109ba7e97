// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of domains on a frame table of a few frames: limits, references, and a domain's end while
 * others hold pages of it. The heap is one that only counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "domain.h"
#include "mm/private.h"

#define FRAMES 64u

struct page_info *frame_table;
uint64_t frame_table_entries = FRAMES;
static uint8_t *bytes;
static struct domain *d, *other;
static unsigned puts, frees, takes;
static bool dies_meanwhile;

uint64_t heap_take_block(unsigned order)
{
	d->is_dying |= dies_meanwhile;
	takes++;
	for (uint64_t f = 1u << order; f + (1u << order) <= FRAMES; f += 1u << order) {
		uint64_t i = 0;

		while (i < 1u << order && !frame_table[f + i].count)
			i++;
		if (i == 1u << order)
			return f;
	}
	return 0;
}

void heap_free_block(uint64_t first, unsigned order)
{
	assert_int_equal(order, 0);
	assert_int_equal(frame_table[first].count, 0);
	frees++;
}

struct page_info *mfn_to_page(mfn_t mfn)
{
	return mfn.n < FRAMES ? &frame_table[mfn.n] : NULL;
}

mfn_t page_to_mfn(const struct page_info *pg)
{
	return MFN((uint64_t)(pg - frame_table));
}

void *mfn_to_virt(mfn_t mfn)
{
	return bytes + mfn.n * PAGE_SIZE;
}

mfn_t virt_to_mfn(const void *va)
{
	return MFN((uint64_t)((const uint8_t *)va - bytes) / PAGE_SIZE);
}

struct domain *domain_of_page(const struct page_info *pg)
{
	return pg->owner == d->id ? d : pg->owner == other->id ? other : NULL;
}

void domain_put(struct domain *dom)
{
	dom->refs--;
	puts++;
}

noreturn_fn void panic(const char *fmt, ...)
{
	fail_msg("%s", fmt);
	abort();
}

static int setup(void **state)
{
	frame_table = calloc(FRAMES, sizeof(*frame_table));
	bytes = calloc(FRAMES, PAGE_SIZE);
	d = calloc(1, sizeof(*d));
	d->id = 7;
	d->refs = 1;
	d->max_pages = 32;
	other = calloc(1, sizeof(*other));
	other->id = 8;
	other->refs = 1;
	other->max_pages = 2;
	dies_meanwhile = false;
	puts = frees = takes = 0;
	return 0;
}

static int teardown(void **state)
{
	free(frame_table);
	free(bytes);
	free(d);
	free(other);
	return 0;
}

static void test_limit(void **state)
{
	assert_non_null(domain_page_alloc(d, 4));
	assert_null(domain_page_alloc(d, 5));
	assert_int_equal(d->tot_pages, 16);
	assert_int_equal(takes, 1); /* nothing is scrubbed for nothing */
	assert_int_equal(d->refs, 2);
	d->is_dying = true;
	assert_null(domain_page_alloc(d, 0));
}

static void test_no_page_after_the_end_has_begun(void **state)
{
	dies_meanwhile = true;
	assert_null(domain_page_alloc(d, 0));
	assert_int_equal(d->tot_pages, 0);
	assert_int_equal(d->page_list, 0);
	assert_int_equal(d->refs, 1);
	assert_int_equal(frees, 1);
}

/* Half of the pages are held by somebody: each page is looked at once, however many those are. */
static void test_release_passes_pages_in_use(void **state)
{
	struct page_info *pg[20];

	for (unsigned i = 0; i < ARRAY_SIZE(pg); i++) {
		pg[i] = domain_page_alloc(d, 0);
		if (i >= 10)
			assert_true(page_get(pg[i], d));
	}
	/* Given back by the guest before, but held: no longer its own to drop. */
	assert_true(page_drop_allocated(pg[19]));
	assert_int_equal(pg[19]->count, 1);
	assert_false(domain_pages_release(d, 5));
	assert_false(domain_pages_release(d, 15));
	assert_true(domain_pages_release(d, 1));
	assert_int_equal(d->tot_pages, 10);
	assert_int_equal(frees, 10);
	assert_int_equal(puts, 0);
	/* From the middle, the end and the beginning of what is left. */
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(pg[10 + (i * 7 + 3) % 10]->count, 1);
		page_put(pg[10 + (i * 7 + 3) % 10]);
	}
	assert_int_equal(d->tot_pages, 0);
	assert_int_equal(d->page_list | d->page_list_rest, 0);
	assert_int_equal(puts, 1);
	assert_int_equal(d->refs, 1);
}

static void test_references(void **state)
{
	struct page_info *pg = domain_page_alloc(d, 0);

	assert_false(page_get(pg, other));
	assert_true(page_get(pg, d));
	assert_true(page_drop_allocated(pg));
	assert_false(page_drop_allocated(pg));
	assert_int_equal(frees, 0);
	page_put(pg);
	assert_int_equal(frees, 1);
	assert_false(page_get(pg, d)); /* free */
}

static void test_a_page_changes_hands(void **state)
{
	struct page_info *first = domain_page_alloc(d, 0), *pg = domain_page_alloc(d, 0);

	assert_true(page_get(pg, d));
	assert_false(page_seize(pg, d)); /* somebody refers to it */
	page_put(pg);
	assert_false(page_seize(pg, other));
	assert_true(page_seize(pg, d));
	assert_false(page_get(pg, d));
	assert_false(page_seize(pg, d));
	page_mark_written(pg);
	assert_true(page_move(pg, other));
	assert_int_equal(pg->owner, other->id);
	assert_int_equal(pg->count, 2);
	assert_int_equal(pg->flags, PAGE_RAM | PAGE_ALLOCATED);
	assert_int_equal(d->tot_pages, 1);
	assert_int_equal(d->page_list, page_to_mfn(first).n);
	assert_int_equal(other->tot_pages, 1);
	assert_int_equal(other->page_list, page_to_mfn(pg).n);
	assert_int_equal(other->refs, 2);
	assert_int_equal(frees, 0);
	page_put(pg);
	assert_int_equal(pg->count, 1);
	/* And the last of d's. */
	assert_true(page_seize(first, d));
	assert_true(page_move(first, other));
	assert_int_equal(d->page_list | d->tot_pages, 0);
	assert_int_equal(d->refs, 1);
	assert_int_equal(puts, 1);
}

static void test_a_page_that_is_not_taken(void **state)
{
	struct page_info *pg[4];

	for (unsigned i = 0; i < ARRAY_SIZE(pg); i++)
		pg[i] = domain_page_alloc(d, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(pg); i++)
		assert_true(page_seize(pg[i], d));
	page_release(pg[0]);
	assert_true(page_get(pg[0], d));
	assert_false(page_move(pg[1], NULL));
	assert_int_equal(frees, 1);
	other->tot_pages = other->max_pages;
	assert_false(page_move(pg[2], other));
	other->tot_pages = 0;
	other->is_dying = true;
	assert_false(page_move(pg[3], other));
	assert_int_equal(frees, 3);
	assert_int_equal(pg[3]->flags, PAGE_RAM);
	assert_int_equal(d->tot_pages, 1);
	assert_int_equal(other->page_list | other->tot_pages, 0);
	assert_int_equal(other->refs, 1);
}

/* A page of the hypervisor's that the domain is shown, and one that it has given up. */
static void test_pages_that_cannot_be_seized(void **state)
{
	struct page_info *pg = domain_page_alloc(d, 0);

	page_share_with(mfn_to_virt(MFN(40)), d);
	assert_false(page_seize(&frame_table[40], d));
	assert_true(page_get(pg, d));
	page_drop_allocated(pg);
	assert_int_equal(pg->count, 1);
	assert_false(page_seize(pg, d));
	page_put(pg);
	assert_false(page_seize(pg, d)); /* free */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_limit),
		TEST(test_no_page_after_the_end_has_begun),
		TEST(test_release_passes_pages_in_use),
		TEST(test_references),
		TEST(test_a_page_changes_hands),
		TEST(test_a_page_that_is_not_taken),
		TEST(test_pages_that_cannot_be_seized),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
