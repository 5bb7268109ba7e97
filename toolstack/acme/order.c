// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a directory's URL to a certificate: an account, an order, a challenge for each name, the
 * certificate (RFC 8555, 7.1.6 has the states). What the server says is looked at before it is
 * used.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acme/acme.h"
#include "lib/deadline.h"
#include "lib/write_all.h"

#define URL_MAX   512
#define TOKEN_MAX 128
#define WAIT_MS   (5 * 60 * 1000) /* for a name, and for the certificate */
#define PAUSE_MAX 30
#define TRIES     4 /* with a new nonce */

struct session {
	struct account *account;
	json_t *directory;
	char nonce[256];
};

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text && strlen(text) < URL_MAX ? text : "";
}

/* ---- requests ---------------------------------------------------------------------------- */

/* A problem as the server tells it (RFC 7807). */
static int problem(const struct answer *a, const json_t *body, const char *doing,
		   struct reason *why)
{
	const json_t *sub = json_array_get(json_object_get(body, "subproblems"), 0);
	const char *type = text_of(body, "type"), *detail = text_of(body, "detail");

	if (sub && *text_of(sub, "detail"))
		detail = text_of(sub, "detail");
	if (!*detail)
		return reason_set(why, "%s: the server answers %d", doing, a->status);
	return reason_set(why, "%s: %.200s (%.60s)", doing, detail,
			  strrchr(type, ':') ? strrchr(type, ':') + 1 : type);
}

static int nonce_get(struct session *s, struct reason *why)
{
	struct answer a;
	int rc = 0;

	if (s->nonce[0])
		return 0;
	if (http_request(text_of(s->directory, "newNonce"), NULL, &a, why) < 0)
		return -1;
	snprintf(s->nonce, sizeof(s->nonce), "%s", a.nonce);
	if (!s->nonce[0])
		rc = reason_set(why, "the server gives no nonce");
	buf_free(&a.body);
	return rc;
}

/* One try. The nonce of the answer is the next request's. */
static int post_once(struct session *s, const char *url, const json_t *payload, struct answer *a,
		     struct reason *why)
{
	char *jws;
	int rc;

	if (nonce_get(s, why) < 0)
		return -1;
	jws = jws_make(s->account, url, s->nonce, payload, why);
	s->nonce[0] = '\0';
	rc = jws ? http_request(url, jws, a, why) : -1;
	free(jws);
	if (rc == 0)
		snprintf(s->nonce, sizeof(s->nonce), "%s", a->nonce);
	return rc;
}

/* *body: a new reference, or NULL where the answer is no JSON; the caller frees a->body. */
static int post(struct session *s, const char *url, const json_t *payload, const char *doing,
		struct answer *a, json_t **body, struct reason *why)
{
	for (int i = 0; i < TRIES; i++) {
		if (post_once(s, url, payload, a, why) < 0)
			return -1;
		*body = json_loadb(a->body.data ? a->body.data : "", a->body.len, 0, NULL);
		if (a->status >= 200 && a->status < 300)
			return 0;
		problem(a, *body, doing, why);
		buf_free(&a->body);
		bool again = a->status == 400 && strstr(text_of(*body, "type"), ":badNonce");

		json_decref(*body);
		*body = NULL;
		if (!again)
			return -1;
	}
	return -1;
}

/* The object at a URL as it is now; NULL with the reason. */
static json_t *look(struct session *s, const char *url, const char *doing, unsigned int *pause,
		    struct reason *why)
{
	struct answer a;
	json_t *body;

	if (post(s, url, NULL, doing, &a, &body, why) < 0)
		return NULL;
	buf_free(&a.body);
	if (!body)
		reason_set(why, "%s: the server's answer is no JSON", doing);
	*pause = a.retry_after && a.retry_after < PAUSE_MAX ? a.retry_after : 2;
	return body;
}

/* ---- directory, account ------------------------------------------------------------------ */

