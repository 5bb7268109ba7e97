// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What /sys/block has, and what a look at each says.
 */
#include "storage/device_list.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

#ifndef SYS_BLOCK /* unit tests have their own */
#define SYS_BLOCK "/sys/block"
#endif

struct listing {
	struct device_entry *list;
	int nr;
};

static bool is_disk(const char *name)
{
	static const char *const others[] = { "loop", "ram", "zram", "sr", "fd", "nbd", "dm-" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return false;
	return name[0] != '.' && strlen(name) < 32;
}

/* A line of the disk's, without blanks around it, in plain letters: devices say what they like. */
static void line_of(const char *disk, const char *file, char *line, size_t room)
{
	char path[200];
	size_t len = 0;

	snprintf(path, sizeof(path), SYS_BLOCK "/%s/%s", disk, file);
	if (!file_line(path, line, room))
		line[0] = '\0';
	for (const char *c = line + strspn(line, " "); *c; c++)
		line[len++] = isprint((unsigned char)*c) ? *c : '?';
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
}

static void take(struct listing *l, const char *name, const char *disk)
{
	struct device_entry *d = &l->list[l->nr];
	struct sr_error unreadable;
	char line[8];

	if (l->nr == DEVICES_MAX)
		return;
	memset(d, 0, sizeof(*d));
	snprintf(d->path, sizeof(d->path), "/dev/%.32s", name);
	if (disk)
		snprintf(d->disk, sizeof(d->disk), "/dev/%.32s", disk);
	/* One that cannot be read, or has no medium, is nothing to choose. */
	if (device_probe(d->path, &d->report, &unreadable) < 0 || d->report.size < DEVICE_SMALL)
		return;
	line_of(disk ? disk : name, "device/model", d->model, sizeof(d->model));
	line_of(disk ? disk : name, "device/serial", d->serial, sizeof(d->serial));
	line_of(disk ? disk : name, "removable", line, sizeof(line));
	d->removable = strcmp(line, "1") == 0;
	l->nr++;
}

static void take_partitions(struct listing *l, const char *disk)
{
	char path[300];
	struct dirent **names;
	int nr;

	snprintf(path, sizeof(path), SYS_BLOCK "/%s", disk);
	nr = scandir(path, &names, NULL, versionsort);
	for (int i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), SYS_BLOCK "/%.32s/%.64s/partition", disk,
			 names[i]->d_name);
		if (names[i]->d_name[0] != '.' && access(path, F_OK) == 0)
			take(l, names[i]->d_name, disk);
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
}

int device_list(struct device_entry **list, struct sr_error *e)
{
	struct listing l = { .list = calloc(DEVICES_MAX, sizeof(*l.list)) };
	struct dirent **names;
	int nr;

	*list = l.list;
	if (!l.list)
		return sr_fail(e, ERR_BACKEND, "out of memory");
	nr = scandir(SYS_BLOCK, &names, NULL, versionsort);
	if (nr < 0) {
		free(l.list);
		*list = NULL;
		return sr_fail_errno(e, ERR_BACKEND, SYS_BLOCK);
	}
	for (int i = 0; i < nr; i++) {
		if (is_disk(names[i]->d_name)) {
			take(&l, names[i]->d_name, NULL);
			take_partitions(&l, names[i]->d_name);
		}
		free(names[i]);
	}
	free(names);
	return l.nr;
}

bool device_is_free(const struct device_entry *d)
{
	return !d->report.used[0] && !d->report.read_only;
}
