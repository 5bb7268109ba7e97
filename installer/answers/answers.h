// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an installation is told. Two files say it: one setting a line (answers_text.c), or the XML
 * that XenServer's installer takes (answers_xml.c). Both parse hostile bytes, fill this structure
 * by the same setters, and stop at the first mistake with its line; answers_check() then says
 * whether the whole makes sense. Which disks and cards the machine has is not known here.
 */
#ifndef INSTALLER_ANSWERS_H
#define INSTALLER_ANSWERS_H

#include "lib/bytes.h"
#include "lib/log.h"

#define ANSWERS_MAX_BYTES (256 << 10)
#define ANSWERS_SOURCE    "answers" /* the file, in messages */
#define ANSWERS_DISKS     16
#define ANSWERS_LIST      8
#define ANSWERS_NAME      64
#define ANSWERS_TEXT      512
#define ANSWERS_KEY       2048
#define ANSWERS_STAGE     16

struct answers_list {
	char text[ANSWERS_DISKS][ANSWERS_NAME];
	size_t nr;
};

/* A program that an installation runs at a stage: before-disks, after-files, before-boot. */
struct answers_hook {
	char stage[ANSWERS_STAGE];
	char from[ANSWERS_TEXT];
};

struct answers {
	char install[ANSWERS_NAME]; /* fresh, upgrade, reinstall */
	char disk[ANSWERS_NAME];
	char second_disk[ANSWERS_NAME]; /* RAID 1 with the first, or "" */
	struct answers_list storage_disks;
	struct answers_list erase;
	struct answers_list ntp_servers;
	char storage[ANSWERS_NAME]; /* thin, thick, none */
	char source[ANSWERS_TEXT];  /* medium, or a URL */
	char backup[ANSWERS_TEXT];  /* where a backup of a host is, or "" */
	char hostname[ANSWERS_NAME];
	char root_hash[ANSWERS_TEXT]; /* as crypt(3) has made it */
	char ssh_key[ANSWERS_KEY];
	char trust_key[ANSWERS_NAME]; /* whose bundles this host takes */
	char finish[ANSWERS_NAME];    /* reboot, poweroff, shell */
	char keymap[ANSWERS_NAME];
	char timezone[ANSWERS_NAME];
	char clock[ANSWERS_NAME]; /* YYYY-MM-DD HH:MM, in that zone */
	struct answers_hook hooks[ANSWERS_LIST];
	size_t nr_hooks;
	struct buf
		network; /* network.conf; its lines have the numbers that they have in the file */
};

/*
 * Takes the setting `name value`. -1: there is none of that name, or its value is wrong; why says
 * which, without a line.
 */
int answers_set(struct answers *a, const char *name, const char *value, struct reason *why);
/* Fills in defaults and looks for contradictions. Returns -1 with why. */
int answers_check(struct answers *a, struct reason *why);
void answers_free(struct answers *a);

/* Each reads a whole file. Errors begin with "answers:LINE: " where one line is to blame. */
int answers_parse(struct answers *a, const char *text, size_t len, struct reason *why);
int answers_parse_text(struct answers *a, const char *text, size_t len, struct reason *why);
int answers_parse_xml(struct answers *a, const char *text, size_t len, struct reason *why);

/* Assignments for a shell, a_NAME='value', each quoted. */
void answers_print(const struct answers *a, struct buf *out);

#endif
