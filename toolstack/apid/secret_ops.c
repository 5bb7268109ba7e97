// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secrets. Their values lie beside the objects in the database and leave it by get_value alone.
 */
#include <stdio.h>
#include <string.h>

#include "apid/database.h"
#include "apid/ops.h"
#include "apid/record.h"

#define SECRET_MAX 8192

static void put(struct call *c, const struct object *secret, const char *value)
{
	if (!*value || strlen(value) > SECRET_MAX)
		call_fail(c, "INVALID_VALUE", "value", "1 to 8192 bytes", NULL);
	else if (database_run("INSERT OR REPLACE INTO secret_value VALUES (?1, ?2)",
			      get_text(secret, "uuid"), value, NULL) < 0)
		call_fail(c, "INTERNAL_ERROR", "the secret was not stored", NULL);
}

static void create(struct call *c)
{
	struct object *secret = object_create("secret", NULL);

	put(c, secret, arg_text(c, 0, "value"));
	record_write_ref(&c->out, secret);
}

static void destroy(struct call *c)
{
	database_run("DELETE FROM secret_value WHERE uuid = ?1", get_text(c->refs[0], "uuid"),
		     NULL);
	object_destroy(c->refs[0]);
}

static void get_value(struct call *c)
{
	sqlite3_stmt *s = database_prepare("SELECT value FROM secret_value WHERE uuid = ?1");
	const char *value = NULL;

	if (s) {
		sqlite3_bind_text(s, 1, get_text(c->refs[0], "uuid"), -1, SQLITE_TRANSIENT);
		if (sqlite3_step(s) == SQLITE_ROW)
			value = (const char *)sqlite3_column_text(s, 0);
	}
	wire_string(&c->out, value ? value : "");
	sqlite3_finalize(s);
}

static void set_value(struct call *c)
{
	put(c, c->refs[0], call_text(c, 1));
}

const struct binding secret_bindings[] = {
	{ "secret.create", create },
	{ "secret.destroy", destroy },
	{ "secret.get_value", get_value },
	{ "secret.set_value", set_value },
	{ NULL, NULL },
};
