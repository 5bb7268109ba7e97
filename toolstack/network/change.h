// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changing the settings without losing the host. A change is tried, and stays only if it is
 * confirmed: by somebody within the time that was given, or by the gateways that answer as before.
 * Else the former settings come back, also when the service or the machine ended in between: the
 * candidate lies in a file of its own until it is confirmed, and a service that starts and finds it
 * there goes back.
 */
#ifndef NETWORK_CHANGE_H
#define NETWORK_CHANGE_H

#include "network/host.h"

enum change_state {
	CHANGE_NONE,
	CHANGE_BASELINE, /* do the gateways answer before the change? */
	CHANGE_TESTING,  /* do they answer after it? */
	CHANGE_WAITING,  /* for somebody's confirmation */
};

enum verdict { VERDICT_OPEN, VERDICT_DONE, VERDICT_REFUSED };

struct change {
	enum change_state state;
	double deadline, ask_again;
	char *candidate, *former;
	char source[SOURCE_NAME];
	struct leases former_leases;
	char former_automatic[LINK_NAME];
	enum verdict verdict; /* for who asked: OPEN while it goes on */
	struct reason said;
};

/* At the start of the service: which settings hold, and the end of a change that was left. */
int change_start(struct host *h, struct reason *why);

/*
 * Begins a change; c->verdict and c->said tell how it goes. seconds > 0: how long to wait for
 * change_confirm(); 0: the gateways decide.
 */
void change_begin(struct change *c, struct host *h, const char *source, const char *text,
		  unsigned int seconds);
int change_confirm(struct change *c, struct host *h, struct reason *why);
int change_rollback(struct change *c, struct host *h, const char *because, struct reason *why);
/* To be called every now and then, at least four times a second, while state is not NONE. */
void change_tick(struct change *c, struct host *h);

#endif
