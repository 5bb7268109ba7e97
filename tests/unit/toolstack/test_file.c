// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that change as a whole. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

static char top[] = "/tmp/test_file.XXXXXX";

static const char *at(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void assert_content(const char *path, const char *text)
{
	struct buf b = { 0 };

	assert_int_equal(buf_read_file(&b, path, 100), 0);
	assert_string_equal(b.data, text);
	buf_free(&b);
}

static int make_top(void **state)
{
	return mkdtemp(top) && chdir(top) == 0 ? 0 : -1;
}

static int remove_top(void **state)
{
	rmdir(at("a/b"));
	rmdir(at("a"));
	return rmdir(top);
}

static void written_and_replaced(void **state)
{
	struct stat info;

	assert_int_equal(file_replace(at("f"), "one", 3, 0600), 0);
	assert_int_equal(stat(at("f"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(file_replace(at("f"), "", 0, 0600), 0);
	assert_content(at("f"), "");
	/* A name without a folder is in this one. */
	assert_int_equal(file_replace("f", "two", 3, 0600), 0);
	assert_content(at("f"), "two");
	assert_int_equal(access(at(".new.f"), F_OK), -1);
	assert_int_equal(file_unlink("f"), 0);
	assert_int_equal(access(at("f"), F_OK), -1);
	assert_int_equal(file_unlink(at("f")), 0);
}

static void the_old_one_stays(void **state)
{
	char path[5000];

	assert_int_equal(mkdir(at("d"), 0700), 0);
	assert_int_equal(file_replace(at("d"), "x", 1, 0600), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(access(at(".new.d"), F_OK), -1);
	assert_int_equal(file_unlink(at("d")), -1);
	assert_int_equal(rmdir(at("d")), 0);
	assert_int_equal(file_replace(at("none/f"), "x", 1, 0600), -1);
	assert_int_equal(errno, ENOENT);
	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(file_replace(path, "x", 1, 0600), -1);
	assert_int_equal(errno, ENAMETOOLONG);
}

/* Who can write into the folder could point elsewhere. */
static void no_link_is_followed(void **state)
{
	assert_int_equal(file_replace(at("victim"), "mine", 4, 0600), 0);
	assert_int_equal(symlink("victim", at(".new.f")), 0);
	assert_int_equal(file_replace(at("f"), "yours", 5, 0600), -1);
	assert_content(at("victim"), "mine");
	unlink(at(".new.f"));
	assert_int_equal(file_unlink(at("victim")), 0);
}

static void folders(void **state)
{
	file_folders(at("a/b/f"));
	assert_int_equal(file_replace(at("a/b/f"), "x", 1, 0600), 0);
	file_folders(at("a/b/f"));
	assert_content(at("a/b/f"), "x");
	assert_int_equal(file_unlink(at("a/b/f")), 0);
}

/* Each open file is a holder of its own, of one process or of two. */
static void locked_until_closed(void **state)
{
	const int now = LOCK_EX | LOCK_NB;
	struct stat info;
	int one, two;

	assert_int_equal(file_lock(at("l"), O_RDONLY, now), -1);
	assert_int_equal(errno, ENOENT);
	one = file_lock(at("l"), O_RDWR | O_CREAT, LOCK_EX);
	assert_true(one >= 0);
	assert_int_equal(fcntl(one, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstat(one, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	/* Nothing stays open of a try, and its errno is the lock's. */
	close(two = dup(one));
	assert_int_equal(file_lock(at("l"), O_RDONLY, now), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_int_equal(dup(one), two);
	close(two);
	close(one);
	two = file_lock(at("l"), O_RDONLY, now);
	assert_true(two >= 0);
	close(two);
	assert_int_equal(file_unlink(at("l")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_and_replaced), cmocka_unit_test(the_old_one_stays),
		cmocka_unit_test(no_link_is_followed),  cmocka_unit_test(folders),
		cmocka_unit_test(locked_until_closed),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
