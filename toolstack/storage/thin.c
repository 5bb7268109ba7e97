// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DM_TABLE_STATUS of a pool. LVM names the target that does a pool's work GROUP-POOL-tpool.
 */
#include "storage/thin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/log.h"

#define NO_SPACE_TIMEOUT "/sys/module/dm_thin_pool/parameters/no_space_timeout"

bool thin_status_parse(const char *text, struct thin_usage *u)
{
	uint64_t transaction;
	char held[32], state[40] = "";

	memset(u, 0, sizeof(*u));
	if (strncmp(text, "Fail", 4) == 0 || strncmp(text, "Error", 5) == 0) {
		u->failed = true;
		u->metadata_total = u->data_total = 1;
		return true;
	}
	if (sscanf(text, "%" SCNu64 " %" SCNu64 "/%" SCNu64 " %" SCNu64 "/%" SCNu64 " %31s %39s",
		   &transaction, &u->metadata_used, &u->metadata_total, &u->data_used,
		   &u->data_total, held, state) != 7)
		return false;
	u->full = strcmp(state, "out_of_data_space") == 0;
	u->failed = strcmp(state, "ro") == 0 || strstr(text, "needs_check") != NULL;
	return u->metadata_total > 0 && u->data_total > 0;
}

static bool append_doubled(char *name, unsigned int room, unsigned int *len, const char *text)
{
	for (; *text; text++) {
		if (*len + 3 > room)
			return false;
		name[(*len)++] = *text;
		if (*text == '-')
			name[(*len)++] = '-';
	}
	return true;
}

bool thin_pool_device(const char *group, const char *pool, char *name, unsigned int room)
{
	static const char end[] = "-tpool";
	unsigned int len = 0;

	if (!append_doubled(name, room, &len, group) || len + 2 > room)
		return false;
	name[len++] = '-';
	if (!append_doubled(name, room, &len, pool) || len + sizeof(end) > room)
		return false;
	memcpy(name + len, end, sizeof(end));
	return true;
}

int thin_usage(const char *group, const char *pool, struct thin_usage *usage)
{
	union {
		struct dm_ioctl head;
		char room[sizeof(struct dm_ioctl) + 1024];
	} io = { .head = { .version = { DM_VERSION_MAJOR, 0, 0 },
			   .data_size = sizeof(io),
			   .data_start = sizeof(struct dm_ioctl) } };
	const struct dm_target_spec *target;
	int fd, rc;

	if (!thin_pool_device(group, pool, io.head.name, sizeof(io.head.name))) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = ioctl(fd, DM_TABLE_STATUS, &io);
	close(fd);
	if (rc < 0)
		return -1;
	io.room[sizeof(io.room) - 1] = '\0';
	target = (const void *)(io.room + sizeof(struct dm_ioctl));
	if (io.head.target_count == 1 && strcmp(target->target_type, "thin-pool") == 0 &&
	    thin_status_parse((const char *)(target + 1), usage))
		return 0;
	errno = EPROTO;
	return -1;
}

void thin_wait_for_ever(void)
{
	int fd = open(NO_SPACE_TIMEOUT, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "0", 1) < 0)
		log_warning("%s: %s", NO_SPACE_TIMEOUT, strerror(errno));
	close(fd);
}
