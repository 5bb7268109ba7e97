// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about certificates that an authority makes by itself (ACME): what was asked for, and when
 * it is renewed. The program acme, as nobody, speaks with the authority and leaves answers where
 * its web server may be asked for them; what it brings is judged as any certificate is.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"
#include "vmd/host_certificate.h"
#include "vmd/unprivileged.h"
#include "vmd/verbs.h"

#define PROGRAM   "/usr/sbin/acme"
#define SETTINGS  "/etc/socle/acme.json"            /* directory, contact, names */
#define STATE     "/var/lib/socle/tls/acme.json"    /* tried, error, fingerprint */
#define ACCOUNT   "/var/lib/socle/tls/acme-account" /* its key */
#define FOLDER    "/run/acme/.well-known/acme-challenge"
#define LOCK      "/run/socle/acme.lock"
#define FILE_MAX  (64 * 1024)
#define NAMES_MAX 20
#define SECONDS   1800
#define FAILED    "ACME_FAILED"

static const struct arg one_name = ARG("names", NAME, .min = 1, .max = 253);
static const struct arg set_args[] = {
	ARG("directory", LINE, .min = 9, .max = 500),
	ARG("contact", NAME, .optional = true, .max = 253),
	ARG("names", LIST, .min = 1, .max = NAMES_MAX, .parts = &one_name),
	ARGS_END,
};
static const struct arg renew_args[] = { ARG("now", BOOL, .optional = true), ARGS_END };

static int failed(struct call *c, const char *path)
{
	return call_fail(c, "INTERNAL_ERROR", path, "%s: %s", path, strerror(errno));
}

static int lock(struct call *c)
{
	return call_lock(c, LOCK, "a certificate is asked for already");
}

/* ---- files ------------------------------------------------------------------------------- */

/* An object, or NULL. */
static json_t *json_read(const char *path)
{
	struct buf text = { 0 };
	json_t *v = NULL;

	if (buf_read_file(&text, path, FILE_MAX) == 0 && text.data)
		v = json_loadb(text.data, text.len, 0, NULL);
	buf_free(&text);
	if (json_is_object(v))
		return v;
	json_decref(v);
	return NULL;
}

static int json_write(struct call *c, const char *path, const json_t *v)
{
	char *text = json_dumps(v, JSON_INDENT(1));
	int rc = text ? file_replace(path, text, strlen(text), 0600) : -1;

	free(text);
	return rc < 0 ? failed(c, path) : 0;
}

/* ---- what was asked for ------------------------------------------------------------------ */

static int do_settings(struct call *c)
{
	json_t *settings = json_read(SETTINGS), *state = json_read(STATE);

	call_set(c, "enabled", json_boolean(settings != NULL));
	json_object_update(c->answer, settings);
	json_object_update(c->answer, state);
	json_decref(settings);
	json_decref(state);
	return 0;
}

static bool is_domain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.";
	size_t len = strlen(name);

	return strspn(name, letters) == len && strchr(name, '.') && !strstr(name, "..") &&
	       !strchr("-.", name[0]) && !strchr("-.", name[len - 1]);
}

static int settings_check(struct call *c, const json_t *settings)
{
	const char *directory = arg_text(settings, "directory"),
		   *contact = arg_text(settings, "contact");
	const json_t *names = json_object_get(settings, "names");

	if (strncmp(directory, "https://", 8) != 0)
		return call_fail(c, "INVALID_VALUE", "directory", "expected https://");
	if (contact && *contact && !strchr(contact, '@'))
		return call_fail(c, "INVALID_VALUE", "contact", "%s is no address of mail",
				 contact);
	for (size_t i = 0; i < json_array_size(names); i++)
		if (!is_domain(json_string_value(json_array_get(names, i))))
			return call_fail(c, "INVALID_VALUE", "names",
					 "%s: expected a name such as host.example.org",
					 json_string_value(json_array_get(names, i)));
	return 0;
}

/* ---- asking for it ----------------------------------------------------------------------- */

static int folder_make(struct call *c)
{
	const struct passwd *nobody = getpwnam("nobody");

	file_folders(FOLDER);
	if (!nobody || (mkdir(FOLDER, 0755) < 0 && errno != EEXIST) ||
	    chown(FOLDER, nobody->pw_uid, nobody->pw_gid) < 0)
		return failed(c, FOLDER);
	return 0;
}

