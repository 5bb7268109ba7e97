// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of operations. A payload is strings with terminators, and for a write a value behind them; every
 * handler gets it split. Answers are 0 after conn_send(), or a positive errno, which becomes the message.
 */
#include "xenstored/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xenstored/domain.h"
#include "xenstored/path.h"
#include "xenstored/transaction.h"
#include "xenstored/usage.h"
#include "xenstored/watch.h"

#define STRINGS_MAX (PERMS_MAX + 1)

struct request {
	struct conn *c;
	struct transaction *t;
	const char *string[STRINGS_MAX]; /* terminated strings of the payload, the first of them */
	unsigned int nr_strings;         /* all of them */
	const char *rest;                /* what follows the first string */
	size_t rest_len;
};

static void answer(const struct request *r, const void *payload, size_t len)
{
	const struct xsd_sockmsg *h = &r->c->in.header;

	conn_send(r->c, h->type, h->req_id, h->tx_id, payload, len);
}

static int answer_ok(const struct request *r)
{
	answer(r, "OK", 3);
	return 0;
}

/* The path in the first string. */
static int request_path(const struct request *r, char path[PATH_ROOM])
{
	if (r->nr_strings == 0 || !path_resolve(path, r->string[0], r->c->domid, false))
		return EINVAL;
	return 0;
}

/*
 * The node at a path, for somebody who needs that access to it. One that is missing is told only to those who
 * may read where it would be.
 */
static int request_node(const struct request *r, const char *path, unsigned int need,
			const struct node **n)
{
	const struct tree *t = transaction_tree(r->t);
	int rc = transaction_read(r->t, path);

	if (rc)
		return rc;
	*n = tree_find(t, path);
	if (!*n)
		return conn_access(r->c, tree_find_closest(t, path)) & PERM_READ ? ENOENT : EACCES;
	return (conn_access(r->c, *n) & need) == need ? 0 : EACCES;
}

static int do_read(struct request *r)
{
	const struct node *n;
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || (rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	answer(r, n->value, n->len);
	return 0;
}

/* Names of children with their terminators. */
static struct buf children_text(const struct node *n)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < n->nr_children; i++)
		buf_append(&text, n->children[i]->name, strlen(n->children[i]->name) + 1);
	return text;
}

