// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What somebody has chosen on the screens, and the answer file that comes of it. Disks are those
 * that the machine has.
 */
#ifndef INSTALLER_PLAN_H
#define INSTALLER_PLAN_H

#include "lib/bytes.h"
#include "lib/log.h"

#define PLAN_DISKS 16
#define PLAN_NICS  16
#define PLAN_TEXT  128

enum disk_use { DISK_UNUSED, DISK_SYSTEM, DISK_MIRROR, DISK_STORAGE };

struct plan_disk {
	char name[32];  /* vda */
	char model[40]; /* or "" */
	char found[64]; /* what is on it: "nothing", or what would be lost */
	uint64_t megabytes;
	enum disk_use use;
};

struct plan_nic {
	char name[16]; /* nic0 */
	char mac[18];
	bool link;
};

enum plan_storage { PLAN_THIN, PLAN_THICK, PLAN_NONE };

struct plan {
	struct plan_disk disks[PLAN_DISKS];
	size_t nr_disks;
	struct plan_nic nics[PLAN_NICS];
	size_t nr_nics;
	size_t storage; /* enum plan_storage */
	char hostname[PLAN_TEXT];
	char password[PLAN_TEXT], again[PLAN_TEXT];
	size_t nic;   /* which card */
	size_t fixed; /* 0: DHCP; 1: the address below */
	char address[PLAN_TEXT], gateway[PLAN_TEXT], dns[PLAN_TEXT], vlan[PLAN_TEXT];
	char ntp[PLAN_TEXT];
};

/* The answer file; what is chosen is written as it is, install-answers judges it. */
void plan_write(const struct plan *p, struct buf *out);
/* The disk of that use, or NULL. */
const struct plan_disk *plan_disk_of(const struct plan *p, enum disk_use use);
/* What the disks and cards of this machine are; below sys, which is /sys but for tests. */
void plan_find_disks(struct plan *p, const char *sys);
void plan_find_nics(struct plan *p, const char *sys);

#endif
