// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qcow2 images of ours, there and back and read by qemu-img; images of qemu-img's in all their
 * kinds; cut and altered ones.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "transfer/qcow2.h"
#include "transfer/spool.h"

#define SIZE (9ull << 20 | 3 << 9)

static int sample(uint64_t size)
{
	int fd = file_new(size);

	noise_put(fd, 100, 5000, 1);
	noise_put(fd, 5 << 20, 1 << 20, 2);
	noise_put(fd, size - 1000, 1000, 3);
	return fd;
}

static int image_of(int disk_fd)
{
	struct disk disk = disk_of(disk_fd, file_size(disk_fd));
	struct reason why;
	int fd = file_new(0);
	struct sink *s = sink_to(fd, PACKING_NONE);

	assert_int_equal(qcow2_write(s, &disk, NULL, &why), 0);
	sink_close(s);
	return fd;
}

/* -1: refused, and nothing was written. */
static int disk_of_image(int fd, uint64_t size, struct reason *why)
{
	struct disk image = disk_of(fd, file_size(fd)), to = disk_of(file_new(size), size);

	to.used = true;
	noise_put(to.fd, 0, size, 9);
	if (qcow2_read(&image, &to, NULL, why) == 0)
		return to.fd;
	close(to.fd);
	return -1;
}

static void test_there_and_back(void **state)
{
	static const uint64_t sizes[] = { SIZE, 512, 600ull << 20 };
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int disk = sizes[i] > 512 ? sample(sizes[i]) : file_new(512);
		int fd = image_of(disk), back = disk_of_image(fd, sizes[i], &why);

		assert_true(back >= 0);
		assert_same_files(disk, back);
		/* Two tables where two are needed, and the clusters. */
		if (sizes[i] == SIZE)
			assert_int_equal(file_size(fd), (1 + 1 + 1 + 1 + 1 + 18) << 16);
		if (sizes[i] == 600 << 20)
			assert_int_equal(file_size(fd), (1 + 1 + 1 + 1 + 2 + 18) << 16);
		close(disk);
		close(fd);
		close(back);
	}
}

static void test_a_large_one(void **state)
{
	const uint64_t size = 3ull << 40;
	struct disk disk = disk_of(file_new(size), size);
	struct disk image = disk_of(file_new(0), 0);
	struct sink *s;
	struct reason why;
	uint8_t header[QCOW2_HEADER];

	(void)state;
	/* What cannot be read is told; reading three terabytes would take long. */
	close(disk.fd);
	disk.fd = -1;
	s = sink_to(image.fd, PACKING_NONE);
	assert_int_equal(qcow2_write(s, &disk, NULL, &why), -1);
	assert_reason(why, "reading the disk");
	disk.size = 100;
	assert_int_equal(qcow2_write(s, &disk, NULL, &why), -1);
	assert_reason(why, "does not become");
	disk.size = 65ull << 40;
	assert_int_equal(qcow2_write(s, &disk, NULL, &why), -1);
	assert_reason(why, "does not become");
	sink_close(s);
	assert_int_equal(pread(image.fd, header, sizeof(header), 0), 0);
	close(image.fd);
}

/* ---- qemu-img ---------------------------------------------------------------------------- */

static bool have_qemu_img(void)
{
	return access("/usr/bin/qemu-img", X_OK) == 0;
}

static void qemu_img(const char *what, int first, int second)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "F=/proc/%d/fd/%d; S=/proc/%d/fd/%d; /usr/bin/qemu-img %s", getpid(), first,
		 getpid(), second, what);
	assert_int_equal(system(command), 0);
}

static void test_read_by_others(void **state)
{
	int disk = sample(SIZE), fd = image_of(disk), theirs = file_new(0);

	(void)state;
	if (!have_qemu_img())
		skip();
	qemu_img("check -q -f qcow2 $F", fd, fd);
	qemu_img("convert -f qcow2 -O raw $F $S", fd, theirs);
	assert_same_files(disk, theirs);
	close(theirs);
	close(fd);
	close(disk);
}

static void test_made_by_others(void **state)
{
	static const char *const kinds[] = {
		"convert -f raw -O qcow2 $F $S",
		"convert -f raw -O qcow2 -o compat=0.10 $F $S",
		"convert -f raw -O qcow2 -o cluster_size=512 $F $S",
		"convert -f raw -O qcow2 -o cluster_size=2M $F $S",
		"convert -f raw -O qcow2 -o extended_l2=on,cluster_size=128k $F $S",
		"convert -f raw -O qcow2 -o preallocation=metadata $F $S",
		"convert -f raw -O qcow2 -o lazy_refcounts=on $F $S",
		"convert -c -f raw -O qcow2 $F $S",
		"convert -c -f raw -O qcow2 -o cluster_size=4k $F $S",
		"convert -c -f raw -O qcow2 -o compression_type=zstd $F $S",
		"convert -c -f raw -O qcow2 -o cluster_size=2M,compression_type=zstd $F $S",
	};
	int disk = sample(SIZE);
	struct reason why;

	(void)state;
	if (!have_qemu_img())
		skip();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = file_new(0), back;

		qemu_img(kinds[i], disk, fd);
		back = disk_of_image(fd, SIZE, &why);
		if (back < 0)
			fail_msg("%s: %s", kinds[i], why.text);
		assert_same_files(disk, back);
		close(back);
		close(fd);
	}
	close(disk);
}

static void test_what_needs_more(void **state)
{
	static const struct {
		const char *how, *said;
	} kinds[] = {
		{ "create -q -f qcow2 -F raw -b $F $S 9M", "backing file" },
		{ "create -q -f qcow2 -o data_file=$F,data_file_raw=on $S 9M", "external data" },
	};
	int disk = sample(9 << 20);
	struct reason why;

	(void)state;
	if (!have_qemu_img())
		skip();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = file_new(0);

		qemu_img(kinds[i].how, disk, fd);
		assert_int_equal(disk_of_image(fd, 9 << 20, &why), -1);
		assert_reason(why, kinds[i].said);
		close(fd);
	}
	close(disk);
}

