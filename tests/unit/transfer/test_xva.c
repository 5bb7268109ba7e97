// SPDX-License-Identifier: GPL-2.0-or-later
/* XVAs of ours, there and back; what others may write; altered and cut ones; and tar reads them. */
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "transfer/tar.h"
#include "transfer/xva.h"
#include "transfer/xva_sum.h"

#define SIZE  (5ull << 20 | 777)
#define SMALL 3000ull

static const char OVA[] = "<value>a VM</value>";

struct received {
	struct buf ova;
	struct xva_disk disks[2];
	size_t nr;
};

static int take_ova(void *arg, struct bytes ova, struct reason *why)
{
	struct received *r = arg;

	(void)why;
	buf_append(&r->ova, ova.data, ova.len);
	return 0;
}

static struct disk *give_disk(void *arg, const char *name, struct reason *why)
{
	struct received *r = arg;

	for (size_t i = 0; i < r->nr; i++)
		if (strcmp(r->disks[i].name, name) == 0)
			return &r->disks[i].disk;
	reason_set(why, "no disk is called %s", name);
	return NULL;
}

static struct received receiver(void)
{
	struct received r = { .nr = 2 };

	strcpy(r.disks[0].name, "Ref:3");
	strcpy(r.disks[1].name, "Ref:11");
	r.disks[0].disk = disk_of(file_new(SIZE), SIZE);
	r.disks[1].disk = disk_of(file_new(SMALL), SMALL);
	return r;
}

static void received_close(struct received *r)
{
	buf_free(&r->ova);
	close(r->disks[0].disk.fd);
	close(r->disks[1].disk.fd);
}

static int receive(int fd, struct received *r, struct reason *why)
{
	const struct xva_reader reader = { .ova = take_ova, .disk = give_disk, .arg = r };
	struct source *s = source_of(fd);
	int rc = xva_read(s, &reader, why);

	source_close(s);
	return rc;
}

static struct received sample(void)
{
	struct received r = receiver();

	noise_put(r.disks[0].disk.fd, 2 << 20, 1000, 1);
	noise_put(r.disks[0].disk.fd, SIZE - 10, 10, 2);
	noise_put(r.disks[1].disk.fd, 0, SMALL, 3);
	return r;
}

static int xva_of(struct received *r, enum packing packing)
{
	struct reason why;
	int fd = file_new(0);
	struct sink *s = sink_to(fd, packing);

	assert_int_equal(xva_write(s, text_bytes(OVA), r->disks, r->nr, NULL, &why), 0);
	sink_close(s);
	return fd;
}

static void test_there_and_back(void **state)
{
	static const enum packing all[] = { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };
	struct received vm = sample();
	struct reason why;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int fd = xva_of(&vm, all[i]);
		struct received back = receiver();

		if (receive(fd, &back, &why) < 0)
			fail_msg("%s", why.text);
		assert_string_equal(back.ova.data, OVA);
		assert_same_files(vm.disks[0].disk.fd, back.disks[0].disk.fd);
		assert_same_files(vm.disks[1].disk.fd, back.disks[1].disk.fd);
		received_close(&back);
		close(fd);
	}
	received_close(&vm);
}

static void test_tar_reads_it(void **state)
{
	struct received vm = sample();
	int fd = xva_of(&vm, PACKING_NONE);
	char command[128], line[128];
	unsigned int lines = 0;
	FILE *tar;

	(void)state;
	snprintf(command, sizeof(command), "tar tf /proc/%d/fd/%d", getpid(), fd);
	tar = popen(command, "r");
	while (fgets(line, sizeof(line), tar))
		lines++;
	assert_int_equal(pclose(tar), 0);
	/* ova.xml; blocks 0, 2 and 5 of the first; one of the second; each with a checksum. */
	assert_int_equal(lines, 1 + 2 * (3 + 1));
	close(fd);
	received_close(&vm);
}

/* --- archives as others could make them ------------------------------------------------------ */

static void entry(int fd, const char *name, const void *data, size_t len)
{
	static const uint8_t zeroes[TAR_BLOCK];
	uint8_t header[TAR_BLOCK];

	tar_header(header, name, len);
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(write(fd, zeroes, tar_padding(len)), tar_padding(len));
}

static void block(int fd, const char *name, const char *data, size_t len)
{
	char sum_name[100], sum[XVA_XXHASH_TEXT + 1];

	entry(fd, name, data, len);
	xva_xxhash(data, len, sum);
	snprintf(sum_name, sizeof(sum_name), "%s.xxhash", name);
	entry(fd, sum_name, sum, XVA_XXHASH_TEXT);
}

