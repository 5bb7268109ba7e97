// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host remembers beside its disks, file by file, for backups of the host and their return,
 * and its logs. Whoever packs them and reads them back has no privilege; which files there are,
 * lib/state_files.c says.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/state_files.h"
#include "storage/sr.h"
#include "vmd/verbs.h"

#define NAME_MAX_LENGTH 64
#define PATH_ROOM       STATE_FILE_PATH
#define FILES_MAX       256
#define LASTING         "/state/"

static const struct arg name_args[] = { ARG("name", NAME, .min = 1, .max = NAME_MAX_LENGTH),
					ARGS_END };
static const struct arg one_name = ARG("names", NAME, .min = 1, .max = NAME_MAX_LENGTH);
static const struct arg commit_args[] = {
	ARG("names", LIST, .min = 1, .max = FILES_MAX, .parts = &one_name),
	ARGS_END,
};

/* On an installed host some are links to where they last (/etc/init.d/state): there they change. */
static void link_follow(char path[PATH_ROOM])
{
	char target[PATH_ROOM];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0)
		return;
	target[n] = '\0';
	if (strncmp(target, LASTING, strlen(LASTING)) == 0)
		snprintf(path, PATH_ROOM, "%s", target);
}

/* Where a name belongs; false: the call has failed. */
static bool file_find(struct call *c, const char *name, struct state_file *f, char path[PATH_ROOM])
{
	if (state_file_find(name, f, path)) {
		link_follow(path);
		return true;
	}
	call_fail(c, "INVALID_VALUE", name, "%s is no part of the host's state", name);
	return false;
}

static int failed(struct call *c, const char *path)
{
	return call_fail(c, errno == ENOSPC ? "NOT_ENOUGH_SPACE" : "INTERNAL_ERROR", path, "%s: %s",
			 path, strerror(errno));
}

static int do_list(struct call *c)
{
	DIR *storage = opendir(STORAGE_STATE);
	const struct dirent *entry;
	char path[PATH_ROOM], name[NAME_MAX_LENGTH + 1];
	struct state_file f;

	for (size_t i = 0; i < nr_state_files; i++)
		if (access(state_files[i].path, F_OK) == 0)
			call_item(c, "names", json_string(state_files[i].name));
	while (storage && (entry = readdir(storage))) {
		if (snprintf(name, sizeof(name), STATE_FILE_STORAGE "%s", entry->d_name) <
			    (int)sizeof(name) &&
		    state_file_find(name, &f, path))
			call_item(c, "names", json_string(name));
	}
	if (storage)
		closedir(storage);
	return 0;
}

static int do_open(struct call *c)
{
	struct state_file f;
	char path[PATH_ROOM];

	if (!file_find(c, arg_text(c->args, "name"), &f, path))
		return -1;
	c->passed = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return c->passed < 0 ? failed(c, path) : 0;
}

/* ---- a backup comes back ------------------------------------------------------------------ */

/* Beside its place, which is changed by host.state_commit. */
static void staged(const char *path, char name[PATH_ROOM + 16])
{
	snprintf(name, PATH_ROOM + 16, "%s.restored", path);
}

static int do_stage(struct call *c)
{
	const struct passwd *owner;
	char path[PATH_ROOM], name[PATH_ROOM + 16];
	struct state_file f;

	if (!file_find(c, arg_text(c->args, "name"), &f, path))
		return -1;
	owner = f.owner ? getpwnam(f.owner) : NULL;
	staged(path, name);
	file_folders(name);
	unlink(name);
	c->passed = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, f.mode);
	if (c->passed < 0 || fchmod(c->passed, f.mode) < 0 ||
	    (owner && fchown(c->passed, owner->pw_uid, owner->pw_gid) < 0))
		return failed(c, name);
	return 0;
}

/* What was there before is kept; with a database its log goes, for it is of that one. */
static int put_aside(const char *path)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	char from[PATH_ROOM + 16], to[PATH_ROOM + 16];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", path, parts[i]);
		snprintf(to, sizeof(to), "%s.old%s", path, parts[i]);
		unlink(to);
		if (rename(from, to) < 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}

/* Each, or none: that all of them are there is looked at first. */
static int do_commit(struct call *c)
{
	const json_t *names = json_object_get(c->args, "names"), *one;
	char path[PATH_ROOM], name[PATH_ROOM + 16];
	struct state_file f;
	size_t i;

	json_array_foreach(names, i, one)
	{
		if (!file_find(c, json_string_value(one), &f, path))
			return -1;
		staged(path, name);
		if (access(name, F_OK) < 0)
			return failed(c, name);
	}
	json_array_foreach(names, i, one)
	{
		if (!file_find(c, json_string_value(one), &f, path))
			return -1;
		staged(path, name);
		if (put_aside(path) < 0 || rename(name, path) < 0)
			return failed(c, path);
	}
	sync();
	return 0;
}

/* ---- logs -------------------------------------------------------------------------------- */

#define LOGS     "/var/log/"
#define LOGS_MAX 500

static const char *const log_roots[] = { LOGS, NULL };
static const struct arg log_args[] = { ARG("path", PATH, .words = log_roots), ARGS_END };

static struct call *lister;
static unsigned int listed;

static int log_item(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	json_t *text = kind == FTW_F && S_ISREG(st->st_mode) ? json_string(path) : NULL;

	(void)where;
	if (text && listed++ < LOGS_MAX)
		call_item(lister, "paths", text);
	else
		json_decref(text);
	return listed > LOGS_MAX;
}

static int do_logs(struct call *c)
{
	lister = c;
	return nftw(LOGS, log_item, 16, FTW_PHYS) < 0 ? failed(c, LOGS) : 0;
}

/* No link leads elsewhere. */
static int do_log_open(struct call *c)
{
	const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	const char *path = arg_text(c->args, "path");
	int folder = open(LOGS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (folder < 0)
		return failed(c, LOGS);
	c->passed = (int)syscall(SYS_openat2, folder, path + strlen(LOGS), &how, sizeof(how));
	close(folder);
	if (c->passed < 0)
		return failed(c, path);
	if (fstat(c->passed, &st) < 0 || !S_ISREG(st.st_mode))
		return call_fail(c, "INVALID_VALUE", path, "%s is no file", path);
	return 0;
}

const struct verb host_state_verbs[] = {
	{ "host.logs", args_none, do_logs, "files of the host's logs: {paths}" },
	{ "host.log_open", log_args, do_log_open, "a descriptor of one comes along" },
	{ "host.state_list", args_none, do_list, "files that make up what it remembers: {names}" },
	{ "host.state_open", name_args, do_open, "a descriptor of one comes along" },
	{ "host.state_stage", name_args, do_stage, "one to fill, for a new one, comes along" },
	{ "host.state_commit", commit_args, do_commit,
	  "those take their places, the old ones become NAME.old" },
	{ .name = NULL },
};
