// SPDX-License-Identifier: GPL-2.0-or-later
/* Levels that do not flicker, and which lines of the kernel tell of a disk. */
#include "alerts/kernel_log.h"
#include "alerts/level.h"

#include "../toolstack/test.h"

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(level_next(&levels_usual, 0, 7999), 0);
	assert_int_equal(level_next(&levels_usual, 0, 8000), 1);
	assert_int_equal(level_next(&levels_usual, 0, 9999), 3);
	assert_int_equal(level_next(&levels_usual, 1, 7800), 1);
	assert_int_equal(level_next(&levels_usual, 1, 7799), 0);
	assert_int_equal(level_next(&levels_usual, 3, 9300), 3);
	assert_int_equal(level_next(&levels_usual, 3, 8900), 2);
	assert_int_equal(level_next(&levels_usual, 3, 100), 0);
	assert_int_equal(level_hundredths(1, 3), 3333);
	assert_int_equal(level_hundredths(5, 3), 10000);
	assert_int_equal(level_hundredths(0, 0), 0);
	assert_int_equal(level_hundredths(~0ull - 1, ~0ull), 10000);
}

static void test_levels_of_clients(void **state)
{
	static const char *const wrong[] = { "",         "80",        "80,90",
					     "90,80,95", "80,90,101", "80,90,95,",
					     "80,80,90", "a,b,c",     "80,90,95x" };
	struct levels l = levels_usual;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(levels_parse(wrong[i], &l));
	assert_int_equal(l.at[0], 8000);
	assert_true(levels_parse("1,2,100", &l));
	assert_int_equal(l.at[0], 100);
	assert_int_equal(l.at[2], 10000);
}

static bool tells(const char *record, char device[KERNEL_DEVICE])
{
	return kernel_disk_error(record, strlen(record), device);
}

static void test_kernel_log(void **state)
{
	static const struct {
		const char *record, *device;
	} good[] = {
		{ "3,1,2,-;I/O error, dev sda, sector 2048 op 0x0:(READ)\n", "sda" },
		{ "3,1,2,-;blk_update_request: I/O error, dev nvme0n1, sector 1", "nvme0n1" },
		{ "3,1,2,-;Buffer I/O error on dev dm-3, logical block 0\n SUBSYSTEM=block\n",
		  "dm-3" },
		{ "2,1,2,-;EXT4-fs error (device sdb2): ext4_find_entry:1455\n", "sdb2" },
		{ "2,1,2,-;md/raid1:md0: Disk failure on sdc1, disabling device.\n", "sdc1" },
		{ "4,1,2,-;nvme nvme0: I/O 12 (Read) QID 3 timeout, aborting\n", "nvme0" },
	};
	static const char *const bad[] = {
		"",
		"3,1,2,-",
		"3,1,2,-;",
		"6,1,2,-;sd 0:0:0:0: [sda] Attached SCSI disk\n",
		"3,1,2,-;I/O error, dev , sector 1\n",
		"3,1,2,-;I/O error, dev <script>, sector 1\n",
		"3,1,2,-;I/O error, dev aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, sector 1\n",
		"3,1,2,-;fine\n I/O error, dev sda, sector 1\n",
		"3,1,2,-;nvme nvme0: I/O queues: 8\n",
	};
	char device[KERNEL_DEVICE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(tells(good[i].record, device));
		assert_string_equal(device, good[i].device);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(tells(bad[i], device));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_levels_of_clients),
		cmocka_unit_test(test_kernel_log),
	};

	return cmocka_run_group_tests_name("alerts levels", tests, NULL, NULL);
}
