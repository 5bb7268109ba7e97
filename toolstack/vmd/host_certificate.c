// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the host's certificate. What clients bring is judged by host-certificate, as nobody,
 * before anything is replaced; the one before is kept. The web server looks every few seconds
 * whether there is another, and takes it up for new connections. Only the web server's group, and
 * root, can read the file, for the key is in it.
 */
#include "vmd/host_certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "storage/program.h"
#include "vmd/unprivileged.h"
#include "vmd/verbs.h"

#define FILE_    "/var/lib/socle/tls/host.pem"
#define FORMER   FILE_ ".former"
#define MADE     FILE_ ".made"
#define LOCK     "/run/socle/certificate.lock"
#define PROGRAM  "/usr/sbin/host-certificate"
#define GROUP    "www"
#define PEM_MAX  (128 * 1024)
#define SECONDS  20
#define PARAMS   3
#define BEGIN    "-----BEGIN CERTIFICATE-----"
#define NOT_DONE "SERVER_CERTIFICATE_INVALID"

static const struct arg set_args[] = {
	ARG("certificate", TEXT, .min = 1, .max = 32 * 1024),
	ARG("key", TEXT, .min = 1, .max = 16 * 1024),
	ARG("chain", TEXT, .optional = true, .max = 32 * 1024),
	ARGS_END,
};

/* Keys do not stay in memory. */
static void wipe(struct buf *text)
{
	if (text->data)
		explicit_bzero(text->data, text->len);
	buf_free(text);
}

static int failed(struct call *c, const char *path)
{
	return call_fail(c, "INTERNAL_ERROR", path, "%s: %s", path, strerror(errno));
}

/* Until the process ends. */
static int lock(struct call *c)
{
	return file_lock(LOCK, O_RDWR | O_CREAT, LOCK_EX) < 0 ? failed(c, LOCK) : 0;
}

/* ---- what there is ----------------------------------------------------------------------- */

static void said_take(struct call *c, char *line)
{
	char *value = strchr(line, ' ');

	if (!value)
		return;
	*value++ = '\0';
	if (strcmp(line, "name") == 0)
		json_array_append_new(json_object_get(c->answer, "names"), json_string(value));
	else if (strcmp(line, "self_signed") == 0)
		call_set(c, line, json_true());
	else
		call_set(c, line, json_string(value));
}

/* Without the key. */
static int certificate_describe(struct call *c, const char *pem)
{
	static const char *const describe[] = { PROGRAM, "describe", NULL };
	struct bytes input = { (const uint8_t *)pem, strlen(pem) };
	struct buf out = { 0 };
	char *lines, *line;
	int rc = unprivileged_run(describe, input, SECONDS, &out, NULL);

	call_set(c, "pem", json_string(pem));
	call_set(c, "names", json_array());
	call_set(c, "self_signed", json_false());
	for (lines = out.data; rc == 0 && (line = strsep(&lines, "\n"));)
		said_take(c, line);
	buf_free(&out);
	return rc == 0 ? 0 : call_fail(c, "INTERNAL_ERROR", FILE_, FILE_ ": it cannot be read");
}

int certificate_tell(struct call *c)
{
	struct buf text = { 0 };
	const char *pem;
	int rc;

	if (buf_read_file(&text, FILE_, PEM_MAX) < 0)
		return failed(c, FILE_);
	pem = text.data ? strstr(text.data, BEGIN) : NULL;
	rc = pem ? certificate_describe(c, pem)
		 : call_fail(c, "INTERNAL_ERROR", FILE_, FILE_ ": there is no certificate in it");
	call_set(c, "former", json_boolean(access(FORMER, F_OK) == 0));
	wipe(&text);
	return rc;
}

/* ---- another ----------------------------------------------------------------------------- */

/* Files that this process makes from now on are the web server's to read. */
static void group_take(void)
{
	const struct group *www = getgrnam(GROUP);

	if (www && setegid(www->gr_gid) < 0)
		log_warning("group " GROUP ": %s", strerror(errno));
}

/* The screens of the host say by which fingerprint it is known. */
static int announce(struct call *c)
{
	static const char *const argv[] = { "certificate-announce", NULL };
	struct sr_error e = { .code = "INTERNAL_ERROR" };

	if (program_run(argv, SECONDS, NULL, &e) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &e.why);
	return 0;
}

