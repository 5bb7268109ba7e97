// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Long work: a task on the host, watched until it ends, with a bar on a terminal.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "xe/api.h"
#include "xe/die.h"

#define WAIT_S 1.0 /* for news; then it is seen whether somebody wants it to stop */

static volatile sig_atomic_t interrupted;
static bool bar_shown;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

void progress_show(const char *what, double done)
{
	struct winsize size;
	int width = 72, filled;

	if (!isatty(STDERR_FILENO))
		return;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40)
		width = size.ws_col;
	width = (width < 100 ? width : 100) - 28;
	done = done < 0 ? 0 : done > 1 ? 1 : done;
	filled = done * width;
	fprintf(stderr, "\r%-18.18s [%.*s%*s] %3d%%", what, filled,
		"=================================================================================",
		width - filled, "", (int)(done * 100));
	bar_shown = true;
}

void progress_end(void)
{
	if (bar_shown)
		fprintf(stderr, "\r\033[K");
	bar_shown = false;
}

/* A task's result is an XML-RPC value: "<value>OpaqueRef:...</value>", an array of them, or "". */
static json_t *result_read(const char *text)
{
	const char *end, *at = text ? text : "";
	json_t *all = json_array();

	while (*at) {
		size_t len = strcspn(at, "<");

		if (len && at[strspn(at, " \r\n\t")] != '<')
			json_array_append_new(all, json_stringn(at, len));
		at += len;
		end = strchr(at, '>');
		if (!end)
			break;
		at = end + 1;
	}
	if (json_array_size(all) < 2) {
		json_t *one = json_array_size(all) ? json_incref(json_array_get(all, 0))
						   : json_string("");

		json_decref(all);
		return one;
	}
	return all;
}

/* The task's record when there is news of it, or after a while. Takes the token, gives another. */
static json_t *news_of(struct api *api, const char *task, json_t **token)
{
	json_t *batch, *error = NULL, *event, *record = NULL;
	char class[80];
	size_t i;

	snprintf(class, sizeof(class), "task/%s", task);
	batch = api_try(api, "event.from", json_pack("[[s]of]", class, *token, WAIT_S), &error);
	json_array_foreach(json_object_get(batch, "events"), i, event)
	{
		json_decref(record);
		record = json_incref(json_object_get(event, "snapshot"));
	}
	/* No news; or the task is gone, which is then said. */
	if (!record)
		record = api_call(api, "task.get_record", json_pack("[s]", task));
	*token = batch ? json_incref(json_object_get(batch, "token")) : json_string("");
	json_decref(batch);
	json_decref(error);
	return record;
}

static void task_cancel(struct api *api, const char *task)
{
	json_t *error;

	interrupted = 0;
	progress_end();
	fprintf(stderr, "asking the host to stop\n");
	json_decref(api_try(api, "task.cancel", json_pack("[s]", task), &error));
	json_decref(error);
}

json_t *api_task_wait(struct api *api, const char *task)
{
	struct sigaction on = { .sa_handler = interrupt, .sa_flags = SA_RESTART }, before;
	json_t *token = json_string(""), *record, *result, *error = NULL;
	const char *status;

	sigaction(SIGINT, &on, &before);
	for (;;) {
		record = news_of(api, task, &token);
		status = json_string_value(json_object_get(record, "status")) ?: "failure";
		if (strcmp(status, "pending") != 0 && strcmp(status, "cancelling") != 0)
			break;
		if (record)
			progress_show(json_string_value(json_object_get(record, "name_label"))
					      ?: "",
				      json_number_value(json_object_get(record, "progress")));
		json_decref(record);
		if (interrupted)
			task_cancel(api, task);
	}
	json_decref(token);
	sigaction(SIGINT, &before, NULL);
	progress_end();
	json_decref(api_try(api, "task.destroy", json_pack("[s]", task), &error));
	json_decref(error);
	if (strcmp(status, "cancelled") == 0)
		die(EXIT_REFUSED, "it was stopped");
	if (strcmp(status, "success") != 0)
		error_fail(api, json_object_get(record, "error_info"));
	result = result_read(json_string_value(json_object_get(record, "result")));
	json_decref(record);
	return result;
}

json_t *api_task(struct api *api, const char *method, json_t *params)
{
	char name[100];
	json_t *task, *result;

	/* Nobody sees a bar, and watching a task costs more than much that is asked for. */
	if (api_is_near(api) && !isatty(STDERR_FILENO))
		return api_call_patiently(api, method, params);
	snprintf(name, sizeof(name), "Async.%s", method);
	task = api_call(api, name, params);
	result = api_task_wait(api, json_string_value(task) ?: "");
	json_decref(task);
	return result;
}