static int do_directory(struct request *r)
{
	const struct node *n;
	char path[PATH_ROOM];
	struct buf text;
	int rc = request_path(r, path);

	if (rc || (rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	text = children_text(n);
	if (text.failed)
		rc = ENOMEM;
	else if (text.len > XENSTORE_PAYLOAD_MAX)
		rc = E2BIG;
	else
		answer(r, text.data, text.len);
	buf_free(&text);
	return rc;
}

/* A long list in parts: the node's generation, then names from an offset on, an empty one at the end. */
static int do_directory_part(struct request *r)
{
	const struct node *n;
	char path[PATH_ROOM];
	struct buf text, part = { 0 };
	size_t from, len;
	int rc = request_path(r, path);

	if (rc || r->nr_strings != 2)
		return EINVAL;
	if ((rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	from = strtoul(r->string[1], NULL, 10);
	text = children_text(n);
	if (from > text.len) {
		buf_free(&text);
		return EINVAL;
	}
	buf_printf(&part, "%llu", (unsigned long long)n->gen);
	buf_append(&part, "", 1);
	/* Whole names only. */
	for (len = 0; from + len < text.len;) {
		size_t name = strlen(text.data + from + len) + 1;

		if (part.len + len + name + 1 > XENSTORE_PAYLOAD_MAX)
			break;
		len += name;
	}
	buf_append(&part, text.data + from, len);
	if (from + len == text.len)
		buf_append(&part, "", 1);
	if (text.failed || part.failed)
		rc = ENOMEM;
	else
		answer(r, part.data, part.len);
	buf_free(&text);
	buf_free(&part);
	return rc;
}

/* May this client create or change a node here, and has it not too many? */
static int request_writable(const struct request *r, const char *path)
{
	const struct tree *t = transaction_tree(r->t);
	struct usage usage = usage_of(r->c->domid);

	if (!(conn_access(r->c, tree_find_closest(t, path)) & PERM_WRITE))
		return EACCES;
	if (r->c->domid == 0)
		return 0;
	if (usage.bytes >= QUOTA_BYTES)
		return ENOSPC;
	return usage.nodes >= QUOTA_NODES && !tree_find(t, path) ? ENOSPC : 0;
}

static int do_write(struct request *r)
{
	struct change_request change = { .kind = CHANGE_WRITE, .owner = r->c->domid };
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || (rc = request_writable(r, path)))
		return rc;
	if (r->c->domid && r->rest_len > QUOTA_VALUE)
		return ENOSPC;
	change.path = path;
	change.value = r->rest;
	change.len = r->rest_len;
	rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

static int do_mkdir(struct request *r)
{
	struct change_request change = { .kind = CHANGE_MAKE, .owner = r->c->domid };
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || (rc = request_writable(r, path)))
		return rc;
	change.path = path;
	rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

static int do_rm(struct request *r)
{
	struct change_request change = { .kind = CHANGE_REMOVE };
	const struct node *n;
	char path[PATH_ROOM], *last;
	int rc = request_path(r, path);

	if (rc || strcmp(path, "/") == 0)
		return EINVAL;
	rc = request_node(r, path, PERM_WRITE, &n);
	if (rc == ENOENT) {
		/* Removing nothing is fine where one could have removed something. */
		last = strrchr(path, '/');
		*last = '\0';
		rc = request_node(r, *path ? path : "/", PERM_WRITE, &n);
		return rc ? rc : answer_ok(r);
	}
	change.path = path;
	if (rc == 0)
		rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

static int do_get_perms(struct request *r)
{
	static const char letters[] = { 'n', 'r', 'w', 'b' };
	const struct node *n;
	char path[PATH_ROOM];
	struct buf text = { 0 };
	int rc = request_path(r, path);

	if (rc || (rc = request_node(r, path, PERM_READ, &n)))
		return rc;
	for (unsigned int i = 0; i < n->perms.nr; i++) {
		buf_printf(&text, "%c%u", letters[n->perms.entry[i].access],
			   n->perms.entry[i].domid);
		buf_append(&text, "", 1);
	}
	if (text.failed)
		rc = ENOMEM;
	else
		answer(r, text.data, text.len);
	buf_free(&text);
	return rc;
}

static bool perm_parse(const char *text, struct perm *p)
{
	unsigned long domid;
	char *end;

	switch (text[0]) {
	case 'n': p->access = 0; break;
	case 'r': p->access = PERM_READ; break;
	case 'w': p->access = PERM_WRITE; break;
	case 'b': p->access = PERM_READ | PERM_WRITE; break;
	default: return false;
	}
	domid = strtoul(text + 1, &end, 10);
	if (end == text + 1 || *end || domid > 0x7fff)
		return false;
	p->domid = (uint16_t)domid;
	return true;
}

static int do_set_perms(struct request *r)
{
	struct perms perms = { .nr = r->nr_strings - 1 };
	struct change_request change = { .kind = CHANGE_PERMS, .perms = &perms };
	const struct node *n;
	char path[PATH_ROOM];
	int rc = request_path(r, path);

	if (rc || perms.nr == 0 || perms.nr > PERMS_MAX)
		return EINVAL;
	for (unsigned int i = 0; i < perms.nr; i++)
		if (!perm_parse(r->string[i + 1], &perms.entry[i]))
			return EINVAL;
	if ((rc = request_node(r, path, PERM_WRITE, &n)))
		return rc;
	/* A domain changes the permissions of its own nodes, and keeps them its own. */
	if (r->c->domid &&
	    (n->perms.entry[0].domid != r->c->domid || perms.entry[0].domid != r->c->domid))
		return EPERM;
	change.path = path;
	rc = transaction_change(r->t, &change);
	return rc ? rc : answer_ok(r);
}

static int do_watch(struct request *r)
{
	char payload[XENSTORE_PAYLOAD_MAX];
	size_t path_len, token_len;
	int rc;

	if (r->nr_strings != 2)
		return EINVAL;
	rc = watch_add(r->c, r->string[0], r->string[1]);
	if (rc)
		return rc;
	answer_ok(r);
	/* Each watch begins with an event, so that nobody misses what happened before it was set. */
	path_len = strlen(r->string[0]) + 1;
	token_len = strlen(r->string[1]) + 1;
	memcpy(payload, r->string[0], path_len);
	memcpy(payload + path_len, r->string[1], token_len);
	conn_send(r->c, XS_WATCH_EVENT, 0, 0, payload, path_len + token_len);
	return 0;
}

static int do_unwatch(struct request *r)
{
	int rc = r->nr_strings == 2 ? watch_remove(r->c, r->string[0], r->string[1]) : EINVAL;

	return rc ? rc : answer_ok(r);
}

static int do_reset_watches(struct request *r)
{
	watch_forget_all(r->c);
	transaction_forget_all(r->c);
	return answer_ok(r);
}

static int do_transaction_start(struct request *r)
{
	char text[16];
	uint32_t id;
	int rc = r->t ? EBUSY : transaction_start(r->c, &id);

	if (rc)
		return rc;
	answer(r, text, snprintf(text, sizeof(text), "%u", id) + 1);
	return 0;
}

static int do_transaction_end(struct request *r)
{
	bool commit;
	int rc;

	if (!r->t || r->nr_strings != 1 || !strchr("TF", r->string[0][0]))
		return EINVAL;
	commit = r->string[0][0] == 'T';
	rc = transaction_end(r->c, r->c->in.header.tx_id, commit);
	return rc ? rc : answer_ok(r);
}

static int do_introduce(struct request *r)
{
	int rc;

	if (r->nr_strings != 3)
		return EINVAL;
	rc = domain_introduce(strtoul(r->string[0], NULL, 10), strtoul(r->string[2], NULL, 10));
	return rc ? rc : answer_ok(r);
}

static int do_release(struct request *r)
{
	int rc = r->nr_strings == 1 ? domain_release(strtoul(r->string[0], NULL, 10)) : EINVAL;

	return rc ? rc : answer_ok(r);
}

static int do_is_introduced(struct request *r)
{
	if (r->nr_strings != 1)
		return EINVAL;
	answer(r, domain_is_introduced(strtoul(r->string[0], NULL, 10)) ? "T" : "F", 2);
	return 0;
}

static int do_get_domain_path(struct request *r)
{
	char home[HOME_ROOM];

	if (r->nr_strings != 1)
		return EINVAL;
	path_home(home, strtoul(r->string[0], NULL, 10));
	answer(r, home, strlen(home) + 1);
	return 0;
}

static int do_resume(struct request *r)
{
	if (r->nr_strings != 1 || !domain_is_introduced(strtoul(r->string[0], NULL, 10)))
		return r->nr_strings == 1 ? ENOENT : EINVAL;
	return answer_ok(r);
}

static int do_set_target(struct request *r)
{
	int rc;

	if (r->nr_strings != 2)
		return EINVAL;
	rc = domain_set_target(strtoul(r->string[0], NULL, 10), strtoul(r->string[1], NULL, 10));
	return rc ? rc : answer_ok(r);
}

/* Xen's xenstored has many of these, for its own debugging. */
static int do_control(struct request *r)
{
	static const char text[] = "Supported commands:\nhelp\n";

	if (r->nr_strings == 0 || strcmp(r->string[0], "help") != 0)
		return EINVAL;
	answer(r, text, sizeof(text));
	return 0;
}

static const struct {
	int (*run)(struct request *r);
	bool privileged;     /* domain 0's programs only */
	bool in_transaction; /* may carry a transaction's id */
} operations[XS_TYPE_COUNT] = {
	[XS_DIRECTORY] = { do_directory, false, true },
	[XS_DIRECTORY_PART] = { do_directory_part, false, true },
	[XS_READ] = { do_read, false, true },
	[XS_GET_PERMS] = { do_get_perms, false, true },
	[XS_WATCH] = { do_watch, false, false },
	[XS_UNWATCH] = { do_unwatch, false, false },
	[XS_RESET_WATCHES] = { do_reset_watches, false, false },
	[XS_TRANSACTION_START] = { do_transaction_start, false, true },
	[XS_TRANSACTION_END] = { do_transaction_end, false, true },
	[XS_INTRODUCE] = { do_introduce, true, false },
	[XS_RELEASE] = { do_release, true, false },
	[XS_SET_TARGET] = { do_set_target, true, false },
	[XS_CONTROL] = { do_control, true, false },
	[XS_RESUME] = { do_resume, true, false },
	[XS_IS_DOMAIN_INTRODUCED] = { do_is_introduced, false, false },
	[XS_GET_DOMAIN_PATH] = { do_get_domain_path, false, false },
	[XS_WRITE] = { do_write, false, true },
	[XS_MKDIR] = { do_mkdir, false, true },
	[XS_RM] = { do_rm, false, true },
	[XS_SET_PERMS] = { do_set_perms, false, true },
};

static const char *error_name(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ EINVAL, "EINVAL" }, { EACCES, "EACCES" }, { EEXIST, "EEXIST" },
		{ ENOENT, "ENOENT" }, { ENOMEM, "ENOMEM" }, { ENOSPC, "ENOSPC" },
		{ EIO, "EIO" },       { ENOSYS, "ENOSYS" }, { EBUSY, "EBUSY" },
		{ EAGAIN, "EAGAIN" }, { EPERM, "EPERM" },   { E2BIG, "E2BIG" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == error)
			return names[i].name;
	return "EINVAL";
}

static void request_split(struct request *r)
{
	struct conn *c = r->c;
	char *at = c->in.payload;
	char *end = at + c->in.header.len;

	/* A string without its terminator at the very end is a value, and not a string. */
	for (char *stop; at < end && (stop = memchr(at, '\0', end - at)); at = stop + 1) {
		if (r->nr_strings < STRINGS_MAX)
			r->string[r->nr_strings] = at;
		r->nr_strings++;
		if (r->nr_strings == 1) {
			r->rest = stop + 1;
			r->rest_len = end - r->rest;
		}
	}
}

static int request_run(struct request *r)
{
	const struct xsd_sockmsg *h = &r->c->in.header;

	if (h->type >= XS_TYPE_COUNT || !operations[h->type].run)
		return ENOSYS;
	if (operations[h->type].privileged && r->c->domid)
		return EACCES;
	if (operations[h->type].in_transaction && transaction_find(r->c, h->tx_id, &r->t))
		return ENOENT;
	return operations[h->type].run(r);
}

void request_handle(struct conn *c)
{
	struct request r = { .c = c };
	int rc;

	request_split(&r);
	rc = request_run(&r);
	if (rc) {
		const char *name = error_name(rc);

		conn_send(c, XS_ERROR, c->in.header.req_id, c->in.header.tx_id, name,
			  strlen(name) + 1);
	}
}
