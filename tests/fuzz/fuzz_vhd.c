// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VHD as a stream. Checksums are made right first, or nothing would be looked at behind them.
 * Nothing is ever written outside the disk.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/vhd.h"

#define DISK (256u << 10)

static void sum_right(uint8_t *data, size_t len, unsigned int sum_at)
{
	uint32_t sum = 0;

	memset(data + sum_at, 0, 4);
	for (size_t i = 0; i < len; i++)
		sum += data[i];
	for (int i = 3; i >= 0; i--, sum >>= 8)
		data[sum_at + (unsigned int)i] = (uint8_t)~sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct source_input input = { .fd = -1, .len = size };
	int fd = memfd_create("disk", MFD_CLOEXEC);
	struct disk disk = disk_of(fd, DISK);
	struct reason why = { "" };
	struct source *from;
	struct stat st;

	MUST(copy && fd >= 0 && ftruncate(fd, DISK) == 0);
	memcpy(copy, data, size);
	if (size >= 512)
		sum_right(copy, 512, 64);
	if (size >= 512 + 1024)
		sum_right(copy + 512, 1024, 36);
	if (size >= 2048 + 512)
		sum_right(copy + size - 512, 512, 64);
	input.before = (struct bytes){ copy, size };
	from = source_open(&input, &why);
	if (from) {
		MUST(vhd_read(from, &disk, NULL, &why) == 0 || why.text[0]);
		source_close(from);
	}
	MUST(fstat(fd, &st) == 0 && st.st_size == DISK);
	close(fd);
	free(copy);
	return 0;
}
