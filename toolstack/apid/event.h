// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has changed, and who waits for it. Each committed change has a number; an object knows that
 * of its making and of its last change, and objects are a list by the latter, so that what is new
 * to a watcher is the end of that list. Of objects that are gone the last few thousand are known.
 */
#ifndef APID_EVENT_H
#define APID_EVENT_H

#include "apid/object.h"
#include "model/wire.h"

struct event_watch {
	struct event_watch *next;
	uint64_t since;       /* the number that the client knows */
	uint64_t classes;     /* a bit for each class */
	struct object **only; /* held; single objects beside the classes */
	size_t nr_only;
	/* Something came, or the end was reached: writes its reply. */
	void (*ready)(struct event_watch *w);
	void *owner;
};

/* A committed change of that object. */
void event_note(struct object *o);
/* After a row of them: those who wait are woken, from the loop. */
void event_tell(void);
/* Calls ready of each that was woken. */
void event_deliver(void);
bool event_pending(void);

uint64_t event_now(void);
void event_token(uint64_t number, char token[48]);
/* False: it is not one of this run, or too old. */
bool event_token_parse(const char *token, uint64_t *number);

void event_wait(struct event_watch *w);
void event_wait_end(struct event_watch *w);
bool event_any(const struct event_watch *w);
/* [...] alone */
void event_write_list(const struct event_watch *w, struct wire *out);
/* {"events": [...], "token", "valid_ref_counts"}, as event.from answers. */
void event_write(const struct event_watch *w, struct wire *out);
#endif
