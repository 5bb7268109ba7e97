// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions, and how often one may try. See session.h.
 */
#include "apid/session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apid/account.h"
#include "apid/connection.h"
#include "apid/cookie.h"
#include "apid/inventory.h"
#include "apid/record.h"
#include "lib/deadline.h"

#define UNUSED_SECONDS (24 * 3600)
#define SESSIONS_MAX   500 /* the one that was not used for longest makes room */

#define ADDRESSES      256
#define TRIES          8 /* failures that an address has, and gets back one by one */
#define TRY_BACK_MS    5000
#define TRIES_ALL      64 /* of all addresses: a hash takes milliseconds */
#define TRY_BACK_ALL   100

/* ---- how often --------------------------------------------------------------------------- */

struct tries {
	char address[64];
	int64_t since; /* the failures so far are paid back from here on */
	unsigned int nr;
};

static struct tries by_address[ADDRESSES], of_all;

static void tries_pay(struct tries *t, int64_t now, int64_t each_ms)
{
	int64_t back = (now - t->since) / each_ms;

	if (back >= t->nr) {
		t->nr = 0;
		t->since = now;
	} else {
		t->nr -= (unsigned int)back;
		t->since += back * each_ms;
	}
}

/* Its own, or the one that can be forgotten best. */
static struct tries *tries_of(const char *address, int64_t now)
{
	struct tries *best = &by_address[0];

	for (size_t i = 0; i < ADDRESSES; i++) {
		struct tries *t = &by_address[i];

		tries_pay(t, now, TRY_BACK_MS);
		if (strcmp(t->address, address) == 0)
			return t;
		if (t->nr < best->nr || (t->nr == best->nr && t->since < best->since))
			best = t;
	}
	*best = (struct tries){ .since = now };
	snprintf(best->address, sizeof(best->address), "%s", address);
	return best;
}

static bool may_try(const char *address)
{
	tries_pay(&of_all, now_ms(), TRY_BACK_ALL);
	return of_all.nr < TRIES_ALL && tries_of(address, now_ms())->nr < TRIES;
}

static void note_failure(const char *address)
{
	tries_of(address, now_ms())->nr++;
	of_all.nr++;
}

/* ---- sessions ---------------------------------------------------------------------------- */

/* Not a change that anyone is told of: sessions are known to themselves only. */
static void mark_used(struct object *session)
{
	session->slots[field_index(session->cls->model, "last_active")].number = time(NULL);
}

struct object *session_find(const char *ref)
{
	struct object *session = object_find(store_class_of("session"), ref);

	if (!session || get_int(session, "last_active") + UNUSED_SECONDS < time(NULL) ||
	    !get_ref(session, "this_user"))
		return NULL;
	mark_used(session);
	return session;
}

void session_use(struct call *c, struct object *session)
{
	const struct object *user = get_ref(session, "this_user");

	c->session = object_hold(session);
	snprintf(c->user, sizeof(c->user), "%s", get_text(user, "short_name"));
	if (!model_role_parse(get_text(user, "role"), &c->role))
		c->role = ROLE_READ_ONLY;
}

void sessions_end(const char *name)
{
	const struct store_class *all = store_class_of("session");

	for (size_t i = all->nr; i-- > 0;)
		if (strcmp(get_text(all->objects[i], "auth_user_name"), name) == 0)
			object_destroy(all->objects[i]);
}

static void make_room(void)
{
	const struct store_class *all = store_class_of("session");

	while (all->nr >= SESSIONS_MAX) {
		struct object *oldest = all->objects[0];

		for (size_t i = 1; i < all->nr; i++)
			if (get_int(all->objects[i], "last_active") <
			    get_int(oldest, "last_active"))
				oldest = all->objects[i];
		object_destroy(oldest);
	}
}

/* ---- methods ----------------------------------------------------------------------------- */

/* The browser keeps the session; the one that it had there before is nobody's any more. */
static void cookie_give(struct call *c, const struct object *session)
{
	struct object *before = session_find(c->from.cookie);
	char ref[REF_TEXT];

	if (before)
		object_destroy(before);
	object_ref(session, ref);
	connection_set_cookie(c->connection, ref);
	wire_string(&c->out, COOKIE_WORD);
}

static void session_make(struct call *c, struct object *user)
{
	const struct store_class *hosts = store_class_of("host");
	struct object *session;

	make_room();
	session = object_create("session", NULL);
	set_ref(session, "this_user", user);
	set_ref(session, "this_host", hosts->nr ? hosts->objects[0] : NULL);
	set_text(session, "auth_user_name", get_text(user, "short_name"));
	set_text(session, "auth_user_sid", get_text(user, "short_name"));
	set_text(session, "originator", call_text(c, 3));
	set_int(session, "is_local_superuser", strcmp(get_text(user, "role"), "admin") == 0);
	set_int(session, "validation_time", time(NULL));
	mark_used(session);
	inventory_somebody_came();
	if (c->from.wants_cookie)
		cookie_give(c, session);
	else
		record_write_ref(&c->out, session);
}

static void login_with_password(struct call *c)
{
	const char *name = call_text(c, 0), *secret = call_text(c, 1);
	struct object *user;

	snprintf(c->user, sizeof(c->user), "%s", name);
	if (c->from.wants_cookie && !c->from.own_page) {
		call_fail(c, "SESSION_AUTHENTICATION_FAILED", name,
			  "a cookie is for this host's own page", NULL);
		return;
	}
	if (c->from.trusted && strcmp(name, "root") == 0 && !*secret) {
		session_make(c, account_find(name));
		return;
	}
	if (!c->from.trusted && !may_try(c->from.address)) {
		call_fail(c, "SESSION_AUTHENTICATION_FAILED", name,
			  "too many attempts failed; wait a little", NULL);
		return;
	}
	user = account_check(name, secret);
	if (user) {
		session_make(c, user);
		return;
	}
	note_failure(c->from.address);
	call_fail(c, "SESSION_AUTHENTICATION_FAILED", name, "Authentication failure", NULL);
}

static void logout(struct call *c)
{
	if (c->by_cookie)
		connection_set_cookie(c->connection, NULL);
	object_destroy(c->session);
}

static void change_password(struct call *c)
{
	if (!may_try(c->from.address) || account_check(c->user, call_text(c, 0)) == NULL) {
		note_failure(c->from.address);
		call_fail(c, "SESSION_AUTHENTICATION_FAILED", c->user, "Authentication failure",
			  NULL);
	} else if (account_set_password(c->user, call_text(c, 1), false) < 0) {
		call_fail(c, "INVALID_VALUE", "new_pwd", "1 to 256 bytes", NULL);
	}
}

const struct binding session_bindings[] = {
	{ "session.login_with_password", login_with_password },
	{ "session.logout", logout },
	{ "session.change_password", change_password },
	{ NULL, NULL },
};
