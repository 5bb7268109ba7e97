// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies of disks: exact sizes, holes, and streams that are too short or too long.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/stream.h"

#define MIB (1 << 20)

static int temporary(void)
{
	char name[] = "/tmp/test_stream.XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	return fd;
}

/* 8 MiB with data at the beginning, across the 3rd MiB's border, and in the last byte. */
static int source(void)
{
	int fd = temporary();

	assert_int_equal(ftruncate(fd, 8 * MIB), 0);
	assert_int_equal(pwrite(fd, "begin", 5, 0), 5);
	assert_int_equal(pwrite(fd, "middle", 6, 3 * MIB - 3), 6);
	assert_int_equal(pwrite(fd, "!", 1, 8 * MIB - 1), 1);
	return fd;
}

static void assert_same(int a, int b, size_t len)
{
	char *left = mmap(NULL, len, PROT_READ, MAP_SHARED, a, 0);
	char *right = mmap(NULL, len, PROT_READ, MAP_SHARED, b, 0);

	assert_true(left != MAP_FAILED && right != MAP_FAILED);
	assert_memory_equal(left, right, len);
	munmap(left, len);
	munmap(right, len);
}

static void test_sparse_copy(void **state)
{
	int in = source(), out = temporary();
	struct sr_error e;
	struct stat st;

	assert_int_equal(stream_copy(in, out, 8 * MIB, true, &e), 0);
	assert_int_equal(ftruncate(out, 8 * MIB), 0);
	/* Before it is looked at: a tmpfs gives each page of a mapping that is read a block. */
	assert_int_equal(fstat(out, &st), 0);
	assert_true(st.st_blocks * 512 < MIB);
	assert_same(in, out, 8 * MIB);
	close(in);
	close(out);
}

static void test_plain_copy_writes_zeroes(void **state)
{
	int in = source(), out = temporary();
	struct sr_error e;
	struct stat st;

	assert_int_equal(stream_copy(in, out, 8 * MIB, false, &e), 0);
	assert_int_equal(fstat(out, &st), 0);
	assert_int_equal(st.st_size, 8 * MIB);
	assert_same(in, out, 8 * MIB);
	close(in);
	close(out);
}

/* From a pipe, in pieces. */
static void test_from_a_pipe(void **state)
{
	int in = source(), out = temporary(), fds[2];
	struct sr_error e;

	assert_int_equal(pipe(fds), 0);
	if (fork() == 0) {
		char piece[1000];
		ssize_t n;

		while ((n = read(in, piece, sizeof(piece))) > 0)
			if (write(fds[1], piece, (size_t)n) != n)
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	assert_int_equal(stream_copy(fds[0], out, 8 * MIB, true, &e), 0);
	assert_int_equal(stream_ends(fds[0], 8 * MIB, &e), 0);
	assert_int_equal(ftruncate(out, 8 * MIB), 0);
	lseek(in, 0, SEEK_SET);
	assert_same(in, out, 8 * MIB);
	close(in);
	close(out);
	close(fds[0]);
}

static void test_short_stream(void **state)
{
	int in = source(), out = temporary();
	struct sr_error e;

	assert_int_equal(stream_copy(in, out, 9 * MIB, true, &e), -1);
	assert_string_equal(e.code, ERR_STREAM);
	assert_reason(e.why, "ended after 8388608 of 9437184 bytes");
	close(in);
	close(out);
}

static void test_long_stream(void **state)
{
	int in = source(), out = temporary();
	struct sr_error e;

	assert_int_equal(stream_copy(in, out, 7 * MIB, true, &e), 0);
	assert_int_equal(stream_ends(in, 7 * MIB, &e), -1);
	assert_string_equal(e.code, ERR_STREAM);
	close(in);
	close(out);
}

static void test_full_target(void **state)
{
	int in = source(), out = open("/dev/full", O_WRONLY);
	struct sr_error e;

	assert_int_equal(stream_copy(in, out, 8 * MIB, false, &e), -1);
	assert_string_equal(e.code, ERR_SR_FULL);
	close(in);
	close(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sparse_copy), cmocka_unit_test(test_plain_copy_writes_zeroes),
		cmocka_unit_test(test_from_a_pipe), cmocka_unit_test(test_short_stream),
		cmocka_unit_test(test_long_stream), cmocka_unit_test(test_full_target),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
