// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests are found by the store, mounts by /proc/self/mountinfo, loop devices by /sys/block. Two
 * devices overlap if they are the same, or one is the whole disk that the other is a partition of.
 */
#include "devices/disk_use.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "devices/device_store.h"

#define MOUNTS_MAX_FILE (4 * 1024 * 1024)
#define LOOP_MAJOR      7
#define LOOP_LOOKS      200
#define LOOP_LOOK_US    10000

/* The whole disk that a device is a partition of, or itself. */
static void whole_disk(dev_t dev, char path[PATH_MAX])
{
	char link[64], attribute[PATH_MAX + 16];

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(dev), minor(dev));
	if (!realpath(link, path)) {
		snprintf(path, PATH_MAX, "%s", link);
		return;
	}
	snprintf(attribute, sizeof(attribute), "%s/partition", path);
	if (access(attribute, F_OK) == 0)
		*strrchr(path, '/') = '\0';
}

static bool is_partition(dev_t dev)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", major(dev), minor(dev));
	return access(path, F_OK) == 0;
}

static bool overlap(dev_t a, dev_t b)
{
	char disk_a[PATH_MAX], disk_b[PATH_MAX];

	if (a == b)
		return true;
	if (is_partition(a) == is_partition(b))
		return false;
	whole_disk(a, disk_a);
	whole_disk(b, disk_b);
	return strcmp(disk_a, disk_b) == 0;
}

struct search {
	const char *target;
	dev_t dev;
	bool readonly;
	struct reason *why;
	int rc;
};

static bool check_guest(void *arg, struct store *s, const struct device_id *id)
{
	struct search *search = arg;
	char physical[32], mode[8], vdev[32], path[64];
	unsigned int major_nr, minor_nr;
	struct buf name = { 0 };

	if (!device_read(s, id, "physical-device", physical, sizeof(physical)) ||
	    sscanf(physical, "%x:%x", &major_nr, &minor_nr) != 2 ||
	    !overlap(search->dev, makedev(major_nr, minor_nr)))
		return true;
	device_read(s, id, "mode", mode, sizeof(mode));
	if (search->readonly && mode[0] == 'r')
		return true;
	device_read(s, id, "dev", vdev, sizeof(vdev));
	snprintf(path, sizeof(path), "/local/domain/%u/name", id->domid);
	store_read(s, path, &name);
	search->rc = reason_set(search->why, "%s: in use by the guest \"%s\" (domain %u), as %s%s",
				search->target, name.data ? name.data : "", id->domid, vdev,
				mode[0] == 'r' ? ", which reads it" : "");
	buf_free(&name);
	return false;
}

/*
 * One line of mountinfo: "36 35 98:0 /root /mount/point options... - type source super-options".
 */
static bool check_mount(struct search *search, char *line)
{
	char at[256], options[256];
	unsigned int major_nr, minor_nr;

	if (sscanf(line, "%*u %*u %u:%u %*s %255s %255s", &major_nr, &minor_nr, at, options) != 4 ||
	    !overlap(search->dev, makedev(major_nr, minor_nr)))
		return true;
	if (search->readonly && strncmp(options, "ro", 2) == 0)
		return true;
	search->rc = reason_set(search->why, "%s: mounted here, in the control domain, on %s",
				search->target, at);
	return false;
}

static void check_mounts(struct search *search)
{
	struct buf text = { 0 };
	char *line, *rest;

	if (buf_read_file(&text, "/proc/self/mountinfo", MOUNTS_MAX_FILE) < 0)
		search->rc = reason_errno(search->why, "/proc/self/mountinfo");
	else if (text.data)
		for (line = strtok_r(text.data, "\n", &rest); line && check_mount(search, line);)
			line = strtok_r(NULL, "\n", &rest);
	buf_free(&text);
}

int disk_use_check(struct store *s, const char *target, dev_t dev, bool readonly,
		   struct reason *why)
{
	struct search search = { target, dev, readonly, why, 0 };

	device_each(s, DEVICE_DISK, DEVICE_EVERY_DOMAIN, check_guest, &search);
	if (search.rc == 0)
		check_mounts(&search);
	return search.rc;
}

struct loop_use {
	dev_t loop;
	bool readonly;
	bool autoclear;
};

/* Whether that loop device has the file. */
static bool loop_has(const char *name, dev_t dev, ino_t inode, struct loop_use *use)
{
	char path[300];
	struct loop_info64 info;
	int fd;
	bool has;

	snprintf(path, sizeof(path), "/sys/block/%s/loop/backing_file", name);
	if (access(path, F_OK) < 0)
		return false;
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	has = ioctl(fd, LOOP_GET_STATUS64, &info) == 0 && info.lo_device == dev &&
	      info.lo_inode == inode;
	close(fd);
	if (has) {
		use->loop = makedev(LOOP_MAJOR, info.lo_number);
		use->readonly = info.lo_flags & LO_FLAGS_READ_ONLY;
		use->autoclear = info.lo_flags & LO_FLAGS_AUTOCLEAR;
	}
	return has;
}

/*
 * Neither a guest's nor mounted, but somebody has set it up. One that goes with its last user may
 * have lost that user just now.
 */
static int check_loop(const char *name, const char *target, dev_t dev, ino_t inode, bool readonly,
		      struct reason *why)
{
	struct loop_use use;

	for (unsigned int i = 0; loop_has(name, dev, inode, &use); i++) {
		if (readonly && use.readonly)
			return 0;
		if (!use.autoclear || i == LOOP_LOOKS)
			return reason_set(why, "%s: in use by /dev/%s of the control domain",
					  target, name);
		usleep(LOOP_LOOK_US);
	}
	return 0;
}

int disk_use_check_file(struct store *s, const char *target, dev_t dev, ino_t inode, bool readonly,
			struct reason *why)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *entry;
	struct loop_use use;
	int rc = 0;

	if (!dir)
		return reason_errno(why, "/sys/block");
	while (rc == 0 && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "loop", 4) != 0 ||
		    !loop_has(entry->d_name, dev, inode, &use))
			continue;
		rc = disk_use_check(s, target, use.loop, readonly, why);
		if (rc == 0)
			rc = check_loop(entry->d_name, target, dev, inode, readonly, why);
	}
	closedir(dir);
	return rc;
}

const char *disk_use_holder(dev_t dev)
{
	static char text[300];
	struct dirent *entry;
	char path[80];
	DIR *dir;

	text[0] = '\0';
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(dev), minor(dev));
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) && !text[0])
		if (entry->d_name[0] != '.')
			snprintf(text, sizeof(text), "; %s is made of it", entry->d_name);
	if (dir)
		closedir(dir);
	return text;
}
