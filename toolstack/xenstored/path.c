// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * String work only.
 */
#include "xenstored/path.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void path_home(char home[HOME_ROOM], unsigned int domid)
{
	snprintf(home, HOME_ROOM, "/local/domain/%u", domid);
}

static bool path_valid(const char *path)
{
	size_t len = strlen(path);

	if (path[0] != '/' || len > XENSTORE_ABS_PATH_MAX)
		return false;
	if (len > 1 && path[len - 1] == '/')
		return false;
	for (; *path; path++) {
		if (path[0] == '/' && path[1] == '/')
			return false;
		if (!isalnum((unsigned char)*path) && !strchr("-/_@:.", *path))
			return false;
	}
	return true;
}

bool path_resolve(char out[PATH_ROOM], const char *path, unsigned int domid, bool special)
{
	char home[HOME_ROOM];

	if (special && path[0] == '@' && strlen(path) < XENSTORE_REL_PATH_MAX) {
		strcpy(out, path);
		return true;
	}
	if (path[0] == '/') {
		if (strlen(path) > XENSTORE_ABS_PATH_MAX)
			return false;
		strcpy(out, path);
	} else {
		if (strlen(path) > XENSTORE_REL_PATH_MAX)
			return false;
		path_home(home, domid);
		snprintf(out, PATH_ROOM, "%s/%s", home, path);
	}
	return path_valid(out);
}

bool path_is_below(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strcmp(prefix, "/") == 0)
		return path[0] == '/';
	return strncmp(path, prefix, len) == 0 && (path[len] == '/' || path[len] == '\0');
}
