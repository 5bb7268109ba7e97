// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of certificate authorities that speak ACME (RFC 8555), with the challenge http-01 and
 * keys of the curve P-256. It runs as nobody, and parses what the server says; what it is told and
 * what it brings are JSON on its input and output. curl is its HTTP.
 */
#ifndef ACME_H
#define ACME_H

#include <jansson.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"

/* ---- keys and signatures (jws.c) --------------------------------------------------------- */

#define ACCOUNT_KEY  32 /* bytes: a number */
#define BASE64_OF(n) (((n) + 2) / 3 * 4 + 1)

struct account {
	unsigned int key; /* of the library's */
	uint8_t secret[ACCOUNT_KEY];
	char x[BASE64_OF(32)], y[BASE64_OF(32)];
	char thumbprint[BASE64_OF(32)];
	char kid[512]; /* the account's URL; "": not known yet */
};

/* text: what account_text() gave; NULL or "": a new one. -1 with the reason. */
int account_open(struct account *a, const char *text, struct reason *why);
void account_text(const struct account *a, char text[BASE64_OF(ACCOUNT_KEY)]);
/* Without filling; out has room for BASE64_OF(len). */
void base64url(const void *data, size_t len, char *out);
/*
 * A request to url that only this account can make. payload NULL: an empty one. A new string, or
 * NULL with the reason.
 */
char *jws_make(const struct account *a, const char *url, const char *nonce, const json_t *payload,
	       struct reason *why);

/* ---- HTTP (http.c, answer.c) ----------------------------------------------------------------- */

struct answer {
	int status;
	char nonce[256], location[512];
	unsigned int retry_after; /* seconds; 0: nothing was said */
	struct buf body;
};

/* Adds to an empty one. -1: it is no HTTP. */
int answer_parse(struct answer *answer, const struct buf *text);
/* body NULL: a GET. -1 with the reason: there is no answer. The caller frees the answer's body. */
int http_request(const char *url, const char *body, struct answer *answer, struct reason *why);

/* ---- a certificate (order.c, csr.c) ------------------------------------------------------ */

struct wish {
	const char *directory, *contact; /* contact may be "" */
	const json_t *names;
	const char *folder; /* where the web server has files with challenges */
};

/* The chain in PEM, a new string; NULL with the reason. */
char *order_certificate(struct account *a, const struct wish *wish, const char *csr,
			struct reason *why);
/*
 * A new key in PEM, and a request for those names that is signed with it, in base64url. -1 with the
 * reason.
 */
int csr_make(const json_t *names, struct buf *key, struct buf *csr, struct reason *why);

#endif
