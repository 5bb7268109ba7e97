// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole qcow2 image: what is refused at its first look has changed nothing, and nothing is ever
 * written outside the disk.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/qcow2.h"

#define DISK (256u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t back[DISK];
	int fd = memfd_create("disk", MFD_CLOEXEC), file = memfd_create("image", MFD_CLOEXEC);
	struct disk disk = disk_of(fd, DISK), image = disk_of(file, size);
	struct reason why = { "" };
	struct stat st;
	bool sound;

	MUST(fd >= 0 && file >= 0 && ftruncate(fd, DISK) == 0);
	MUST(write(file, data, size) == (ssize_t)size);
	disk.used = true;
	sound = qcow2_verify(&image, DISK, &why) == 0;
	MUST(sound || why.text[0]);
	MUST(qcow2_read(&image, &disk, NULL, &why) == 0 || why.text[0]);
	MUST(fstat(fd, &st) == 0 && st.st_size == DISK);
	MUST(pread(fd, back, DISK, 0) == DISK);
	MUST(sound || sparse_is_zero(back, DISK));
	close(fd);
	close(file);
	return 0;
}
