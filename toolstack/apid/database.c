// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQLite. See database.h.
 */
#include "apid/database.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/bytes.h"
#include "lib/uuid.h"
#include "model/value.h"

static sqlite3 *db;

static int refuse(struct reason *why, const char *what)
{
	return reason_set(why, "%s: %s", what, db ? sqlite3_errmsg(db) : "out of memory");
}

static int execute(const char *sql, struct reason *why)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : refuse(why, "database");
}

sqlite3_stmt *database_prepare(const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		log_error("database: %s: %s", sql, sqlite3_errmsg(db));
	return s;
}

int database_run(const char *sql, ...)
{
	sqlite3_stmt *s = database_prepare(sql);
	const char *text;
	int rc, i = 1;
	va_list args;

	if (!s)
		return -1;
	va_start(args, sql);
	while ((text = va_arg(args, const char *)))
		sqlite3_bind_text(s, i++, text, -1, SQLITE_TRANSIENT);
	va_end(args);
	rc = sqlite3_step(s);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		log_error("database: %s", sqlite3_errmsg(db));
	sqlite3_finalize(s);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : -1;
}

/* ---- the schema -------------------------------------------------------------------------- */

static bool is_column(const struct model_field *f)
{
	return f->life == LIFE_KEPT;
}

static bool column_exists(const char *table, const char *column)
{
	sqlite3_stmt *s = database_prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2");
	bool yes;

	if (!s)
		return false;
	sqlite3_bind_text(s, 1, table, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, column, -1, SQLITE_STATIC);
	yes = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return yes;
}

/* Names of tables and columns are the model's: no foreign text comes into SQL. */
static int table_make(const struct model_class *c, struct reason *why)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "CREATE TABLE IF NOT EXISTS \"%s\" (ref BLOB PRIMARY KEY)",
		 c->name);
	if (execute(sql, why) < 0)
		return -1;
	for (size_t i = 0; i < c->nr_fields; i++) {
		const struct model_field *f = &c->fields[i];

		if (!is_column(f) || column_exists(c->name, f->name))
			continue;
		snprintf(sql, sizeof(sql), "ALTER TABLE \"%s\" ADD COLUMN \"%s\"", c->name,
			 f->name);
		if (execute(sql, why) < 0)
			return -1;
	}
	return 0;
}

static const char other_tables[] =
	"CREATE TABLE IF NOT EXISTS account_secret (name TEXT PRIMARY KEY, hash TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS account_token (id TEXT PRIMARY KEY, account TEXT NOT NULL,"
	" name TEXT NOT NULL, hash TEXT NOT NULL, created TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS secret_value (uuid TEXT PRIMARY KEY, value TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, time TEXT, account TEXT,"
	" address TEXT, method TEXT, object TEXT, result TEXT);";

static int schema_make(struct reason *why)
{
	if (execute("BEGIN IMMEDIATE", why) < 0)
		return -1;
	for (size_t i = 0; i < model_nr_classes; i++)
		if (store_class_at(i)->kept && table_make(model_classes[i], why) < 0)
			return -1;
	if (execute(other_tables, why) < 0)
		return -1;
	return execute("COMMIT", why);
}

static int statement_make(struct store_class *c, struct reason *why)
{
	struct buf sql = { 0 }, marks = { 0 };
	sqlite3_stmt *s = NULL;
	int rc;

	buf_printf(&sql, "INSERT OR REPLACE INTO \"%s\" (ref", c->model->name);
	for (size_t i = 0; i < c->model->nr_fields; i++) {
		if (!is_column(&c->model->fields[i]))
			continue;
		buf_printf(&sql, ",\"%s\"", c->model->fields[i].name);
		buf_printf(&marks, ",?");
	}
	buf_printf(&sql, ") VALUES (?%s)", marks.data);
	rc = sqlite3_prepare_v3(db, sql.data, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
	c->insert = s;
	buf_free(&sql);
	buf_free(&marks);
	return rc == SQLITE_OK ? 0 : refuse(why, c->model->name);
}

/* ---- opening, damage --------------------------------------------------------------------- */

static bool is_sound(struct reason *why)
{
	sqlite3_stmt *s = NULL;
	bool sound = false;

	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(s, 0);

		sound = text && strcmp(text, "ok") == 0;
		if (!sound)
			reason_set(why, "%.200s", text ? text : "");
	} else {
		reason_set(why, "%s", sqlite3_errmsg(db));
	}
	sqlite3_finalize(s);
	return sound;
}

