// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files: "plugged" or "unplugged".
 */
#include "storage/plug_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/log.h"
#include "storage/sr.h"

static const char *const words[] = { "", "plugged\n", "unplugged\n" };

static void state_path(const char *uuid, char path[128])
{
	snprintf(path, 128, STORAGE_RUN "/%.40s.plug", uuid);
}

enum plug_state plug_state(const char *uuid)
{
	char path[128], line[16];

	state_path(uuid, path);
	if (!file_line(path, line, sizeof(line)))
		return PLUG_STATE_NEW;
	if (strcmp(line, "plugged") == 0)
		return PLUG_STATE_PLUGGED;
	return strcmp(line, "unplugged") == 0 ? PLUG_STATE_UNPLUGGED : PLUG_STATE_NEW;
}

void plug_state_set(const char *uuid, enum plug_state state)
{
	char path[128];
	int rc;

	mkdir(STORAGE_RUN, 0700);
	state_path(uuid, path);
	rc = state == PLUG_STATE_NEW ? file_unlink(path)
				     : file_replace(path, words[state], strlen(words[state]), 0600);
	if (rc < 0)
		log_warning("%s: %m", path);
}
