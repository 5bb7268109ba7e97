// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host as a file: what it remembers, and what helps to find out what is wrong with it.
 */
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

const struct verb stream_verbs[] = {
	{ "host-backup", NULL, NULL, NULL, "file-name=", "writes what the host remembers to a file",
	  host_backup, false },
	{ "host-restore", NULL, NULL, NULL, "file-name=",
	  "such a file back; it counts from the host's next start", host_restore, false },
	{ "host-get-system-status", NULL, NULL, NULL,
	  "file-name=", "writes the host's logs and settings to a file, without secrets",
	  host_get_system_status, false },
	{ 0 },
};
