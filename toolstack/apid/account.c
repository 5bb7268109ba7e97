// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Accounts. See account.h.
 */
#include "apid/account.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "apid/database.h"
#include "apid/record.h"
#include "apid/session.h"

#define SECRET_MAX 256
#define TOKEN      "socle-" /* then the token's name in the database, "-", and the secret */
#define TOKEN_ID   12
#define TOKEN_KEY  32

static const char letters[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void random_text(char *text, size_t len)
{
	unsigned char bytes[64];

	if (getrandom(bytes, len, 0) != (ssize_t)len)
		abort();
	for (size_t i = 0; i < len; i++) {
		/* "-" and "." have their own meaning in a token. */
		char c = letters[bytes[i] & 63];

		text[i] = c == '.' || c == '/' ? 'x' : c;
	}
	text[len] = '\0';
}

/* Takes as long for a wrong one as for a right one. */
static bool same(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differ = strlen(b) != len;

	for (size_t i = 0; i < len; i++)
		differ |= (unsigned char)(a[i] ^ b[differ & 1 ? 0 : i]);
	return differ == 0;
}

static bool hash_matches(const char *secret, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *made = data ? crypt_r(secret, hash, data) : NULL;
	/* A hash that begins with "*" or "!" is no hash: it matches nothing. */
	bool yes = made && made[0] == '$' && same(made, hash);

	if (data)
		explicit_bzero(data, sizeof(*data));
	free(data);
	return yes;
}

static bool hash_make(const char *secret, const char *cost, char *hash, size_t len)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	char salt[17], setting[64];
	const char *made;

	random_text(salt, sizeof(salt) - 1);
	snprintf(setting, sizeof(setting), "$6$%s%s$", cost, salt);
	made = data ? crypt_r(secret, setting, data) : NULL;
	snprintf(hash, len, "%s", made && made[0] == '$' ? made : "");
	free(data);
	return hash[0] != '\0';
}

/* A text of one row, or false. */
static bool row_text(const char *sql, const char *a, const char *b, char *text, size_t len)
{
	sqlite3_stmt *s = database_prepare(sql);
	bool found = false;

	if (!s)
		return false;
	sqlite3_bind_text(s, 1, a, -1, SQLITE_STATIC);
	if (b)
		sqlite3_bind_text(s, 2, b, -1, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0)) {
		snprintf(text, len, "%s", (const char *)sqlite3_column_text(s, 0));
		found = true;
	}
	sqlite3_finalize(s);
	return found;
}

struct object *account_find(const char *name)
{
	const struct store_class *all = store_class_of("user");

	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(get_text(all->objects[i], "short_name"), name) == 0)
			return all->objects[i];
	return NULL;
}

void account_ensure_root(void)
{
	struct object *root = account_find("root");

	if (!root) {
		root = object_create("user", NULL);
		set_text(root, "short_name", "root");
		set_text(root, "fullname", "Administrator of this host");
	}
	set_text(root, "role", "admin");
}

static bool token_matches(const char *name, const char *secret)
{
	char id[TOKEN_ID + 1], hash[160];
	const char *at = secret + strlen(TOKEN);

	if (strlen(at) != TOKEN_ID + 1 + TOKEN_KEY || at[TOKEN_ID] != '-')
		return false;
	snprintf(id, sizeof(id), "%.*s", TOKEN_ID, at);
	return row_text("SELECT hash FROM account_token WHERE id = ?1 AND account = ?2", id, name,
			hash, sizeof(hash)) &&
	       hash_matches(at + TOKEN_ID + 1, hash);
}

struct object *account_check(const char *name, const char *secret)
{
	struct object *user = account_find(name);
	char hash[160];

	/* Time tells nobody which accounts there are. */
	if (!row_text("SELECT hash FROM account_secret WHERE name = ?1", name, NULL, hash,
		      sizeof(hash)))
		snprintf(hash, sizeof(hash), "$6$nobodyhasthissal$");
	if (!*secret || strlen(secret) > SECRET_MAX)
		return NULL;
	if (strncmp(secret, TOKEN, strlen(TOKEN)) == 0 && token_matches(name, secret))
		return user;
	return hash_matches(secret, hash) ? user : NULL;
}

int account_set_password(const char *name, const char *secret, bool is_hash)
{
	char hash[160];

	if (is_hash)
		snprintf(hash, sizeof(hash), "%s", secret);
	else if (!*secret || strlen(secret) > SECRET_MAX ||
		 !hash_make(secret, "", hash, sizeof(hash)))
		return -1;
	return database_run("INSERT OR REPLACE INTO account_secret VALUES (?1, ?2)", name, hash,
			    NULL);
}

void account_forget(const char *name)
{
	database_run("DELETE FROM account_secret WHERE name = ?1", name, NULL);
	database_run("DELETE FROM account_token WHERE account = ?1", name, NULL);
}

/* ---- methods ----------------------------------------------------------------------------- */

