// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ova.xml, then disk after disk. Checksums are SHA-1, which every reader of the format knows.
 */
#include "transfer/xva.h"

#include <stdio.h>
#include <stdlib.h>

#include "transfer/tar.h"
#include "transfer/xva_sum.h"

#define BLOCK      (1u << 20)
#define BLOCKS_MAX 100000000ull /* eight digits */

struct writing {
	struct sink *to;
	const struct progress *progress;
	uint64_t done, all;
	uint8_t *block;
};

static int entry_write(struct sink *to, const char *name, const void *data, size_t len,
		       struct reason *why)
{
	uint8_t header[TAR_BLOCK];

	tar_header(header, name, len);
	if (sink_write(to, header, sizeof(header), why) < 0 || sink_write(to, data, len, why) < 0)
		return -1;
	return sink_zeroes(to, tar_padding(len), why);
}

static int block_write(struct writing *w, const char *disk, uint64_t number, size_t len,
		       struct reason *why)
{
	char name[XVA_DISK_NAME + 32], sum[XVA_SHA1_TEXT + 1];

	snprintf(name, sizeof(name), "%s/%08llu", disk, (unsigned long long)number);
	if (entry_write(w->to, name, w->block, len, why) < 0)
		return -1;
	snprintf(name, sizeof(name), "%s/%08llu.checksum", disk, (unsigned long long)number);
	xva_sha1(w->block, len, sum);
	return entry_write(w->to, name, sum, XVA_SHA1_TEXT, why);
}

static int disk_write_all(struct writing *w, struct xva_disk *d, struct reason *why)
{
	uint64_t blocks = (d->disk.size + BLOCK - 1) / BLOCK;

	if (blocks > BLOCKS_MAX)
		return reason_set(why, "%s is larger than an XVA can say", d->name);
	for (uint64_t i = 0; i < blocks; i++) {
		uint64_t at = i * BLOCK;
		size_t len = d->disk.size - at < BLOCK ? (size_t)(d->disk.size - at) : BLOCK;

		if (disk_read(&d->disk, at, w->block, len, why) < 0)
			return -1;
		if ((i == 0 || i == blocks - 1 || !sparse_is_zero(w->block, len)) &&
		    block_write(w, d->name, i, len, why) < 0)
			return -1;
		if (progress_tell(w->progress, w->done += len, w->all, why) < 0)
			return -1;
	}
	return 0;
}

int xva_write(struct sink *to, struct bytes ova, struct xva_disk *disks, size_t nr,
	      const struct progress *progress, struct reason *why)
{
	struct writing w = { .to = to, .progress = progress, .block = malloc(BLOCK) };
	int rc;

	if (!w.block)
		return reason_set(why, "out of memory");
	for (size_t i = 0; i < nr; i++)
		w.all += disks[i].disk.size;
	rc = entry_write(to, "ova.xml", ova.data, ova.len, why);
	for (size_t i = 0; i < nr && rc == 0; i++)
		rc = disk_write_all(&w, &disks[i], why);
	free(w.block);
	/* An archive ends with two blocks of zeroes. */
	if (rc == 0)
		rc = sink_zeroes(to, 2 * TAR_BLOCK, why);
	return rc == 0 ? sink_end(to, why) : rc;
}
