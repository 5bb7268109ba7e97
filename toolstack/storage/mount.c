// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount(2) directly: neither ext4 nor NFS 4 needs a helper. The kernel waits for ever for an NFS
 * server that is silent, so it is asked first whether it is there.
 */
#include "storage/mount.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "storage/program.h"
#include "storage/reach.h"

#define EXT_MAGIC_AT    (1024 + 0x38)
#define EXT_UUID_AT     (1024 + 0x68)
#define NFS_PORT        "2049"
#define MOUNTS_LIMIT    (4 << 20)
#define UNMOUNT_WAIT_MS 20000
#define UNMOUNT_LOOK_US 20000
#define MOUNT_FLAGS     (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME)
#ifndef BUSY_MS /* unit tests are less patient */
#define BUSY_MS 3000
#endif
#ifndef NFS_WAIT_MS /* unit tests are less patient */
#define NFS_WAIT_MS 10000
#endif

int ext4_make(const char *device, const char *uuid, struct sr_error *e)
{
	/* No blocks for root alone, few inodes: it holds few and large files. */
	const char *argv[] = { "mke2fs",    "-q", "-F",       "-t", "ext4", "-m",   "0", "-T",
			       "largefile", "-L", "socle-sr", "-U", uuid,   device, NULL };

	return program_run(argv, PROGRAM_TIMEOUT_LONG, NULL, e);
}

bool ext4_uuid(const char *device, char uuid[UUID_TEXT])
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	uint8_t magic[2], raw[16];
	bool found;

	if (fd < 0)
		return false;
	found = pread(fd, magic, 2, EXT_MAGIC_AT) == 2 && magic[0] == 0x53 && magic[1] == 0xef &&
		pread(fd, raw, 16, EXT_UUID_AT) == 16;
	close(fd);
	if (found)
		uuid_format(raw, uuid);
	return found;
}

bool ext4_find(const char *uuid, const char *hint, char device[STORAGE_PATH])
{
	char found[UUID_TEXT];
	struct dirent *entry;
	bool here = false;
	DIR *dir;

	snprintf(device, STORAGE_PATH, "%s", hint);
	if (ext4_uuid(hint, found) && strcmp(found, uuid) == 0)
		return true;
	dir = opendir("/sys/class/block");
	while (dir && !here && (entry = readdir(dir))) {
		/* What guests can write to is not looked at. */
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, "dm-", 3) == 0 ||
		    strncmp(entry->d_name, "loop", 4) == 0 || strncmp(entry->d_name, "nbd", 3) == 0)
			continue;
		snprintf(device, STORAGE_PATH, "/dev/%s", entry->d_name);
		here = ext4_uuid(device, found) && strcmp(found, uuid) == 0;
	}
	if (dir)
		closedir(dir);
	return here;
}

int ext4_grow(const char *device, struct sr_error *e)
{
	const char *argv[] = { "resize2fs", device, NULL };

	return program_run(argv, PROGRAM_TIMEOUT_LONG, NULL, e);
}

bool mountinfo_has(const char *text, const char *where)
{
	size_t len = strlen(where);

	/* "36 35 98:0 /root /mount/point options..." */
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *point = at;

		for (unsigned int field = 0; field < 4; field++) {
			point += strcspn(point, " \n");
			point += *point == ' ';
		}
		if (strncmp(point, where, len) == 0 && point[len] == ' ')
			return true;
	}
	return false;
}

bool is_mounted(const char *where)
{
	struct buf text = { 0 };
	bool found;

	/* Not by a look at it: that would ask an NFS server, and wait for it. */
	found = buf_read_file(&text, "/proc/self/mountinfo", MOUNTS_LIMIT) == 0 && text.data &&
		mountinfo_has(text.data, where);
	buf_free(&text);
	return found;
}

static int make_mount_point(const char *where, struct sr_error *e)
{
	if ((mkdir(STORAGE_MOUNT, 0755) < 0 && errno != EEXIST) ||
	    (mkdir(where, 0700) < 0 && errno != EEXIST))
		return sr_fail_errno(e, ERR_BACKEND, "%s", where);
	return 0;
}

int mount_ext4(const char *what, const char *where, bool read_only, struct sr_error *e)
{
	if (make_mount_point(where, e) < 0)
		return -1;
	if (mount(what, where, "ext4", MOUNT_FLAGS | (read_only ? MS_RDONLY : 0), NULL) == 0)
		return 0;
	sr_fail_errno(e, ERR_SR_UNAVAILABLE, "mounting %s (see dmesg; e2fsck -f %s repairs)", what,
		      what);
	rmdir(where);
	return -1;
}