/* What the program says, a new object; NULL: the call has failed. */
static json_t *acme_run(struct call *c, const json_t *settings)
{
	static const char *const argv[] = { PROGRAM, NULL };
	const char *contact = arg_text(settings, "contact");
	char account[80];
	json_t *input = json_pack("{s:O, s:O, s:s, s:s, s:s}", "directory",
				  json_object_get(settings, "directory"), "names",
				  json_object_get(settings, "names"), "contact",
				  contact ? contact : "", "folder", FOLDER, "account",
				  file_line(ACCOUNT, account, sizeof(account)) ? account : "");
	char *text = json_dumps(input, JSON_COMPACT);
	struct buf out = { 0 };
	json_t *got = NULL;
	int rc = -1;

	if (text && folder_make(c) == 0)
		rc = unprivileged_run(argv, (struct bytes){ (uint8_t *)text, strlen(text) },
				      SECONDS, &out, NULL);
	if (rc >= 0)
		got = json_loadb(out.data ? out.data : "", out.len, 0, NULL);
	if (rc < 0)
		call_fail(c, FAILED, strerror(errno), "acme: %s", strerror(errno));
	else if (rc != 0 || !arg_text(got, "key") || !arg_text(got, "certificate")) {
		const char *why = arg_text(got, "error") ?: "acme failed without a word";

		call_fail(c, FAILED, why, "%s", why);
		json_decref(got);
		got = NULL;
	}
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	if (out.data)
		explicit_bzero(out.data, out.len);
	buf_free(&out);
	json_decref(input);
	return got;
}

static int certificate_take(struct call *c, const json_t *got)
{
	const char *account = arg_text(got, "account");

	if (account && file_replace(ACCOUNT, account, strlen(account), 0600) < 0)
		return failed(c, ACCOUNT);
	return certificate_install(c, arg_text(got, "key"), arg_text(got, "certificate"), "");
}

/* What the present one says, beside the call that goes on. */
static json_t *certificate_look(void)
{
	struct call told = { .fd = -1, .deaf = true, .passed = -1, .answer = json_object() };

	certificate_tell(&told);
	json_decref(told.error);
	return told.answer;
}

/* Which one it is, to know it again; or why there is none. */
static void state_note(const struct call *c, bool good)
{
	json_t *state = json_read(STATE), *said = good ? certificate_look() : NULL;
	char *text;

	if (!state)
		state = json_object();
	json_object_set_new(state, "tried", json_integer(time(NULL)));
	json_object_set_new(state, "error", json_string(good ? "" : c->why.text));
	if (good)
		json_object_set(state, "fingerprint", json_object_get(said, "fingerprint_sha256"));
	text = json_dumps(state, JSON_INDENT(1));
	if (!text || file_replace(STATE, text, strlen(text), 0600) < 0)
		log_warning(STATE ": %s", strerror(errno));
	free(text);
	json_decref(said);
	json_decref(state);
}

static int obtain(struct call *c, const json_t *settings)
{
	json_t *got = acme_run(c, settings);
	int rc = got ? certificate_take(c, got) : -1;

	json_decref(got);
	state_note(c, rc == 0);
	return rc;
}

/* Nothing of it stays that did not lead to a certificate. */
static int do_set(struct call *c)
{
	if (settings_check(c, c->args) < 0 || lock(c) < 0 || obtain(c, c->args) < 0)
		return -1;
	return json_write(c, SETTINGS, c->args);
}

static int do_forget(struct call *c)
{
	if (lock(c) < 0)
		return -1;
	return file_unlink(SETTINGS) < 0 || file_unlink(STATE) < 0 ? failed(c, SETTINGS) : 0;
}

/* ---- renewing ---------------------------------------------------------------------------- */

static time_t time_of(const json_t *said, const char *name)
{
	struct tm tm = { 0 };
	const char *text = arg_text(said, name);

	return text && strptime(text, "%Y%m%dT%H:%M:%S", &tm) ? timegm(&tm) : 0;
}

/* In the last third of its time; and not if somebody has installed another one since. */
static bool is_due(void)
{
	json_t *state = json_read(STATE), *said = certificate_look();
	time_t from = time_of(said, "not_before"), to = time_of(said, "not_after");
	const char *ours = arg_text(state, "fingerprint"),
		   *now = arg_text(said, "fingerprint_sha256");
	bool due = ours && now && strcmp(ours, now) == 0 && time(NULL) > to - (to - from) / 3;

	json_decref(said);
	json_decref(state);
	return due;
}

static int do_renew(struct call *c)
{
	json_t *settings = json_read(SETTINGS);
	bool now = arg_bool(c->args, "now");
	int rc = 0;

	if (!settings && now)
		rc = call_fail(c, "OPERATION_NOT_ALLOWED", "no authority is set up",
			       "no authority is set up");
	else if (settings && (now || is_due()))
		rc = lock(c) < 0 ? -1 : obtain(c, settings);
	json_decref(settings);
	return rc;
}

const struct verb acme_verbs[] = {
	{ "acme.settings", args_none, do_settings,
	  "{enabled, directory, contact, names, tried, error, fingerprint}" },
	{ "acme.set", set_args, do_set, "a certificate for these names, now and from then on" },
	{ "acme.renew", renew_args, do_renew, "another one, if it is time, or now" },
	{ "acme.forget", args_none, do_forget, "no more; the certificate stays" },
	{ .name = NULL },
};