static bool name_is_sound(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return len > 0 && len <= 32 && !name[len] && name[0] >= 'a';
}

static void create(struct call *c)
{
	const char *name = json_string_value(json_object_get(c->args[0], "short_name"));
	const char *role = json_string_value(json_object_get(c->args[0], "role"));
	const char *full = json_string_value(json_object_get(c->args[0], "fullname"));
	enum model_role parsed;
	struct object *user;

	if (!name || !name_is_sound(name))
		call_fail(c, "INVALID_VALUE", "short_name", name ? name : "", NULL);
	else if (account_find(name))
		call_fail(c, "OPERATION_NOT_ALLOWED", "there is an account of that name", NULL);
	else if (role && !model_role_parse(role, &parsed))
		call_fail(c, "INVALID_VALUE", "role", role, NULL);
	if (call_failed(c))
		return;
	account_forget(name); /* an older account of that name had its own */
	user = object_create("user", NULL);
	set_text(user, "short_name", name);
	set_text(user, "fullname", full ? full : "");
	set_text(user, "role", role ? role : "read-only");
	record_write_ref(&c->out, user);
}

static bool is_root(const struct object *user)
{
	return strcmp(get_text(user, "short_name"), "root") == 0;
}

static void destroy(struct call *c)
{
	const char *name = get_text(c->refs[0], "short_name");

	if (is_root(c->refs[0])) {
		call_fail(c, "OPERATION_NOT_ALLOWED", "root stays", NULL);
		return;
	}
	account_forget(name);
	sessions_end(name);
	object_destroy(c->refs[0]);
}

static void set_password(struct call *c)
{
	const char *name = get_text(c->refs[0], "short_name");

	if (account_set_password(name, call_text(c, 1), false) < 0)
		call_fail(c, "INVALID_VALUE", "password", "1 to 256 bytes", NULL);
	else
		sessions_end(name);
}

static void set_role(struct call *c)
{
	enum model_role parsed;

	if (is_root(c->refs[0]))
		call_fail(c, "OPERATION_NOT_ALLOWED", "root is admin", NULL);
	else if (!model_role_parse(call_text(c, 1), &parsed))
		call_fail(c, "INVALID_VALUE", "role", call_text(c, 1), NULL);
	else
		set_text(c->refs[0], "role", call_text(c, 1));
}

static void create_token(struct call *c)
{
	char id[TOKEN_ID + 1], key[TOKEN_KEY + 1], hash[160], now[24], token[80];
	const char *account = get_text(c->refs[0], "short_name");

	if (!*call_text(c, 1) || strlen(call_text(c, 1)) > 64) {
		call_fail(c, "INVALID_VALUE", "name", call_text(c, 1), NULL);
		return;
	}
	random_text(id, TOKEN_ID);
	random_text(key, TOKEN_KEY);
	datetime_format(time(NULL), now);
	/* The key is long and random: a costly hash would guard nothing. */
	if (!hash_make(key, "rounds=1000$", hash, sizeof(hash)) ||
	    database_run("INSERT INTO account_token VALUES (?1, ?2, ?3, ?4, ?5)", id, account,
			 call_text(c, 1), hash, now, NULL) < 0) {
		call_fail(c, "INTERNAL_ERROR", "the token was not stored", NULL);
		return;
	}
	snprintf(token, sizeof(token), TOKEN "%s-%s", id, key);
	wire_string(&c->out, token);
}

static void revoke_token(struct call *c)
{
	const char *account = get_text(c->refs[0], "short_name");
	char found[16];

	if (!row_text("SELECT id FROM account_token WHERE account = ?1 AND name = ?2", account,
		      call_text(c, 1), found, sizeof(found))) {
		call_fail(c, "INVALID_VALUE", "name", call_text(c, 1), NULL);
		return;
	}
	database_run("DELETE FROM account_token WHERE account = ?1 AND name = ?2", account,
		     call_text(c, 1), NULL);
	/* We do not know which of its sessions began with it. */
	sessions_end(account);
}

static void get_tokens(struct call *c)
{
	sqlite3_stmt *s = database_prepare("SELECT name FROM account_token WHERE account = ?1");

	wire_array_begin(&c->out);
	if (s) {
		sqlite3_bind_text(s, 1, get_text(c->refs[0], "short_name"), -1, SQLITE_TRANSIENT);
		while (sqlite3_step(s) == SQLITE_ROW)
			wire_string(&c->out, (const char *)sqlite3_column_text(s, 0));
	}
	sqlite3_finalize(s);
	wire_array_end(&c->out);
}

const struct binding account_bindings[] = {
	{ "user.create", create },
	{ "user.destroy", destroy },
	{ "user.set_password", set_password },
	{ "user.set_role", set_role },
	{ "user.create_token", create_token },
	{ "user.revoke_token", revoke_token },
	{ "user.get_tokens", get_tokens },
	{ NULL, NULL },
};