/* ---- what is wrong ----------------------------------------------------------------------- */

static void test_cut(void **state)
{
	int disk = sample(SIZE), whole = image_of(disk);
	const uint64_t size = file_size(whole);
	const uint64_t lengths[] = { 0,       3,         103,      65536,           65536 * 3,
				     1 << 18, 65536 * 5, size / 2, size - 65536 - 1 };
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		int fd = image_of(disk);

		assert_int_equal(ftruncate(fd, (off_t)lengths[i]), 0);
		assert_int_equal(disk_of_image(fd, SIZE, &why), -1);
		assert_true(why.text[0]);
		close(fd);
	}
	assert_int_equal(disk_of_image(whole, SIZE - 512, &why), -1);
	assert_reason(why, "the one to fill only");
	close(whole);
	close(disk);
}

static void test_altered(void **state)
{
	static const struct {
		unsigned int at;
		const char *bytes;
		unsigned int len;
		const char *said;
	} changes[] = {
		{ 0, "x", 1, "no qcow2" },
		{ 4, "\0\0\0\x04", 4, "version 4" },
		{ 79, "\x02", 1, "corrupt" },
		{ 79, "\x08", 1, "compressed by a method" },
		{ 23, "\x1e", 1, "cluster bits" },
		{ 35, "\x02", 1, "encrypted" },
		/* The first table, the second table. */
		{ 3 << 16, "\x80\0\0\x7f", 4, "a table at" },
		{ (3 << 16) + 6, "\x02", 1, "a table at" },
		{ 4 << 16, "\x80\0\0\x7f", 4, "a cluster at" },
		{ (4 << 16) + 6, "\x02", 1, "a cluster at" },
		{ 4 << 16, "\x40\0\x7f\xff", 4, "a packed cluster at" },
		{ 4 << 16, "\x40\0\0\0\0\x05\0\0", 8, "what is packed at" },
	};
	int disk = sample(SIZE);
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		int fd = image_of(disk);

		assert_int_equal(pwrite(fd, changes[i].bytes, changes[i].len, changes[i].at),
				 changes[i].len);
		assert_int_equal(disk_of_image(fd, SIZE, &why), -1);
		assert_reason(why, changes[i].said);
		close(fd);
	}
	close(disk);
}

/* A packed cluster that wants a window of so many bytes to be unpacked. */
static int with_window(unsigned int log, struct reason *why)
{
	/* Magic, no length, the window; a last block of 64 KiB as they are. */
	const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0, (uint8_t)((log - 10) << 3),
				  0x01, 0x00, 0x08 };
	/* In 129 sectors, where the first cluster of the disk is. */
	const uint8_t entry[] = { 0x60, 0, 0, 0, 0, 5, 0, 0 };
	int disk = sample(SIZE), fd = image_of(disk), back;

	assert_int_equal(pwrite(fd, "\x08", 1, 79), 1);
	assert_int_equal(pwrite(fd, "\0\0\0\x70\x01", 5, 100), 5);
	assert_int_equal(pwrite(fd, entry, sizeof(entry), 4 << 16), sizeof(entry));
	assert_int_equal(pwrite(fd, frame, sizeof(frame), 5 << 16), sizeof(frame));
	back = disk_of_image(fd, SIZE, why);
	close(disk);
	close(fd);
	return back;
}

static void test_a_large_window(void **state)
{
	struct reason why;
	int back = with_window(16, &why);

	(void)state;
	assert_true(back >= 0);
	close(back);
	assert_int_equal(with_window(17, &why), -1);
	assert_reason(why, "what is packed at");
	assert_int_equal(with_window(27, &why), -1);
}

/* ---- the stream ahead of it ---------------------------------------------------------------- */

static void test_spool(void **state)
{
	int disk = sample(SIZE), fd = image_of(disk), pipes[2];
	struct disk spool = disk_of(file_new(1 << 22), 1 << 22);
	struct source_input input = { .len = SOURCE_UNKNOWN };
	struct source *s = source_of(fd);
	struct reason why;

	(void)state;
	assert_int_equal(spool_fill(s, &spool, SIZE, NULL, &why), 0);
	assert_int_equal(spool.size, file_size(fd));
	source_close(s);
	/* No room. */
	s = source_of(fd);
	spool.size = file_size(fd) - 1;
	assert_int_equal(spool_fill(s, &spool, SIZE, NULL, &why), -1);
	assert_reason(why, "longer than");
	source_close(s);
	/* One that never ends, but is complete. */
	assert_int_equal(pipe(pipes), 0);
	if (fork() == 0) {
		size_t len;
		uint8_t *data = file_bytes(fd, &len);

		_exit(write(pipes[1], data, len) != (ssize_t)len);
	}
	input.fd = pipes[0];
	s = source_open(&input, &why);
	assert_non_null(s);
	spool.size = 1 << 22;
	assert_int_equal(spool_fill(s, &spool, SIZE, NULL, &why), 0);
	assert_int_equal(spool.size, file_size(fd));
	source_close(s);
	close(pipes[0]);
	close(pipes[1]);
	close(spool.fd);
	close(fd);
	close(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),  cmocka_unit_test(test_a_large_one),
		cmocka_unit_test(test_read_by_others),  cmocka_unit_test(test_made_by_others),
		cmocka_unit_test(test_what_needs_more), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_altered),         cmocka_unit_test(test_a_large_window),
		cmocka_unit_test(test_spool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
