// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An XVA out of steps, four bytes each: which entry, of which disk and number, how long. One that
 * is taken has filled each of its disks exactly; the last bytes of an input are the archive's end
 * as it stands.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "transfer/tar.h"
#include "transfer/xva.h"
#include "transfer/xva_sum.h"

#define DISK  2000u
#define STEPS 64

struct archive {
	uint8_t *data;
	size_t len;
};

static struct disk disks[2];
static bool described;

static void put(struct archive *a, const char *name, const void *data, size_t len)
{
	tar_header(a->data + a->len, name, len);
	a->len += TAR_BLOCK;
	memcpy(a->data + a->len, data, len);
	memset(a->data + a->len + len, 0, tar_padding(len));
	a->len += len + tar_padding(len);
}

static void step_put(struct archive *a, const uint8_t step[4])
{
	static uint8_t content[1024];
	static size_t len;
	char name[64], sum[XVA_SHA1_TEXT + 1];
	const char *suffixes[] = { "", ".checksum", ".xxhash", ".other" };
	unsigned int kind = step[0] % 8;

	if (kind == 0) {
		put(a, "ova.xml", "<value/>", step[3] % 9);
		return;
	}
	snprintf(name, sizeof(name), "Ref:%u/%08u%s", step[1] % 3, step[2], suffixes[kind % 4]);
	if (kind % 4 == 0 || kind % 4 == 3) {
		len = step[3] * 4u;
		memset(content, step[1], len);
		put(a, name, content, len);
		return;
	}
	if (kind % 4 == 1)
		xva_sha1(content, len, sum);
	else
		xva_xxhash(content, len, sum);
	sum[0] ^= (char)(kind > 4 && step[3] == 77);
	put(a, name, sum, strlen(sum) - (step[3] == 99));
}

static int take_ova(void *arg, struct bytes ova, struct reason *why)
{
	(void)arg;
	(void)why;
	MUST(!described && ova.len <= 8);
	described = true;
	return 0;
}

static struct disk *give_disk(void *arg, const char *name, struct reason *why)
{
	(void)arg;
	MUST(described);
	if (name[4] == '0' || name[4] == '1')
		return &disks[name[4] - '0'];
	reason_set(why, "no such disk");
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct xva_reader reader = { .ova = take_ova, .disk = give_disk };
	struct archive a = { .data = malloc(STEPS * 2048 + size + 1024) };
	struct source_input input = { .fd = -1 };
	struct reason why = { "" };
	struct source *from;
	size_t at = 0;

	MUST(a.data);
	for (unsigned int i = 0; i < 2; i++) {
		disks[i] = disk_of(memfd_create("disk", MFD_CLOEXEC), DISK);
		MUST(disks[i].fd >= 0 && ftruncate(disks[i].fd, DISK) == 0);
	}
	described = false;
	for (unsigned int i = 0; i < STEPS && size - at >= 8; i++, at += 4)
		step_put(&a, data + at);
	memcpy(a.data + a.len, data + at, size - at);
	a.len += size - at;
	memset(a.data + a.len, 0, 1024);
	a.len += 1024;
	input.before = (struct bytes){ a.data, a.len };
	input.len = a.len;
	from = source_open(&input, &why);
	if (from) {
		if (xva_read(from, &reader, &why) == 0)
			MUST(described);
		else
			MUST(why.text[0]);
		source_close(from);
	}
	for (unsigned int i = 0; i < 2; i++) {
		MUST(lseek(disks[i].fd, 0, SEEK_END) == DISK);
		close(disks[i].fd);
	}
	free(a.data);
	return 0;
}