static int directory_get(struct session *s, const char *url, struct reason *why)
{
	static const char *const needed[] = { "newNonce", "newAccount", "newOrder" };
	struct answer a;

	if (http_request(url, NULL, &a, why) < 0)
		return -1;
	s->directory = json_loadb(a.body.data ? a.body.data : "", a.body.len, 0, NULL);
	buf_free(&a.body);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!*text_of(s->directory, needed[i]))
			return reason_set(why, "%.150s: it is no directory of ACME", url);
	return 0;
}

/* The one that the key has, or a new one. */
static int account_register(struct session *s, const char *contact, struct reason *why)
{
	json_t *payload = json_pack("{s:b}", "termsOfServiceAgreed", 1), *body;
	struct answer a;
	int rc;

	if (*contact)
		json_object_set_new(payload, "contact", json_pack("[s+]", "mailto:", contact));
	s->account->kid[0] = '\0';
	rc = post(s, text_of(s->directory, "newAccount"), payload, "the account", &a, &body, why);
	json_decref(payload);
	if (rc < 0)
		return -1;
	buf_free(&a.body);
	json_decref(body);
	if (!a.location[0])
		return reason_set(why, "the account: the server does not say where it is");
	snprintf(s->account->kid, sizeof(s->account->kid), "%s", a.location);
	return 0;
}

/* ---- challenges -------------------------------------------------------------------------- */

/* It becomes the name of a file. */
static bool token_is_good(const char *token)
{
	size_t len = strlen(token);

	return len > 0 && len < TOKEN_MAX &&
	       strspn(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       len;
}

static void file_name(const struct wish *w, const char *token, char path[512])
{
	snprintf(path, 512, "%.300s/%s", w->folder, token);
}

static int answer_show(const struct account *a, const struct wish *w, const char *token,
		       struct reason *why)
{
	char path[512], text[TOKEN_MAX + BASE64_OF(32) + 2];
	int fd, rc;

	file_name(w, token, path);
	snprintf(text, sizeof(text), "%s.%s", token, a->thumbprint);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return reason_errno(why, "%s", path);
	rc = fchmod(fd, 0644) < 0 ? -1 : write_all(fd, text, strlen(text));
	close(fd);
	return rc < 0 ? reason_errno(why, "%s", path) : 0;
}

static const json_t *challenge_find(const json_t *authorization)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(authorization, "challenges"), i, one)
	{
		if (strcmp(text_of(one, "type"), "http-01") == 0 &&
		    token_is_good(text_of(one, "token")) && *text_of(one, "url"))
			return one;
	}
	return NULL;
}

/* Until it is not pending any more. */
static int authorization_wait(struct session *s, const char *url, const char *name,
			      struct reason *why)
{
	int64_t deadline = now_ms() + WAIT_MS;
	unsigned int pause;
	json_t *now;

	while ((now = look(s, url, name, &pause, why))) {
		const char *status = text_of(now, "status");
		const json_t *challenge = challenge_find(now);
		const json_t *error = json_object_get(challenge, "error");
		bool pending = strcmp(status, "pending") == 0;
		int rc = strcmp(status, "valid") == 0 ? 0 : -1;

		if (rc < 0 && !pending)
			reason_set(why, "%s: %.250s", name,
				   *text_of(error, "detail") ? text_of(error, "detail") : status);
		json_decref(now);
		if (!pending)
			return rc;
		if (now_ms() >= deadline)
			return reason_set(why, "%s: the server did not look at it in time", name);
		sleep(pause);
	}
	return -1;
}

static int challenge_meet(struct session *s, const struct wish *w, const char *url,
			  const json_t *authorization, struct reason *why)
{
	const char *name = text_of(json_object_get(authorization, "identifier"), "value");
	const json_t *challenge = challenge_find(authorization);
	json_t *nothing = json_object(), *body;
	struct answer a;
	char path[512];
	int rc;

	if (!challenge) {
		json_decref(nothing);
		return reason_set(why, "%s: the server does not offer http-01", name);
	}
	rc = answer_show(s->account, w, text_of(challenge, "token"), why);
	if (rc == 0)
		rc = post(s, text_of(challenge, "url"), nothing, name, &a, &body, why);
	json_decref(nothing);
	if (rc == 0) {
		buf_free(&a.body);
		json_decref(body);
		rc = authorization_wait(s, url, name, why);
	}
	file_name(w, text_of(challenge, "token"), path);
	unlink(path);
	return rc;
}

