// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notes of crashes: told of once, kept until somebody has heard, one for each VM.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "own_folder.h"
#include "vm/crash_note.h"

#define ONE "00000000-0000-0000-0000-000000000001"
#define TWO "00000000-0000-0000-0000-000000000002"

struct heard {
	unsigned int nr, sum;
	bool deaf;
};

static bool hear(void *arg, const char *uuid, unsigned int domid)
{
	struct heard *h = arg;

	assert_int_equal(strlen(uuid), strlen(ONE));
	h->nr++;
	h->sum += domid;
	return !h->deaf;
}

static int clean(void **state)
{
	return system("rm -rf " VM_CRASH_DIR);
}

static void test_each_is_told_of_once(void **state)
{
	struct heard deaf = { .deaf = true }, first = { 0 }, second = { 0 };

	crash_note_leave(ONE, 7);
	crash_note_leave(TWO, 3);
	crash_note_leave(TWO, 10);
	crash_notes_take(hear, &deaf);
	crash_notes_take(hear, &first);
	crash_notes_take(hear, &second);
	assert_int_equal(deaf.nr, 2);
	assert_int_equal(first.nr, 2);
	assert_int_equal(first.sum, 17);
	assert_int_equal(second.nr, 0);
}

static void test_what_is_no_note(void **state)
{
	struct heard h = { 0 };

	crash_notes_take(hear, &h); /* no folder */
	mkdir(VM_CRASH_DIR, 0700);
	assert_int_equal(system("echo 1 > " VM_CRASH_DIR "/.new." ONE "; mkdir " VM_CRASH_DIR
				"/" TWO "; echo 1 > " VM_CRASH_DIR "/other"),
			 0);
	crash_notes_take(hear, &h);
	assert_int_equal(h.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_is_told_of_once, clean, clean),
		cmocka_unit_test_setup_teardown(test_what_is_no_note, clean, clean),
	};

	return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
