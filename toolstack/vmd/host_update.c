// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the version that runs and the one in the other slot. host-upgrade does it, which
 * verifies who has signed a bundle before anything else is looked at.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "storage/program.h"
#include "vmd/bundle.h"
#include "vmd/verbs.h"

#define KEYS       "/etc/socle/trusted-keys"
#define KEYS_BYTES (64 * 1024)
#define KEYS_MAX   100
#define KEY_LENGTH 56 /* of base64, beginning with RW */
#define LOCK       "/run/socle/update.lock"
#define SECONDS    900

static const struct arg url_args[] = { ARG("url", LINE, .min = 9, .max = 1024), ARGS_END };
static const struct arg token_args[] = {
	ARG("token", NAME, .min = BUNDLE_TOKEN - 1, .max = BUNDLE_TOKEN - 1),
	ARGS_END,
};
static const struct arg key_args[] = { ARG("key", LINE, .min = KEY_LENGTH, .max = KEY_LENGTH),
				       ARGS_END };

static int lock(struct call *c)
{
	return call_lock(c, LOCK, "another change of versions goes on");
}

/* Its words are the error's parameter. */
static int upgrade(struct call *c, const char *what, struct buf *out)
{
	const char *const argv[] = { "host-upgrade", what, NULL };
	struct sr_error e = { .code = BUNDLE_FAILED };

	if (program_run(argv, SECONDS, out, &e) == 0)
		return 0;
	return call_fail_why(c, BUNDLE_FAILED, &e.why);
}

/* ---- what there is ----------------------------------------------------------------------- */

/* A system in memory has no slots: that is no error. */
static int do_slots(struct call *c)
{
	struct buf text = { 0 };
	char *lines, *line, *value;

	if (upgrade(c, "--show", &text) < 0) {
		json_decref(c->error);
		c->error = NULL;
		call_set(c, "installed", json_false());
		call_set(c, "why", json_string(c->why.text));
		return 0;
	}
	call_set(c, "installed", json_true());
	for (lines = text.data; (line = strsep(&lines, "\n"));) {
		value = strchr(line, ' ');
		if (!value)
			continue;
		*value++ = '\0';
		call_set(c, line, json_string(value));
	}
	buf_free(&text);
	return 0;
}

/* ---- another version --------------------------------------------------------------------- */

static int do_stage(struct call *c)
{
	char token[BUNDLE_TOKEN];

	/* Before a client sends all of it. */
	if (do_slots(c) < 0)
		return -1;
	if (!json_is_true(json_object_get(c->answer, "installed")))
		return call_fail(c, "OPERATION_NOT_ALLOWED", arg_text(c->answer, "why"), "%s",
				 arg_text(c->answer, "why"));
	json_object_clear(c->answer);
	c->passed = bundle_make(c, token);
	if (c->passed < 0)
		return -1;
	call_set(c, "token", json_string(token));
	call_set(c, "most", json_integer(BUNDLE_MAX));
	return 0;
}

static int bundle_write(struct call *c, const char *token)
{
	struct buf said = { 0 };
	char path[BUNDLE_PATH];
	int rc;

	if (!bundle_path(token, path))
		return call_fail(c, "INVALID_VALUE", "token", "%s is no bundle", token);
	/* Whoever does not wait any more: it comes to its end. */
	signal(SIGTERM, SIG_IGN);
	rc = lock(c);
	if (rc == 0)
		rc = upgrade(c, path, &said);
	if (rc == 0)
		call_set(c, "text", json_string(said.data ? said.data : ""));
	buf_free(&said);
	unlink(path);
	return rc;
}

static int do_write(struct call *c)
{
	return bundle_write(c, arg_text(c->args, "token"));
}

static int do_discard(struct call *c)
{
	char path[BUNDLE_PATH];

	if (bundle_path(arg_text(c->args, "token"), path))
		unlink(path);
	return 0;
}

