// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host says of itself without anybody having logged in.
 */
#ifndef HOSTMENU_STATUS_H
#define HOSTMENU_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#define STATUS_TEXT 100

struct status {
	char name[STATUS_TEXT], version[STATUS_TEXT], warning[STATUS_TEXT];
	char address[STATUS_TEXT], ip[STATUS_TEXT]; /* "192.0.2.10/24 (DHCP)", "192.0.2.10" */
	char network[STATUS_TEXT];                  /* which network the address is on */
	char certificate[STATUS_TEXT], ssh_key[STATUS_TEXT];
	char services[STATUS_TEXT], vms[STATUS_TEXT], alarms[STATUS_TEXT];
	bool managed; /* the API answers */
};

/* Tests have a folder of their own in front of all files; "" otherwise. */
extern const char *status_root;
/* A file of the host. */
void status_path(char *to, size_t room, const char *path);

void status_read(struct status *s);
/* The page: lines of at most 72 characters. */
void status_text(const struct status *s, char *text, size_t room);
/* Without reading the rest of it: does the API answer? */
bool status_managed(void);

#endif
