// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What somebody has chosen on the screens, and the answer file that comes of it. Disks, cards and
 * what is on them are those that the machine has (machine.c).
 */
#ifndef INSTALLER_PLAN_H
#define INSTALLER_PLAN_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/log.h"

#define PLAN_DISKS   16
#define PLAN_NICS    16
#define PLAN_TEXT    128
#define PLAN_SOCLES  4
#define PLAN_KEYMAPS 64
#define PLAN_ZONES   600
#define PLAN_BACKUP  "host-backup.tar.zst" /* what it is called on that stick */

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

/* A Socle that is there already. */
struct plan_socle {
	char disk[32];  /* the one that names it */
	char disks[64]; /* all of it, in words */
};

enum plan_kind { PLAN_FRESH, PLAN_UPGRADE, PLAN_REINSTALL };
enum plan_storage { PLAN_THIN, PLAN_THICK, PLAN_NONE };
enum plan_ip4 { PLAN_DHCP, PLAN_FIXED, PLAN_NO_IP4 };
enum plan_ip6 { PLAN_NO_IP6, PLAN_SLAAC, PLAN_FIXED6 };

struct plan {
	bool first_start; /* of a disk image: the disks are not asked for */
	struct plan_disk disks[PLAN_DISKS];
	size_t nr_disks;
	struct plan_nic nics[PLAN_NICS];
	size_t nr_nics;
	struct plan_socle socles[PLAN_SOCLES];
	size_t nr_socles;
	bool backup_there; /* of a host, on the stick with the label ANSWERS */
	unsigned int memory_mb, cpus;
	char keymaps[PLAN_KEYMAPS][2][32]; /* name, whose */
	size_t nr_keymaps;
	char zones[PLAN_ZONES][40];
	size_t nr_zones;

	size_t keymap;  /* which of keymaps */
	size_t what;    /* 0: fresh; then, of each Socle, an upgrade and a reinstallation */
	size_t restore; /* 1: the backup */
	size_t storage; /* enum plan_storage */
	size_t remote;  /* 1: source is a URL */
	char source[PLAN_TEXT];
	char hostname[PLAN_TEXT];
	char password[PLAN_TEXT], again[PLAN_TEXT];
	size_t nic;       /* which card */
	size_t bond;      /* 0: alone; others: which card besides */
	size_t bond_mode; /* of plan_bond_modes */
	size_t ip4, ip6;
	char address[PLAN_TEXT], gateway[PLAN_TEXT], address6[PLAN_TEXT], gateway6[PLAN_TEXT];
	char dns[PLAN_TEXT], vlan[PLAN_TEXT];
	char zone[40]; /* "": UTC */
	char ntp[PLAN_TEXT], clock[PLAN_TEXT];
};

extern const char *const plan_bond_modes[3];

enum plan_kind plan_kind(const struct plan *p);
/* The one that is upgraded or made anew; NULL if none is. */
const struct plan_socle *plan_socle(const struct plan *p);
/* The number of the second card of a bond; PLAN_NICS: there is none. */
size_t plan_second_nic(const struct plan *p);
/* The answer file; what is chosen is written as it is, install-answers judges it. */
void plan_write(const struct plan *p, struct buf *out);
/* The disk of that use, or NULL. */
const struct plan_disk *plan_disk_of(const struct plan *p, enum disk_use use);
/* What the disks and cards of this machine are; below sys, which is /sys but for tests. */
void plan_find_disks(struct plan *p, const char *sys);
void plan_find_nics(struct plan *p, const char *sys);
/* All else that is here: by the programs that know. */
void plan_find_rest(struct plan *p);

#endif