static int authorization_get(struct session *s, const struct wish *w, const char *url,
			     struct reason *why)
{
	unsigned int pause;
	json_t *now = look(s, url, "a name", &pause, why);
	int rc = -1;

	if (now)
		rc = strcmp(text_of(now, "status"), "valid") == 0
			     ? 0
			     : challenge_meet(s, w, url, now, why);
	json_decref(now);
	return rc;
}

/* ---- the order --------------------------------------------------------------------------- */

static json_t *identifiers(const json_t *names)
{
	json_t *all = json_array(), *name;
	size_t i;

	json_array_foreach((json_t *)names, i, name)
	{
		json_array_append_new(all, json_pack("{s:s, s:O}", "type", "dns", "value", name));
	}
	return all;
}

/* The order, a new reference; url: where it is. NULL with the reason. */
static json_t *order_make(struct session *s, const json_t *names, char url[URL_MAX],
			  struct reason *why)
{
	json_t *payload = json_pack("{s:o}", "identifiers", identifiers(names)), *body = NULL;
	struct answer a;
	int rc = post(s, text_of(s->directory, "newOrder"), payload, "the order", &a, &body, why);

	json_decref(payload);
	if (rc < 0)
		return NULL;
	buf_free(&a.body);
	snprintf(url, URL_MAX, "%s", a.location);
	if (url[0] && *text_of(body, "finalize"))
		return body;
	reason_set(why, "the order: the server does not say where it is");
	json_decref(body);
	return NULL;
}

/* Until it has a certificate, whose URL is the result. */
static int order_wait(struct session *s, const char *url, char certificate[URL_MAX],
		      struct reason *why)
{
	int64_t deadline = now_ms() + WAIT_MS;
	unsigned int pause;
	json_t *now;

	while ((now = look(s, url, "the order", &pause, why))) {
		const char *status = text_of(now, "status");
		bool good = strcmp(status, "valid") == 0, bad = strcmp(status, "invalid") == 0;

		snprintf(certificate, URL_MAX, "%s", text_of(now, "certificate"));
		if (bad)
			reason_set(why, "the order: %.250s",
				   text_of(json_object_get(now, "error"), "detail"));
		json_decref(now);
		if (good || bad)
			return good && certificate[0] ? 0 : -1;
		if (now_ms() >= deadline)
			return reason_set(why, "the server made no certificate in time");
		sleep(pause);
	}
	return -1;
}

static char *order_finish(struct session *s, const char *url, const char *finalize, const char *csr,
			  struct reason *why)
{
	json_t *payload = json_pack("{s:s}", "csr", csr), *body = NULL;
	char certificate[URL_MAX], *pem;
	struct answer a;
	int rc = post(s, finalize, payload, "the certificate", &a, &body, why);

	json_decref(payload);
	json_decref(body);
	if (rc < 0)
		return NULL;
	buf_free(&a.body);
	if (order_wait(s, url, certificate, why) < 0 ||
	    post(s, certificate, NULL, "the certificate", &a, &body, why) < 0)
		return NULL;
	json_decref(body);
	pem = strndup(a.body.data ? a.body.data : "", a.body.len);
	buf_free(&a.body);
	return pem;
}

char *order_certificate(struct account *account, const struct wish *w, const char *csr,
			struct reason *why)
{
	struct session s = { .account = account };
	char url[URL_MAX], *pem = NULL;
	json_t *order = NULL, *one;
	size_t i;
	int rc = -1;

	if (directory_get(&s, w->directory, why) == 0 && account_register(&s, w->contact, why) == 0)
		order = order_make(&s, w->names, url, why);
	if (order)
		rc = 0;
	json_array_foreach(json_object_get(order, "authorizations"), i, one)
	{
		const char *where = json_string_value(one);

		if (rc == 0)
			rc = where ? authorization_get(&s, w, where, why)
				   : reason_set(why, "the order: it has no names");
	}
	if (rc == 0)
		pem = order_finish(&s, url, text_of(order, "finalize"), csr, why);
	json_decref(order);
	json_decref(s.directory);
	return pem;
}
