// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit log for those who may read it: the newest rows first, a part at a time.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "apid/audit.h"
#include "apid/database.h"
#include "apid/ops.h"

#define ROWS_MOST  500
#define WORDS_MOST 20
#define WORD_MOST  100 /* bytes */

/* In the order of the columns that are selected. */
static const char *const keys[] = { "id", "time", "user", "address", "method", "object", "result" };

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const char *text_at(sqlite3_stmt *s, size_t column)
{
	const char *text = (const char *)sqlite3_column_text(s, (int)column);

	return text ? text : "";
}

/* One of the words stands in it, whatever the case of its letters; without words every row does. */
static bool is_wanted(sqlite3_stmt *s, const json_t *words)
{
	char line[512];
	const json_t *word;
	size_t i;

	if (json_array_size(words) == 0)
		return true;
	snprintf(line, sizeof(line), "%s\n%s\n%s\n%s\n%s\n%s", text_at(s, 1), text_at(s, 2),
		 text_at(s, 3), text_at(s, 4), text_at(s, 5), text_at(s, 6));
	json_array_foreach(words, i, word)
	{
		if (strcasestr(line, json_string_value(word)))
			return true;
	}
	return false;
}

/* Of what fitted into the row: half a letter at the end would make the answer no UTF-8. */
static size_t whole_letters(const char *text)
{
	const size_t len = strlen(text);
	size_t last = len, bytes = 0;

	while (last > 0 && (text[last - 1] & 0xc0) == 0x80)
		last--;
	/* Its first byte has as many ones as it has bytes. */
	while (last > 0 && (unsigned char)text[last - 1] << bytes & 0x80)
		bytes++;
	return last > 0 && len - (last - 1) < bytes ? last - 1 : len;
}

static void word_put(struct wire *out, const char *text)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%.*s", (int)whole_letters(text), text);
	wire_string(out, whole);
}

static void row_put(struct wire *out, sqlite3_stmt *s)
{
	wire_struct_begin(out);
	for (size_t i = 0; i < KEYS; i++) {
		wire_key(out, keys[i]);
		word_put(out, text_at(s, i));
	}
	wire_struct_end(out);
}

static bool are_few(struct call *c, const json_t *words)
{
	const json_t *word;
	size_t i;

	if (json_array_size(words) > WORDS_MOST)
		call_fail(c, "INVALID_VALUE", "words", "more than 20", NULL);
	json_array_foreach(words, i, word)
	{
		if (json_string_length(word) > WORD_MOST)
			call_fail(c, "INVALID_VALUE", "words", "one is longer than 100 bytes",
				  NULL);
	}
	return !call_failed(c);
}

static void get_audit_log(struct call *c)
{
	int64_t before = call_int(c, 2), most = call_int(c, 3);
	sqlite3_stmt *s;

	if (most < 1 || most > ROWS_MOST)
		call_fail(c, "INVALID_VALUE", "most", "expected 1 to 500", NULL);
	if (call_failed(c) || !are_few(c, c->args[1]))
		return;
	audit_write();
	s = database_prepare("SELECT id, time, account, address, method, object, result "
			     "FROM audit WHERE id < ?1 ORDER BY id DESC");
	if (!s) {
		call_fail(c, "INTERNAL_ERROR", "the audit log cannot be read", NULL);
		return;
	}
	sqlite3_bind_int64(s, 1, before > 0 ? before : INT64_MAX);
	wire_array_begin(&c->out);
	while (most > 0 && sqlite3_step(s) == SQLITE_ROW) {
		if (!is_wanted(s, c->args[1]))
			continue;
		row_put(&c->out, s);
		most--;
	}
	wire_array_end(&c->out);
	sqlite3_finalize(s);
}

const struct binding audit_bindings[] = {
	{ "host.get_audit_log", get_audit_log },
	{ NULL, NULL },
};
