// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever talks to the repository is a process of nobody's, with nothing but the open file that it
 * fills, a bounded one: curl, or for NFS a copy below a mount. What it brought is looked at before
 * anything uses it; the builder checks the rest.
 */
#include "vmd/install_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/file.h"
#include "lib/write_all.h"
#include "storage/mount.h"
#include "vmd/fetch.h"
#include "vmd/install_media.h"

/* The first is on a disk, where the host is installed; else both are memory. */
#define FOLDER_DISK  "/var/lib/socle/kernels"
#define FOLDER_RUN   "/run/socle/kernels"
#define FOLDER_MAX   96
#define MOUNT_FOLDER "/run/socle/install-%s" /* of an NFS server's files */
#define KERNEL_MAX   (64ull << 20)
#define RAMDISK_MAX  (1024ull << 20)
#define FETCH_MS     (30 * 60 * 1000)

struct fetching {
	struct call *call;
	struct install_media media;
	char folder[FOLDER_MAX], mount[FOLDER_MAX];
	struct fetch fetch;
};

/* Where a VM's installer is while it is needed. */
static void folder_of(const struct call *c, char folder[FOLDER_MAX])
{
	struct statfs fs;
	bool disk = statfs("/var/lib/socle", &fs) == 0 && fs.f_type != TMPFS_MAGIC &&
		    fs.f_type != RAMFS_MAGIC;

	snprintf(folder, FOLDER_MAX, "%s/install-%s", disk ? FOLDER_DISK : FOLDER_RUN,
		 arg_text(c->args, "uuid"));
}

/* ---- who fetches ------------------------------------------------------------------------ */

/* Links may lead anywhere on the server, and nowhere else. */
static _Noreturn void copy(const char *folder, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_BENEATH };
	int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = dir < 0 ? -1 : (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	static char data[256 << 10];
	ssize_t n = 0;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		_exit(FETCH_STATUS_NOT_THERE);
	while (fd >= 0 && (n = read(fd, data, sizeof(data))) > 0)
		if (write_all(STDOUT_FILENO, data, (size_t)n) < 0)
			n = -1;
	if (fd >= 0 && n == 0)
		_exit(0);
	dprintf(STDERR_FILENO, "%s: %s", path, strerror(errno));
	_exit(1);
}

static enum fetch_verdict fetch_one(struct fetching *f, const char *path, int out, uint64_t most)
{
	char url[2 * MEDIA_PLACE];
	pid_t pid;

	if (f->media.nfs) {
		pid = fetch_fork(&f->fetch, out, most);
		if (pid == 0)
			copy(f->mount, path);
		return fetch_wait(&f->fetch, pid);
	}
	snprintf(url, sizeof(url), "%s/%s", f->media.base, path);
	return fetch_url(&f->fetch, url, out, most);
}

/* Nobody knows. */
static double fetch_done(const struct fetch *f)
{
	(void)f;
	return 0.05;
}

/* ---- files ------------------------------------------------------------------------------- */

/* path "": the repository itself. */
static int failed(struct fetching *f, const char *path, const char *said)
{
	struct call *c = f->call;

	call_fail(c, "BOOTLOADER_FAILED", arg_text(c->args, "uuid"), "%s%s%s: %s", f->media.base,
		  *path ? "/" : "", path, said);
	json_array_append_new(c->error, json_string(c->why.text));
	return -1;
}

/* As it said it itself. */
static int refused(struct fetching *f, const char *path)
{
	char said[FETCH_SAID];

	fetch_said(&f->fetch, said)[strcspn(said, "\n")] = '\0';
	return failed(f, path, *said ? said : "it could not be fetched");
}

/* 0, 1: there is no such file; -1: the call has failed. */
static int run_fetch(struct fetching *f, const char *path, int out, uint64_t most)
{
	switch (fetch_one(f, path, out, most)) {
	case FETCH_DONE: return 0;
	case FETCH_NOT_THERE: return 1;
	case FETCH_CANCELLED:
		return call_fail(f->call, "TASK_CANCELLED", arg_text(f->call->args, "uuid"),
				 "nobody waits for it any more");
	case FETCH_LATE: return failed(f, path, "it took too long");
	case FETCH_TOO_LARGE: return failed(f, path, "it is larger than an installer's can be");
	default: return refused(f, path);
	}
}

