// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of policies. See policy.h.
 */
#include "backup/policy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/zone.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static int fault(struct policy_fault *f, const char *field, const char *value)
{
	f->field = field;
	snprintf(f->value, sizeof(f->value), "%s", value);
	return -1;
}

/* The place of a word among names, which end with NULL; -1: it is none of them. */
static int word(const char *text, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (strcasecmp(text, names[i]) == 0)
			return i;
	return -1;
}

/* ---- times ------------------------------------------------------------------------------- */

static bool number(const char *text, int most, int *n)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!isdigit((unsigned char)*text) || *end || value > most)
		return false;
	*n = (int)value;
	return true;
}

static bool days_parse(const char *text, unsigned int *days)
{
	static const char *const names[] = { "Sunday",   "Monday", "Tuesday",  "Wednesday",
					     "Thursday", "Friday", "Saturday", NULL };
	char copy[128], *rest, *day;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	*days = 0;
	for (day = strtok_r(copy, ", ", &rest); day; day = strtok_r(NULL, ", ", &rest)) {
		int i = word(day, names);

		if (i < 0)
			return false;
		*days |= 1u << i;
	}
	return *days != 0;
}

static int schedule_parse(const json_t *record, struct schedule *s, struct policy_fault *f)
{
	static const char *const frequencies[] = { "hourly", "daily", "weekly", NULL };
	const json_t *map = json_object_get(record, "backup_schedule");
	const char *min = text_of(map, "min"), *hour = text_of(map, "hour");
	int frequency = word(text_of(record, "backup_frequency"), frequencies);

	if (frequency < 0)
		return fault(f, "backup_frequency", text_of(record, "backup_frequency"));
	*s = (struct schedule){ .frequency = frequency };
	if (*min && !number(min, 59, &s->minute))
		return fault(f, "backup_schedule:min", min);
	if (*hour && !number(hour, 23, &s->hour))
		return fault(f, "backup_schedule:hour", hour);
	if (frequency == WEEKLY && !days_parse(text_of(map, "days"), &s->days))
		return fault(f, "backup_schedule:days", text_of(map, "days"));
	return 0;
}

time_t schedule_last(const struct schedule *s, time_t now)
{
	struct tm tm;
	time_t at = 0;

	zone_follow();
	if (!localtime_r(&now, &tm))
		return 0;
	if (s->frequency == HOURLY) {
		int back = tm.tm_min - s->minute;

		return now - tm.tm_sec - 60 * (back < 0 ? back + 60 : back);
	}
	/* A day is not always 24 hours: mktime knows. */
	for (int i = 0; i <= 8; i++) {
		struct tm day = tm;

		day.tm_mday -= i;
		day.tm_hour = s->hour;
		day.tm_min = s->minute;
		day.tm_sec = 0;
		day.tm_isdst = -1;
		at = mktime(&day);
		if (at <= now && (s->frequency == DAILY || s->days & (1u << day.tm_wday)))
			return at;
	}
	return 0;
}

bool policy_due(const struct policy *p, time_t now)
{
	return p->enabled && p->last_run < schedule_last(&p->schedule, now);
}

/* ---- targets ----------------------------------------------------------------------------- */

/* What a location of that type begins with. */
static bool location_fits(enum target_type type, const char *location)
{
	const char *colon = strchr(location, ':');

	switch (type) {
	case TARGET_DIRECTORY: return location[0] == '/' && !strstr(location, "/..");
	case TARGET_NFS:
		return location[0] != '/' && location[0] != '-' && colon &&
		       strstr(location, ":/") && !strstr(location, "://");
	case TARGET_SFTP: return strncmp(location, "sftp://", 7) == 0 && location[7];
	case TARGET_HTTP:
	case TARGET_S3:
		return (strncmp(location, "https://", 8) == 0 && location[8]) ||
		       (strncmp(location, "http://", 7) == 0 && location[7]);
	default: return true;
	}
}

