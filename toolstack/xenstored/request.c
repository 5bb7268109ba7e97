// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of operations, and taking a payload apart: strings with terminators, and for a write a
 * value behind them.
 */
#include "xenstored/request.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "xenstored/request_private.h"

void answer(const struct request *r, const void *payload, size_t len)
{
	const struct xsd_sockmsg *h = &r->c->in.header;

	conn_send(r->c, h->type, h->req_id, h->tx_id, payload, len);
}

int answer_ok(const struct request *r)
{
	answer(r, "OK", 3);
	return 0;
}

int request_path(const struct request *r, char path[PATH_ROOM])
{
	if (r->nr_strings == 0 || !path_resolve(path, r->string[0], r->c->domid, false))
		return EINVAL;
	return 0;
}

bool request_number(const struct request *r, unsigned int n, unsigned int *number)
{
	unsigned long value;
	char *end;

	if (n >= r->nr_strings || !isdigit((unsigned char)r->string[n][0]))
		return false;
	value = strtoul(r->string[n], &end, 10);
	*number = (unsigned int)value;
	return *end == '\0' && value <= INT_MAX;
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