bool nfs_source_split(const char *source, char server[256], char export[256])
{
	const char *end = source[0] == '[' ? strstr(source, "]:/") : strstr(source, ":/");
	const char *from = source + (source[0] == '[');

	if (!end || end == from || end - from > 255)
		return false;
	snprintf(server, 256, "%.*s", (int)(end - from), from);
	end += source[0] == '[' ? 2 : 1;
	snprintf(export, 256, "%s", end);
	return strlen(end) < 256 && strchr(server, '/') == NULL && strchr(server, ',') == NULL;
}

/*
 * ONC RPC (RFC 5531): procedure 0 of NFS 4, which does nothing. The kernel answers for a server
 * whose process hangs by taking its connections: only an answer to this tells that it serves.
 */
static bool answers_call(int fd, int64_t deadline)
{
	enum { CALL = 0, REPLY = 1, RPC = 2, NFS = 100003, LAST = 1u << 31 };
	const uint32_t id = (uint32_t)getpid();
	/* Its length; then id, call, version of RPC, program, version, procedure, no login. */
	const uint32_t call[] = { htonl(LAST | 40),
				  htonl(id),
				  htonl(CALL),
				  htonl(RPC),
				  htonl(NFS),
				  htonl(4),
				  0,
				  0,
				  0,
				  0,
				  0 };
	uint32_t reply[3];

	if (send(fd, call, sizeof(call), MSG_NOSIGNAL) != (ssize_t)sizeof(call) ||
	    !receive_all(fd, reply, sizeof(reply), deadline))
		return false;
	errno = EPROTO;
	return reply[1] == htonl(id) && reply[2] == htonl(REPLY);
}

static int nfs_address(const char *source, char address[REACH_ADDRESS], struct sr_error *e)
{
	int64_t deadline = now_ms() + NFS_WAIT_MS;
	char server[256], export[256];
	int fd, rc = 0;

	if (!nfs_source_split(source, server, export))
		return sr_fail(e, ERR_VALUE, "%s: expected server:/export", source);
	fd = reach_connect("NFS server", server, NFS_PORT, deadline, address, e);
	if (fd < 0)
		return -1;
	if (!answers_call(fd, deadline))
		rc = sr_fail_errno(e, ERR_SR_UNAVAILABLE, "NFS server %s, port " NFS_PORT, server);
	close(fd);
	return rc;
}

int nfs_reach(const char *source, struct sr_error *e)
{
	char address[REACH_ADDRESS];

	return nfs_address(source, address, e);
}

int mount_nfs(const char *what, const char *where, enum nfs_patience patience, struct sr_error *e)
{
	static const char *const options[] = {
		[NFS_WAITS] = "hard",
		[NFS_FAILS] = "softerr,timeo=150,retrans=2", /* tenths of a second */
	};
	char address[REACH_ADDRESS] = "", data[128];

	if (nfs_address(what, address, e) < 0 || make_mount_point(where, e) < 0)
		return -1;
	snprintf(data, sizeof(data), "vers=4.2,proto=tcp,%s,addr=%s", options[patience], address);
	if (mount(what, where, "nfs4", MOUNT_FLAGS, data) == 0)
		return 0;
	sr_fail_errno(e, ERR_SR_UNAVAILABLE, "mounting %s%s", what,
		      errno == ENODEV ? " (this kernel has no NFS)" : "");
	rmdir(where);
	return -1;
}

/*
 * Whoever had a file of it open lets go a moment after he has ended: the kernel closes the file of
 * a loop device that is gone already.
 */
static int unmount_soon(const char *where, int flags)
{
	int64_t deadline = now_ms() + BUSY_MS;

	while (umount2(where, UMOUNT_NOFOLLOW | flags) < 0) {
		if (errno != EBUSY || now_ms() >= deadline)
			return -1;
		usleep(UNMOUNT_LOOK_US);
	}
	return 0;
}

/*
 * What the kernel still asks of a silent server takes minutes, after the mount has gone: a process
 * of its own waits for that. Returns -1 with errno.
 */
static int unmount_silent(const char *where)
{
	int64_t deadline = now_ms() + UNMOUNT_WAIT_MS;
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		/* Locks, and whoever reads what we print, are not to wait for it. */
		syscall(SYS_close_range, 0, ~0u, 0);
		_exit(unmount_soon(where, MNT_FORCE) < 0 ? errno : 0);
	}
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, WNOHANG) == 0 && is_mounted(where)) {
		if (now_ms() >= deadline) {
			errno = ETIMEDOUT;
			return -1;
		}
		usleep(UNMOUNT_LOOK_US);
	}
	if (!is_mounted(where))
		return 0;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return -1;
}

int unmount(const char *where, bool silent, struct sr_error *e)
{
	if (!is_mounted(where))
		return 0;
	if ((silent ? unmount_silent(where) : unmount_soon(where, 0)) < 0)
		return sr_fail_errno(e, errno == EBUSY ? ERR_SR_IN_USE : ERR_BACKEND,
				     "unmounting %s", where);
	rmdir(where);
	return 0;
}
