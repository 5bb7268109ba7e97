// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The header of a qcow2 image, as sound as qemu-img makes it and in every way that it can lie; and
 * a server of the network block device protocol that does.
 */
#include "test.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "devices/nbd.h"
#include "devices/qcow2.h"

#define FILE_SIZE (256 << 10)

static struct reason why;
static uint8_t head[QCOW2_HEAD];

static void put32(size_t at, uint32_t value)
{
	value = htobe32(value);
	memcpy(head + at, &value, sizeof(value));
}

static void put64(size_t at, uint64_t value)
{
	value = htobe64(value);
	memcpy(head + at, &value, sizeof(value));
}

/* What `qemu-img create -f qcow2 x 64M` writes. */
static void image(uint32_t version)
{
	memset(head, 0, sizeof(head));
	put32(0, 0x514649fb);
	put32(4, version);
	put32(20, 16);
	put64(24, 64 << 20);
	put32(36, 1);
	put64(40, 3 << 16);
	put64(48, 1 << 16);
	put32(56, 1);
	if (version == 3) {
		put32(96, 4);
		put32(100, 112);
		put32(112, 0x6803f857); /* the names of features */
		put32(116, 48);
	}
}

static int check_part(size_t len, uint64_t file_size, uint64_t *size)
{
	/* A copy of just that length: what lies behind it is caught. */
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, head, len);
	rc = qcow2_check((struct bytes){ copy, len }, file_size, "/a.qcow2", size, &why);
	free(copy);
	return rc;
}

static void refused(const char *part)
{
	uint64_t size;

	assert_int_equal(check_part(sizeof(head), FILE_SIZE, &size), -1);
	assert_reason(why, "/a.qcow2: ");
	assert_reason(why, part);
	image(3);
}

static void refused32(size_t at, uint32_t value, const char *part)
{
	put32(at, value);
	refused(part);
}

static void refused64(size_t at, uint64_t value, const char *part)
{
	put64(at, value);
	refused(part);
}

static void test_sound_images(void **state)
{
	uint64_t size;

	for (uint32_t version = 2; version <= 3; version++) {
		image(version);
		assert_int_equal(check_part(sizeof(head), FILE_SIZE, &size), 0);
		assert_int_equal(size, 64 << 20);
	}
	/* Not closed properly, with subclusters; features that a reader need not know. */
	put64(72, 1 << 0 | 1 << 4);
	put64(80, ~0ULL);
	put64(88, ~0ULL);
	assert_int_equal(check_part(sizeof(head), FILE_SIZE, &size), 0);
}

static void test_no_image_at_all(void **state)
{
	uint64_t size;

	image(3);
	refused32(0, 0x514649fa, "no qcow2 image");
	refused32(4, 1, "version 1; 2 and 3 are known");
	refused32(4, 0xffffffff, "version 4294967295");
	for (size_t len = 0; len < 104; len++)
		assert_int_equal(check_part(len, len, &size), -1);
}

/* A guest that had the file as a raw disk has written a header that names a file of ours. */
static void test_other_files_are_not_opened(void **state)
{
	image(3);
	put32(16, 11);
	refused64(8, 512, "needs a backing file");
	refused64(8, 512, "needs a backing file");
	refused32(16, 11, "needs a backing file");
	image(2);
	refused64(8, 512, "needs a backing file");
	refused64(72, 1 << 2, "needs an external data file");
	put32(112, 0x44415441);
	refused32(116, 16, "names an external data file");
}

static void test_what_cannot_be_read(void **state)
{
	image(3);
	refused32(32, 1, "encrypted");
	refused32(32, 2, "encrypted");
	put32(112, 0x0537be77);
	refused32(116, 16, "encrypted");
	refused64(72, 1 << 1, "marked as corrupt");
	refused64(72, 1 << 3, "compressed by another method");
	refused64(72, 1 << 5, "not known here: 0x20");
	refused64(72, 1ULL << 63, "not known here: 0x8000000000000000");
}

static void test_lies_about_sizes(void **state)
{
	image(3);
	refused64(24, 0, "a disk of bytes 0");
	refused64(24, 1000, "a disk of bytes 1000");
	refused64(24, ~0ULL, "a disk of bytes");
	refused64(24, (64ULL << 40) + 512, "a disk of bytes");
	refused64(24, 1ULL << 40, "the first table has entries: 1");
	refused32(20, 8, "cluster bits: 8");
	refused32(20, 22, "cluster bits: 22");
	refused32(20, 0xffffffff, "cluster bits");
	refused32(36, 0, "the first table has entries: 0");
	refused32(36, 0xffffffff, "the first table has entries");
	refused32(36, 16384, "the first table at");
	refused64(40, 0, "the first table at 0");
	refused64(40, 1000, "the first table at 1000");
	refused64(40, FILE_SIZE, "the first table at");
	refused64(40, ~0xffffULL, "the first table at");
	refused64(48, 0, "reference counts at 0");
	refused64(48, ~0xffffULL, "reference counts at");
	refused32(56, 0, "clusters of reference counts: 0");
	refused32(56, 0xffffffff, "clusters of reference counts");
	refused32(60, 1, "snapshots at 0");
	refused32(96, 7, "reference counts of order 7");
	refused32(100, 96, "a header of bytes 96");
	refused32(100, 105, "a header of bytes 105");
	refused32(100, 0xfffffff8, "a header of bytes");
	refused32(116, 0xffffffff, "a header extension of bytes");
	refused32(116, 65536 - 119, "a header extension of bytes");
}

