// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See watch.h. One that is still written to is of a domain that the API only does not know yet.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "alerts/watch.h"
#include "lib/uuid.h"
#include "metrics/metrics.h"

#define DAY 86400

/* "UUID.rrd": the UUID. */
static bool uuid_of(const char *file, char uuid[UUID_TEXT])
{
	uint8_t parsed[16];

	if (strlen(file) != UUID_TEXT - 1 + 4 || strcmp(file + UUID_TEXT - 1, ".rrd") != 0)
		return false;
	snprintf(uuid, UUID_TEXT, "%.*s", UUID_TEXT - 1, file);
	return uuid_parse(uuid, parsed);
}

static bool is_old(const char *folder, const char *file)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return stat(path, &st) == 0 && st.st_mtime + DAY < time(NULL);
}

/* The API answers, and says that there is none. */
static bool is_unknown(struct api *api, const char *uuid)
{
	json_t *vm = api_call(api, "VM.get_by_uuid", json_pack("[s]", uuid));
	const char *code = vm ? "" : json_string_value(json_array_get(api->error, 0));

	json_decref(vm);
	return strcmp(code, "UUID_INVALID") == 0;
}

void metrics_sweep(struct api *api, const char *metrics)
{
	DIR *dir = opendir(metrics);
	struct dirent *entry;
	char uuid[UUID_TEXT];
	struct reason why;

	while (dir && (entry = readdir(dir)))
		if (uuid_of(entry->d_name, uuid) && is_old(metrics, entry->d_name) &&
		    is_unknown(api, uuid) && metrics_forget(metrics, uuid, &why) < 0)
			log_warning("%s", why.text);
	if (dir)
		closedir(dir);
}