static int archive_begin(void)
{
	int fd = file_new(0);

	entry(fd, "ova.xml", OVA, strlen(OVA));
	return fd;
}

static int archive_end(int fd, struct received *r, struct reason *why)
{
	static const uint8_t zeroes[2 * TAR_BLOCK];
	int rc;

	assert_int_equal(write(fd, zeroes, sizeof(zeroes)), sizeof(zeroes));
	rc = receive(fd, r, why);
	close(fd);
	return rc;
}

static void test_other_writers(void **state)
{
	struct received r = receiver();
	char data[1000], content[SMALL];
	struct reason why;
	int fd = archive_begin();

	(void)state;
	memset(data, 'x', sizeof(data));
	/* Blocks of another size, other checksums, one without bytes, and a directory's entry. */
	block(fd, "Ref:11/00000000", data, sizeof(data));
	block(fd, "Ref:11/00000001", "", 0);
	block(fd, "Ref:11/00000003", data, sizeof(data));
	if (archive_end(fd, &r, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(pread(r.disks[1].disk.fd, content, SMALL, 0), SMALL);
	assert_memory_equal(content, data, 1000);
	assert_true(sparse_is_zero(content + 1000, 1000));
	assert_memory_equal(content + 2000, data, 1000);
	received_close(&r);
}

static void refused(int fd, const char *said)
{
	struct received r = receiver();
	struct reason why;

	assert_int_equal(archive_end(fd, &r, &why), -1);
	assert_reason(why, said);
	received_close(&r);
}

static void test_refused(void **state)
{
	char data[1000] = "data";
	char big[1001] = "";
	int fd;

	(void)state;
	fd = archive_begin();
	entry(fd, "Ref:11/00000000", data, sizeof(data));
	refused(fd, "has no checksum");
	fd = archive_begin();
	entry(fd, "Ref:11/00000000", data, sizeof(data));
	entry(fd, "Ref:11/00000000.xxhash", "0123456789abcdef", 16);
	refused(fd, "was altered");
	fd = archive_begin();
	block(fd, "Ref:11/00000000", data, sizeof(data));
	refused(fd, "ends after 1000 of 3000");
	fd = archive_begin();
	block(fd, "Ref:11/00000000", data, sizeof(data));
	block(fd, "Ref:11/00000004", data, sizeof(data));
	refused(fd, "beyond the disk's end");
	fd = archive_begin();
	block(fd, "Ref:11/00000000", data, sizeof(data));
	block(fd, "Ref:11/999999999999", data, sizeof(data));
	refused(fd, "beyond the disk's end");
	fd = archive_begin();
	block(fd, "Ref:11/00000001", data, sizeof(data));
	block(fd, "Ref:11/00000000", data, sizeof(data));
	refused(fd, "out of order");
	fd = archive_begin();
	block(fd, "Ref:11/00000000", data, sizeof(data));
	block(fd, "Ref:11/00000001", big, sizeof(big));
	refused(fd, "has 1001 bytes");
	fd = archive_begin();
	block(fd, "Ref:12/00000000", data, sizeof(data));
	refused(fd, "no disk is called Ref:12");
	fd = archive_begin();
	entry(fd, "ova.xml", OVA, strlen(OVA));
	refused(fd, "a second ova.xml");
	fd = file_new(0);
	block(fd, "Ref:11/00000000", data, sizeof(data));
	refused(fd, "no ova.xml");
	refused(file_new(0), "without ova.xml");
	fd = archive_begin();
	noise_put(fd, (uint64_t)lseek(fd, 0, SEEK_CUR), 512, 1);
	lseek(fd, 512, SEEK_CUR);
	refused(fd, "no tar header");
}

static void test_cut(void **state)
{
	struct received vm = sample();
	struct reason why;

	(void)state;
	for (unsigned int i = 1; i < 12; i++) {
		int fd = xva_of(&vm, i % 2 ? PACKING_ZSTD : PACKING_NONE);
		struct received r = receiver();

		assert_int_equal(ftruncate(fd, (off_t)(file_size(fd) * i / 12)), 0);
		assert_int_equal(receive(fd, &r, &why), -1);
		assert_reason(why, "cut off");
		received_close(&r);
		close(fd);
	}
	received_close(&vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_tar_reads_it),
		cmocka_unit_test(test_other_writers),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
