// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modules that another process is loading at the same time. The kernel's list is a file here, and
 * nothing is loaded.
 */
#include "test.h"

#include <sys/wait.h>
#include <unistd.h>

#include "devices/module.h"
#include "own_folder.h"

#define OTHERS "some_driver_of_others 1 0 - Live 0x0\nsome_driver_of 1 0 - Loading 0x0\n"

static bool put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	bool good = f && fputs(text, f) >= 0;

	return f && fclose(f) == 0 && good;
}

static bool lists(const char *words)
{
	char text[256] = "";
	FILE *f = fopen("modules", "r");

	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	return strstr(text, words);
}

static void test_one_that_begins(void **state)
{
	struct reason why;
	int status;
	pid_t pid;

	(void)state;
	assert_true(put("modules", OTHERS "some_driver 4096 1 ext4, Loading 0x0\n"));
	assert_true(put("there", ""));
	pid = fork();
	if (pid == 0) {
		usleep(200000);
		_exit(!put("new", OTHERS "some_driver 4096 1 ext4, Live 0x0\n") ||
		      rename("new", "modules") < 0);
	}
	assert_int_equal(module_load("some-driver", NULL, "there", &why), 0);
	assert_true(lists("some_driver 4096 1 ext4, Live"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* Of another's it is not waited for. */
	assert_int_equal(module_load("some-driver", NULL, "there", &why), 0);
	assert_true(lists("some_driver_of 1 0 - Loading"));
}

static void test_one_of_the_kernels_own(void **state)
{
	struct reason why;

	(void)state;
	assert_true(put("there", ""));
	assert_int_equal(module_load("some-driver", NULL, "there", &why), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, own_folder_enter, own_folder_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_that_begins),
		TEST(one_of_the_kernels_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
