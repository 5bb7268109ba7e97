// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon that tells people what is wrong, as the user apid.
 */
#ifndef ALERTS_ALERTS_H
#define ALERTS_ALERTS_H

#include "courier/courier.h"

struct alerts_settings {
	const char *api, *vmd; /* vmd NULL: the usual one */
	const char *state;     /* a folder of its own */
	const char *metrics;   /* the metrics daemon's */
	int64_t every_ms;      /* between two looks */
	int kmsg;              /* -1: not looked at */
};

/* Until it is killed. */
int alerts_run(const struct alerts_settings *s, struct courier *c);

#endif
