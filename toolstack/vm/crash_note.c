// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See crash_note.h. One file for each VM at most, however often it crashes unseen.
 */
#include "vm/crash_note.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/log.h"
#include "lib/uuid.h"

void crash_note_leave(const char *uuid, unsigned int domid)
{
	char path[sizeof(VM_CRASH_DIR) + UUID_TEXT + 1], text[16];

	snprintf(path, sizeof(path), VM_CRASH_DIR "/%s", uuid);
	snprintf(text, sizeof(text), "%u\n", domid);
	file_folders(path);
	if (file_replace(path, text, strlen(text), 0600) < 0)
		log_warning("%s: %s", path, strerror(errno));
}

static bool note_read(const char *name, unsigned int *domid, char path[sizeof(VM_CRASH_DIR) + 64])
{
	uint8_t uuid[16];
	char line[16];

	if (!uuid_parse(name, uuid))
		return false;
	snprintf(path, sizeof(VM_CRASH_DIR) + 64, VM_CRASH_DIR "/%.40s", name);
	if (!file_line(path, line, sizeof(line)))
		return false;
	*domid = (unsigned int)strtoul(line, NULL, 10);
	return true;
}

void crash_notes_take(bool (*tell)(void *arg, const char *uuid, unsigned int domid), void *arg)
{
	char path[sizeof(VM_CRASH_DIR) + 64];
	DIR *d = opendir(VM_CRASH_DIR);
	unsigned int domid;
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (note_read(e->d_name, &domid, path) && tell(arg, e->d_name, domid))
			unlink(path);
	if (d)
		closedir(d);
}
