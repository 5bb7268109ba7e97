// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VHDs of ours, there and back, and those of others: as qemu-img makes and reads them, where that
 * is installed; cut and altered ones.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "transfer/vhd.h"
#include "transfer/vhd_format.h"

#define SIZE (9ull << 20 | 3 << 9)

static double told;

static double stop_at;

static int tell(void *arg, double part, struct reason *why)
{
	(void)arg;
	assert_true(part >= told && part <= 1);
	told = part;
	return stop_at && part >= stop_at ? reason_set(why, "nobody wants it any more") : 0;
}

static const struct progress progress = { tell, NULL };

static int sample(void)
{
	int fd = file_new(SIZE);

	noise_put(fd, 100, 5000, 1);
	noise_put(fd, 5 << 20, 1 << 20, 2);
	noise_put(fd, SIZE - 1000, 1000, 3);
	return fd;
}

/* base_fd -1: all of it. */
static int delta_of(int disk_fd, int base_fd)
{
	struct disk disk = disk_of(disk_fd, file_size(disk_fd)), base;
	struct vhd_identity id = { .uuid = { 7 }, .base_uuid = { 8 }, .base_name = "base.vhd" };
	struct reason why;
	int fd = file_new(0);
	struct sink *s = sink_to(fd, PACKING_NONE);

	if (base_fd >= 0) {
		base = disk_of(base_fd, file_size(base_fd));
		id.base = &base;
	}
	told = 0;
	assert_int_equal(vhd_write(s, &disk, &id, &progress, &why), 0);
	assert_true(told == 1);
	sink_close(s);
	return fd;
}

static int vhd_of(int disk_fd)
{
	return delta_of(disk_fd, -1);
}

static int disk_of_vhd(int fd, uint64_t size, struct reason *why)
{
	struct source *s = source_of(fd);
	int back = file_new(size);
	struct disk disk = disk_of(back, size);
	int rc;

	told = 0;
	rc = vhd_read(s, &disk, &progress, why);
	source_close(s);
	if (rc == 0)
		return back;
	close(back);
	return -1;
}

static void test_there_and_back(void **state)
{
	struct reason why;
	int disk = sample(), fd = vhd_of(disk), back = disk_of_vhd(fd, SIZE, &why);

	(void)state;
	assert_true(back >= 0);
	assert_same_files(disk, back);
	/* Three of its five blocks. */
	assert_int_equal(file_size(fd), 512 + 1024 + 512 + 3 * (512 + VHD_BLOCK) + 512);
	close(disk);
	close(fd);
	close(back);
	/* Nothing at all. */
	disk = file_new(4 << 20);
	fd = vhd_of(disk);
	assert_int_equal(file_size(fd), 512 + 1024 + 512 + 512);
	back = disk_of_vhd(fd, 4 << 20, &why);
	assert_same_files(disk, back);
	close(disk);
	close(fd);
	close(back);
}

static int fixed_of(int disk_fd)
{
	const struct vhd_footer f = { .size = SIZE, .type = VHD_FIXED, .uuid = { 1 } };
	uint8_t footer[VHD_FOOTER];
	size_t len;
	uint8_t *data = file_bytes(disk_fd, &len);
	int fd = file_of(data, len);

	vhd_footer_put(footer, &f);
	assert_int_equal(pwrite(fd, footer, sizeof(footer), (off_t)len), sizeof(footer));
	free(data);
	return fd;
}

static void test_fixed(void **state)
{
	struct reason why;
	int disk = sample(), fd = fixed_of(disk), back = disk_of_vhd(fd, SIZE, &why);

	(void)state;
	assert_true(back >= 0);
	assert_same_files(disk, back);
	close(back);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	assert_int_equal(disk_of_vhd(fd, SIZE, &why), -1);
	assert_reason(why, "no VHD footer");
	close(fd);
	close(disk);
}

static void test_cut(void **state)
{
	int disk = sample(), whole = vhd_of(disk);
	uint64_t size = file_size(whole);
	const uint64_t cuts[] = { 1,           512,        513,      VHD_BLOCK, size - 2048,
				  size - 1536, size - 512, size - 1, size };
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		int fd = vhd_of(disk);

		assert_int_equal(ftruncate(fd, (off_t)(size - cuts[i])), 0);
		assert_int_equal(disk_of_vhd(fd, SIZE, &why), -1);
		assert_reason(why, "cut off");
		close(fd);
	}
	close(whole);
	close(disk);
}

