// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * By SQLite's own means: in memory, for it is small.
 */
#include "transfer/state_copy.h"

#include <sqlite3.h>
#include <string.h>

#define AT_VERSIONS 18

static int failed(sqlite3 *db, const char *what, struct reason *why)
{
	return reason_set(why, "the database: %s: %s", what, sqlite3_errmsg(db));
}

/* A transaction that goes on meanwhile is not in it. */
static int pages_copy(sqlite3 *from, sqlite3 *to, struct reason *why)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (!backup)
		return failed(to, "copying", why);
	do {
		rc = sqlite3_backup_step(backup, -1);
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
			sqlite3_sleep(50);
	} while (rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
	sqlite3_backup_finish(backup);
	return rc == SQLITE_DONE ? 0 : failed(to, "copying", why);
}

static int bytes_take(sqlite3 *db, struct buf *out, struct reason *why)
{
	sqlite3_int64 len = 0;
	unsigned char *data = sqlite3_serialize(db, "main", &len, 0);

	if (!data)
		return reason_set(why, "out of memory");
	/* By its header a file without a log beside it: write and read version 1. */
	if (len > AT_VERSIONS + 1)
		data[AT_VERSIONS] = data[AT_VERSIONS + 1] = 1;
	buf_append(out, data, (size_t)len);
	sqlite3_free(data);
	return out->failed ? reason_set(why, "out of memory") : 0;
}

int state_copy(const char *path, struct buf *out, struct reason *why)
{
	sqlite3 *from = NULL, *to = NULL;
	int rc = -1;

	if (sqlite3_open_v2(path, &from, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		failed(from, path, why);
	else if (sqlite3_open(":memory:", &to) != SQLITE_OK)
		failed(to, "memory", why);
	else if (sqlite3_busy_timeout(from, 5000) == SQLITE_OK && pages_copy(from, to, why) == 0)
		rc = bytes_take(to, out, why);
	sqlite3_close(from);
	sqlite3_close(to);
	return rc;
}

/* The first column of the first row. */
static bool asks(sqlite3 *db, const char *sql, const char *expected)
{
	sqlite3_stmt *s = NULL;
	bool right = sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
		     sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0) &&
		     strcmp((const char *)sqlite3_column_text(s, 0), expected) == 0;

	sqlite3_finalize(s);
	return right;
}

int state_check(const struct buf *copy, struct reason *why)
{
	unsigned char *data = sqlite3_malloc64(copy->len + 1);
	sqlite3 *db = NULL;
	int rc = 0;

	if (!data || sqlite3_open(":memory:", &db) != SQLITE_OK) {
		sqlite3_free(data);
		sqlite3_close(db);
		return reason_set(why, "out of memory");
	}
	memcpy(data, copy->data ? copy->data : "", copy->len);
	if (sqlite3_deserialize(db, "main", data, (sqlite3_int64)copy->len,
				(sqlite3_int64)copy->len,
				SQLITE_DESERIALIZE_FREEONCLOSE) != SQLITE_OK ||
	    !asks(db, "PRAGMA integrity_check", "ok"))
		rc = reason_set(why, "its database is damaged");
	else if (!asks(db, "SELECT count(*) FROM pool", "1"))
		rc = reason_set(why, "its database is not one of a host");
	sqlite3_close(db);
	return rc;
}
