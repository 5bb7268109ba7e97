// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap on a few MiB: what is handed out is zeroed, by whom, and when not again. Each test has
 * the whole heap as one block, and gives it back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mm/private.h"

#define ORDER 11u
#define FIRST BIT(ORDER)
#define NR    BIT(ORDER)

static uint8_t *memory; /* of frames from FIRST on */

void *mfn_to_virt(mfn_t mfn)
{
	assert_in_range(mfn.n, FIRST, FIRST + NR - 1);
	return memory + (mfn.n - FIRST) * PAGE_SIZE;
}

mfn_t virt_to_mfn(const void *va)
{
	return MFN(FIRST + (uint64_t)((const uint8_t *)va - memory) / PAGE_SIZE);
}

noreturn_fn void panic(const char *fmt, ...)
{
	fail_msg("%s", fmt);
	abort();
}

static int setup(void **state)
{
	frame_table_entries = FIRST + NR;
	frame_table = calloc(frame_table_entries, sizeof(*frame_table));
	memory = malloc(NR * PAGE_SIZE);
	memset(memory, 0xaa, NR * PAGE_SIZE);
	heap_add_range(FIRST, FIRST + NR, PAGE_OWNER_NONE);
	return 0;
}

static int teardown(void **state)
{
	free(frame_table);
	free(memory);
	return 0;
}

static bool is_zero(const uint8_t *p, uint64_t pages)
{
	return !p[0] && !memcmp(p, p + 1, pages * PAGE_SIZE - 1);
}

static uint64_t zero_pages(void)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < NR; i++)
		n += is_zero(memory + i * PAGE_SIZE, 1);
	return n;
}

static void use_and_give_back(void)
{
	uint8_t *all = heap_alloc(ORDER);

	assert_non_null(all);
	memset(all, 0x55, NR * PAGE_SIZE);
	heap_free(all, ORDER);
}

static void idle(void)
{
	unsigned rounds = 0;

	while (heap_scrub_idle())
		assert_true(rounds++ < 4 * NR);
}

static void test_memory_of_the_start_is_scrubbed_when_handed_out(void **state)
{
	uint8_t *p;

	assert_false(heap_scrub_idle());
	assert_int_equal(zero_pages(), 0);
	p = heap_alloc(3);
	assert_true(is_zero(p, 8));
	assert_int_equal(zero_pages(), 8);
	heap_free(p, 3);
}

static void test_idle_cpus_scrub_memory_of_the_start_if_asked_to(void **state)
{
	uint8_t *all = heap_alloc(ORDER);

	memset(all, 0xaa, NR * PAGE_SIZE);
	heap_add_range(FIRST, FIRST + NR, PAGE_OWNER_STALE);
	assert_int_equal(zero_pages(), 0);
	idle();
	assert_true(zero_pages() > NR / 2);
	all = heap_alloc(ORDER);
	assert_true(is_zero(all, NR));
	heap_free(all, ORDER);
}

static void test_what_was_given_back_is_scrubbed_when_handed_out(void **state)
{
	uint8_t *all;

	use_and_give_back();
	all = heap_alloc(ORDER);
	assert_true(is_zero(all, NR));
	heap_free(all, ORDER);
}

static void test_idle_cpus_scrub_what_was_given_back(void **state)
{
	uint8_t *all;

	use_and_give_back();
	assert_true(heap_scrub_idle());
	assert_int_equal(zero_pages(), 1);
	idle();
	assert_true(zero_pages() > NR / 2);
	all = heap_alloc(ORDER);
	assert_true(is_zero(all, NR));
	heap_free(all, ORDER);
}

static void test_clean_memory_is_not_scrubbed_again(void **state)
{
	uint8_t *all;
	uint64_t clean = 0;

	use_and_give_back();
	idle();
	while (!is_zero(memory + clean * PAGE_SIZE, 1))
		clean++;
	memory[clean * PAGE_SIZE] = 1;
	all = heap_alloc(ORDER);
	assert_int_equal(all[clean * PAGE_SIZE], 1);
	heap_free(all, ORDER);
}

static void test_idle_cpus_keep_away_from_what_is_in_use(void **state)
{
	uint8_t *half;

	use_and_give_back();
	half = heap_alloc(ORDER - 1);
	memset(half, 0x77, NR / 2 * PAGE_SIZE);
	idle();
	for (uint64_t i = 0; i < NR / 2 * PAGE_SIZE; i++)
		if (half[i] != 0x77)
			fail_msg("byte %lu was changed", i);
	heap_free(half, ORDER - 1);
}

static void test_a_few_pages_are_no_work_for_idle_cpus(void **state)
{
	uint8_t *all, *p;

	use_and_give_back();
	all = heap_alloc(ORDER);
	heap_free(all, ORDER);
	idle();
	all = heap_alloc(ORDER);
	heap_free_block(virt_to_mfn(all).n, 0);
	assert_false(heap_scrub_idle());
	p = heap_alloc(0);
	assert_ptr_equal(p, all);
	heap_free(all, ORDER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_of_the_start_is_scrubbed_when_handed_out),
		cmocka_unit_test(test_idle_cpus_scrub_memory_of_the_start_if_asked_to),
		cmocka_unit_test(test_what_was_given_back_is_scrubbed_when_handed_out),
		cmocka_unit_test(test_idle_cpus_scrub_what_was_given_back),
		cmocka_unit_test(test_clean_memory_is_not_scrubbed_again),
		cmocka_unit_test(test_idle_cpus_keep_away_from_what_is_in_use),
		cmocka_unit_test(test_a_few_pages_are_no_work_for_idle_cpus),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
