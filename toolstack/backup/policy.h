// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A backup policy as the API's record of class VMPP has it, checked; and its times. Only looks at
 * values: the API daemon refuses by it what the backup daemon could not do.
 */
#ifndef BACKUP_POLICY_H
#define BACKUP_POLICY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define RETENTION_MAX 1000
#define LOCATION_MAX  512

enum target_type {
	TARGET_NONE, /* snapshots stay on the host */
	TARGET_NFS,
	TARGET_DIRECTORY,
	TARGET_SFTP,
	TARGET_HTTP,
	TARGET_S3,
};

struct schedule {
	enum { HOURLY, DAILY, WEEKLY } frequency;
	int hour, minute;
	unsigned int days; /* bit 0: Sunday */
};

struct policy {
	bool enabled, checkpoint, alarm;
	unsigned int retention;
	struct schedule schedule;
	int64_t last_run; /* seconds since 1970 */
	enum target_type target;
	char location
		[LOCATION_MAX]; /* "/folder", "server:/export" or a URL, without "/" at its end */
	char username[128];
	char secret[40]; /* a UUID; "": none */
	char host_key[128], region[64];
	bool verify_size; /* what was written is not read again, only its length is asked for */
};

/* What of a record is wrong: the field, and its value. */
struct policy_fault {
	const char *field;
	char value[128];
};

int policy_parse(const json_t *record, struct policy *p, struct policy_fault *f);

/* The last time, not after now, that a run was to begin. */
time_t schedule_last(const struct schedule *s, time_t now);
/* A run is to begin; one time for all that were missed. */
bool policy_due(const struct policy *p, time_t now);

#endif
