// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See saved_files.h. Names that are none of ours are left alone.
 */
#include "vmd/saved_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/uuid.h"

#define COMPLETE ".save"
#define PART     ".save.part"

/* "UUID" and that tail. */
static bool name_has(const char *name, const char *tail, char uuid[UUID_TEXT])
{
	uint8_t bytes[16];

	if (strlen(name) != UUID_TEXT - 1 + strlen(tail) || strcmp(name + UUID_TEXT - 1, tail) != 0)
		return false;
	memcpy(uuid, name, UUID_TEXT - 1);
	uuid[UUID_TEXT - 1] = '\0';
	return uuid_parse(uuid, bytes);
}

static void part_look(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && unlinkat(folder, name, 0) == 0)
		log_info("%s was left behind, and is removed", name);
	close(fd);
}

void saved_files_each(const char *folder, void (*tell)(void *arg, const char *uuid), void *arg)
{
	DIR *d = opendir(folder);
	char uuid[UUID_TEXT];
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (name_has(e->d_name, COMPLETE, uuid))
			tell(arg, uuid);
		else if (name_has(e->d_name, PART, uuid))
			part_look(dirfd(d), e->d_name);
	}
	if (d)
		closedir(d);
}

void saved_files_forget(const char *folder, const char *uuid)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s" COMPLETE, folder, uuid);
	if (unlink(path) == 0)
		log_info("%s was left behind, and is removed", path);
}
