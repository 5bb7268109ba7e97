// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Guests are found by the store, mounts by /proc/self/mountinfo, files by the devices that show
 * them. Two devices overlap if they are the same, or one is the whole disk that the other is a
 * partition of.
 */
#include "devices/disk_use.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "devices/device_store.h"
#include "devices/file_shown.h"

#define MOUNTS_MAX_FILE (4 * 1024 * 1024)
#define FILE_LOOKS      200
#define FILE_LOOK_US    10000

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

struct file_search {
	struct store *store;
	const char *target;
	dev_t dev;
	ino_t inode;
	bool readonly;
	struct reason *why;
	int rc;
};

/*
 * Neither a guest's nor mounted, but somebody has set it up. One that goes with its last user may
 * have lost that user just now.
 */
static int check_setup(const struct file_search *f, struct file_shown shown)
{
	for (unsigned int i = 0; file_shown_still(&shown, f->dev, f->inode); i++) {
		if (f->readonly && shown.readonly)
			return 0;
		if (!shown.transient || i == FILE_LOOKS)
			return reason_set(f->why, "%s: in use by /dev/%s of the control domain",
					  f->target, shown.name);
		usleep(FILE_LOOK_US);
	}
	return 0;
}

static bool check_shown(void *arg, const struct file_shown *shown)
{
	struct file_search *f = arg;

	f->rc = disk_use_check(f->store, f->target, shown->dev, f->readonly, f->why);
	if (f->rc == 0)
		f->rc = check_setup(f, *shown);
	return f->rc == 0;
}

int disk_use_check_file(struct store *s, const char *target, dev_t dev, ino_t inode, bool readonly,
			struct reason *why)
{
	struct file_search f = { s, target, dev, inode, readonly, why, 0 };

	if (file_shown_each(dev, inode, check_shown, &f) < 0)
		return reason_errno(why, "/sys/block");
	return f.rc;
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
