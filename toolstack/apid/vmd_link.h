// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests to vmd that the loop waits for: a connection each. docs/management.md has the messages.
 */
#ifndef APID_VMD_LINK_H
#define APID_VMD_LINK_H

#include <jansson.h>

#include "apid/loop.h"

struct vmd_request;

/* One of ok and error is given: the answer of the verb (its "part"s put together), or a code and
 * its parameters. The request is gone then. Neither is lent longer. */
typedef void vmd_answer(void *owner, const json_t *ok, const json_t *error);

/* NULL: the usual one. */
void vmd_link_open(const char *path);
/* At the end: nobody is answered any more. */
void vmd_link_close(void);
/*
 * Takes over args. NULL: vmd cannot be reached. message is for what is neither an answer nor a
 * part: progress, and what a watch tells; it must not end the request.
 */
struct vmd_request *vmd_ask(const char *verb, json_t *args, vmd_answer *answer,
			    void (*message)(void *owner, const json_t *m), void *owner);
/* Asks it to stop what can be stopped; no answer comes. */
void vmd_stop(struct vmd_request *r);

#endif
