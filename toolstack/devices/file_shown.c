// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loop devices are asked; a network block device says what its back end was called when it was
 * made: "qcow2 MAJOR:MINOR INODE r|w SERVER".
 */
#include "devices/file_shown.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/bytes.h"

#define MOUNTS_LIMIT (4 << 20)
#ifndef FILE_SHOWN_BLOCKS /* unit tests have their own */
#define FILE_SHOWN_BLOCKS "/sys/block"
#define FILE_SHOWN_DEV    "/dev"
#endif

/*
 * Whether a path is below an NFS mount that is not that device, by what mountinfo says: "36 35 0:40
 * / /mount/point options... - nfs4 source ...".
 */
static bool elsewhere_on_nfs(const char *path, dev_t dev)
{
	struct buf text = { 0 };
	bool elsewhere = false;
	char *line, *rest;

	if (buf_read_file(&text, "/proc/self/mountinfo", MOUNTS_LIMIT) < 0 || !text.data) {
		buf_free(&text);
		return false;
	}
	for (line = strtok_r(text.data, "\n", &rest); line && !elsewhere;
	     line = strtok_r(NULL, "\n", &rest)) {
		unsigned int major_nr, minor_nr;
		char at[512];

		elsewhere = strstr(line, " - nfs") &&
			    sscanf(line, "%*u %*u %u:%u %*s %511s", &major_nr, &minor_nr, at) ==
				    3 &&
			    strncmp(path, at, strlen(at)) == 0 && path[strlen(at)] == '/' &&
			    makedev(major_nr, minor_nr) != dev;
	}
	buf_free(&text);
	return elsewhere;
}

/*
 * Whether that loop device has the file. One that has none is not opened: that would load it. One
 * whose file is on another NFS server is not asked: it would ask that server, and wait for it.
 */
static bool loop_shows(struct file_shown *s, dev_t dev, ino_t inode)
{
	struct buf backing = { 0 };
	struct loop_info64 info;
	char path[300];
	bool shows;
	int fd;

	snprintf(path, sizeof(path), FILE_SHOWN_BLOCKS "/%s/loop/backing_file", s->name);
	shows = buf_read_file(&backing, path, PATH_MAX) == 0 && backing.data &&
		!elsewhere_on_nfs(backing.data, dev);
	buf_free(&backing);
	if (!shows)
		return false;
	snprintf(path, sizeof(path), FILE_SHOWN_DEV "/%s", s->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	shows = ioctl(fd, LOOP_GET_STATUS64, &info) == 0 && info.lo_device == dev &&
		info.lo_inode == inode;
	close(fd);
	if (shows) {
		s->readonly = info.lo_flags & LO_FLAGS_READ_ONLY;
		s->transient = info.lo_flags & LO_FLAGS_AUTOCLEAR;
	}
	return shows;
}

void file_shown_name(char *text, size_t room, dev_t dev, ino_t inode, bool readonly,
		     unsigned long long server)
{
	snprintf(text, room, "qcow2 %u:%u %ju %c %llu", major(dev), minor(dev), (uintmax_t)inode,
		 readonly ? 'r' : 'w', server);
}

/* Not opened: the first to close it ends it. */
static bool nbd_shows(struct file_shown *s, dev_t dev, ino_t inode)
{
	unsigned int major_nr, minor_nr;
	uintmax_t node;
	char path[300], mode;
	bool shows;
	FILE *f;

	snprintf(path, sizeof(path), FILE_SHOWN_BLOCKS "/%s/backend", s->name);
	f = fopen(path, "re");
	shows = f && fscanf(f, "qcow2 %u:%u %ju %c", &major_nr, &minor_nr, &node, &mode) == 4 &&
		makedev(major_nr, minor_nr) == dev && node == inode;
	if (f)
		fclose(f);
	if (shows) {
		s->readonly = mode == 'r';
		s->transient = true;
	}
	return shows;
}

bool file_shown_still(struct file_shown *s, dev_t dev, ino_t inode)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), FILE_SHOWN_DEV "/%s", s->name);
	if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
		return false;
	s->dev = st.st_rdev;
	if (strncmp(s->name, "loop", 4) == 0)
		return loop_shows(s, dev, inode);
	return strncmp(s->name, "nbd", 3) == 0 && nbd_shows(s, dev, inode);
}

int file_shown_each(dev_t dev, ino_t inode,
		    bool (*callback)(void *arg, const struct file_shown *shown), void *arg)
{
	DIR *dir = opendir(FILE_SHOWN_BLOCKS);
	struct dirent *entry;
	bool more = true;

	if (!dir)
		return -1;
	while (more && (entry = readdir(dir))) {
		struct file_shown shown = { 0 };

		if (snprintf(shown.name, sizeof(shown.name), "%s", entry->d_name) >=
		    (int)sizeof(shown.name))
			continue;
		if (file_shown_still(&shown, dev, inode))
			more = callback(arg, &shown);
	}
	closedir(dir);
	return 0;
}