/* ---- the protocol --------------------------------------------------------------------------- */

struct reply {
	uint8_t data[256];
	size_t len;
};

static void add(struct reply *r, const void *data, size_t len)
{
	memcpy(r->data + r->len, data, len);
	r->len += len;
}

static void add16(struct reply *r, uint16_t value)
{
	add(r, &(uint16_t){ htobe16(value) }, 2);
}

static void add32(struct reply *r, uint32_t value)
{
	add(r, &(uint32_t){ htobe32(value) }, 4);
}

static void add64(struct reply *r, uint64_t value)
{
	add(r, &(uint64_t){ htobe64(value) }, 8);
}

static void add_greeting(struct reply *r)
{
	add64(r, 0x4e42444d41474943);
	add64(r, 0x49484156454f5054);
	add16(r, 3);
}

static void add_head(struct reply *r, uint32_t type, uint32_t len)
{
	add64(r, 0x0003e889045565a9);
	add32(r, 7);
	add32(r, type);
	add32(r, len);
}

static void add_size(struct reply *r, uint64_t size, uint16_t flags)
{
	add_head(r, 3, 12);
	add16(r, 0);
	add64(r, size);
	add16(r, flags);
}

/* All that the server will ever say is there before it is asked, which makes no difference. */
static int negotiate(const struct reply *r, bool ends, struct nbd_export *x)
{
	int ends_of[2], rc;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_of), 0);
	assert_int_equal(write(ends_of[1], r->data, r->len), r->len);
	if (ends)
		shutdown(ends_of[1], SHUT_WR);
	rc = nbd_negotiate(ends_of[0], 50, x, &why);
	close(ends_of[0]);
	close(ends_of[1]);
	return rc;
}

static void test_a_server_that_answers(void **state)
{
	struct nbd_export x;
	struct reply r = { .len = 0 };

	add_greeting(&r);
	add_size(&r, 64 << 20, 0x6d);
	add_head(&r, 3, 14); /* block sizes, which nobody asked for */
	add16(&r, 3);
	for (int i = 0; i < 3; i++)
		add32(&r, 512);
	add_head(&r, 1, 0);
	assert_int_equal(negotiate(&r, false, &x), 0);
	assert_int_equal(x.size, 64 << 20);
	assert_int_equal(x.flags, 0x6d);
	/* Cut off anywhere: it ended, or is waited for until the time is over. */
	for (r.len--; r.len; r.len--) {
		assert_int_equal(negotiate(&r, true, &x), -1);
		assert_reason(why, "it ended");
	}
	assert_int_equal(negotiate(&r, false, &x), -1);
	assert_reason(why, "no answer");
}

static void lie(void (*add_lie)(struct reply *r), const char *part)
{
	struct reply r = { .len = 0 };
	struct nbd_export x;

	add_greeting(&r);
	add_lie(&r);
	add_head(&r, 1, 0);
	assert_int_equal(negotiate(&r, true, &x), -1);
	assert_reason(why, part);
}

static void no_size(struct reply *r)
{
}

static void no_bytes(struct reply *r)
{
	add_size(r, 0, 1);
}

static void odd_size(struct reply *r)
{
	add_size(r, 1000, 1);
}

static void huge_size(struct reply *r)
{
	add_size(r, ~0ULL, 1);
}

static void no_flags(struct reply *r)
{
	add_size(r, 512, 0);
}

static void long_reply(struct reply *r)
{
	add_head(r, 3, 0xffffffff);
}

static void short_reply(struct reply *r)
{
	add_head(r, 3, 1);
	add(r, "", 1);
}

static void refusal(struct reply *r)
{
	add_head(r, 1u << 31 | 6, 7);
	add(r, "no disk", 7);
}

static void test_a_server_that_lies(void **state)
{
	struct reply r = { .data = "not a greeting at all", .len = 20 };
	struct nbd_export x;

	assert_int_equal(negotiate(&r, true, &x), -1);
	assert_reason(why, "it does not greet");
	lie(no_size, "does not tell the size");
	lie(no_bytes, "a disk of 0 bytes");
	lie(odd_size, "a disk of 1000 bytes");
	lie(huge_size, "a disk of 18446744073709551615 bytes");
	lie(no_flags, "what it can do");
	lie(long_reply, "does not answer as a server does");
	lie(short_reply, "it tells nothing");
	lie(refusal, "it refuses: no disk");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound_images),
		cmocka_unit_test(test_no_image_at_all),
		cmocka_unit_test(test_other_files_are_not_opened),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_lies_about_sizes),
		cmocka_unit_test(test_a_server_that_answers),
		cmocka_unit_test(test_a_server_that_lies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
