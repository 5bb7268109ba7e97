// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See state_files.h. Nothing that makes root is among them: no password, no key of SSH.
 */
#include "lib/state_files.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/uuid.h"

#define STORAGE_FOLDER "/var/lib/storage/"
#define STORAGE_SUFFIX ".sr"

const struct state_file state_files[] = {
	{ "state.db", "/var/lib/socle/state.db", 0600, "apid" },
	{ "network.conf", "/etc/socle/network.conf", 0644, NULL },
	{ "network/confirmed.conf", "/var/lib/socle/network/confirmed.conf", 0644, NULL },
	{ "network/nics", "/var/lib/socle/network/nics", 0644, NULL },
	{ "tls/host.pem", "/var/lib/socle/tls/host.pem", 0600, NULL },
	{ "hostname", "/etc/hostname", 0644, NULL },
	{ "hosts", "/etc/hosts", 0644, NULL },
};
const size_t nr_state_files = sizeof(state_files) / sizeof(state_files[0]);

static bool storage_path(const char *name, char path[STATE_FILE_PATH])
{
	const char *file = name + strlen(STATE_FILE_STORAGE);
	char uuid[UUID_TEXT];
	uint8_t bytes[16];

	if (strncmp(name, STATE_FILE_STORAGE, strlen(STATE_FILE_STORAGE)) != 0 ||
	    strlen(file) != UUID_TEXT - 1 + strlen(STORAGE_SUFFIX) ||
	    strcmp(file + UUID_TEXT - 1, STORAGE_SUFFIX) != 0)
		return false;
	memcpy(uuid, file, UUID_TEXT - 1);
	uuid[UUID_TEXT - 1] = '\0';
	snprintf(path, STATE_FILE_PATH, STORAGE_FOLDER "%s", file);
	return uuid_parse(uuid, bytes);
}

bool state_file_find(const char *name, struct state_file *f, char path[STATE_FILE_PATH])
{
	for (size_t i = 0; i < nr_state_files; i++) {
		if (strcmp(state_files[i].name, name) != 0)
			continue;
		*f = state_files[i];
		snprintf(path, STATE_FILE_PATH, "%s", f->path);
		return true;
	}
	*f = (struct state_file){ .name = name, .path = path, .mode = 0600 };
	return storage_path(name, path);
}
