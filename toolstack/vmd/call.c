// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a message to its answer. Answers are sent whole, or not at all.
 */
#include "vmd/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/file.h"
#include "vm/vm_lock.h"
#include "vm/vm_name.h"
#include "vmd/verbs.h"

#define PART_BYTES (60 * 1024)

const char *arg_text(const json_t *args, const char *name)
{
	return json_string_value(json_object_get(args, name));
}

uint64_t arg_number(const json_t *args, const char *name, uint64_t otherwise)
{
	const json_t *v = json_object_get(args, name);

	return v ? (uint64_t)json_integer_value(v) : otherwise;
}

bool arg_bool(const json_t *args, const char *name)
{
	return json_is_true(json_object_get(args, name));
}

int call_fail(struct call *c, const char *code, const char *param, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why.text, sizeof(c->why.text), fmt, ap);
	va_end(ap);
	json_decref(c->error);
	c->error = json_array();
	json_array_append_new(c->error, json_string(code));
	if (param && *param)
		json_array_append_new(c->error, json_string(param));
	return -1;
}

int call_fail_why(struct call *c, const char *code, const struct reason *why)
{
	/* INTERNAL_ERROR says in its parameter what it was. */
	return call_fail(c, code, why->text, "%s", why->text);
}

int call_fail_storage(struct call *c, const char *param, const struct sr_error *e)
{
	call_fail(c, e->code, param, "%s", e->why.text);
	if (strcmp(e->code, ERR_BACKEND) == 0)
		json_array_append_new(c->error, json_string(e->why.text));
	return -1;
}

static bool send_text(struct call *c, const char *text, int passed)
{
	struct iovec data = { (void *)text, strlen(text) };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1 };

	if (passed >= 0) {
		struct cmsghdr *head;

		m.msg_control = control.room;
		m.msg_controllen = sizeof(control.room);
		head = CMSG_FIRSTHDR(&m);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &passed, sizeof(int));
	}
	/* One wait is enough for who does not read. */
	if (!c->deaf && data.iov_len <= MESSAGE_MAX &&
	    sendmsg(c->fd, &m, MSG_NOSIGNAL) != (ssize_t)data.iov_len)
		c->deaf = true;
	return !c->deaf && data.iov_len <= MESSAGE_MAX;
}

bool call_send(struct call *c, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(15));
	bool ok = text && send_text(c, text, -1);

	json_decref(message);
	free(text);
	return ok;
}

void call_progress(struct call *c, double done)
{
	call_send(c, json_pack("{s:f}", "progress", done));
}

void call_set(struct call *c, const char *name, json_t *value)
{
	json_object_set_new(c->answer, name, value);
}

void call_item(struct call *c, const char *list, json_t *item)
{
	json_t *all = json_object_get(c->answer, list);
	size_t bytes = json_dumpb(item, NULL, 0, JSON_COMPACT) + 1;

	if (all && c->part_bytes + bytes > PART_BYTES) {
		call_send(c, json_pack("{s:O}", "part", all));
		c->part_bytes = 0;
		json_array_clear(all);
	}
	if (!all) {
		all = json_array();
		call_set(c, list, all);
	}
	c->part_bytes += bytes;
	json_array_append_new(all, item);
}

int call_lock(struct call *c, const char *path, const char *busy)
{
	c->lock = file_lock(path, O_RDWR | O_CREAT, LOCK_EX | LOCK_NB);
	if (c->lock >= 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return call_fail(c, "OTHER_OPERATION_IN_PROGRESS", "host", "%s", busy);
	return call_fail(c, "INTERNAL_ERROR", path, "%s: %s", path, strerror(errno));
}

int call_domain(struct call *c, domid_t *domid)
{
	const char *text = arg_text(c->args, "uuid");
	uint8_t uuid[16];

	if (text && uuid_parse(text, uuid) && vm_uuid_find(&c->xc, uuid, domid) && *domid != 0) {
		if (!vm_long_being_made(&c->xc, *domid))
			return 0;
		call_fail(c, "OTHER_OPERATION_IN_PROGRESS", "VM",
			  "the domain of the VM %s is still being made", text);
		json_array_append_new(c->error, json_string(text));
		return -1;
	}
	call_fail(c, "VM_BAD_POWER_STATE", text, "there is no domain of the VM %s", text);
	json_array_append_new(c->error, json_string("running"));
	json_array_append_new(c->error, json_string("halted"));
	return -1;
}

static int refused(struct call *c, const struct refusal *r)
{
	call_fail(c, r->code, r->params[0], "%s", r->why.text);
	if (r->params[1][0])
		json_array_append_new(c->error, json_string(r->params[1]));
	return -1;
}

static int run(struct call *c, struct bytes text)
{
	const struct verb *verb;
	struct refusal r;
	char name[32];

	if (request_parse(text, name, &c->args, &r) < 0)
		return refused(c, &r);
	verb = verb_find(name);
	if (!verb)
		return call_fail(c, "MESSAGE_METHOD_UNKNOWN", name, "there is no verb %s", name);
	if (args_check(verb->args, c->args, &r) < 0)
		return refused(c, &r);
	if (xencall_open(&c->xc) < 0)
		return call_fail(c, "INTERNAL_ERROR", "privcmd", "/dev/xen/privcmd: %s",
				 strerror(errno));
	return verb->run(c);
}

/* Text that came from elsewhere may be no UTF-8, and json_string() then makes nothing of it. */
static json_t *failure(const struct call *c)
{
	json_t *words = json_string(c->why.text);

	return json_pack("{s:O, s:o}", "error", c->error, "message",
			 words ? words : json_string("(the reason is no text)"));
}

/* What cannot be said in one message, or at all, is a fault of ours that must not go unsaid. */
static bool send_answer(struct call *c, json_t *message)
{
	static const char unsaid[] = "{\"error\":[\"INTERNAL_ERROR\",\"no answer\"],"
				     "\"message\":\"the answer cannot be put into a message\"}";
	char *text = message ? json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	bool fits = text && strlen(text) <= MESSAGE_MAX;
	bool ok = fits ? send_text(c, text, c->passed) : send_text(c, unsaid, -1);

	json_decref(message);
	free(text);
	return ok;
}

bool call_run(int fd, const void *text, size_t len)
{
	struct call c = { .fd = fd, .answer = json_object(), .passed = -1, .lock = -1 };
	int rc = run(&c, (struct bytes){ text, len });

	if (c.lock >= 0)
		close(c.lock);
	if (rc == 0)
		return send_answer(&c, json_pack("{s:O}", "ok", c.answer));
	if (c.passed >= 0)
		close(c.passed);
	c.passed = -1;
	return send_answer(&c, failure(&c));
}
