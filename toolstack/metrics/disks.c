// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See disks.h. What has a device in sysfs is a disk: partitions, loops and others have none.
 */
#include "metrics/disks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/bytes.h"

#define SECTOR 512

static bool has_device(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/block/%s/device", name);
	return access(path, F_OK) == 0;
}

json_t *disks_parse(const char *text, bool (*is_disk)(const char *name))
{
	json_t *all = json_object();

	for (const char *at = text; at && *at;
	     at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
		unsigned long long read, written;
		char name[32];

		/* Major, minor, name; reads, merged, sectors, ms; writes, merged, sectors. */
		if (sscanf(at, " %*u %*u %31[a-z0-9] %*u %*u %llu %*u %*u %*u %llu", name, &read,
			   &written) != 3 ||
		    json_object_size(all) == DISKS_MAX || !is_disk(name))
			continue;
		json_object_set_new(all, name,
				    json_pack("{s:I, s:I}", "read_bytes",
					      (json_int_t)(read * SECTOR), "write_bytes",
					      (json_int_t)(written * SECTOR)));
	}
	return all;
}

json_t *disks_read(void)
{
	struct buf text = { 0 };
	json_t *all;

	if (buf_read_file(&text, "/proc/diskstats", 1024 * 1024) < 0)
		text.len = 0;
	all = disks_parse(text.len ? text.data : "", has_device);
	buf_free(&text);
	return all;
}
