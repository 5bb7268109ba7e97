// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Alerts as message objects of the API: each once, gone when what it tells of is over, and never
 * more than people can read.
 */
#ifndef ALERTS_ALERT_H
#define ALERTS_ALERT_H

#include "api/api.h"

#define ALERT_SUBJECT 64

/* What an alert is about. */
struct subject {
	const char *class; /* of message.create: VM, Host, SR, Pool, VMPP, VDI */
	const char *uuid;
	const char *part; /* of it: "eth0", "/var/log"; without ": " */
};

void alerts_open(struct api *api);
/* A message that was there before we began: if it is of a state, it is known. */
void alerts_adopt(const char *ref, const json_t *message);
/* It was dismissed: it is not made again until its state was over. */
void alerts_dismissed(const char *ref);

/* Something that happened. */
void alert_event(const char *name, int priority, const struct subject *of, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/*
 * Something that is so (priority 1 to 5) or is over (0). With another priority than before the
 * message is made anew. False: nothing was new.
 */
bool alert_state(const char *name, int priority, const struct subject *of, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* What was left out because there was too much is told, when it is over. Old messages go. */
void alerts_tend(void);
/* The priority of a state that we told of; 0: it is not so. */
int alert_priority(const char *name, const struct subject *of);

#endif
