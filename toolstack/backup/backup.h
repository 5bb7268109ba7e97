// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon that backs up VMs by their policies, as the user apid: one run after the other.
 */
#ifndef BACKUP_BACKUP_H
#define BACKUP_BACKUP_H

#include "backup/policy.h"
#include "courier/courier.h"

struct backup_settings {
	const char *api, *vmd, *transfer; /* sockets */
	const char *state;                /* a folder of its own */
	int64_t every_ms;                 /* between two looks at the clock */
};

/* Until it is killed. */
int backup_run(const struct backup_settings *s, struct courier *c);

/* What all of it works with. */
struct backup {
	const struct backup_settings *settings;
	struct courier *courier;
	struct api api;
	char task[API_REF]; /* that is being worked at; "": none */
	int64_t asked;      /* when it was looked whether somebody wants it to stop */
};

/* A reason out of the API's last error. Always -1. */
int backup_api_failed(struct backup *b, struct reason *why);
/* Now and then, in the middle of long work: -1 with the reason when it is to stop. */
int backup_continue(struct backup *b, struct reason *why);

/* A text in a record; "" if there is none. */
const char *record_text(const json_t *record, const char *field);
/* "20261121T020000Z" */
void time_text(time_t when, char text[24]);

#endif
