// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What xl-disk-configuration(5) says about one disk: a list of words that are told by their place
 * (target, format, name in the guest, access) or by a key. Fuzz entry point: disk_config_parse()
 * with any bytes.
 */
#ifndef DEVICES_DISK_CONFIG_H
#define DEVICES_DISK_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"

#define DISK_VDEV_MAX   24
#define DISK_TARGET_MAX 1023

enum disk_format { DISK_RAW, DISK_QCOW2 };

struct disk_config {
	char *target; /* an absolute path, or NULL: a CD drive without a disc */
	enum disk_format format;
	char vdev[DISK_VDEV_MAX]; /* as the user wrote it: xvda, sdb1, d2p3 */
	uint32_t devid;           /* the number that vdev stands for */
	bool readonly;
	bool shared; /* "w!": whoever else uses the target knows what he does */
	bool cdrom;
	bool discard; /* the guest may give blocks back */
	bool direct_io_safe;
};

/*
 * source and line are where the text comes from, for messages. Returns -1 with the reason and
 * nothing to free.
 */
int disk_config_parse(struct disk_config *d, const char *source, unsigned int line,
		      const char *text, struct reason *why);
/* The same as text that disk_config_parse() reads back. */
void disk_config_print(const struct disk_config *d, struct buf *text);
/* Returns -1: out of memory. */
int disk_config_copy(struct disk_config *to, const struct disk_config *from);
void disk_config_free(struct disk_config *d);

#endif
