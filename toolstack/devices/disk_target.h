// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a disk's target to a block device that the kernel's back end can serve: a block device is
 * that itself, a raw file gets a loop device, a qcow2 image a server of its own behind a network
 * block device. An open target is held: those devices last as long as somebody has them open, so
 * nothing is left behind whatever happens to us, and to the guest.
 */
#ifndef DEVICES_DISK_TARGET_H
#define DEVICES_DISK_TARGET_H

#include "devices/disk_config.h"
#include "lib/store.h"

struct disk_target {
	int fd;             /* -1: none; an empty CD drive has none */
	unsigned int major; /* of the block device; 0: there is none */
	unsigned int minor;
	char node[DISK_TARGET_MAX + 1];
};

/*
 * Opens it, unless it is unfit (missing, empty, cut off, a folder) or in use. Returns -1 with the
 * reason, which begins with the target. domid: of the guest that gets it.
 */
int disk_target_open(struct disk_target *t, unsigned int domid, const struct disk_config *d,
		     struct store *s, struct reason *why);
/* Whether that would be refused, without a loop device or a server for it. */
int disk_target_check(const struct disk_config *d, struct store *s, struct reason *why);
/* Once the back end has it open, or when it will not get it. */
void disk_target_close(struct disk_target *t);

/*
 * Bytes of a block device, after a loop device has looked how long its file is now. Returns -1 with
 * the reason.
 */
int disk_target_size(unsigned int major, unsigned int minor, uint64_t *bytes, struct reason *why);

#endif
