// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backup-unpack: puts a backup of a host (`xe host-backup`) into the state that an installation
 * makes. All of it is read and verified before the first file is written.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/log.h"
#include "lib/state_files.h"
#include "transfer/host_archive.h"
#include "transfer/state_copy.h"

#define DATABASE  "state.db"
#define PATH_ROOM 512

static int files_check(const struct host_archive *a, struct reason *why)
{
	const struct host_file *database = host_archive_find(a, DATABASE);
	char path[STATE_FILE_PATH];
	struct state_file f;

	for (size_t i = 0; i < a->nr; i++)
		if (!state_file_find(a->files[i].name, &f, path))
			return reason_set(why, "%s is no part of a host's state", a->files[i].name);
	return database ? state_check(&database->data, why) : reason_set(why, "it has no database");
}

static int archive_read(const char *path, struct host_archive *a, struct reason *why)
{
	struct source_input input = { .fd = open(path, O_RDONLY | O_CLOEXEC),
				      .len = SOURCE_UNKNOWN };
	struct source *from;
	int rc = -1;

	if (input.fd < 0)
		return reason_errno(why, "%s", path);
	from = source_open(&input, why);
	if (from) {
		rc = host_archive_read(from, a, why);
		source_close(from);
	}
	close(input.fd);
	return rc < 0 ? rc : files_check(a, why);
}

static int file_write(const char *root, const struct host_file *file, struct reason *why)
{
	char place[STATE_FILE_PATH], path[PATH_ROOM];
	const struct passwd *owner;
	struct state_file f;

	state_file_find(file->name, &f, place);
	snprintf(path, sizeof(path), "%s%s", root, place);
	owner = f.owner ? getpwnam(f.owner) : NULL;
	file_folders(path);
	if (file_replace(path, file->data.data, file->data.len, f.mode) < 0 ||
	    (owner && chown(path, owner->pw_uid, owner->pw_gid) < 0))
		return reason_errno(why, "%s", path);
	return 0;
}

int main(int argc, char **argv)
{
	bool only_check = argc == 3 && strcmp(argv[1], "--check") == 0;
	struct host_archive *a = calloc(1, sizeof(*a));
	struct reason why;
	int rc;

	log_open("backup-unpack", LOG_LEVEL_INFO);
	if (argc != 3 || !a) {
		fprintf(stderr, "usage: backup-unpack FILE FOLDER   into the state there\n"
				"       backup-unpack --check FILE   is it a backup, and whole?\n");
		free(a);
		return 2;
	}
	rc = archive_read(argv[only_check ? 2 : 1], a, &why);
	for (size_t i = 0; rc == 0 && !only_check && i < a->nr; i++)
		rc = file_write(argv[2], &a->files[i], &why);
	if (rc < 0)
		log_error("%s", why.text);
	else
		printf("%zu files\n", a->nr);
	host_archive_free(a);
	free(a);
	return rc < 0 ? 1 : 0;
}
