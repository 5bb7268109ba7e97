// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks. See task.h.
 */
#include "apid/task.h"

#include <string.h>
#include <time.h>

#include "apid/record.h"
#include "lib/deadline.h"

#define KEEP_SECONDS (24 * 3600)
#define KEEP_MOST    500
#define LOOK_MS      60000

struct object *task_create(const char *label, const char *description)
{
	struct object *task = object_create("task", NULL);
	struct store_class *hosts = store_class_of("host");

	set_text(task, "name_label", label);
	set_text(task, "name_description", description);
	set_int(task, "created", time(NULL));
	set_ref(task, "resident_on", hosts->nr ? hosts->objects[0] : NULL);
	return task;
}

static bool task_pending(const struct object *task)
{
	return strncmp(get_text(task, "status"), "pend", 4) == 0 ||
	       strcmp(get_text(task, "status"), "cancelling") == 0;
}

static void task_end(struct object *task, const char *status)
{
	json_t *none = json_array();

	set_text(task, "status", status);
	set_int(task, "finished", time(NULL));
	set_float(task, "progress", 1);
	set_json(task, "allowed_operations", none);
	json_decref(none);
}

void task_succeed(struct object *task, const char *result)
{
	set_text(task, "result", result);
	task_end(task, "success");
}

void task_fail(struct object *task, const json_t *error)
{
	const char *code = json_string_value(json_array_get(error, 0));

	set_json(task, "error_info", error);
	task_end(task, code && strcmp(code, "TASK_CANCELLED") == 0 ? "cancelled" : "failure");
}

size_t tasks_interrupted(void)
{
	const struct store_class *all = store_class_of("task");
	json_t *error = json_pack("[s, s]", "INTERNAL_ERROR", "interrupted");
	size_t nr = 0;

	for (size_t i = 0; i < all->nr; i++) {
		if (task_pending(all->objects[i])) {
			task_fail(all->objects[i], error);
			nr++;
		}
	}
	json_decref(error);
	return nr;
}

/* ---- old ones ---------------------------------------------------------------------------- */

static struct object *oldest_finished(size_t *nr)
{
	const struct store_class *all = store_class_of("task");
	struct object *oldest = NULL;

	*nr = 0;
	for (size_t i = 0; i < all->nr; i++) {
		struct object *task = all->objects[i];

		if (task_pending(task))
			continue;
		++*nr;
		if (!oldest || get_int(task, "finished") < get_int(oldest, "finished"))
			oldest = task;
	}
	return oldest;
}

static void expire(struct loop_timer *t)
{
	struct object *oldest;
	struct reason why;
	size_t nr;

	store_begin();
	while ((oldest = oldest_finished(&nr)) &&
	       (nr > KEEP_MOST || get_int(oldest, "finished") + KEEP_SECONDS < time(NULL)))
		object_destroy(oldest);
	if (store_commit(&why) < 0)
		log_error("old tasks: %s", why.text);
	loop_timer_set(t, now_ms() + LOOK_MS);
}

void tasks_start_expiry(void)
{
	static struct loop_timer timer = { .expired = expire };

	loop_timer_set(&timer, now_ms() + LOOK_MS);
}

/* ---- methods ----------------------------------------------------------------------------- */

/* A client's own task, which no call of ours works at, is marked so. */
#define OWN "client"

static bool own_check(struct call *c)
{
	if (strcmp(get_text(c->refs[0], "type"), OWN) == 0)
		return true;
	call_fail(c, "OPERATION_NOT_ALLOWED", "this task is not the client's own", NULL);
	return false;
}

static void create(struct call *c)
{
	struct object *task = task_create(call_text(c, 0), call_text(c, 1));

	set_text(task, "type", OWN);
	record_write_ref(&c->out, task);
}

/* Who may only look ends no work that others have begun. */
static bool command_check(struct call *c)
{
	if (c->role > ROLE_READ_ONLY || strcmp(get_text(c->refs[0], "type"), OWN) == 0)
		return true;
	call_fail_words(c, "RBAC_PERMISSION_DENIED", "%s needs the role operator", c->rpc.method);
	return false;
}

static void destroy(struct call *c)
{
	if (command_check(c))
		object_destroy(c->refs[0]);
}

static void cancel(struct call *c)
{
	struct object *task = c->refs[0];

	if (!command_check(c))
		return;
	if (strcmp(get_text(task, "type"), OWN) == 0 && task_pending(task))
		set_text(task, "status", "cancelling");
	else if (!task_pending(task) || !call_cancel(task))
		call_fail_ref(c, "OPERATION_NOT_ALLOWED", task);
}

static void set_status(struct call *c)
{
	if (!own_check(c))
		return;
	if (strcmp(call_text(c, 1), "pending") == 0)
		set_text(c->refs[0], "status", "pending");
	else
		task_end(c->refs[0], call_text(c, 1));
}

static void set_progress(struct call *c)
{
	if (own_check(c))
		set_float(c->refs[0], "progress", json_number_value(c->args[1]));
}

static void set_result(struct call *c)
{
	if (own_check(c))
		set_text(c->refs[0], "result", call_text(c, 1));
}

static void set_error_info(struct call *c)
{
	if (own_check(c))
		set_json(c->refs[0], "error_info", c->args[1]);
}

const struct binding task_bindings[] = {
	{ "task.create", create },
	{ "task.destroy", destroy },
	{ "task.cancel", cancel },
	{ "task.set_status", set_status },
	{ "task.set_progress", set_progress },
	{ "task.set_result", set_result },
	{ "task.set_error_info", set_error_info },
	{ NULL, NULL },
};
