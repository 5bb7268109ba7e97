// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a call. See call.h.
 */
#include "apid/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/allowed.h"
#include "apid/audit.h"
#include "apid/connection.h"
#include "apid/cookie.h"
#include "apid/dispatch.h"
#include "apid/record.h"
#include "apid/session.h"
#include "apid/task.h"
#include "apid/vmd_error.h"
#include "apid/vmd_link.h"
#include "model/value.h"

static struct call *calls; /* those that wait */

/* ---- errors ------------------------------------------------------------------------------ */

bool call_failed(const struct call *c)
{
	return c->error != NULL;
}

void call_fail(struct call *c, const char *code, ...)
{
	const char *word;
	va_list args;

	if (c->error)
		return;
	c->error = json_array();
	va_start(args, code);
	for (word = code; word; word = va_arg(args, const char *))
		json_array_append_new(c->error, json_string(word));
	va_end(args);
}

void call_fail_ref(struct call *c, const char *code, const struct object *o)
{
	char ref[REF_TEXT];

	object_ref(o, ref);
	call_fail(c, code, ref, NULL);
}

void call_fail_words(struct call *c, const char *code, const char *fmt, ...)
{
	char words[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	call_fail(c, code, words, NULL);
}

/* ---- arguments --------------------------------------------------------------------------- */

bool call_has(const struct call *c, size_t arg)
{
	const char *text = arg < c->nr_args ? json_string_value(c->args[arg]) : NULL;

	return arg < c->nr_args && !(text && strcmp(text, MODEL_NULL_REF) == 0);
}

const char *call_text(const struct call *c, size_t arg)
{
	const char *text = arg < c->nr_args ? json_string_value(c->args[arg]) : NULL;

	return text ? text : "";
}

int64_t call_int(const struct call *c, size_t arg)
{
	return arg < c->nr_args ? json_integer_value(c->args[arg]) : 0;
}

bool call_bool(const struct call *c, size_t arg)
{
	return arg < c->nr_args && json_is_true(c->args[arg]);
}

static bool arg_resolve(struct call *c, const struct model_param *p, size_t i)
{
	struct store_class *to = p->type->kind == MODEL_REF ? store_class_of(p->type->name) : NULL;

	if (!to)
		return true;
	/* Who has its session in a cookie does not know its reference. */
	if (c->by_cookie && c->session->cls == to && strcmp(call_text(c, i), COOKIE_WORD) == 0)
		c->refs[i] = object_hold(c->session);
	else
		c->refs[i] = object_hold(object_find(to, call_text(c, i)));
	if (c->refs[i] || (i > 0 && !call_has(c, i)))
		return true;
	call_fail(c, "HANDLE_INVALID", p->type->name, call_text(c, i), NULL);
	return false;
}

static void args_read(struct call *c, const struct target *t, size_t from)
{
	const struct model_param *p = target_params(t);
	size_t given = json_array_size(c->rpc.params) - from, nr = 0, needed = 0;
	struct reason why;

	for (; nr < MODEL_PARAMS && p[nr].name; nr++)
		needed += !model_param_optional(&p[nr]);
	if (given < needed || given > nr) {
		char expected[16], received[16];

		snprintf(expected, sizeof(expected), "%zu", needed);
		snprintf(received, sizeof(received), "%zu", given);
		call_fail(c, "MESSAGE_PARAMETER_COUNT_MISMATCH", c->rpc.method, expected, received,
			  NULL);
		return;
	}
	for (size_t i = 0; i < given; i++) {
		c->args[i] = value_check(p[i].type, json_array_get(c->rpc.params, from + i), &why);
		if (!c->args[i]) {
			call_fail(c, "FIELD_TYPE_ERROR", model_param_name(&p[i]), why.text, NULL);
			return;
		}
		c->nr_args = i + 1;
		if (!arg_resolve(c, &p[i], i))
			return;
	}
}

/* ---- the end ----------------------------------------------------------------------------- */

int call_commit(struct reason *why)
{
	allowed_update_touched();
	return store_commit(why);
}

void call_commit_told(const char *what)
{
	struct reason why;

	if (call_commit(&why) < 0)
		log_error("%s: %s", what, why.text);
}

static void call_reply(struct call *c)
{
	struct buf body = { 0 };

	if (!c->connection)
		return;
	if (c->error) {
		rpc_write_error(&body, &c->rpc, c->error);
	} else {
		if (!c->result.len)
			wire_string(&c->out, "");
		rpc_write_result(&body, &c->rpc, &c->result);
	}
	connection_reply(c->connection, c->rpc.version != RPC_XML, &body);
	c->connection = NULL;
	buf_free(&body);
}

static void call_unlist(struct call *c)
{
	if (!c->place)
		return;
	*c->place = c->next;
	if (c->next)
		c->next->place = c->place;
	c->place = NULL;
}

static void call_free(struct call *c)
{
	call_unlist(c);
	loop_timer_stop(&c->timer);
	event_wait_end(&c->watch);
	for (size_t i = 0; i < c->watch.nr_only; i++)
		object_release(c->watch.only[i]);
	free(c->watch.only);
	if (c->vmd)
		vmd_stop(c->vmd);
	for (size_t i = 0; i < MODEL_PARAMS; i++) {
		json_decref(c->args[i]);
		object_release(c->refs[i]);
	}
	for (size_t i = 0; i < c->nr_occupied; i++)
		object_release(c->occupied[i].object);
	object_release(c->task);
	object_release(c->session);
	if (c->state_free)
		c->state_free(c->state);
	json_decref(c->error);
	buf_free(&c->result);
	rpc_free(&c->rpc);
	loop_free(c);
}

static void occupied_clear(struct call *c)
{
	char ref[REF_TEXT];

	object_ref(c->task, ref);
	for (size_t i = 0; i < c->nr_occupied; i++)
		if (!c->occupied[i].object->gone)
			drop_entry(c->occupied[i].object, "current_operations", ref);
}

/* What clients see of it, apart from the answer. */
static void call_close(struct call *c)
{
	if (!c->task || c->task->gone)
		return;
	/* Alone: it is not written anywhere, and happens even when the disk is full. */
	store_begin();
	occupied_clear(c);
	call_commit_told(c->rpc.method);
	store_begin();
	if (c->async && c->error)
		task_fail(c->task, c->error);
	else if (c->async)
		task_succeed(c->task, c->result.len ? c->result.data : "");
	else
		object_destroy(c->task);
	call_commit_told("the end of a task");
}

static void call_complete(struct call *c)
{
	call_close(c);
	audit_note(c);
	call_reply(c);
	call_free(c);
}

/* ---- steps ------------------------------------------------------------------------------- */

static void call_list(struct call *c)
{
	if (c->place)
		return;
	c->next = calls;
	c->place = &calls;
	if (calls)
		calls->place = &c->next;
	calls = c;
}

static void call_step(struct call *c, call_function *function)
{
	struct reason why;

	c->waiting = false;
	store_begin();
	function(c);
	if (c->error)
		store_rollback();
	else if (call_commit(&why) < 0)
		call_fail(c, "INTERNAL_ERROR", why.text, NULL);
	if (c->error || !c->waiting) {
		call_complete(c);
		return;
	}
	call_list(c);
	if (c->connection)
		connection_attach(c->connection, c);
}

void call_wait(struct call *c)
{
	c->waiting = true;
}

void call_resume(struct call *c, void (*function)(struct call *c))
{
	call_step(c, function);
}

void call_abandon(struct call *c)
{
	c->connection = NULL;
	/* What has begun goes on; who only waits for news is gone. */
	if (c->waiting && !c->vmd)
		call_free(c);
}

bool call_cancel(const struct object *task)
{
	for (struct call *c = calls; c; c = c->next) {
		if (c->task == task && c->vmd && !c->cancelled) {
			c->cancelled = true;
			return true;
		}
	}
	return false;
}

void calls_between(void)
{
	struct call *c = calls;

	while (c) {
		struct call *next = c->next;

		if (c->cancelled) {
			call_fail_ref(c, "TASK_CANCELLED", c->task);
			call_complete(c);
		}
		c = next;
	}
}

/* ---- vmd --------------------------------------------------------------------------------- */

static void step_then(struct call *c)
{
	/* NULL: the answer says nothing that matters. */
	if (c->then)
		c->then(c, c->answer);
}

static void step_otherwise(struct call *c)
{
	c->otherwise(c, c->answer);
}

static void vmd_answered(void *owner, const json_t *ok, const json_t *error)
{
	struct call *c = owner;
	json_t *told = ok ? NULL : vmd_error_told(error);

	c->vmd = NULL;
	c->answer = ok ? ok : told;
	if (ok) {
		call_step(c, step_then);
	} else if (c->otherwise) {
		call_step(c, step_otherwise);
	} else {
		c->error = json_incref(told);
		call_complete(c);
	}
	json_decref(told);
}

static void vmd_progressed(void *owner, const json_t *m)
{
	const json_t *progress = json_object_get(m, "progress");
	struct call *c = owner;
	struct reason why;

	if (!json_is_number(progress) || !c->task || c->task->gone)
		return;
	store_begin();
	set_float(c->task, "progress",
		  c->share ? c->share_from + c->share * json_number_value(progress)
			   : json_number_value(progress));
	store_commit(&why);
}

void call_share(struct call *c, double from, double share)
{
	c->share_from = from;
	c->share = share;
	if (c->task)
		set_float(c->task, "progress", from);
}

void call_vmd(struct call *c, const char *verb, json_t *args,
	      void (*then)(struct call *c, const json_t *answer))
{
	c->then = then;
	c->otherwise = NULL;
	if (c->error) {
		json_decref(args);
		return;
	}
	c->vmd = vmd_ask(verb, args, vmd_answered, vmd_progressed, c);
	if (c->vmd)
		call_wait(c);
	else
		call_fail(c, "INTERNAL_ERROR", "vmd does not answer; see its log", NULL);
}

bool call_occupy(struct call *c, struct object *o, const char *operation)
{
	char ref[REF_TEXT], task[REF_TEXT];
	const char *blocked = "";

	object_ref(o, ref);
	if (json_object_size(get_json(o, "current_operations"))) {
		call_fail(c, "OTHER_OPERATION_IN_PROGRESS", o->cls->model->name, ref, NULL);
		return false;
	}
	if (object_is(o, "VM"))
		blocked = get_entry(o, "blocked_operations", operation);
	if (*blocked) {
		call_fail(c, "OPERATION_BLOCKED", ref, blocked, NULL);
		return false;
	}
	if (c->nr_occupied == CALL_OCCUPIED) {
		call_fail(c, "INTERNAL_ERROR", "too many objects in one operation", NULL);
		return false;
	}
	if (!c->task) {
		c->task = object_hold(task_create(c->rpc.method, ""));
		/* It ends with this call, which nobody waits for after a restart. */
		object_pass(c->task);
	}
	object_ref(c->task, task);
	set_entry(o, "current_operations", task, operation);
	c->occupied[c->nr_occupied].object = object_hold(o);
	c->occupied[c->nr_occupied++].operation = operation;
	return true;
}

/* ---- the beginning ----------------------------------------------------------------------- */

/* They come before a session, or are told to everyone. */
static bool needs_session(const char *method)
{
	return strcmp(method, "session.login_with_password") != 0 &&
	       strcmp(method, "system.listMethods") != 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

bool call_may_be_async(const struct model_class *c, const struct model_method *m)
{
	static const char *const never[] = { "session", "event", "system", "task", NULL };

	(void)m;
	return !is_one_of(c->name, never);
}

static bool session_check(struct call *c)
{
	const char *ref = json_string_value(json_array_get(c->rpc.params, 0));
	struct object *session;

	c->by_cookie = ref && strcmp(ref, COOKIE_WORD) == 0;
	if (c->by_cookie)
		session = c->from.own_page ? session_find(c->from.cookie) : NULL;
	else
		session = ref ? session_find(ref) : NULL;
	if (session) {
		session_use(c, session);
		return true;
	}
	if (json_array_size(c->rpc.params) == 0)
		call_fail(c, "MESSAGE_PARAMETER_COUNT_MISMATCH", c->rpc.method, "1", "0", NULL);
	else
		call_fail(c, "SESSION_INVALID", ref ? ref : "", NULL);
	return false;
}

/* Everything that can be said about it before its function runs. */
static void call_prepare(struct call *c, struct target *t)
{
	const char *name = c->rpc.method;
	bool session = needs_session(name);

	if (strncmp(name, "Async.", 6) == 0) {
		c->async = true;
		name += 6;
	}
	if (!dispatch_find(name, t) ||
	    (c->async && !(t->method && call_may_be_async(t->cls, t->method)))) {
		call_fail(c, "MESSAGE_METHOD_UNKNOWN", c->rpc.method, NULL);
		return;
	}
	c->cls = t->cls;
	c->method = t->method;
	c->field = t->field;
	if (session && !session_check(c))
		return;
	if (session && c->role < t->role) {
		call_fail_words(c, "RBAC_PERMISSION_DENIED", "%s needs the role %s", name,
				model_role_name(t->role));
		return;
	}
	if (strcmp(name, "system.listMethods") != 0)
		args_read(c, t, session ? 1 : 0);
}

/* The client gets the task's reference at once. */
static void async_begin(struct call *c)
{
	struct buf value = { 0 }, body = { 0 };
	struct reason why;
	struct wire w;

	store_begin();
	c->task = object_hold(task_create(c->rpc.method, ""));
	if (store_commit(&why) < 0) {
		call_fail(c, "INTERNAL_ERROR", why.text, NULL);
		return;
	}
	wire_open(&w, &value, rpc_format(&c->rpc));
	record_write_ref(&w, c->task);
	rpc_write_result(&body, &c->rpc, &value);
	connection_reply(c->connection, c->rpc.version != RPC_XML, &body);
	c->connection = NULL;
	buf_free(&value);
	buf_free(&body);
	/* The result becomes part of the task, in XML-RPC. */
	wire_open(&c->out, &c->result, WIRE_XML);
}

void call_begin(struct connection *connection, struct rpc *rpc, const struct caller *from)
{
	struct call *c = calloc(1, sizeof(*c));
	struct target t = { 0 };

	if (!c)
		abort();
	c->connection = connection;
	c->rpc = *rpc;
	c->from = *from;
	wire_open(&c->out, &c->result, rpc_format(rpc));
	call_prepare(c, &t);
	if (!c->error && c->async)
		async_begin(c);
	if (c->error)
		call_complete(c);
	else
		call_step(c, t.run);
}
