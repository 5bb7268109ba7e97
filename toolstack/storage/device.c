// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looking at disks: signatures by wipefs, users by what the kernel says in /proc and /sys. Guests'
 * disks are in /sys/bus/xen-backend, and a file is a guest's disk by way of a device that shows it.
 */
#include "storage/device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "devices/file_shown.h"
#include "lib/deadline.h"
#include "lib/file.h"
#include "storage/program.h"
#include "storage/size.h"
#include "storage/sr.h"

#define SYS_GUESTS "/sys/bus/xen-backend/devices"
#define LOOK_AT    (1 * MIB)
/* In which the kernel takes a device away. */
#define USER_LOOK_US 20000
#ifndef USER_MS /* unit tests are less patient */
#define USER_MS 3000
#endif

bool device_guest(dev_t device, char *who, size_t room)
{
	DIR *dir = opendir(SYS_GUESTS);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		unsigned int domid, major, minor;
		char path[512], line[64];

		if (sscanf(entry->d_name, "vbd-%u-", &domid) != 1)
			continue;
		snprintf(path, sizeof(path), SYS_GUESTS "/%s/physical_device", entry->d_name);
		found = file_line(path, line, sizeof(line)) &&
			sscanf(line, "%x:%x", &major, &minor) == 2 &&
			makedev(major, minor) == device;
		if (found)
			snprintf(who, room, "a disk of guest %u", domid);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool take_first(void *arg, const struct file_shown *shown)
{
	*(struct file_shown *)arg = *shown;
	return false;
}

/* A block device that shows a file, if there is one. */
static bool file_device(const char *path, struct file_shown *shown)
{
	struct stat st;

	*shown = (struct file_shown){ 0 };
	return stat(path, &st) == 0 &&
	       file_shown_each(st.st_dev, st.st_ino, take_first, shown) == 0 && shown->name[0];
}

/*
 * A device that goes with its last user goes a moment after him, and one that is made for a guest
 * is there a moment before it is the guest's.
 */
bool file_user(const char *path, char *who, size_t room)
{
	int64_t deadline = now_ms() + USER_MS;
	struct file_shown shown;

	while (file_device(path, &shown)) {
		if (device_guest(shown.dev, who, room))
			return true;
		if (!shown.transient || now_ms() >= deadline) {
			snprintf(who, room, "shown as /dev/%s", shown.name);
			return true;
		}
		usleep(USER_LOOK_US);
	}
	return false;
}

int file_size_changed(const char *path, struct sr_error *e)
{
	struct file_shown shown;
	char device[64];
	int fd, rc;

	/* Of the devices that show files only loop devices follow a file that grows. */
	if (!file_device(path, &shown) || strncmp(shown.name, "loop", 4) != 0)
		return 0;
	snprintf(device, sizeof(device), "/dev/%s", shown.name);
	fd = open(device, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? -1 : ioctl(fd, LOOP_SET_CAPACITY, 0);
	if (rc < 0)
		sr_fail_errno(e, ERR_BACKEND, "%s, which shows %s", device, path);
	if (fd >= 0)
		close(fd);
	return rc;
}

bool mountinfo_find(const char *text, dev_t device, char *where, size_t room)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		unsigned int major, minor;
		char point[200];

		if (sscanf(text, "%*u %*u %u:%u %*s %199s", &major, &minor, point) == 3 &&
		    makedev(major, minor) == device) {
			snprintf(where, room, "%s", point);
			return true;
		}
		text = end ? end + 1 : text + strlen(text);
	}
	return false;
}

/* Who holds one device, a disk or a partition: the text in r->used. */
static void look_for_users(dev_t device, const char *name, struct device_report *r)
{
	char path[300], where[200];
	struct buf text = { 0 };
	struct dirent *entry;
	DIR *dir;

	if (buf_read_file(&text, "/proc/self/mountinfo", 1 << 20) == 0 && text.data &&
	    mountinfo_find(text.data, device, where, sizeof(where)))
		snprintf(r->used, sizeof(r->used), "%s is mounted on %s", name, where);
	buf_free(&text);
	if (device_guest(device, where, sizeof(where)))
		snprintf(r->used, sizeof(r->used), "%s is %s", name, where);
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/holders", major(device), minor(device));
	dir = opendir(path);
	while (dir && !r->used[0] && (entry = readdir(dir))) {
		char holder[64];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/block/%s/dm/name", entry->d_name);
		if (!file_line(path, holder, sizeof(holder)))
			snprintf(holder, sizeof(holder), "%.60s", entry->d_name);
		snprintf(r->used, sizeof(r->used), "%s is part of %s", name, holder);
	}
	if (dir)
		closedir(dir);
}

