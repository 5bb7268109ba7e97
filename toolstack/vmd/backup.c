// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs of backups: a folder that the backup daemon, which has no privilege, may write to, on this
 * host's disks or on an NFS server's. It comes as a descriptor; nothing on the way to it may be a
 * link.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/file.h"
#include "storage/mount.h"
#include "vmd/verbs.h"

#define FOLDER "socle-backup"
#define USER   "apid"
#define MOUNTS "/run/socle/backup/"
#define TARGET 256

/* Where disks are mounted; the rest of the root file system is memory. */
static const char *const roots[] = { "/srv/", "/mnt/", "/media/", "/run/sr-mount/", NULL };

static const struct arg folder_args[] = { ARG("path", PATH, .words = roots), ARGS_END };
static const struct arg nfs_args[] = { ARG("source", LINE, .min = 4, .max = TARGET), ARGS_END };

static int directory_open(const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* The daemon's own folder in it. */
static int folder_open(struct call *c, const char *path, const char *name)
{
	const struct passwd *user = getpwnam(USER);
	int parent = directory_open(path), fd = -1;
	struct stat st;

	if (parent >= 0 && user && (mkdirat(parent, FOLDER, 0700) == 0 || errno == EEXIST))
		fd = openat(parent, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* One that was the daemon's stays so: a server may refuse to let us give it away again. */
	if (fd < 0 || fstat(fd, &st) < 0 ||
	    (st.st_uid != user->pw_uid && fchown(fd, user->pw_uid, user->pw_gid) < 0)) {
		call_fail(c, "INTERNAL_ERROR", name, "%s/" FOLDER ": %s", path,
			  user ? strerror(errno) : "no user " USER);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	if (parent >= 0)
		close(parent);
	c->passed = fd;
	return fd < 0 ? -1 : 0;
}

static int do_folder(struct call *c)
{
	return folder_open(c, arg_text(c->args, "path"), "path");
}

/* "server:/a/b" is mounted at a place that is named after it: one place for each. */
static void mount_point(const char *source, char where[sizeof(MOUNTS) + TARGET])
{
	size_t at = strlen(strcpy(where, MOUNTS));

	for (; *source; source++)
		where[at++] = strchr("/[]", *source) ? '_' : *source;
	where[at] = '\0';
}

static int do_nfs(struct call *c)
{
	const char *source = arg_text(c->args, "source");
	char where[sizeof(MOUNTS) + TARGET], server[256], export[256];
	struct sr_error e = { .code = ERR_BACKEND };

	if (!nfs_source_split(source, server, export))
		return call_fail(c, "INVALID_VALUE", "source", "%s: expected SERVER:/EXPORT",
				 source);
	mount_point(source, where);
	file_folders(where);
	if (nfs_reach(source, &e) < 0 ||
	    (!is_mounted(where) && mount_nfs(source, where, NFS_FAILS, &e) < 0))
		return call_fail_storage(c, source, &e);
	return folder_open(c, where, "source");
}

static int do_unmount(struct call *c)
{
	const char *source = arg_text(c->args, "source");
	char where[sizeof(MOUNTS) + TARGET];
	struct sr_error e = { .code = ERR_BACKEND };

	mount_point(source, where);
	if (is_mounted(where) && unmount(where, nfs_reach(source, &e) < 0, &e) < 0)
		return call_fail_storage(c, source, &e);
	return 0;
}

const struct verb backup_verbs[] = {
	{ "backup.folder", folder_args, do_folder, "a folder for archives, as a descriptor" },
	{ "backup.nfs", nfs_args, do_nfs, "one on an NFS server, which is mounted" },
	{ "backup.unmount", nfs_args, do_unmount, "the server is not needed any more" },
	{ .name = NULL },
};