static int do_fetch(struct call *c)
{
	const char *url = arg_text(c->args, "url");
	char token[BUNDLE_TOKEN], path[BUNDLE_PATH];
	int fd;

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return call_fail(c, "INVALID_VALUE", "url", "expected http:// or https://");
	if (do_stage(c) < 0)
		return -1;
	snprintf(token, sizeof(token), "%s", arg_text(c->answer, "token"));
	json_object_clear(c->answer);
	fd = c->passed;
	c->passed = -1;
	if (bundle_fetch(c, url, fd) == 0)
		return bundle_write(c, token);
	if (bundle_path(token, path))
		unlink(path);
	return -1;
}

static int change(struct call *c, const char *what)
{
	return lock(c) < 0 ? -1 : upgrade(c, what, NULL);
}

static int do_cancel(struct call *c)
{
	return change(c, "--cancel");
}

static int do_back(struct call *c)
{
	return change(c, "--back");
}

/* ---- whom it trusts ---------------------------------------------------------------------- */

static bool is_key(const char *line)
{
	return strlen(line) == KEY_LENGTH && strncmp(line, "RW", 2) == 0 &&
	       strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
		       KEY_LENGTH;
}

static int keys_read(struct call *c, struct buf *text)
{
	if (buf_read_file(text, KEYS, KEYS_BYTES) == 0 || errno == ENOENT)
		return 0;
	return call_fail(c, "INTERNAL_ERROR", KEYS, KEYS ": %s", strerror(errno));
}

static int do_keys(struct call *c)
{
	struct buf text = { 0 };
	char *lines, *line;

	if (keys_read(c, &text) < 0)
		return -1;
	call_set(c, "keys", json_array());
	for (lines = text.data; (line = strsep(&lines, "\n"));)
		if (is_key(line))
			call_item(c, "keys", json_string(line));
	buf_free(&text);
	return 0;
}

/* Lines that are no keys stay. */
static int key_change(struct call *c, bool add)
{
	const char *key = arg_text(c->args, "key");
	struct buf text = { 0 }, rest = { 0 };
	size_t same = 0, others = 0;
	char *lines, *line;
	int rc = 0;

	if (!is_key(key))
		return call_fail(c, "INVALID_VALUE", "key",
				 "expected the second line of a minisign key");
	if (lock(c) < 0 || keys_read(c, &text) < 0)
		return -1;
	for (lines = text.data; (line = strsep(&lines, "\n"));) {
		same += strcmp(line, key) == 0;
		others += is_key(line);
		if (strcmp(line, key) != 0 && (*line || lines))
			buf_printf(&rest, "%s\n", line);
	}
	if (add)
		buf_printf(&rest, "%s\n", key);
	if (!add && !same)
		rc = call_fail(c, "INVALID_VALUE", "key", "there is no such key");
	else if (add && others - same >= KEYS_MAX)
		rc = call_fail(c, "INVALID_VALUE", "key", "there are %d keys already", KEYS_MAX);
	else if (rest.failed || file_replace(KEYS, rest.data ? rest.data : "", rest.len, 0644) < 0)
		rc = call_fail(c, "INTERNAL_ERROR", KEYS, KEYS ": %s", strerror(errno));
	buf_free(&text);
	buf_free(&rest);
	return rc;
}

static int do_key_add(struct call *c)
{
	return key_change(c, true);
}

static int do_key_remove(struct call *c)
{
	return key_change(c, false);
}

const struct verb host_update_verbs[] = {
	{ "update.slots", args_none, do_slots, "{installed, running, starts, version_a, ...}" },
	{ "update.stage", args_none, do_stage, "{token}, and a file for a bundle comes along" },
	{ "update.discard", token_args, do_discard, "that bundle is not wanted any more" },
	{ "update.write", token_args, do_write, "that bundle is verified, and tried next: {text}" },
	{ "update.fetch", url_args, do_fetch, "the same of one from a server: {text}" },
	{ "update.cancel", args_none, do_cancel, "what was written is not tried" },
	{ "update.back", args_none, do_back, "the other slot's version, from the next start on" },
	{ "update.keys", args_none, do_keys, "who may have signed a bundle: {keys}" },
	{ "update.key_add", key_args, do_key_add, "this one as well" },
	{ "update.key_remove", key_args, do_key_remove, "this one no more" },
	{ .name = NULL },
};
