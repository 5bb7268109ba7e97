// SPDX-License-Identifier: GPL-2.0-or-later
/* What policies may say, and when their runs are due. */
#include "backup/policy.h"

#include "../toolstack/test.h"

static json_t *record(void)
{
	return json_pack("{sb, ss, si, ss, s{ss, ss}, ss, ss, s{ss}, ss}", "is_policy_enabled", 1,
			 "backup_type", "snapshot", "backup_retention_value", 7, "backup_frequency",
			 "daily", "backup_schedule", "hour", "3", "min", "30", "archive_frequency",
			 "always_after_backup", "archive_target_type", "directory",
			 "archive_target_config", "location", "/srv/backup//",
			 "backup_last_run_time", "20261121T02:00:00Z");
}

static int with(const char *field, json_t *value, struct policy *p, struct policy_fault *f)
{
	json_t *r = record();
	int rc;

	json_object_set_new(r, field, value);
	rc = policy_parse(r, p, f);
	json_decref(r);
	return rc;
}

static void test_good(void **state)
{
	struct policy_fault f;
	struct policy p;

	(void)state;
	assert_int_equal(with("x", json_null(), &p, &f), 0);
	assert_true(p.enabled);
	assert_int_equal(p.retention, 7);
	assert_int_equal(p.target, TARGET_DIRECTORY);
	assert_string_equal(p.location, "/srv/backup");
	assert_int_equal(p.last_run, 1795226400);
	assert_int_equal(with("archive_frequency", json_string("never"), &p, &f), 0);
	assert_int_equal(p.target, TARGET_NONE);
}

static void test_refused(void **state)
{
	const struct {
		const char *field;
		json_t *value;
		const char *fault;
	} wrong[] = {
		{ "backup_type", json_string("nothing"), "backup_type" },
		{ "backup_type", json_string("checkpoint"), "backup_type" },
		{ "backup_retention_value", json_integer(0), "backup_retention_value" },
		{ "backup_retention_value", json_integer(1001), "backup_retention_value" },
		{ "backup_frequency", json_string("yearly"), "backup_frequency" },
		{ "backup_frequency", json_string("weekly"), "backup_schedule:days" },
		{ "backup_schedule", json_pack("{ss}", "min", "60"), "backup_schedule:min" },
		{ "backup_schedule", json_pack("{ss}", "min", "1x"), "backup_schedule:min" },
		{ "backup_schedule", json_pack("{ss}", "hour", "-1"), "backup_schedule:hour" },
		{ "archive_target_type", json_string("none"), "archive_target_type" },
		{ "archive_target_type", json_string("cifs"), "archive_target_type" },
		{ "archive_target_type", json_string("sftp"), "archive_target_config:location" },
		{ "archive_target_type", json_string("nfs"), "archive_target_config:location" },
		{ "archive_target_config", json_pack("{ss}", "location", "/a/../b"),
		  "archive_target_config:location" },
		{ "archive_target_config", json_pack("{ss}", "location", "/a\nurl = b"),
		  "archive_target_config:location" },
		{ "archive_target_config",
		  json_pack("{ss,ss}", "location", "/a", "verify", "never"),
		  "archive_target_config:verify" },
	};
	struct policy_fault f;
	struct policy p;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(with(wrong[i].field, wrong[i].value, &p, &f), -1);
		assert_string_equal(f.field, wrong[i].fault);
	}
}

static void target_set(json_t *r, const char *type, const char *location)
{
	json_object_set_new(r, "archive_target_type", json_string(type));
	json_object_set_new(r, "archive_target_config", json_pack("{ss}", "location", location));
}

/* Nobody's word is taken for who an SFTP server is. */
static void test_sftp_needs_a_key(void **state)
{
	json_t *r = record();
	struct policy_fault f;
	struct policy p;

	(void)state;
	target_set(r, "sftp", "sftp://host/path");
	assert_int_equal(policy_parse(r, &p, &f), -1);
	assert_string_equal(f.field, "archive_target_config:host_key");
	json_object_set_new(json_object_get(r, "archive_target_config"), "host_key",
			    json_string("AAAA"));
	assert_int_equal(policy_parse(r, &p, &f), 0);
	json_decref(r);
}

static void test_all_of_a_server(void **state)
{
	json_t *r = record();
	struct policy_fault f;
	struct policy p;

	(void)state;
	target_set(r, "nfs", "192.0.2.1://");
	assert_int_equal(policy_parse(r, &p, &f), -1);
	target_set(r, "nfs", "192.0.2.1:/");
	assert_int_equal(policy_parse(r, &p, &f), 0);
	assert_string_equal(p.location, "192.0.2.1:/");
	json_decref(r);
}

static time_t at(int year, int month, int day, int hour, int minute)
{
	struct tm tm = { .tm_year = year - 1900,
			 .tm_mon = month - 1,
			 .tm_mday = day,
			 .tm_hour = hour,
			 .tm_min = minute,
			 .tm_isdst = -1 };

	return mktime(&tm);
}

static void test_times(void **state)
{
	struct schedule s = { .frequency = HOURLY, .minute = 15 };

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 5, 20)), at(2026, 11, 21, 5, 15));
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 5, 10)), at(2026, 11, 21, 4, 15));
	s = (struct schedule){ .frequency = DAILY, .hour = 3, .minute = 30 };
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 3, 30)), at(2026, 11, 21, 3, 30));
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 3, 29)), at(2026, 11, 20, 3, 30));
	/* The first day of summer time has 23 hours. */
	assert_int_equal(schedule_last(&s, at(2026, 3, 29, 3, 0)), at(2026, 3, 28, 3, 30));
	assert_int_equal(schedule_last(&s, at(2026, 1, 1, 0, 0)), at(2025, 12, 31, 3, 30));
	/* 2026-11-21 is a Saturday. */
	s = (struct schedule){ .frequency = WEEKLY, .hour = 1, .days = 1u << 6 | 1u << 1 };
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 2, 0)), at(2026, 11, 21, 1, 0));
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 0, 30)), at(2026, 11, 16, 1, 0));
	s.days = 1u << 6;
	assert_int_equal(schedule_last(&s, at(2026, 11, 21, 0, 30)), at(2026, 11, 14, 1, 0));
}

/* A host that was off for a week makes up for it once. */
static void test_due(void **state)
{
	struct policy p = { .enabled = true, .schedule = { .frequency = DAILY, .hour = 3 } };
	time_t now = at(2026, 11, 21, 12, 0);

	(void)state;
	p.last_run = at(2026, 11, 14, 3, 0);
	assert_true(policy_due(&p, now));
	p.last_run = now;
	assert_false(policy_due(&p, now));
	assert_false(policy_due(&p, at(2026, 11, 22, 2, 59)));
	assert_true(policy_due(&p, at(2026, 11, 22, 3, 0)));
	p.enabled = false;
	assert_false(policy_due(&p, at(2026, 11, 22, 3, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sftp_needs_a_key),
		cmocka_unit_test(test_all_of_a_server),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests_name("backup policy", tests, NULL, NULL);
}
