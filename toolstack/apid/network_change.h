// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A change of the host's network settings: they are read, edited as text, and given back as a
 * whole. The host's service checks them, and takes a change back that loses the host; then the call
 * fails. At the end the objects are as the host has it. One may wait for a confirmation
 * (network_pending.h).
 */
#ifndef APID_NETWORK_CHANGE_H
#define APID_NETWORK_CHANGE_H

#include "apid/call.h"

/* The first thing in the state of such a call. */
struct network_change {
	void (*edit)(struct call *c, const char *text, struct buf *out);
	call_function *finish; /* when the host has it */
	bool inner;            /* of nothing that the host could be reached by */
	unsigned int seconds;  /* until it is undone without a confirmation; 0: never */
};

void network_change_begin(struct call *c);
/* Only looks: then finish is called. */
void network_look(struct call *c);

/* An interface goes, with what it is besides. */
void pif_drop(struct object *pif);

#endif
