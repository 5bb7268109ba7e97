// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Root's password as /etc/shadow has it. See login.h.
 */
#include "hostmenu/login.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#include "hostmenu/status.h"

#define HASH_MAX 256

/* False: there is no entry, or it cannot be read. */
static bool hash_read(char hash[HASH_MAX])
{
	char path[256], line[512];
	bool found = false;
	FILE *file;

	status_path(path, sizeof(path), "/etc/shadow");
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "root:", 5) != 0)
			continue;
		found = true;
		snprintf(hash, HASH_MAX, "%.*s", (int)strcspn(line + 5, ":\n"), line + 5);
	}
	if (file)
		fclose(file);
	return found;
}

bool login_password_needed(void)
{
	char hash[HASH_MAX];

	return !hash_read(hash) || *hash;
}

bool login_password_right(const char *password)
{
	char hash[HASH_MAX];
	const char *made;

	if (!hash_read(hash))
		return false;
	if (!*hash)
		return true;
	/* One that is locked has a hash that no password gives. */
	made = crypt(password, hash);
	return made && strcmp(made, hash) == 0;
}
