// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A ring.
 */
#include "apid/recent.h"

#include <stdio.h>
#include <string.h>

#include "lib/deadline.h"

void recent_note(struct recent *r, const char *uuid, int64_t number)
{
	size_t i = r->nr++ % RECENT_MAX;

	snprintf(r->noted[i].uuid, sizeof(r->noted[i].uuid), "%s", uuid);
	r->noted[i].number = number;
	r->noted[i].until = r->ms ? now_ms() + r->ms : INT64_MAX;
}

bool recent_has(const struct recent *r, const char *uuid, int64_t number)
{
	for (size_t i = 0; i < r->nr && i < RECENT_MAX; i++)
		if (r->noted[i].number == number && strcmp(r->noted[i].uuid, uuid) == 0 &&
		    now_ms() < r->noted[i].until)
			return true;
	return false;
}
