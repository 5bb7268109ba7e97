// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who uses a disk already: another guest, or the control domain itself.
 */
#ifndef DEVICES_DISK_USE_H
#define DEVICES_DISK_USE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/log.h"
#include "lib/store.h"

/*
 * A block device that is to be given to a guest. Uses that only read are no obstacle to one that
 * only reads. Returns -1 with the reason, which names the user.
 */
int disk_use_check(struct store *s, const char *target, dev_t dev, bool readonly,
		   struct reason *why);
/* The same for a file: looks at the block devices that show it. */
int disk_use_check_file(struct store *s, const char *target, dev_t dev, ino_t inode, bool readonly,
			struct reason *why);
/*
 * What holds a device that the kernel would not give us alone, such as a volume group: "; dm-0 is
 * made of it", or "".
 */
const char *disk_use_holder(dev_t dev);

#endif
