// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs as XVA streams: a tar archive of ova.xml, which says what the VM is and is not looked into
 * here, and for each disk a directory of numbered blocks, each followed by its checksum (SHA-1 in
 * NAME.checksum, or XXH64 in NAME.xxhash). The first block tells the size of all; blocks of zeroes
 * are left out but for the first and the last, which shows as a gap in the numbers.
 * All return -1 with the reason.
 */
#ifndef TRANSFER_XVA_H
#define TRANSFER_XVA_H

#include "lib/bytes.h"
#include "transfer/disk.h"
#include "transfer/stream.h"

#define XVA_OVA_MAX   (16u << 20)
#define XVA_DISKS_MAX 64
#define XVA_DISK_NAME 64 /* with its end */

struct xva_disk {
	char name[XVA_DISK_NAME]; /* "Ref:12", as ova.xml calls it */
	struct disk disk;
};

int xva_write(struct sink *to, struct bytes ova, struct xva_disk *disks, size_t nr,
	      const struct progress *progress, struct reason *why);

struct xva_reader {
	/* What the archive is of; called once, before any disk is asked for. */
	int (*ova)(void *arg, struct bytes ova, struct reason *why);
	/* Where a disk of that name goes. NULL with the reason: refused. */
	struct disk *(*disk)(void *arg, const char *name, struct reason *why);
	void *arg;
	const struct progress *progress; /* of the disk that is being read */
};

/* Checksums are verified; data without one is refused. Disks are written to their end. */
int xva_read(struct source *from, const struct xva_reader *reader, struct reason *why);

#endif
