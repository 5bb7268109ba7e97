// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/net/dev and /sys/bus/xen-backend.
 */
#include "vmd/counters.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bytes.h"

#define DEVICES "/sys/bus/xen-backend/devices"

#define SECTOR  512

static bool two_numbers(const char *text, char between, unsigned int *a, unsigned int *b)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	*a = (unsigned int)strtoul(text, &end, 10);
	if (*end != between || !isdigit((unsigned char)end[1]))
		return false;
	*b = (unsigned int)strtoul(end + 1, &end, 10);
	return *end == '\0';
}

bool counters_disk_name(const char *name, unsigned int *domid, unsigned int *devid)
{
	return strncmp(name, "vbd-", 4) == 0 && two_numbers(name + 4, '-', domid, devid);
}

bool counters_vif_name(const char *name, unsigned int *domid, unsigned int *devid)
{
	return strncmp(name, "vif", 3) == 0 && two_numbers(name + 3, '.', domid, devid);
}

/* "  eth0: RX-BYTES and seven more, TX-BYTES and seven more" */
static bool parse_link(char *line, struct link_counters *l)
{
	char *colon = strchr(line, ':'), *at;

	if (!colon)
		return false;
	*colon = '\0';
	line += strspn(line, " ");
	if (!*line || strlen(line) >= sizeof(l->name))
		return false;
	strcpy(l->name, line);
	at = colon + 1;
	l->rx_bytes = strtoull(at, &at, 10);
	for (int i = 0; i < 7; i++)
		strtoull(at, &at, 10);
	l->tx_bytes = strtoull(at, &at, 10);
	return true;
}

bool counters_parse_links(struct counters *c, char *text)
{
	char *line, *rest;
	size_t room = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (c->nr_links == room) {
			struct link_counters *more;

			room = room ? 2 * room : 64;
			more = realloc(c->links, room * sizeof(*more));
			if (!more)
				return false;
			c->links = more;
		}
		if (parse_link(line, &c->links[c->nr_links]))
			c->nr_links++;
	}
	return true;
}

static uint64_t read_number(int folder, const char *device, const char *name)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/statistics/%s", device, name);
	fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtoull(text, NULL, 10);
}

static int compare_disks(const void *a, const void *b)
{
	const struct disk_counters *x = a, *y = b;

	if (x->domid != y->domid)
		return x->domid < y->domid ? -1 : 1;
	return x->devid < y->devid ? -1 : x->devid > y->devid;
}

static bool add_disk(struct counters *c, size_t *room, int folder, const char *name)
{
	struct disk_counters d;

	if (!counters_disk_name(name, &d.domid, &d.devid))
		return true;
	d.read_ops = read_number(folder, name, "rd_req");
	d.write_ops = read_number(folder, name, "wr_req");
	d.read_bytes = read_number(folder, name, "rd_sect") * SECTOR;
	d.write_bytes = read_number(folder, name, "wr_sect") * SECTOR;
	if (c->nr_disks == *room) {
		struct disk_counters *more;

		*room = *room ? 2 * *room : 64;
		more = realloc(c->disks, *room * sizeof(*more));
		if (!more)
			return false;
		c->disks = more;
	}
	c->disks[c->nr_disks++] = d;
	return true;
}

static void read_disks(struct counters *c)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;
	size_t room = 0;

	if (!dir)
		return;
	while ((entry = readdir(dir)) && add_disk(c, &room, dirfd(dir), entry->d_name))
		;
	closedir(dir);
	if (c->nr_disks)
		qsort(c->disks, c->nr_disks, sizeof(*c->disks), compare_disks);
}

void counters_read(struct counters *c)
{
	struct buf text = { 0 };

	memset(c, 0, sizeof(*c));
	if (buf_read_file(&text, "/proc/net/dev", 1024 * 1024) == 0 && text.data)
		counters_parse_links(c, text.data);
	buf_free(&text);
	read_disks(c);
}

void counters_free(struct counters *c)
{
	free(c->links);
	free(c->disks);
	memset(c, 0, sizeof(*c));
}
