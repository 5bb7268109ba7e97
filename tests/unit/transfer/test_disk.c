// SPDX-License-Identifier: GPL-2.0-or-later
/* Disks that are filled: new ones stay sparse, and of used ones nothing is left. */
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "transfer/raw.h"

#define SIZE (3u << 20)

static struct disk used_disk(void)
{
	struct disk d = disk_of(file_new(SIZE), SIZE);

	noise_put(d.fd, 0, SIZE, 1);
	d.used = true;
	return d;
}

static bool is_zero(const struct disk *d, uint64_t from, uint64_t to)
{
	size_t len;
	uint8_t *data = file_bytes(d->fd, &len);
	bool zero = sparse_is_zero(data + from, to - from);

	free(data);
	return zero;
}

static void test_zero(void **state)
{
	struct disk d = used_disk(), fresh = disk_of(file_new(SIZE), SIZE);
	struct reason why;

	(void)state;
	assert_int_equal(disk_zero(&d, 1000, 200000, &why), 0);
	assert_true(is_zero(&d, 1000, 201000));
	assert_false(is_zero(&d, 990, 1000));
	assert_false(is_zero(&d, 201000, 201010));
	assert_int_equal(disk_zero(&d, 0, SIZE, &why), 0);
	assert_true(is_zero(&d, 0, SIZE));
	/* One that is new is not even looked at. */
	close(fresh.fd);
	assert_int_equal(disk_zero(&fresh, 0, SIZE, &why), 0);
	close(d.fd);
}

static void test_zeroes_that_are_written(void **state)
{
	struct disk d = used_disk();
	static uint8_t data[1 << 20];
	struct reason why;

	(void)state;
	data[500000] = 1;
	assert_int_equal(disk_write(&d, 4096, data, sizeof(data), &why), 0);
	assert_true(is_zero(&d, 4096, 504096));
	assert_true(is_zero(&d, 504097, 4096 + sizeof(data)));
	assert_false(is_zero(&d, 504096, 504097));
	assert_int_equal(disk_write(&d, SIZE - 10, data, 20, &why), 0);
	data[15] = 1;
	assert_int_equal(disk_write(&d, SIZE - 10, data, 20, &why), -1);
	assert_reason(why, "beyond the disk's end");
	close(d.fd);
}

static void test_a_shorter_stream(void **state)
{
	struct disk d = used_disk();
	int short_fd = file_new(1 << 20);
	struct source *s = source_of(short_fd);
	struct reason why;

	(void)state;
	assert_int_equal(raw_read(s, &d, NULL, &why), 0);
	assert_true(is_zero(&d, 0, SIZE));
	source_close(s);
	close(short_fd);
	close(d.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_zeroes_that_are_written),
		cmocka_unit_test(test_a_shorter_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
