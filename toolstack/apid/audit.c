// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit log. Rows are written a second later, many in one transaction; the file at once.
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

#define FILE_MAX (4 * 1024 * 1024) /* then it becomes NAME.1 */
#define ROWS_MAX "20000"
#define PENDING  128
#define WRITE_MS 1000

static const char *file_path;
static int file = -1;

static struct row {
	char time[24], user[64], address[64], method[80], object[64], result[120];
} pending[PENDING];
static size_t nr_pending;

void audit_open(const char *path)
{
	file_path = path;
	file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640) : -1;
	if (path && file < 0)
		log_warning("%s: %s", path, strerror(errno));
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
	database_run("DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - " ROWS_MAX, NULL);
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

/* Reading is not noted unless it was refused, nor what came from nobody that we know. */
static bool matters(const struct call *c)
{
	if (!c->cls)
		return false;
	if (c->method && strcmp(c->cls->name, "session") == 0)
		return true;
	if (c->method)
		return c->method->role > ROLE_READ_ONLY && (c->error || !is_reading(c));
	return strstr(c->rpc.method, ".get_") == NULL && c->session;
}

void audit_note(const struct call *c)
{
	struct row *r;

	if (!matters(c))
		return;
	if (nr_pending == PENDING)
		rows_write();
	r = &pending[nr_pending++];
	datetime_format(time(NULL), r->time);
	snprintf(r->user, sizeof(r->user), "%s", c->user);
	snprintf(r->address, sizeof(r->address), "%s", c->from.address);
	snprintf(r->method, sizeof(r->method), "%s", c->rpc.method);
	snprintf(r->object, sizeof(r->object), "%s",
		 c->refs[0] ? get_text(c->refs[0], "uuid") : "");
	snprintf(r->result, sizeof(r->result), "%s",
		 c->error ? json_string_value(json_array_get(c->error, 0)) : "ok");
	make_plain(r->user);
	make_plain(r->address);
	make_plain(r->method);
	file_write(r);
	loop_timer_set(&timer, now_ms() + WRITE_MS);
}