static void look_for_all_users(dev_t device, const char *path, struct device_report *r)
{
	char folder[300], line[64];
	struct dirent *entry;
	DIR *dir;

	look_for_users(device, path, r);
	snprintf(folder, sizeof(folder), "/sys/dev/block/%u:%u", major(device), minor(device));
	dir = opendir(folder);
	while (dir && !r->used[0] && (entry = readdir(dir))) {
		unsigned int major, minor;
		char file[600];

		snprintf(file, sizeof(file), "%s/%s/partition", folder, entry->d_name);
		if (entry->d_name[0] == '.' || access(file, F_OK) < 0)
			continue;
		snprintf(file, sizeof(file), "%s/%s/dev", folder, entry->d_name);
		if (file_line(file, line, sizeof(line)) &&
		    sscanf(line, "%u:%u", &major, &minor) == 2)
			look_for_users(makedev(major, minor), entry->d_name, r);
	}
	if (dir)
		closedir(dir);
}

void signatures_describe(const char *report, char *text, size_t room)
{
	size_t n = 0;

	text[0] = '\0';
	while (*report) {
		size_t len = strcspn(report, "\n");
		size_t type = strcspn(report, ",\n");
		const char *label = report + type + (report[type] == ',');
		size_t label_len = strcspn(label, ",\n");

		if (type && report[0] != '#' && n + type + label_len + 8 < room)
			n += (size_t)snprintf(
				text + n, room - n, label_len ? "%s%.*s \"%.*s\"" : "%s%.*s",
				n ? ", " : "", (int)type, report, (int)label_len, label);
		report += len + (report[len] == '\n');
	}
}

/* Is there anything but zeroes at the beginning? */
static int look_at_data(int fd, const char *path, struct device_report *r, struct sr_error *e)
{
	char *data = calloc(1, LOOK_AT);
	ssize_t got;
	int rc = 0;

	if (!data)
		return sr_fail(e, ERR_BACKEND, "out of memory");
	got = pread(fd, data, LOOK_AT, 0);
	if (got < 0)
		rc = sr_fail_errno(e, ERR_BACKEND, "reading %s", path);
	else if (got > 0 && (data[0] || memcmp(data, data + 1, (size_t)got - 1) != 0))
		snprintf(r->found, sizeof(r->found), "data without a known signature");
	free(data);
	return rc;
}

static int look_for_signatures(int fd, const char *path, struct device_report *r,
			       struct sr_error *e)
{
	const char *argv[] = { "wipefs", "--parsable", "--noheadings", "-O", "TYPE,LABEL",
			       path,     NULL };
	struct buf out = { 0 };

	if (program_run(argv, PROGRAM_TIMEOUT, &out, e) < 0)
		return -1;
	if (out.data)
		signatures_describe(out.data, r->found, sizeof(r->found));
	buf_free(&out);
	return r->found[0] ? 0 : look_at_data(fd, path, r, e);
}

int device_probe(const char *path, struct device_report *r, struct sr_error *e)
{
	struct stat st;
	int fd, test, read_only = 0, rc = -1;

	memset(r, 0, sizeof(*r));
	if (stat(path, &st) < 0)
		return sr_fail_errno(e, ERR_VALUE, "%s", path);
	if (!S_ISBLK(st.st_mode))
		return sr_fail(e, ERR_VALUE, "%s is not a disk", path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	if (ioctl(fd, BLKGETSIZE64, &r->size) < 0 || ioctl(fd, BLKROGET, &read_only) < 0) {
		sr_fail_errno(e, ERR_BACKEND, "%s", path);
		goto out;
	}
	r->read_only = read_only != 0;
	look_for_all_users(st.st_rdev, path, r);
	test = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (test < 0 && errno == EBUSY && !r->used[0])
		snprintf(r->used, sizeof(r->used), "%.200s is held by the kernel", path);
	if (test >= 0)
		close(test);
	rc = look_for_signatures(fd, path, r, e);
out:
	close(fd);
	return rc;
}

int device_claim(const char *path, bool force, struct sr_error *e)
{
	struct device_report r;

	if (device_probe(path, &r, e) < 0)
		return -1;
	if (r.used[0])
		return sr_fail(e, ERR_DEVICE_IN_USE, "%s is in use: %s", path, r.used);
	if (r.read_only)
		return sr_fail(e, ERR_VALUE, "%s is read-only", path);
	if (r.size < 64 * MIB)
		return sr_fail(e, ERR_VALUE, "%s is too small: %llu MiB of at least 64", path,
			       (unsigned long long)(r.size / MIB));
	if (r.found[0] && !force)
		return sr_fail(e, ERR_DEVICE_HAS_DATA,
			       "%s is not empty: %s; with --force that is erased", path, r.found);
	return 0;
}

int device_erase(const char *path, struct sr_error *e)
{
	const char *argv[] = { "wipefs", "-a", "-q", path, NULL };
	uint64_t range[2] = { 0, LOOK_AT };
	int fd, rc;

	if (program_run(argv, PROGRAM_TIMEOUT, NULL, e) < 0)
		return -1;
	/* Old metadata without its signature would look like somebody's data. */
	fd = open(path, O_RDWR | O_CLOEXEC);
	rc = fd < 0 ? -1 : ioctl(fd, BLKZEROOUT, range);
	if (rc < 0)
		sr_fail_errno(e, ERR_BACKEND, "%s", path);
	if (fd >= 0)
		close(fd);
	return rc;
}
