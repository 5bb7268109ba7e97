// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host as a file: what it remembers, and what helps to find out what is wrong with it.
 */
#include <stdio.h>

#include "xe/stream.h"
#include "xe/verbs.h"

/* Both spellings are in people's scripts. */
static const char *file_of(struct request *r)
{
	const char *file;

	request_rename(r, "filename", "file-name");
	file = request_need(r, "file-name");
	request_get(r, "host");
	request_get(r, "uuid");
	request_finish(r);
	return file;
}

static void host_backup(struct api *api, struct request *r)
{
	stream_download(api, "/host_backup?", file_of(r));
}

static void host_restore(struct api *api, struct request *r)
{
	json_decref(stream_upload(api, "/host_restore?", file_of(r)));
}

static void host_get_system_status(struct api *api, struct request *r)
{
	stream_download(api, "/system-status?", file_of(r));
}

static void host_update(struct api *api, struct request *r)
{
	json_t *words = stream_upload(api, "/host_update?", file_of(r));

	printf("%s\n", json_string_value(words) ? json_string_value(words) : "");
	json_decref(words);
}

const struct verb stream_verbs[] = {
	{ "host-backup", NULL, NULL, NULL, "file-name=", "writes what the host remembers to a file",
	  host_backup, false },
	{ "host-restore", NULL, NULL, NULL, "file-name=",
	  "such a file back; it counts from the host's next start", host_restore, false },
	{ "host-get-system-status", NULL, NULL, NULL,
	  "file-name=", "writes the host's logs and settings to a file, without secrets",
	  host_get_system_status, false },
	{ "host-update", NULL, NULL, NULL,
	  "file-name=", "a signed bundle of another version, to be tried at the host's next start",
	  host_update, false },
	{ "host-update-from-url", "host", "host.update_from_url", NULL,
	  "url=", "the same, from a server", NULL, false },
	{ "host-update-status", "host", "host.get_update_status", NULL, "",
	  "versions in the host's slots", NULL, true },
	{ "host-update-cancel", "host", "host.update_cancel", NULL, "",
	  "what was written is not tried", NULL, false },
	{ "host-update-back", "host", "host.update_back", NULL, "",
	  "from the next start on the other slot's version", NULL, false },
	{ "host-update-key-list", "host", "host.get_update_keys", NULL, "",
	  "who may have signed a bundle", NULL, true },
	{ "host-update-key-add", "host", "host.add_update_key", NULL, "key=", "this one as well",
	  NULL, true },
	{ "host-update-key-remove", "host", "host.remove_update_key", NULL,
	  "key=", "this one no more", NULL, true },
	{ 0 },
};