static void test_altered(void **state)
{
	int disk = sample();
	struct reason why;
	static const struct {
		unsigned int at;
		uint8_t to;
		const char *said;
	} changes[] = {
		{ 50, 1, "footer is damaged" },        { 512, 'x', "no VHD header" },
		{ 512 + 100, 1, "header is damaged" }, { 1536, 0x70, "cut off" },
		{ 1536 + 8, 0, "overlaps" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		int fd = vhd_of(disk);

		assert_int_equal(pwrite(fd, &changes[i].to, 1, changes[i].at), 1);
		if (i == 4)
			assert_int_equal(pwrite(fd, "\0\0\0\1", 4, 1536 + 8), 4);
		assert_int_equal(disk_of_vhd(fd, SIZE, &why), -1);
		assert_reason(why, changes[i].said);
		close(fd);
	}
	close(disk);
}

static void test_cancelled(void **state)
{
	int disk = sample(), fd = vhd_of(disk);
	struct reason why;

	(void)state;
	stop_at = 0.6;
	assert_int_equal(disk_of_vhd(fd, SIZE, &why), -1);
	assert_reason(why, "nobody wants it");
	stop_at = 0;
	close(fd);
	close(disk);
}

static void test_too_large(void **state)
{
	int disk = sample(), fd = vhd_of(disk), back;
	struct reason why;

	(void)state;
	assert_int_equal(disk_of_vhd(fd, SIZE - 512, &why), -1);
	assert_reason(why, "the one to fill only");
	/* A larger one is fine. */
	back = disk_of_vhd(fd, SIZE + 512, &why);
	assert_true(back >= 0);
	close(back);
	close(fd);
	close(disk);
}

/* Onto a disk that has something already. */
static void onto(int disk_fd, int vhd)
{
	struct disk disk = disk_of(disk_fd, file_size(disk_fd));
	struct source *s = source_of(vhd);
	struct reason why;

	disk.used = true;
	told = 0;
	assert_int_equal(vhd_read(s, &disk, &progress, &why), 0);
	source_close(s);
}

static void test_a_chain(void **state)
{
	int disks[3], vhds[3], back = file_new(SIZE + (4 << 20));
	static const uint8_t zeroes[1 << 20];
	struct vhd_header h;
	struct vhd_footer f;
	struct reason why;
	uint8_t head[VHD_FOOTER + VHD_HEADER];

	(void)state;
	disks[0] = sample();
	disks[1] = sample();
	noise_put(disks[1], 3 << 20, 700, 9);
	/* Zeroes are a change, too. */
	assert_int_equal(pwrite(disks[1], zeroes, 1 << 20, 5 << 20), 1 << 20);
	disks[2] = file_new(SIZE + (4 << 20)); /* larger than its base */
	noise_put(disks[2], 0, 4096, 10);
	noise_put(disks[2], SIZE + 100, 4096, 11);
	vhds[0] = vhd_of(disks[0]);
	vhds[1] = delta_of(disks[1], disks[0]);
	vhds[2] = delta_of(disks[2], disks[1]);
	/* Blocks 1 and 2 of five. */
	assert_int_equal(file_size(vhds[1]), 512 + 1024 + 512 + 2 * (512 + VHD_BLOCK) + 512);
	assert_int_equal(pread(vhds[1], head, sizeof(head), 0), sizeof(head));
	assert_int_equal(vhd_footer_get(head, &f, &why), 0);
	assert_int_equal(vhd_header_get(head + VHD_FOOTER, &h, &why), 0);
	assert_int_equal(f.type, VHD_DIFFERENCING);
	assert_int_equal(f.uuid[0], 7);
	assert_int_equal(h.parent[0], 8);
	assert_memory_equal(head + VHD_FOOTER + 64, "\0b\0a\0s\0e", 8);
	/* What was there before the whole one goes. */
	noise_put(back, 0, SIZE, 12);
	for (int i = 0; i < 3; i++) {
		onto(back, vhds[i]);
		if (i < 2)
			assert_int_equal(ftruncate(back, SIZE), 0);
		if (i == 1)
			assert_same_files(disks[1], back);
		if (i < 2)
			assert_int_equal(ftruncate(back, SIZE + (4 << 20)), 0);
	}
	assert_same_files(disks[2], back);
	for (int i = 0; i < 3; i++) {
		close(disks[i]);
		close(vhds[i]);
	}
	close(back);
}

static void test_a_base_that_is_larger(void **state)
{
	struct disk disk = disk_of(file_new(1 << 20), 1 << 20),
		    base = disk_of(file_new(2 << 20), 2 << 20);
	const struct vhd_identity id = { .base = &base };
	struct sink *s = sink_to(disk.fd, PACKING_NONE);
	struct reason why;

	(void)state;
	assert_int_equal(vhd_write(s, &disk, &id, NULL, &why), -1);
	assert_reason(why, "larger than the disk");
	sink_close(s);
	close(disk.fd);
	close(base.fd);
}

/* Runs qemu-img on two of our files. False if there is none. */
static bool qemu_img(const char *options, const char *from, int in, const char *to, int out)
{
	char command[256];
	int status;

	if (access("/usr/bin/qemu-img", X_OK) != 0)
		return false;
	snprintf(command, sizeof(command),
		 "/usr/bin/qemu-img convert %s -f %s -O %s /proc/%d/fd/%d /proc/%d/fd/%d", options,
		 from, to, getpid(), in, getpid(), out);
	status = system(command);
	assert_int_equal(status, 0);
	return true;
}

static void test_others(void **state)
{
	int disk = sample(), fd = vhd_of(disk), theirs = file_new(0), back;
	struct reason why;

	(void)state;
	if (!qemu_img("", "vpc", fd, "raw", theirs))
		skip();
	assert_same_files(disk, theirs);
	close(theirs);
	theirs = file_new(0);
	qemu_img("-o subformat=dynamic,force_size=on", "raw", disk, "vpc", theirs);
	back = disk_of_vhd(theirs, SIZE, &why);
	assert_true(back >= 0);
	assert_same_files(disk, back);
	close(back);
	close(theirs);
	close(fd);
	close(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_a_chain),
		cmocka_unit_test(test_a_base_that_is_larger),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