static int open_file(const char *path, struct reason *why)
{
	if (sqlite3_open(path, &db) != SQLITE_OK)
		return refuse(why, path);
	sqlite3_busy_timeout(db, 5000);
	return 0;
}

/* Rows that can still be read go into the new database. */
static void carry_over(const char *damaged)
{
	char sql[512];
	struct reason why;

	sqlite3_snprintf(sizeof(sql), sql, "ATTACH %Q AS old", damaged);
	if (execute(sql, &why) < 0)
		return;
	for (size_t i = 0; i < model_nr_classes; i++) {
		struct buf columns = { 0 }, copy = { 0 };
		const struct model_class *c = model_classes[i];

		if (!store_class_at(i)->kept)
			continue;
		for (size_t k = 0; k < c->nr_fields; k++)
			if (is_column(&c->fields[k]))
				buf_printf(&columns, ",\"%s\"", c->fields[k].name);
		buf_printf(
			&copy,
			"INSERT OR REPLACE INTO main.\"%s\" (ref%s) SELECT ref%s FROM old.\"%s\"",
			c->name, columns.data, columns.data, c->name);
		if (execute(copy.data, &why) < 0)
			log_warning("%s was not carried over: %s", c->name, why.text);
		buf_free(&columns);
		buf_free(&copy);
	}
	execute("INSERT OR REPLACE INTO main.account_secret SELECT * FROM old.account_secret;",
		&why);
	execute("INSERT OR REPLACE INTO main.account_token SELECT * FROM old.account_token;", &why);
	execute("INSERT OR REPLACE INTO main.secret_value SELECT * FROM old.secret_value;", &why);
	execute("DETACH old", &why);
}

static int put_aside(const char *path, char *aside, size_t len, struct reason *why)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	char from[512], to[512];

	sqlite3_close(db);
	db = NULL;
	snprintf(aside, len, "%s.damaged-%lld", path, (long long)time(NULL));
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", path, tails[i]);
		snprintf(to, sizeof(to), "%s%s", aside, tails[i]);
		if (rename(from, to) < 0 && i == 0)
			return reason_errno(why, "%s", from);
	}
	return 0;
}

int database_open(const char *path, struct reason *report, struct reason *why)
{
	char aside[400] = "";
	struct reason damage;

	report->text[0] = '\0';
	if (open_file(path, why) < 0)
		return -1;
	if (!is_sound(&damage)) {
		if (put_aside(path, aside, sizeof(aside), why) < 0 || open_file(path, why) < 0)
			return -1;
		reason_put(report, "the database was damaged (%.120s); it is kept as %.100s",
			   damage.text, aside);
	}
	if (execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		    "PRAGMA wal_autocheckpoint = 200;",
		    why) < 0 ||
	    schema_make(why) < 0)
		return -1;
	if (aside[0])
		carry_over(aside);
	for (size_t i = 0; i < model_nr_classes; i++)
		if (store_class_at(i)->kept && statement_make(store_class_at(i), why) < 0)
			return -1;
	return 0;
}

void database_close(void)
{
	for (size_t i = 0; i < model_nr_classes; i++)
		sqlite3_finalize(store_class_at(i)->insert);
	sqlite3_close(db);
	db = NULL;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* A column in the form of value.h. What does not fit its type any more starts from its default. */
static json_t *column_value(sqlite3_stmt *s, int at, const struct model_field *f)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	json_t *raw, *v = NULL;
	struct reason why;

	if (sqlite3_column_type(s, at) == SQLITE_NULL || !text)
		return NULL;
	switch (f->type->kind) {
	case MODEL_BOOL: return json_boolean(sqlite3_column_int(s, at));
	case MODEL_SET:
	case MODEL_MAP: raw = json_loads(text, 0, NULL); break;
	default: raw = json_string(text);
	}
	if (raw)
		v = value_check(f->type, raw, &why);
	if (!v)
		log_warning("%s \"%.60s\" in the database: its default is taken", f->name, text);
	json_decref(raw);
	return v;
}

static struct object *row_object(struct store_class *c, sqlite3_stmt *s)
{
	const void *id = sqlite3_column_blob(s, 0);
	int len = sqlite3_column_bytes(s, 0);

	return len == 16 ? object_restore(c, id) : NULL;
}

static int column_place(sqlite3_stmt *s, const char *name)
{
	for (int i = 0; i < sqlite3_column_count(s); i++)
		if (strcmp(sqlite3_column_name(s, i), name) == 0)
			return i;
	return -1;
}

