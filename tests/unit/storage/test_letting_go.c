// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is still in use for a moment after its user has ended: a device that shows a file, and a
 * file system.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "devices/file_shown.h"
#include "own_folder.h"
#include "storage/device.h"
#include "storage/mount.h"

#define MOMENT_US 200000

/* The folder becomes the file system's namespace of this process alone, where that is allowed. */
static void own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		skip();
}

/* A device of the kernel's that says that it shows ./image. */
static void show(void)
{
	char text[128];
	struct stat st;
	FILE *f;

	assert_int_equal(system("mkdir -p blocks/nbd0 dev && : >image"), 0);
	if (mknod("dev/nbd0", S_IFBLK | 0600, makedev(43, 0)) < 0 && errno == EPERM)
		skip();
	assert_int_equal(stat("image", &st), 0);
	file_shown_name(text, sizeof(text), st.st_dev, st.st_ino, false, 1);
	f = fopen("blocks/nbd0/backend", "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_a_device_that_goes(void **state)
{
	char who[128];
	pid_t pid;

	(void)state;
	show();
	assert_true(file_user("image", who, sizeof(who)));
	assert_string_equal(who, "shown as /dev/nbd0");
	pid = fork();
	if (pid == 0) {
		usleep(MOMENT_US);
		_exit(unlink("blocks/nbd0/backend"));
	}
	assert_false(file_user("image", who, sizeof(who)));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Has a file open there for a moment, or until it is killed. */
static pid_t use(const char *where, bool long_time)
{
	int told[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(where, O_RDONLY);

		if (fd < 0 || write(told[1], "", 1) != 1)
			_exit(1);
		if (long_time)
			pause();
		usleep(MOMENT_US);
		_exit(0);
	}
	close(told[1]);
	assert_int_equal(read(told[0], &c, 1), 1);
	close(told[0]);
	return pid;
}

static void test_a_file_system_that_is_left(void **state)
{
	char where[64];
	struct sr_error e;
	pid_t pid;

	(void)state;
	own_mounts();
	snprintf(where, sizeof(where), "%s/there", own_folder);
	assert_int_equal(mkdir(where, 0700), 0);
	assert_int_equal(mount("none", where, "tmpfs", 0, NULL), 0);
	pid = use(where, true);
	assert_int_equal(unmount(where, false, &e), -1);
	assert_string_equal(e.code, ERR_SR_IN_USE);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	pid = use(where, false);
	assert_int_equal(unmount(where, false, &e), 0);
	assert_int_equal(access(where, F_OK), -1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, own_folder_enter, own_folder_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_that_goes),
		TEST(a_file_system_that_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
