// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mount(2) directly: neither ext4 nor NFS 4 needs a helper. The kernel waits long for an NFS server
 * that is silent, so its port is tried first.
 */
#include "storage/mount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/program.h"

#define EXT_MAGIC_AT (1024 + 0x38)
#define EXT_UUID_AT  (1024 + 0x68)
#define NFS_PORT     "2049"
#define NFS_WAIT_MS  10000
#define MOUNT_FLAGS  (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME)

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

bool is_mounted(const char *where)
{
	struct stat here, above;
	char parent[STORAGE_PATH + 4];

	snprintf(parent, sizeof(parent), "%s/..", where);
	return stat(where, &here) == 0 && stat(parent, &above) == 0 && here.st_dev != above.st_dev;
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

/* Does somebody answer at that address within a bounded time? */
static bool answers(const struct addrinfo *to)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = { fd, POLLOUT, 0 };
	int error = 0;
	socklen_t len = sizeof(error);
	bool yes;

	if (fd < 0)
		return false;
	if (connect(fd, to->ai_addr, to->ai_addrlen) < 0 && errno != EINPROGRESS)
		error = errno;
	else if (poll(&p, 1, NFS_WAIT_MS) != 1)
		error = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	yes = error == 0;
	close(fd);
	errno = error;
	return yes;
}

static int nfs_address(const char *source, char address[64], struct sr_error *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	char server[256], export[256];
	int rc;

	if (!nfs_source_split(source, server, export))
		return sr_fail(e, ERR_VALUE, "%s: expected server:/export", source);
	rc = getaddrinfo(server, NFS_PORT, &hints, &found);
	if (rc)
		return sr_fail(e, ERR_SR_UNAVAILABLE, "NFS server %s: %s", server,
			       gai_strerror(rc));
	rc = 0;
	if (!answers(found))
		rc = sr_fail_errno(e, ERR_SR_UNAVAILABLE, "NFS server %s, port " NFS_PORT, server);
	else
		getnameinfo(found->ai_addr, found->ai_addrlen, address, 64, NULL, 0,
			    NI_NUMERICHOST);
	freeaddrinfo(found);
	return rc;
}

int mount_nfs(const char *what, const char *where, struct sr_error *e)
{
	char address[64] = "", data[128];

	if (nfs_address(what, address, e) < 0 || make_mount_point(where, e) < 0)
		return -1;
	/* hard: a guest waits for its disk rather than lose what it wrote. */
	snprintf(data, sizeof(data), "vers=4.2,proto=tcp,hard,addr=%s", address);
	if (mount(what, where, "nfs4", MOUNT_FLAGS, data) == 0)
		return 0;
	sr_fail_errno(e, ERR_SR_UNAVAILABLE, "mounting %s%s", what,
		      errno == ENODEV ? " (this kernel has no NFS)" : "");
	rmdir(where);
	return -1;
}

int unmount(const char *where, struct sr_error *e)
{
	if (!is_mounted(where))
		return 0;
	if (umount2(where, UMOUNT_NOFOLLOW) < 0)
		return sr_fail_errno(e, errno == EBUSY ? ERR_SR_IN_USE : ERR_BACKEND,
				     "unmounting %s", where);
	rmdir(where);
	return 0;
}