/* Takes the place of the one that there is, which is kept, unless it is the same. */
static int certificate_replace(struct call *c, const struct buf *pem)
{
	struct buf now = { 0 };
	int rc = 0;

	if (buf_read_file(&now, FILE_, PEM_MAX) < 0 && errno != ENOENT)
		return failed(c, FILE_);
	if (now.len == pem->len && memcmp(now.data, pem->data, now.len) == 0)
		goto out;
	if (now.len && file_replace(FORMER, now.data, now.len, 0600) < 0)
		rc = failed(c, FORMER);
	group_take();
	if (rc == 0 && file_replace(FILE_, pem->data, pem->len, 0640) < 0)
		rc = failed(c, FILE_);
out:
	wipe(&now);
	return rc < 0 ? rc : announce(c);
}

/* "CODE\tparameter\tparameter\twords" of the program's. */
static int refused(struct call *c, char *said)
{
	const char *code = said ? strsep(&said, "\t") : NULL, *param;
	json_t *params = json_array();

	for (int i = 1; i < PARAMS; i++) {
		param = said ? strsep(&said, "\t") : NULL;
		if (param && *param)
			json_array_append_new(params, json_string(param));
	}
	if (said)
		said[strcspn(said, "\n")] = '\0';
	if (!code || strncmp(code, "SERVER_CERTIFICATE_", 19) != 0)
		code = NOT_DONE;
	call_fail(c, code, NULL, "%s", said && *said ? said : "it cannot be read");
	json_array_extend(c->error, params);
	json_decref(params);
	/* XenAPI's parameters first; then why. */
	json_array_append_new(c->error, json_string(c->why.text));
	return -1;
}

static void add(struct buf *all, const char *text)
{
	buf_append(all, text, strlen(text));
}

int certificate_install(struct call *c, const char *key, const char *own, const char *chain)
{
	static const char *const check[] = { PROGRAM, "check", NULL };
	struct buf input = { 0 }, pem = { 0 }, said = { 0 };
	int rc;

	buf_printf(&input, "%zu %zu %zu\n", strlen(key), strlen(own), strlen(chain));
	add(&input, key);
	add(&input, own);
	add(&input, chain);
	if (input.failed)
		return call_fail(c, "INTERNAL_ERROR", "memory", "out of memory");
	rc = unprivileged_run(check, (struct bytes){ (uint8_t *)input.data, input.len }, SECONDS,
			      &pem, &said);
	if (rc < 0)
		rc = failed(c, "host-certificate");
	else if (rc != 0 || !pem.len || pem.failed)
		rc = refused(c, said.data);
	else if (lock(c) < 0)
		rc = -1;
	else
		rc = certificate_replace(c, &pem);
	wipe(&input);
	wipe(&pem);
	buf_free(&said);
	return rc;
}

static int do_set(struct call *c)
{
	return certificate_install(c, arg_text(c->args, "key"), arg_text(c->args, "certificate"),
				   arg_text(c->args, "chain") ?: "");
}

static int file_take(struct call *c, const char *path)
{
	struct buf pem = { 0 };
	int rc;

	if (buf_read_file(&pem, path, PEM_MAX) < 0)
		return failed(c, path);
	rc = certificate_replace(c, &pem);
	wipe(&pem);
	return rc;
}

static int do_reset(struct call *c)
{
	char name[64] = "socle";
	const char *const make[] = { "host-certificate", "-f", MADE, "make", name, NULL };
	struct sr_error e = { .code = "INTERNAL_ERROR" };
	int rc;

	gethostname(name, sizeof(name) - 1);
	if (lock(c) < 0)
		return -1;
	unlink(MADE);
	if (program_run(make, SECONDS, NULL, &e) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &e.why);
	rc = file_take(c, MADE);
	unlink(MADE);
	return rc;
}

static int do_back(struct call *c)
{
	if (lock(c) < 0)
		return -1;
	if (access(FORMER, F_OK) < 0)
		return call_fail(c, "OPERATION_NOT_ALLOWED", "there is no former certificate",
				 "there is no former certificate");
	return file_take(c, FORMER);
}

const struct verb host_certificate_verbs[] = {
	{ "host.certificate", args_none, certificate_tell,
	  "what the web server shows: {pem, fingerprint_sha256, not_after, names, ...}" },
	{ "host.set_certificate", set_args, do_set, "key, certificate and chain in PEM" },
	{ "host.reset_certificate", args_none, do_reset, "a new one, signed by itself" },
	{ "host.former_certificate", args_none, do_back, "the one before, and back again" },
	{ .name = NULL },
};
