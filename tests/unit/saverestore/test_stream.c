// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file of a saved guest: what is written is read again, and whatever is cut off, altered, added
 * or made up is refused with the reason.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/domctl.h"
#include "saverestore/stream_read.h"
#include "saverestore/stream_write.h"

#define CONFIG "name = \"demo\"\nmemory = 64\n"

static uint8_t pages[3][4096];

/* Records of page data with a frame of zeroes among it, of an odd length, and of none. */
static int write_file(void)
{
	struct stream_page_data head = { .count = 4 };
	uint64_t entries[] = { 5, 6 | STREAM_PFN_ALLOC_ONLY, 7, 1023 };
	struct iovec parts[] = { { &head, sizeof(head) },
				 { entries, sizeof(entries) },
				 { pages[0], 4096 },
				 { pages[1], 8192 } };
	int fd = memfd_create("saved", 0);
	struct stream_writer w;
	struct reason why;

	for (unsigned int i = 0; i < 3; i++)
		memset(pages[i], 'a' + i, 4096);
	assert_int_equal(stream_write_start(&w, fd, CONFIG, 4 << 16 | 20, &why), 0);
	assert_int_equal(stream_write_parts(&w, STREAM_PAGE_DATA, parts, 4, &why), 0);
	assert_int_equal(stream_write_record(&w, STREAM_STORE_NODES, "odd", 3, &why), 0);
	assert_int_equal(stream_write_record(&w, STREAM_STATIC_DATA_END, NULL, 0, &why), 0);
	assert_int_equal(stream_write_end(&w, &why), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), w.written);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/*
 * A disk that is full in the middle is told from all else, and what it was when the last byte that
 * fits was written does not matter.
 */
static void fill(int fd, uint64_t room, struct stream_writer *w, struct reason *why)
{
	static uint8_t frames[64][4096];
	struct stream_page_data head = { .count = 64 };
	uint64_t entries[64] = { 0 };
	struct iovec parts[] = { { &head, sizeof(head) },
				 { entries, sizeof(entries) },
				 { frames, sizeof(frames) } };
	int rc = stream_write_start(w, fd, CONFIG, 0, why);

	assert_int_equal(rc, 0);
	w->room = room;
	for (int i = 0; rc == 0 && i < 64; i++)
		rc = stream_write_parts(w, STREAM_PAGE_DATA, parts, 3, why);
	assert_int_equal(rc, -1);
}

static void test_no_room_in_the_middle(void **state)
{
	struct stream_writer w;
	struct reason why;
	int fd = memfd_create("saved", 0);

	fill(fd, 3 << 20, &w, &why);
	assert_true(w.full);
	assert_non_null(strstr(why.text, "no room"));
	assert_true(lseek(fd, 0, SEEK_END) <= 3 << 20);
	close(fd);
}

