// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table: what watches over VMs and the host. Backups by policy, under XenAPI's name for that,
 * VMPP, and the secrets that others log in with.
 */
#include "model/table.h"

#define SELF P("self", REF(VMPP))
#define WORDS(which, ...)                                                                    \
	static const struct model_type which = { MODEL_ENUM, #which,                         \
						 (const char *const[]){ __VA_ARGS__, NULL }, \
						 NULL }

WORDS(vmpp_backup_type, "snapshot", "checkpoint");
WORDS(vmpp_backup_frequency, "hourly", "daily", "weekly");
WORDS(vmpp_archive_frequency, "never", "always_after_backup");
WORDS(vmpp_archive_target_type, "none", "nfs", "directory", "sftp", "http", "s3");

static const struct model_field VMPP_fields[] = {
	UUID,
	NAME_LABEL,
	NAME_DESCRIPTION,
	RW("is_policy_enabled", BOOL, "true", "Backups are made at their times"),
	RO("backup_type", &vmpp_backup_type, "snapshot", "checkpoint: with the VM's memory"),
	RO("backup_retention_value", INT, "7", "How many of each VM are kept, 1 to 1000"),
	RO("backup_frequency", &vmpp_backup_frequency, "daily", "How often"),
	RO("backup_schedule", STRING_MAP, NULL,
	   "hour, min, in local time; days: Monday,Thursday for weekly"),
	LIVE("is_backup_running", BOOL, NULL, "One is being made"),
	RO("backup_last_run_time", DATETIME, NULL, "When one was last begun"),
	RO("archive_target_type", &vmpp_archive_target_type, "none",
	   "Where archives go; none: snapshots are kept on this host"),
	RO("archive_target_config", STRING_MAP, NULL,
	   "location, username, password_secret, host_key, region, verify"),
	RO("archive_frequency", &vmpp_archive_frequency, "never",
	   "always_after_backup: what was backed up goes to the target"),
	RO("archive_schedule", STRING_MAP, NULL, "For old clients"),
	LIVE("is_archive_running", BOOL, NULL, "One is being written"),
	RO("archive_last_run_time", DATETIME, NULL, "When one was last complete"),
	MANY("VMs", VM, "protection_policy", "What is backed up"),
	RW("is_alarm_enabled", BOOL, "true", "Failures leave a message"),
	RW("alarm_config", STRING_MAP, NULL, "For old clients"),
	RO("recent_alerts", STRING_SET, NULL, "How the last ten runs ended"),
	OTHER_CONFIG,
};

static const struct model_method VMPP_methods[] = {
	METHOD("create", REF(VMPP), ADMIN, "Makes a policy; its first backup is at its next time",
	       P("args", RECORD(VMPP))),
	METHOD("destroy", VOID, ADMIN, "Ends it; what it has made stays", SELF),
	METHOD("modify", VOID, ADMIN,
	       "Several fields as one change: only the whole has to be right", SELF,
	       P("args", RECORD(VMPP))),
	METHOD("set_backup_type", VOID, ADMIN, "snapshot or checkpoint", SELF,
	       P("value", &vmpp_backup_type)),
	METHOD("set_backup_retention_value", VOID, ADMIN, "1 to 1000", SELF, P("value", INT)),
	METHOD("set_backup_frequency", VOID, ADMIN, "How often", SELF,
	       P("value", &vmpp_backup_frequency)),
	METHOD("set_backup_schedule", VOID, ADMIN, "When", SELF, P("value", STRING_MAP)),
	METHOD("set_archive_target_type", VOID, ADMIN, "Where", SELF,
	       P("value", &vmpp_archive_target_type)),
	METHOD("set_archive_target_config", VOID, ADMIN, "Where", SELF, P("value", STRING_MAP)),
	METHOD("set_archive_frequency", VOID, ADMIN, "Whether archives are written", SELF,
	       P("value", &vmpp_archive_frequency)),
	METHOD("protect_now", REF(task), OPERATOR, "Backs up all its VMs, or one: a task", SELF,
	       P("?vm", REF(VM))),
	METHOD("get_archives", REF(task), OPERATOR,
	       "What its target holds: a task, whose result is JSON", SELF),
	METHOD("restore", REF(task), OPERATOR, "A new VM from an archive of its target: a task",
	       SELF, P("name", STRING), P("?sr", REF(SR))),
	METHOD("report", VOID, ADMIN, "For the daemon that makes backups: how a run goes", SELF,
	       P("running", BOOL), P("archived", BOOL), P("words", STRING)),
};

MODEL_CLASS(VMPP, "When and where VMs are backed up", READ_ONLY, ADMIN, 0);

static const struct model_field secret_fields[] = {
	UUID,
	OTHER_CONFIG,
};

/* The value is no field, so that no record and no event holds it. */
static const struct model_method secret_methods[] = {
	METHOD("create", REF(secret), ADMIN, "Keeps a text: {value}", P("args", ANY)),
	METHOD("destroy", VOID, ADMIN, "Forgets it", P("self", REF(secret))),
	METHOD("get_value", STRING, ADMIN, "The text", P("self", REF(secret))),
	METHOD("set_value", VOID, ADMIN, "Another text", P("self", REF(secret)),
	       P("value", STRING)),
};

MODEL_CLASS(secret, "A password that the host itself logs in with elsewhere", ADMIN, ADMIN, 0);
