// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One file, since there is one run at a time. See run.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/run.h"
#include "lib/file.h"

static void path_of(const struct backup *b, char path[512])
{
	snprintf(path, 512, "%s/current", b->settings->state);
}

int journal_write(const struct backup *b, const struct journal *j, struct reason *why)
{
	json_t *o = json_pack("{ss,ss,ss,ss}", "policy", j->policy, "vm", j->vm, "snapshot",
			      j->snapshot, "archive", j->archive);
	char path[512], *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	int rc = -1;

	path_of(b, path);
	if (!text)
		reason_set(why, "out of memory");
	else if (file_replace(path, text, strlen(text), 0600) < 0)
		reason_errno(why, "%s", path);
	else
		rc = 0;
	free(text);
	json_decref(o);
	return rc;
}

bool journal_read(const struct backup *b, struct journal *j)
{
	char path[512];
	json_t *o;

	path_of(b, path);
	o = json_load_file(path, 0, NULL);
	snprintf(j->policy, sizeof(j->policy), "%s", record_text(o, "policy"));
	snprintf(j->vm, sizeof(j->vm), "%s", record_text(o, "vm"));
	snprintf(j->snapshot, sizeof(j->snapshot), "%s", record_text(o, "snapshot"));
	snprintf(j->archive, sizeof(j->archive), "%s", record_text(o, "archive"));
	json_decref(o);
	return j->snapshot[0];
}

void journal_remove(const struct backup *b)
{
	char path[512];

	path_of(b, path);
	file_unlink(path);
}
