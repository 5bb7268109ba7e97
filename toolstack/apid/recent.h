// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has just happened, so that news of it that were on their way are known for what they are.
 * The last ones count; those before are forgotten.
 */
#ifndef APID_RECENT_H
#define APID_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/uuid.h"

#define RECENT_MAX 64

/* Zero but for ms. Whose they are is a UUID, and a number where one UUID has several. */
struct recent {
	int64_t ms; /* how long one is remembered; 0: until others take its place */
	size_t nr;
	struct {
		char uuid[UUID_TEXT];
		int64_t number;
		int64_t until;
	} noted[RECENT_MAX];
};

void recent_note(struct recent *r, const char *uuid, int64_t number);
bool recent_has(const struct recent *r, const char *uuid, int64_t number);

#endif