/* Twice over all tables: references need to know all objects. */
static void row_fields(struct object *o, sqlite3_stmt *s, bool references)
{
	const struct model_class *m = o->cls->model;

	for (size_t i = 0; i < m->nr_fields; i++) {
		bool is_ref = m->fields[i].type->kind == MODEL_REF;
		int at = is_column(&m->fields[i]) ? column_place(s, m->fields[i].name) : -1;
		json_t *v;

		if (at < 0 || is_ref != references)
			continue;
		v = column_value(s, at, &m->fields[i]);
		if (v)
			slot_set(o, i, v);
		json_decref(v);
	}
}

static int table_load(struct store_class *c, bool references, struct reason *why)
{
	char sql[128], ref[REF_TEXT] = MODEL_REF_PREFIX;
	sqlite3_stmt *s;
	int rc;

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", c->model->name);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		return refuse(why, c->model->name);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct object *o;

		if (references && sqlite3_column_bytes(s, 0) == 16) {
			uuid_format(sqlite3_column_blob(s, 0), ref + strlen(MODEL_REF_PREFIX));
			o = object_find(c, ref);
		} else {
			o = row_object(c, s);
		}
		if (o)
			row_fields(o, s, references);
	}
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : refuse(why, c->model->name);
}

int database_load(struct reason *why)
{
	store_begin();
	for (int references = 0; references < 2; references++) {
		for (size_t i = 0; i < model_nr_classes; i++) {
			struct store_class *c = store_class_at(i);

			if (c->kept && table_load(c, references, why) < 0) {
				store_rollback();
				return -1;
			}
		}
	}
	store_loaded();
	return 0;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void bind_json(sqlite3_stmt *s, int at, const union slot *slot)
{
	char *text = slot->json ? json_dumps(slot->json, JSON_COMPACT) : NULL;

	if (text)
		sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, at);
	free(text);
}

static void bind_field(sqlite3_stmt *s, int at, const struct object *o, size_t field)
{
	const struct model_field *f = &o->cls->model->fields[field];
	const union slot *slot = &o->slots[field];
	char text[REF_TEXT];

	switch (f->type->kind) {
	case MODEL_INT:
	case MODEL_BOOL: sqlite3_bind_int64(s, at, slot->number); break;
	case MODEL_FLOAT: sqlite3_bind_double(s, at, slot->real); break;
	case MODEL_ENUM:
		sqlite3_bind_text(s, at, f->type->names[slot->number], -1, SQLITE_STATIC);
		break;
	case MODEL_DATETIME:
		datetime_format(slot->number, text);
		sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
		break;
	case MODEL_REF:
		object_ref(slot->ref, text);
		sqlite3_bind_text(s, at, text, -1, SQLITE_TRANSIENT);
		break;
	case MODEL_SET:
	case MODEL_MAP: bind_json(s, at, slot); break;
	default: sqlite3_bind_text(s, at, slot->text ? slot->text : "", -1, SQLITE_STATIC);
	}
}

static int row_write(const struct object *o)
{
	sqlite3_stmt *s = o->cls->insert;
	int at = 1, rc;

	sqlite3_bind_blob(s, at++, o->id, sizeof(o->id), SQLITE_STATIC);
	for (size_t i = 0; i < o->cls->model->nr_fields; i++)
		if (is_column(&o->cls->model->fields[i]))
			bind_field(s, at++, o, i);
	rc = sqlite3_step(s);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int row_delete(const struct object *o)
{
	char sql[128];
	sqlite3_stmt *s;
	int rc;

	snprintf(sql, sizeof(sql), "DELETE FROM \"%s\" WHERE ref = ?", o->cls->model->name);
	s = database_prepare(sql);
	if (!s)
		return -1;
	sqlite3_bind_blob(s, 1, o->id, sizeof(o->id), SQLITE_STATIC);
	rc = sqlite3_step(s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

int database_write(struct object *const *touched, size_t nr, struct reason *why)
{
	bool any = false;

	for (size_t i = 0; i < nr; i++)
		any |= touched[i]->write;
	if (!any)
		return 0;
	if (execute("BEGIN IMMEDIATE", why) < 0)
		return -1;
	for (size_t i = 0; i < nr; i++) {
		const struct object *o = touched[i];

		if (!o->write)
			continue;
		if ((o->gone ? row_delete(o) : row_write(o)) < 0) {
			refuse(why, "database");
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
			return -1;
		}
	}
	if (execute("COMMIT", why) < 0) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return -1;
	}
	return 0;
}
