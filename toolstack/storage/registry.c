// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and writing the registry's files.
 */
#include "storage/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/private.h"
#include "storage/sr_file.h"

#define TEXT_LIMIT 16384

int registry_folder(struct sr_error *e)
{
	mkdir("/var/lib", 0755);
	if (mkdir(STORAGE_STATE, 0700) < 0 && errno != EEXIST)
		return sr_fail_errno(e, ERR_BACKEND, STORAGE_STATE);
	return 0;
}

int registry_save(const struct sr *sr, struct sr_error *e)
{
	char name[64];
	const char *const pairs[][2] = {
		{ "sr", sr->uuid },       { "type", sr->type->name },
		{ "name", sr->name },     { "description", sr->description },
		{ "source", sr->source }, { "group", sr->group },
		{ "root", sr->root },
	};

	if (registry_folder(e) < 0)
		return -1;
	snprintf(name, sizeof(name), "%s.sr", sr->uuid);
	return props_write(STORAGE_STATE, name, pairs, sizeof(pairs) / sizeof(pairs[0]), e);
}

int registry_remove(const struct sr *sr, struct sr_error *e)
{
	char path[128];

	snprintf(path, sizeof(path), STORAGE_STATE "/%s.sr", sr->uuid);
	if (unlink(path) < 0 && errno != ENOENT)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	return 0;
}

bool registry_parse(const char *text, struct sr *sr, struct reason *why)
{
	if (!sr_file_parse(text, sr, why))
		return false;
	if (!prop_get(text, '\n', "source", sr->source, sizeof(sr->source)) ||
	    !prop_get(text, '\n', "group", sr->group, sizeof(sr->group)) ||
	    !prop_get(text, '\n', "root", sr->root, sizeof(sr->root))) {
		reason_set(why, "no source=, group= or root=");
		return false;
	}
	return true;
}

static bool registry_load(const char *name, struct sr *sr)
{
	struct buf text = { 0 };
	struct reason why = { "cannot be read" };
	char path[400];
	bool good;

	snprintf(path, sizeof(path), STORAGE_STATE "/%s", name);
	good = buf_read_file(&text, path, TEXT_LIMIT) == 0 && text.data &&
	       registry_parse(text.data, sr, &why);
	buf_free(&text);
	if (!good)
		log_warning("%s: %s", path, why.text);
	return good;
}

int registry_list(struct sr **list, size_t *nr, struct sr_error *e)
{
	DIR *dir = opendir(STORAGE_STATE);
	struct dirent *entry;

	*list = NULL;
	*nr = 0;
	while (dir && (entry = readdir(dir))) {
		const char *end = strrchr(entry->d_name, '.');
		struct sr *more;

		if (entry->d_name[0] == '.' || !end || strcmp(end, ".sr") != 0)
			continue;
		more = realloc(*list, (*nr + 1) * sizeof(**list));
		if (!more) {
			closedir(dir);
			free(*list);
			*list = NULL;
			return sr_fail(e, ERR_BACKEND, "out of memory");
		}
		*list = more;
		memset(&more[*nr], 0, sizeof(*more));
		*nr += registry_load(entry->d_name, &more[*nr]);
	}
	if (dir)
		closedir(dir);
	return 0;
}
