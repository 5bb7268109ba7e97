// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit log. Rows are written a second later, many in one transaction; the file at once.
 *
 * Anybody can be refused at the login as often as he likes, and is not to push out what others did:
 * of an address the first time is noted, and a while later how often it was since; and such rows
 * have an end of their own.
 */
#include "apid/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apid/database.h"
#include "lib/deadline.h"

#define FILE_MAX    (4 * 1024 * 1024) /* then it becomes NAME.1 */
#define ROWS_MAX    "20000"
#define REFUSED_MAX "2000"
#define PENDING     128
#define WRITE_MS    1000
#define TRIM_ROWS   64 /* between two looks at what is too much */
#define REFUSALS    16 /* addresses at once; all others are one */
#define REFUSAL_MS  60000

#define IS_REFUSAL  "(method LIKE 'session.login%' AND result <> 'ok')"

static const char *file_path;
static int file = -1;

static struct row {
	char time[24], user[64], address[64], method[80], object[64], result[120];
} pending[PENDING];
static size_t nr_pending;
static unsigned nr_untrimmed = TRIM_ROWS;

/* A row tells of the first refusal; this one counts those until `end`, its time included. */
static struct refusals {
	struct row last;
	int64_t end; /* of now_ms; 0: nobody's */
	unsigned nr;
} refusals[REFUSALS];

void audit_open(const char *path)
{
	file_path = path;
	file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640) : -1;
	if (path && file < 0)
		log_warning("%s: %s", path, strerror(errno));
}

/* Of each kind the newest ones stay. */
static void rows_trim(void)
{
	database_run("DELETE FROM audit WHERE " IS_REFUSAL
		     " AND id <= (SELECT id FROM audit WHERE " IS_REFUSAL
		     " ORDER BY id DESC LIMIT 1 OFFSET " REFUSED_MAX ")",
		     NULL);
	database_run("DELETE FROM audit WHERE NOT " IS_REFUSAL " AND id <= (SELECT id FROM audit "
		     "WHERE NOT " IS_REFUSAL " ORDER BY id DESC LIMIT 1 OFFSET " ROWS_MAX ")",
		     NULL);
	nr_untrimmed = 0;
}

static void rows_write(void)
{
	database_run("BEGIN", NULL);
	for (size_t i = 0; i < nr_pending; i++) {
		const struct row *r = &pending[i];

		database_run("INSERT INTO audit (time, account, address, method, object, result) "
			     "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			     r->time, r->user, r->address, r->method, r->object, r->result, NULL);
	}
	nr_untrimmed += nr_pending;
	if (nr_untrimmed >= TRIM_ROWS)
		rows_trim();
	database_run("COMMIT", NULL);
	nr_pending = 0;
}

static void rows_due(struct loop_timer *t)
{
	(void)t;
	rows_write();
}

void audit_write(void)
{
	if (nr_pending)
		rows_write();
}

static struct loop_timer timer = { .expired = rows_due };

static void file_write(const struct row *r)
{
	struct stat st;

	if (file < 0)
		return;
	dprintf(file, "%s %s@%s %s %s: %s\n", r->time, r->user[0] ? r->user : "-", r->address,
		r->method, r->object[0] ? r->object : "-", r->result);
	if (fstat(file, &st) == 0 && st.st_size > FILE_MAX) {
		char old[256];

		snprintf(old, sizeof(old), "%s.1", file_path);
		rename(file_path, old);
		close(file);
		audit_open(file_path);
	}
}

/*
 * Clients choose names, also whose password nobody knows, and people see them on terminals: one
 * line stays one line, and nothing is a command, not those of two bytes (U+0080 to U+009F) either.
 */
static void make_plain(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = '?';
		else if (*at < 0x20 || *at == 0x7f)
			*at = '?';
	}
}

/* Pages that follow a log ask for it again and again. Who read a secret is noted. */
static bool is_reading(const struct call *c)
{
	const char *name = c->method->name;

	if (strcmp(c->cls->name, "secret") == 0)
		return false;
	return strncmp(name, "get_", 4) == 0 || strncmp(name, "list_", 5) == 0 ||
	       strcmp(name, "dmesg") == 0;
}

static bool is_login(const char *method)
{
	return strncmp(method, "session.login", strlen("session.login")) == 0;
}

/* Reading is not noted unless it was refused, nor what came from nobody that we know. */
static bool matters(const struct call *c)
{
	if (!c->cls || !(c->session || is_login(c->rpc.method)))
		return false;
	if (c->method && strcmp(c->cls->name, "session") == 0)
		return true;
	if (c->method)
		return c->method->role > ROLE_READ_ONLY && (c->error || !is_reading(c));
	return strstr(c->rpc.method, ".get_") == NULL;
}

static void row_put(const struct row *r)
{
	if (nr_pending == PENDING)
		rows_write();
	pending[nr_pending++] = *r;
	file_write(r);
	loop_timer_set(&timer, now_ms() + WRITE_MS);
}

static void refusals_due(struct loop_timer *t);

static struct loop_timer refusals_timer = { .expired = refusals_due };

/* Tells of those whose time is over, and is woken for the next. */
static void refusals_tell(int64_t now)
{
	int64_t next = 0;

	for (size_t i = 0; i < REFUSALS; i++) {
		struct refusals *f = &refusals[i];

		if (f->end && f->end <= now) {
			struct row r = f->last;

			snprintf(r.result, sizeof(r.result), "%.80s, %u more in a minute",
				 f->last.result, f->nr);
			if (f->nr)
				row_put(&r);
			*f = (struct refusals){ 0 };
		}
		if (f->end && (!next || f->end < next))
			next = f->end;
	}
	if (next)
		loop_timer_set(&refusals_timer, next);
}

static void refusals_due(struct loop_timer *t)
{
	(void)t;
	refusals_tell(now_ms());
}

/* Whether it is only counted. */
static bool is_counted(const struct row *r)
{
	struct refusals *f = NULL;

	for (size_t i = 0; i < REFUSALS && !f; i++)
		if (refusals[i].end && strcmp(refusals[i].last.address, r->address) == 0)
			f = &refusals[i];
	for (size_t i = 0; i < REFUSALS && !f; i++)
		if (!refusals[i].end || i == REFUSALS - 1)
			f = &refusals[i];
	if (f->end) {
		if (strcmp(f->last.address, r->address) != 0)
			snprintf(f->last.address, sizeof(f->last.address), "several");
		memcpy(f->last.time, r->time, sizeof(r->time));
		f->nr++;
		return true;
	}
	*f = (struct refusals){ .last = *r, .end = now_ms() + REFUSAL_MS };
	refusals_tell(now_ms());
	return false;
}

void audit_note(const struct call *c)
{
	struct row r;

	if (!matters(c))
		return;
	datetime_format(time(NULL), r.time);
	snprintf(r.user, sizeof(r.user), "%s", c->user);
	snprintf(r.address, sizeof(r.address), "%s", c->from.address);
	snprintf(r.method, sizeof(r.method), "%s", c->rpc.method);
	snprintf(r.object, sizeof(r.object), "%s", c->refs[0] ? get_text(c->refs[0], "uuid") : "");
	snprintf(r.result, sizeof(r.result), "%s",
		 c->error ? json_string_value(json_array_get(c->error, 0)) : "ok");
	make_plain(r.user);
	make_plain(r.address);
	make_plain(r.method);
	if (c->error && is_login(r.method) && is_counted(&r))
		return;
	row_put(&r);
}

void audit_close(void)
{
	refusals_tell(INT64_MAX);
	audit_write();
}
