// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: what is asked for by tasks at once, and policies at their times. See backup.h.
 */
#include "backup/backup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backup/run.h"
#include "lib/deadline.h"

#define CONTINUE_MS 2000
#define AHEAD       86400 /* a clock that was wrong by that much makes no policy wait */

const char *record_text(const json_t *record, const char *field)
{
	const char *text = json_string_value(json_object_get(record, field));

	return text ? text : "";
}

void time_text(time_t when, char text[24])
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, 24, "%Y%m%dT%H%M%SZ", &tm);
}

int backup_api_failed(struct backup *b, struct reason *why)
{
	struct buf words = { 0 };

	api_error_words(&b->api, &words);
	reason_set(why, "%.300s", words.data ? words.data : "the API does not answer");
	buf_free(&words);
	return -1;
}

int backup_continue(struct backup *b, struct reason *why)
{
	json_t *status;
	bool stop;

	if (!b->task[0] || now_ms() < b->asked + CONTINUE_MS)
		return 0;
	b->asked = now_ms();
	status = api_call(&b->api, "task.get_status", json_pack("[s]", b->task));
	stop = status && strcmp(json_string_value(status), "cancelling") == 0;
	json_decref(status);
	return stop ? reason_set(why, "the task was cancelled") : 0;
}

/* ---- tasks ------------------------------------------------------------------------------- */

static int task_do(struct backup *b, const json_t *wanted, struct buf *result, struct reason *why)
{
	const char *what = record_text(wanted, "backup"), *vm = record_text(wanted, "vm");
	json_t *ref = api_call(&b->api, "VMPP.get_by_uuid",
			       json_pack("[s]", record_text(wanted, "vmpp")));
	json_t *record = ref ? api_call(&b->api, "VMPP.get_record", json_pack("[O]", ref)) : NULL;
	char made[API_REF];
	int rc = -1;

	if (!record)
		rc = backup_api_failed(b, why);
	else if (strcmp(what, "protect") == 0)
		rc = run_policy(b, json_string_value(ref), record, *vm ? vm : NULL, why);
	else if (strcmp(what, "list") == 0)
		rc = archives_list(b, record, result, why);
	else if (strcmp(what, "restore") == 0)
		rc = archive_restore(b, record, record_text(wanted, "name"),
				     record_text(wanted, "sr"), made, why);
	else
		reason_set(why, "%.40s: not known", what);
	if (rc == 0 && strcmp(what, "restore") == 0)
		buf_printf(result, "<value>%s</value>", made);
	json_decref(record);
	json_decref(ref);
	return rc;
}

static void task_run(struct backup *b, const char *task, const json_t *wanted)
{
	struct reason why = { "" };
	struct buf result = { 0 };
	int rc;

	snprintf(b->task, sizeof(b->task), "%s", task);
	b->asked = now_ms();
	/* One that was begun is not begun again by the next of us. */
	api_do(&b->api, "task.set_progress", json_pack("[sf]", task, 0.01));
	rc = task_do(b, wanted, &result, &why);
	if (rc == 0 && result.len)
		api_do(&b->api, "task.set_result", json_pack("[ss]", task, result.data));
	if (rc < 0)
		api_do(&b->api, "task.set_error_info",
		       json_pack("[s[ss]]", task, "BACKUP_ERROR", why.text));
	api_do(&b->api, "task.set_status",
	       json_pack("[ss]", task, rc == 0 ? "success" : "failure"));
	b->task[0] = '\0';
	buf_free(&result);
}

static void task_interrupted(struct backup *b, const char *task)
{
	api_do(&b->api, "task.set_error_info",
	       json_pack("[s[ss]]", task, "BACKUP_ERROR", "interrupted"));
	api_do(&b->api, "task.set_status", json_pack("[ss]", task, "failure"));
}

/* Those that wait; false: the API does not answer. */
static bool tasks_look(struct backup *b)
{
	json_t *tasks = api_call(&b->api, "task.get_all_records", json_array()), *task;
	const char *ref;

	json_object_foreach(tasks, ref, task)
	{
		const json_t *wanted = json_object_get(task, "other_config");

		if (!json_object_get(wanted, "backup") ||
		    strcmp(record_text(task, "status"), "pending") != 0)
			continue;
		if (json_number_value(json_object_get(task, "progress")) > 0)
			task_interrupted(b, ref);
		else
			task_run(b, ref, wanted);
	}
	json_decref(tasks);
	return tasks != NULL;
}

/* ---- times ------------------------------------------------------------------------------- */

static void policies_look(struct backup *b)
{
	json_t *all = api_call(&b->api, "VMPP.get_all_records", json_array()), *record;
	const char *ref;

	json_object_foreach(all, ref, record)
	{
		struct policy_fault f;
		struct policy p;
		struct reason why;

		if (policy_parse(record, &p, &f) < 0)
			continue;
		if (p.last_run > time(NULL) + AHEAD) {
			api_do(&b->api, "VMPP.report", json_pack("[sbbs]", ref, 1, 0, ""));
			api_do(&b->api, "VMPP.report", json_pack("[sbbs]", ref, 0, 0, ""));
		} else if (policy_due(&p, time(NULL))) {
			run_policy(b, ref, record, NULL, &why);
		}
	}
	json_decref(all);
}

/* ---- the loop ---------------------------------------------------------------------------- */

/* Until a task changes, or it is time to look at the clock. False: there is no session. */
static bool tasks_wait(struct backup *b, char token[64])
{
	json_t *batch = api_call(&b->api, "event.from",
				 json_pack("[[s]sf]", "task", token,
					   *token ? (double)b->settings->every_ms / 1000 : 0.0));

	snprintf(token, 64, "%s", record_text(batch, "token"));
	json_decref(batch);
	return batch != NULL;
}

static void session_begin(struct backup *b)
{
	bool said = false;

	while (!courier_login(b->courier, &b->api)) {
		if (!said)
			log_info("waiting for the API");
		said = true;
		sleep(2);
	}
}

int backup_run(const struct backup_settings *s, struct courier *c)
{
	static struct backup b;
	char token[64] = "";

	b = (struct backup){ .settings = s, .courier = c, .api = { .socket = s->api } };
	session_begin(&b);
	run_repair(&b);
	for (;;) {
		if (!tasks_wait(&b, token) || !tasks_look(&b)) {
			token[0] = '\0';
			session_begin(&b);
			continue;
		}
		policies_look(&b);
	}
}
