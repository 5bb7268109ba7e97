// SPDX-License-Identifier: GPL-2.0-or-later
/* Streams packed and not, whole, in several parts, cut and damaged; tar's headers. */
#include <unistd.h>

#include "files.h"
#include "transfer/tar.h"

#define LEN 700001

static const enum packing all[] = { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

static int packed(int plain, enum packing packing)
{
	struct reason why;
	size_t len;
	uint8_t *data = file_bytes(plain, &len);
	int fd = file_new(0);
	struct sink *s = sink_to(fd, packing);

	for (size_t at = 0; at < len; at += 33333)
		assert_int_equal(
			sink_write(s, data + at, len - at < 33333 ? len - at : 33333, &why), 0);
	assert_int_equal(sink_at(s), len);
	assert_int_equal(sink_end(s, &why), 0);
	sink_close(s);
	free(data);
	return fd;
}

static int unpacked(int fd, struct reason *why)
{
	struct source *s = source_of(fd);
	int out = file_new(0);
	uint8_t part[50000];
	ssize_t n;

	while ((n = source_read(s, part, sizeof(part), why)) > 0)
		assert_int_equal(write(out, part, (size_t)n), n);
	source_close(s);
	if (n == 0)
		return out;
	close(out);
	return -1;
}

static int sample(void)
{
	int fd = file_new(LEN);

	noise_put(fd, 0, 300000, 1);
	noise_put(fd, 500000, 100000, 2);
	return fd;
}

static void test_there_and_back(void **state)
{
	struct reason why;
	int plain = sample();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int fd = packed(plain, all[i]), back = unpacked(fd, &why);

		assert_true(i == 0 || file_size(fd) < 500000);
		assert_true(back >= 0);
		assert_same_files(plain, back);
		close(fd);
		close(back);
	}
	close(plain);
}

static void test_several_parts(void **state)
{
	struct reason why;

	(void)state;
	for (size_t i = 1; i < 3; i++) {
		int plain = file_of("one part and more, ", 19), fd = packed(plain, all[i]), back;
		size_t len;
		uint8_t *data = file_bytes(fd, &len);

		assert_int_equal(pwrite(fd, data, len, (off_t)len), len);
		back = unpacked(fd, &why);
		assert_int_equal(file_size(back), 38);
		free(data);
		close(plain);
		close(fd);
		close(back);
	}
}

static void test_cut_and_damaged(void **state)
{
	int plain = sample();
	struct reason why;

	(void)state;
	for (size_t i = 1; i < 3; i++) {
		int fd = packed(plain, all[i]);
		uint64_t size = file_size(fd);

		for (size_t cut = 1; cut < 5; cut++) {
			assert_int_equal(ftruncate(fd, (off_t)(size - cut * cut * cut * cut)), 0);
			assert_int_equal(unpacked(fd, &why), -1);
			assert_reason(why, "cut off");
		}
		close(fd);
		fd = packed(plain, all[i]);
		noise_put(fd, size / 2, 10, 9);
		assert_int_equal(unpacked(fd, &why), -1);
		assert_reason(why, "damaged");
		close(fd);
	}
	close(plain);
}

static void test_exact_reads(void **state)
{
	int fd = file_of("0123456789", 10);
	struct source *s = source_of(fd);
	struct reason why;
	char part[16];

	(void)state;
	assert_int_equal(source_read_all(s, part, 4, &why), 0);
	assert_memory_equal(part, "0123", 4);
	assert_int_equal(source_skip(s, 3, &why), 0);
	assert_int_equal(source_at(s), 7);
	assert_int_equal(source_end(s, &why), -1);
	assert_reason(why, "goes on");
	assert_int_equal(source_read_all(s, part, 3, &why), -1);
	assert_reason(why, "cut off");
	source_close(s);
	close(fd);
	fd = file_of("", 0);
	s = source_of(fd);
	assert_int_equal(source_end(s, &why), 0);
	source_close(s);
	close(fd);
}

/* As a web server hands over a request: some of it was read, and the connection stays open. */
static void test_a_part_of_a_connection(void **state)
{
	int fd = file_of("and the rest; the next request", 30);
	struct source_input input = { fd, text_bytes("The beginning "), 14 + 12 };
	struct reason why;
	struct source *s;
	char data[64] = "";

	(void)state;
	lseek(fd, 0, SEEK_SET);
	s = source_open(&input, &why);
	assert_int_equal(source_read(s, data, sizeof(data), &why), 26);
	assert_string_equal(data, "The beginning and the rest");
	assert_int_equal(source_end(s, &why), 0);
	source_close(s);
	/* Less than was announced. */
	lseek(fd, 0, SEEK_SET);
	input.len = 100;
	s = source_open(&input, &why);
	assert_int_equal(source_read(s, data, sizeof(data), &why), -1);
	assert_reason(why, "56 bytes are missing");
	source_close(s);
	close(fd);
}

/* Whoever packed with a large one would have us hold as much. */
static void test_a_large_window(void **state)
{
	static const struct {
		uint8_t window;
		bool taken;
	} frames[] = { { (25 - 10) << 3, true }, { (26 - 10) << 3, false } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		/* No length; the window; a last block of five bytes as they are. */
		const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0,  frames[i].window, 0x29, 0, 0,
					  'h',  'e',  'l',  'l',  'o' };
		int fd = file_of(frame, sizeof(frame));
		struct source *s = source_of(fd);
		char data[8] = "";
		struct reason why;

		if (frames[i].taken) {
			assert_int_equal(source_read(s, data, sizeof(data), &why), 5);
			assert_string_equal(data, "hello");
		} else {
			assert_int_equal(source_read(s, data, sizeof(data), &why), -1);
			assert_reason(why, "a window of more than 32 MiB");
		}
		source_close(s);
		close(fd);
	}
}

static void test_tar_headers(void **state)
{
	uint8_t block[TAR_BLOCK];
	struct tar_entry e;
	struct reason why;

	(void)state;
	tar_header(block, "Ref:7/00000001.checksum", 0x1234567);
	assert_int_equal(tar_parse(block, &e, &why), 1);
	assert_string_equal(e.name, "Ref:7/00000001.checksum");
	assert_int_equal(e.size, 0x1234567);
	assert_true(e.file);
	assert_int_equal(tar_padding(1), 511);
	assert_int_equal(tar_padding(1024), 0);
	block[0]++;
	assert_int_equal(tar_parse(block, &e, &why), -1);
	assert_reason(why, "damaged");
	memset(block, 0, sizeof(block));
	assert_int_equal(tar_parse(block, &e, &why), 0);
	/* A size of 2^64 - 1 in GNU's way. */
	tar_header(block, "x", 0);
	memset(block + 124, 0xff, 12);
	for (unsigned int i = 0, sum = 8 * ' '; i <= TAR_BLOCK; i++) {
		if (i == TAR_BLOCK)
			snprintf((char *)block + 148, 8, "%06o", sum);
		else if (i < 148 || i > 155)
			sum += block[i];
	}
	assert_int_equal(tar_parse(block, &e, &why), -1);
	assert_reason(why, "garbled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),         cmocka_unit_test(test_several_parts),
		cmocka_unit_test(test_cut_and_damaged),        cmocka_unit_test(test_exact_reads),
		cmocka_unit_test(test_a_large_window),         cmocka_unit_test(test_tar_headers),
		cmocka_unit_test(test_a_part_of_a_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