/* Text of a configuration. False: too long, or with what would end a line of curl's. */
static bool config_take(const json_t *map, const char *key, char *to, size_t room)
{
	const char *text = text_of(map, key);

	for (const char *c = text; *c; c++)
		if (!isprint((unsigned char)*c))
			return false;
	return (size_t)snprintf(to, room, "%s", text) < room;
}

static int target_parse(const json_t *record, struct policy *p, struct policy_fault *f)
{
	static const char *const types[] = {
		"none", "nfs", "directory", "sftp", "http", "s3", NULL
	};
	static const char *const verifies[] = { "", "read", "size", NULL };
	const json_t *map = json_object_get(record, "archive_target_config");
	int type = word(text_of(record, "archive_target_type"), types);
	int verify = word(text_of(map, "verify"), verifies);
	size_t len;

	if (type < 0)
		return fault(f, "archive_target_type", text_of(record, "archive_target_type"));
	p->target = type;
	if (verify < 0)
		return fault(f, "archive_target_config:verify", text_of(map, "verify"));
	p->verify_size = verify == 2;
	/* Its protocol has no question for that. */
	if (p->verify_size && type == TARGET_SFTP)
		return fault(f, "archive_target_config:verify", "size");
	if (!config_take(map, "location", p->location, sizeof(p->location)) ||
	    !location_fits(type, p->location))
		return fault(f, "archive_target_config:location", text_of(map, "location"));
	/* But "SERVER:/" is all that a server has. */
	for (len = strlen(p->location);
	     len > 1 && p->location[len - 1] == '/' && p->location[len - 2] != ':'; len--)
		p->location[len - 1] = '\0';
	if (!config_take(map, "username", p->username, sizeof(p->username)) ||
	    strchr(p->username, ':'))
		return fault(f, "archive_target_config:username", text_of(map, "username"));
	if (!config_take(map, "password_secret", p->secret, sizeof(p->secret)))
		return fault(f, "archive_target_config:password_secret", "");
	if (!config_take(map, "host_key", p->host_key, sizeof(p->host_key)))
		return fault(f, "archive_target_config:host_key", text_of(map, "host_key"));
	/* Nobody's word is taken for who the other side is. */
	if (type == TARGET_SFTP && !p->host_key[0])
		return fault(f, "archive_target_config:host_key", "");
	if (!config_take(map, "region", p->region, sizeof(p->region)))
		return fault(f, "archive_target_config:region", text_of(map, "region"));
	return 0;
}

/* What is written to a target has no memory in it. */
static int combination_check(const json_t *record, struct policy *p, struct policy_fault *f)
{
	bool archives = strcmp(text_of(record, "archive_frequency"), "always_after_backup") == 0;

	if (archives && p->target == TARGET_NONE)
		return fault(f, "archive_target_type", "none");
	if (archives && p->checkpoint)
		return fault(f, "backup_type", "checkpoint");
	if (!archives)
		p->target = TARGET_NONE;
	return 0;
}

static int64_t time_parse(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, "%Y%m%dT%H:%M:%S", &tm) ? timegm(&tm) : 0;
}

int policy_parse(const json_t *record, struct policy *p, struct policy_fault *f)
{
	static const char *const kinds[] = { "snapshot", "checkpoint", NULL };
	json_int_t keep = json_integer_value(json_object_get(record, "backup_retention_value"));
	int kind = word(text_of(record, "backup_type"), kinds);

	*p = (struct policy){
		.enabled = json_is_true(json_object_get(record, "is_policy_enabled")),
		.alarm = json_is_true(json_object_get(record, "is_alarm_enabled")),
		.checkpoint = kind == 1,
		.last_run = time_parse(text_of(record, "backup_last_run_time")),
	};
	if (kind < 0)
		return fault(f, "backup_type", text_of(record, "backup_type"));
	if (keep < 1 || keep > RETENTION_MAX)
		return fault(f, "backup_retention_value", keep < 1 ? "too small" : "too large");
	p->retention = (unsigned int)keep;
	if (schedule_parse(record, &p->schedule, f) < 0 || target_parse(record, p, f) < 0)
		return -1;
	return combination_check(record, p, f);
}