/* A limit that the kernel knows: with the signal for it held back, it is an error like others. */
static void test_a_file_that_cannot_grow(void **state)
{
	struct rlimit before, limit;
	struct stream_writer w;
	struct reason why;
	int fd = memfd_create("saved", 0);

	getrlimit(RLIMIT_FSIZE, &before);
	limit = (struct rlimit){ 2 << 20, before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	fill(fd, UINT64_MAX, &w, &why);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_false(w.full);
	assert_non_null(strstr(why.text, "writing, after"));
	close(fd);
}

/* A real file system of two MiB, in a namespace of our own; not everywhere may one be made. */
static void test_a_disk_that_is_full(void **state)
{
	struct stream_writer w;
	struct reason why;
	int fd;

	if (unshare(CLONE_NEWNS) < 0 || mount("", "/", "", MS_REC | MS_PRIVATE, "") < 0 ||
	    mount("full", "/mnt", "tmpfs", 0, "size=2m") < 0)
		skip();
	fd = open("/mnt/saved", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	fill(fd, UINT64_MAX, &w, &why);
	assert_true(w.full);
	assert_true(w.written <= 2 << 20);
	close(fd);
	umount("/mnt");
}

/* Reads to the end. Returns how many records there were, or -1 with the reason. */
static int read_from(int fd, bool longer, struct reason *why)
{
	struct stream_record rec;
	struct stream_reader r;
	struct stream_pages p;
	int nr = 0, rc;

	lseek(fd, 0, SEEK_SET);
	rc = stream_read_start(&r, fd, why);
	r.longer = longer;
	for (; rc == 0; nr++) {
		rc = stream_read_next(&r, &rec, why);
		if (rc == 0 && rec.type == STREAM_END)
			break;
		if (rc == 0 && rec.type == STREAM_PAGE_DATA)
			rc = stream_pages_parse(&p, rec.body, why);
	}
	stream_read_free(&r);
	return rc < 0 ? -1 : nr;
}

static int read_file(int fd, struct reason *why)
{
	return read_from(fd, false, why);
}

static void test_what_is_written_is_read(void **state)
{
	struct stream_record rec;
	struct stream_reader r;
	struct stream_pages p;
	struct reason why;
	bool has_data;
	int fd = write_file();

	(void)state;
	assert_int_equal(stream_read_start(&r, fd, &why), 0);
	assert_string_equal(r.config, CONFIG);
	assert_int_equal(stream_read_next(&r, &rec, &why), 0);
	assert_int_equal(rec.type, STREAM_PAGE_DATA);
	assert_int_equal(stream_pages_parse(&p, rec.body, &why), 0);
	assert_int_equal(p.count, 4);
	assert_int_equal(p.first, 5);
	assert_int_equal(stream_page(&p, 1, &has_data), 6);
	assert_false(has_data);
	assert_int_equal(stream_page(&p, 3, &has_data), 1023);
	assert_true(has_data);
	assert_memory_equal(p.data, pages, sizeof(pages));
	assert_int_equal(stream_read_next(&r, &rec, &why), 0);
	assert_int_equal(rec.body.len, 3);
	assert_memory_equal(rec.body.data, "odd", 3);
	assert_int_equal(stream_read_next(&r, &rec, &why), 0);
	assert_int_equal(rec.body.len, 0);
	assert_int_equal(stream_read_next(&r, &rec, &why), 0);
	assert_int_equal(rec.type, STREAM_END);
	stream_read_free(&r);
	close(fd);
}

static void test_every_truncation_is_refused(void **state)
{
	struct reason why;
	int fd = write_file();
	off_t len = lseek(fd, 0, SEEK_END);

	(void)state;
	assert_int_equal(read_file(fd, &why), 3);
	/* All of its short parts, and some places in the frames. */
	for (off_t cut = len - 1; cut >= 0; cut -= cut > 13000 || cut < 400 ? 1 : 97) {
		assert_int_equal(ftruncate(fd, cut), 0);
		assert_int_equal(read_file(fd, &why), -1);
		assert_non_null(strstr(why.text, "truncated"));
	}
	close(fd);
}

static void test_every_altered_byte_is_refused(void **state)
{
	struct reason why;
	int fd = write_file();
	off_t len = lseek(fd, 0, SEEK_END);

	(void)state;
	for (off_t at = 0; at<len; at += at> 13000 || at < 400 ? 1 : 89) {
		uint8_t byte, other;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		other = byte ^ (uint8_t)(1 << at % 8);
		assert_int_equal(pwrite(fd, &other, 1, at), 1);
		why.text[0] = '\0';
		if (read_file(fd, &why) != -1)
			fail_msg("altered at byte %lld, and taken", (long long)at);
		assert_true(strlen(why.text) > 10);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	assert_int_equal(read_file(fd, &why), 3);
	close(fd);
}

static void test_more_after_the_end_is_refused(void **state)
{
	struct reason why;
	int fd = write_file();

	(void)state;
	lseek(fd, 0, SEEK_END);
	assert_int_equal(write(fd, "", 1), 1);
	assert_int_equal(read_file(fd, &why), -1);
	assert_non_null(strstr(why.text, "after its end"));
	/* A disk is as long as it is. */
	assert_int_equal(read_from(fd, true, &why), 3);
	close(fd);
}

static void test_too_large_is_refused_when_written(void **state)
{
	static struct iovec parts[STREAM_MAX_PARTS + 1];
	char *config = malloc(STREAM_MAX_CONFIG + 2);
	int fd = memfd_create("saved", 0);
	struct stream_writer w;
	struct reason why;

	(void)state;
	memset(config, '#', STREAM_MAX_CONFIG + 1);
	config[STREAM_MAX_CONFIG + 1] = '\0';
	assert_int_equal(stream_write_start(&w, fd, config, 0, &why), -1);
	assert_int_equal(stream_write_start(&w, fd, "", 0, &why), 0);
	assert_int_equal(stream_write_parts(&w, 1, parts, STREAM_MAX_PARTS + 1, &why), -1);
	parts[0] = (struct iovec){ config, STREAM_MAX_CONFIG };
	for (unsigned int i = 1; i < 9; i++)
		parts[i] = parts[0];
	assert_int_equal(stream_write_parts(&w, 1, parts, 8, &why), 0);
	assert_int_equal(stream_write_parts(&w, 1, parts, 9, &why), -1);
	close(fd);
	free(config);
}

/* --- page data that somebody made up ---------------------------------------------------------- */

static int parse(uint32_t count, const uint64_t *entries, size_t nr_entries, size_t data,
		 struct reason *why)
{
	size_t len = sizeof(struct stream_page_data) + nr_entries * 8 + data;
	struct stream_page_data head = { .count = count };
	uint8_t *body = calloc(1, len);
	struct stream_pages p;
	int rc;

	memcpy(body, &head, sizeof(head));
	memcpy(body + sizeof(head), entries, nr_entries * 8);
	rc = stream_pages_parse(&p, (struct bytes){ body, len }, why);
	free(body);
	return rc;
}

static void test_made_up_page_data(void **state)
{
	static const uint64_t good[] = { 1024, 1025 | STREAM_PFN_ALLOC_ONLY };
	static const uint64_t same[] = { 9, 9 }, down[] = { 9, 8 }, far[] = { 1023, 1024 };
	static const uint64_t high[] = { 1ULL << 40 }, table[] = { 5 | 1ULL << 60 };
	static const uint64_t hole[] = { 5 | 0xfULL << 60 }, odd[] = { 5 | 1ULL << 55 };
	struct reason why;

	(void)state;
	assert_int_equal(parse(2, good, 2, 4096, &why), 0);
	assert_int_equal(parse(2, good, 2, 4095, &why), -1);
	assert_int_equal(parse(2, good, 2, 4097, &why), -1);
	assert_int_equal(parse(2, good, 2, 0, &why), -1);
	assert_int_equal(parse(0, good, 0, 0, &why), -1);
	assert_int_equal(parse(1025, good, 2, 4096, &why), -1);
	assert_int_equal(parse(~0U, good, 2, 4096, &why), -1);
	assert_int_equal(parse(3, good, 2, 0, &why), -1);
	assert_int_equal(parse(2, same, 2, 8192, &why), -1);
	assert_int_equal(parse(2, down, 2, 8192, &why), -1);
	assert_int_equal(parse(2, far, 2, 8192, &why), -1);
	assert_int_equal(parse(1, high, 1, 4096, &why), -1);
	assert_int_equal(parse(1, table, 1, 4096, &why), -1);
	assert_int_equal(parse(1, hole, 1, 0, &why), -1);
	assert_int_equal(parse(1, odd, 1, 4096, &why), -1);
}

static void test_fixed_records(void **state)
{
	struct stream_record rec = { STREAM_TSC_INFO, { (const uint8_t *)"12345678", 8 } };
	struct reason why;
	uint64_t out;

	(void)state;
	assert_int_equal(stream_record_fixed(&rec, &out, 8, &why), 0);
	assert_int_equal(stream_record_fixed(&rec, &out, 7, &why), -1);
	assert_non_null(strstr(why.text, "X86_TSC_INFO"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_no_room_in_the_middle),
		cmocka_unit_test(test_a_file_that_cannot_grow),
		cmocka_unit_test(test_a_disk_that_is_full),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_every_altered_byte_is_refused),
		cmocka_unit_test(test_more_after_the_end_is_refused),
		cmocka_unit_test(test_too_large_is_refused_when_written),
		cmocka_unit_test(test_made_up_page_data),
		cmocka_unit_test(test_fixed_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
