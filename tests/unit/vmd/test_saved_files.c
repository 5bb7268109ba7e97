// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files of suspended VMs: complete ones are told of, what a writer that is no more has left
 * goes, what one is at work on stays, and so does whatever is none of ours.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "vmd/saved_files.h"

#define ONE   "00000000-0000-0000-0000-000000000001"
#define TWO   "00000000-0000-0000-0000-000000000002"
#define THREE "00000000-0000-0000-0000-000000000003"

static char folder[] = "/tmp/saved-XXXXXX";
static char told[400];

static void tell(void *arg, const char *uuid)
{
	assert_ptr_equal(arg, told);
	strcat(told, uuid);
	strcat(told, " ");
}

static int make(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool is_there(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void test_all_kinds(void **state)
{
	static const char *const others[] = { "notes.save", ONE ".save.bak", ONE, ".save",
					      "00000000-0000-0000-0000-00000000000g.save.part" };
	int busy;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		close(make(others[i]));
	close(make(ONE ".save"));
	close(make(TWO ".save.part"));
	busy = make(THREE ".save.part");
	assert_int_equal(flock(busy, LOCK_EX), 0);
	saved_files_each(folder, tell, told);
	assert_string_equal(told, ONE " ");
	assert_false(is_there(TWO ".save.part"));
	assert_true(is_there(THREE ".save.part"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_true(is_there(others[i]));
	close(busy);
	saved_files_each(folder, tell, told);
	assert_false(is_there(THREE ".save.part"));
	saved_files_forget(folder, TWO);
	assert_true(is_there(ONE ".save"));
	saved_files_forget(folder, ONE);
	assert_false(is_there(ONE ".save"));
}

static void test_no_folder(void **state)
{
	told[0] = '\0';
	saved_files_each("/nonexistent/folder", tell, told);
	assert_string_equal(told, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_no_folder),
	};
	char command[100];
	int rc;

	if (!mkdtemp(folder))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0 ? rc : 1;
}