/* As run_fetch(). */
static int fetch(struct fetching *f, const char *path, const char *name, uint64_t most,
		 bool (*is_right)(struct bytes head))
{
	uint8_t head[MEDIA_HEAD];
	char file[FOLDER_MAX + 16];
	ssize_t len;
	int fd, rc;

	snprintf(file, sizeof(file), "%s/%s", f->folder, name);
	fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(f, path, strerror(errno));
	rc = run_fetch(f, path, fd, most);
	len = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (rc == 0 && !is_right((struct bytes){ head, len > 0 ? (size_t)len : 0 }))
		rc = failed(f, path, most == KERNEL_MAX ? "it is no kernel" : "it is no ramdisk");
	if (rc == 0)
		json_object_set_new(f->call->args, name, json_string(file));
	return rc;
}

/* ---- an installer ------------------------------------------------------------------------ */

static int fetch_both(struct fetching *f)
{
	struct install_place place;
	struct buf line = { 0 };
	struct reason why;
	int rc = 1;

	for (unsigned int i = 0; rc == 1 && install_media_place(&f->media, i, &place); i++)
		rc = fetch(f, place.kernel, "kernel", KERNEL_MAX, install_media_is_kernel);
	if (rc == 1)
		return failed(f, "", "there is no installer of that distribution");
	if (rc == 0)
		rc = fetch(f, place.ramdisk, "ramdisk", RAMDISK_MAX, install_media_is_ramdisk);
	if (rc == 1)
		return failed(f, place.ramdisk, "it is missing");
	if (rc == 0 && install_media_cmdline(&f->media, &place, &line, &why) < 0)
		rc = call_fail_why(f->call, "INVALID_VALUE", &why);
	if (rc == 0)
		json_object_set_new(f->call->args, "cmdline", json_string(line.data));
	buf_free(&line);
	return rc;
}

static int fetch_all(struct fetching *f)
{
	struct sr_error e = { .code = ERR_BACKEND };
	int rc;

	if (!f->media.nfs)
		return fetch_both(f);
	if (mount_nfs(f->media.base, f->mount, NFS_FAILS, &e) < 0)
		return call_fail_storage(f->call, f->media.base, &e);
	rc = fetch_both(f);
	if (umount2(f->mount, MNT_DETACH) == 0)
		rmdir(f->mount);
	return rc;
}

int install_prepare(struct call *c)
{
	const json_t *install = json_object_get(c->args, "install");
	const struct install_wish wish = { arg_text(install, "repository"),
					   arg_text(install, "distro"),
					   arg_text(install, "release"),
					   arg_text(install, "args") };
	struct fetching f = { .call = c };
	struct reason why;
	int rc;

	if (!install)
		return 0;
	if (install_media_read(&wish, &f.media, &why) < 0)
		return call_fail_why(c, "INVALID_VALUE", &why);
	folder_of(c, f.folder);
	snprintf(f.mount, sizeof(f.mount), MOUNT_FOLDER, arg_text(c->args, "uuid"));
	file_folders(f.folder); /* those above it */
	if (mkdir(f.folder, 0700) < 0 && errno != EEXIST)
		return call_fail(c, "INTERNAL_ERROR", f.folder, "%s: %s", f.folder,
				 strerror(errno));
	f.fetch = (struct fetch){ .call = c, .deadline = now_ms() + FETCH_MS, .done = fetch_done };
	fetch_begin(&f.fetch);
	rc = fetch_all(&f);
	fetch_end(&f.fetch);
	if (rc < 0)
		install_finish(c);
	return rc;
}

void install_finish(struct call *c)
{
	static const char *const names[] = { "kernel", "ramdisk" };
	char path[FOLDER_MAX + 16], folder[FOLDER_MAX];

	if (!json_object_get(c->args, "install"))
		return;
	folder_of(c, folder);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		file_unlink(path);
	}
	rmdir(folder);
}
