// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is a certificate one that browsers will take, and that this host can use? Its key belongs to it
 * and is strong enough, it is valid today, and each certificate behind it has signed the one before
 * it.
 */
#include "certificate/certificate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/x509_crt.h>

#include "lib/log.h"

#define CHAIN_MAX 9 /* with the host's own */
#define RSA_LEAST 2048
#define RSA_MOST  4096
#define PEM_ROOM  (96 * 1024)

struct parts {
	mbedtls_pk_context key;
	mbedtls_x509_crt leaf, rest; /* what came behind it is in both lists */
	mbedtls_x509_crt *chain[CHAIN_MAX];
	size_t nr_chain;
};

/* "CODE\tparameter\tparameter\twords"; always -1. */
static int refuse(const char *code, const char *one, const char *two, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static int refuse(const char *code, const char *one, const char *two, const char *fmt, ...)
{
	char words[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\t%s\t%s\t%s\n", code, one, two, words);
	return -1;
}

static int refuse_by(const char *code, const char *what, int rc)
{
	char text[128];

	mbedtls_strerror(rc, text, sizeof(text));
	return refuse(code, "", "", "%s: %s", what, text);
}

/* ---- the key ----------------------------------------------------------------------------- */

static int key_judge(mbedtls_pk_context *key)
{
	size_t bits = mbedtls_pk_get_bitlen(key);
	char text[16];

	if (mbedtls_pk_can_do(key, MBEDTLS_PK_ECKEY))
		return 0;
	if (!mbedtls_pk_can_do(key, MBEDTLS_PK_RSA))
		return refuse("SERVER_CERTIFICATE_KEY_ALGORITHM_NOT_SUPPORTED",
			      mbedtls_pk_get_name(key), "", "expected an RSA or an EC key");
	snprintf(text, sizeof(text), "%zu", bits);
	if (bits < RSA_LEAST || bits > RSA_MOST)
		return refuse("SERVER_CERTIFICATE_KEY_RSA_LENGTH_NOT_SUPPORTED", text, "",
			      "the key has %zu bits, expected %d to %d", bits, RSA_LEAST, RSA_MOST);
	return 0;
}

static int key_read(mbedtls_pk_context *key, const char *text)
{
	int rc = mbedtls_pk_parse_key(key, (const unsigned char *)text, strlen(text) + 1, NULL, 0,
				      mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);

	if (rc == MBEDTLS_ERR_PK_PASSWORD_REQUIRED || rc == MBEDTLS_ERR_PK_PASSWORD_MISMATCH)
		return refuse("SERVER_CERTIFICATE_KEY_INVALID", "", "",
			      "the key is locked with a password");
	if (rc == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || rc == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
	    rc == MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE)
		return refuse("SERVER_CERTIFICATE_KEY_ALGORITHM_NOT_SUPPORTED", "unknown", "",
			      "expected an RSA key, or an EC key of the curve P-256, P-384 or "
			      "P-521");
	if (rc)
		return refuse_by("SERVER_CERTIFICATE_KEY_INVALID", "the key", rc);
	return key_judge(key);
}

/* ---- certificates ------------------------------------------------------------------------ */

/* One or more in PEM; none at all is fine where it may be. */
static int certificates_read(mbedtls_x509_crt *list, const char *text, bool needed,
			     const char *code)
{
	int rc;

	if (!text[strspn(text, " \t\r\n")])
		return needed ? refuse(code, "", "", "there is none") : 0;
	rc = mbedtls_x509_crt_parse(list, (const unsigned char *)text, strlen(text) + 1);
	if (rc > 0)
		return refuse(code, "", "", "%d of its certificates cannot be read", rc);
	return rc < 0 ? refuse_by(code, "it is no certificate in PEM", rc) : 0;
}

static void time_text(const mbedtls_x509_time *t, char text[40])
{
	snprintf(text, 40, "%04d%02d%02dT%02d:%02d:%02dZ", t->year, t->mon, t->day, t->hour, t->min,
		 t->sec);
}

static int dates_judge(const mbedtls_x509_crt *cert)
{
	time_t now = time(NULL);
	char today[24] = "", then[40];
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(today, sizeof(today), "%Y%m%dT%H:%M:%SZ", &tm);
	if (mbedtls_x509_time_is_past(&cert->valid_to)) {
		time_text(&cert->valid_to, then);
		return refuse("SERVER_CERTIFICATE_EXPIRED", today, then, "it ended at %s", then);
	}
	if (mbedtls_x509_time_is_future(&cert->valid_from)) {
		time_text(&cert->valid_from, then);
		return refuse("SERVER_CERTIFICATE_NOT_VALID_YET", today, then, "it begins at %s",
			      then);
	}
	return 0;
}

static int leaf_judge(struct parts *p)
{
	static const mbedtls_md_type_t good[] = { MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384,
						  MBEDTLS_MD_SHA512 };
	mbedtls_md_type_t md = p->leaf.MBEDTLS_PRIVATE(sig_md);
	const char *purpose = MBEDTLS_OID_SERVER_AUTH;

	if (mbedtls_pk_check_pair(&p->leaf.pk, &p->key, mbedtls_psa_get_random,
				  MBEDTLS_PSA_RANDOM_STATE) != 0)
		return refuse("SERVER_CERTIFICATE_KEY_MISMATCH", "", "",
			      "the key is not that of the certificate");
	if (dates_judge(&p->leaf) < 0)
		return -1;
	if (md != good[0] && md != good[1] && md != good[2])
		return refuse("SERVER_CERTIFICATE_SIGNATURE_NOT_SUPPORTED", "", "",
			      "it is not signed with SHA-256, SHA-384 or SHA-512");
	if (mbedtls_x509_crt_check_extended_key_usage(&p->leaf, purpose, strlen(purpose)) != 0)
		return refuse("SERVER_CERTIFICATE_INVALID", "", "", "it is not for servers");
	return 0;
}

/* A copy that stands alone: the library trusts all that hangs on another. */
static mbedtls_x509_crt *alone(const mbedtls_x509_crt *cert)
{
	mbedtls_x509_crt *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return NULL;
	mbedtls_x509_crt_init(copy);
	if (mbedtls_x509_crt_parse_der(copy, cert->raw.p, cert->raw.len) == 0)
		return copy;
	mbedtls_x509_crt_free(copy);
	free(copy);
	return NULL;
}

static bool is_same(const mbedtls_x509_crt *a, const mbedtls_x509_crt *b)
{
	return a->raw.len == b->raw.len && memcmp(a->raw.p, b->raw.p, a->raw.len) == 0;
}

static int chain_add(struct parts *p, const mbedtls_x509_crt *list)
{
	for (; list && list->raw.p; list = list->next) {
		bool known = false;

		for (size_t i = 0; i < p->nr_chain; i++)
			known |= is_same(p->chain[i], list);
		if (known)
			continue;
		if (p->nr_chain == CHAIN_MAX)
			return refuse("SERVER_CERTIFICATE_CHAIN_INVALID", "", "",
				      "more than %d certificates", CHAIN_MAX - 1);
		p->chain[p->nr_chain] = alone(list);
		if (!p->chain[p->nr_chain])
			return refuse("SERVER_CERTIFICATE_CHAIN_INVALID", "", "", "out of memory");
		p->nr_chain++;
	}
	return 0;
}

/* Whether issuer has signed cert, and is good today. */
static bool has_signed(mbedtls_x509_crt *issuer, const mbedtls_x509_crt *cert)
{
	mbedtls_x509_crt *copy = alone(cert);
	uint32_t flags = 0;
	int rc = copy ? mbedtls_x509_crt_verify(copy, issuer, NULL, NULL, &flags, NULL, NULL) : -1;

	if (copy)
		mbedtls_x509_crt_free(copy);
	free(copy);
	return rc == 0;
}

/* In whatever order they came: behind each the one that has signed it. */
static int chain_order(struct parts *p)
{
	for (size_t i = 0; i + 1 < p->nr_chain; i++) {
		size_t k = i + 1;

		while (k < p->nr_chain && !has_signed(p->chain[k], p->chain[i]))
			k++;
		if (k == p->nr_chain)
			return refuse("SERVER_CERTIFICATE_CHAIN_INVALID", "", "",
				      "none of the chain's certificates has signed the %s",
				      i ? "one before" : "host's");
		mbedtls_x509_crt *next = p->chain[k];

		p->chain[k] = p->chain[i + 1];
		p->chain[i + 1] = next;
	}
	return 0;
}

/* ---- all of it --------------------------------------------------------------------------- */

static int parts_judge(struct parts *p, const char *key, const char *leaf, const char *chain)
{
	if (key_read(&p->key, key) < 0 ||
	    certificates_read(&p->leaf, leaf, true, "SERVER_CERTIFICATE_INVALID") < 0 ||
	    leaf_judge(p) < 0 ||
	    certificates_read(&p->rest, chain, false, "SERVER_CERTIFICATE_CHAIN_INVALID") < 0)
		return -1;
	/* Many people have one file with all of them. */
	if (chain_add(p, &p->leaf) < 0 || chain_add(p, &p->rest) < 0)
		return -1;
	return chain_order(p);
}

static int parts_write(struct parts *p)
{
	static unsigned char pem[PEM_ROOM];
	size_t at, len;
	int rc = mbedtls_pk_write_key_pem(&p->key, pem, sizeof(pem));

	at = strnlen((char *)pem, sizeof(pem));
	for (size_t i = 0; i < p->nr_chain && !rc; i++) {
		rc = mbedtls_pem_write_buffer(
			"-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n",
			p->chain[i]->raw.p, p->chain[i]->raw.len, pem + at, sizeof(pem) - at, &len);
		at += strnlen((char *)pem + at, sizeof(pem) - at);
	}
	if (rc)
		return refuse_by("SERVER_CERTIFICATE_INVALID", "writing it", rc);
	return fwrite(pem, at, 1, stdout) == 1 && fflush(stdout) == 0 ? 0 : -1;
}

/* The text behind its lengths in three, each with a zero at its end. */
static bool input_split(struct buf *text, char *parts[3])
{
	size_t len[3], total = 0;
	char *at, *end;

	at = text->data;
	for (int i = 0; i < 3; i++) {
		len[i] = strtoul(at, &end, 10);
		if (end == at || len[i] > CERTIFICATE_TEXT)
			return false;
		total += len[i];
		at = end;
	}
	if (*at++ != '\n' || (size_t)(text->data + text->len - 1 - at) != total)
		return false;
	for (int i = 0; i < 3; i++) {
		parts[i] = strndup(at, len[i]);
		at += len[i];
	}
	return parts[0] && parts[1] && parts[2];
}

int certificate_check(void)
{
	struct parts p = { 0 };
	struct buf text = { 0 };
	char *texts[3] = { 0 };
	int rc = -1;

	mbedtls_pk_init(&p.key);
	mbedtls_x509_crt_init(&p.leaf);
	mbedtls_x509_crt_init(&p.rest);
	if (input_read(&text) < 0 || !input_split(&text, texts))
		refuse("SERVER_CERTIFICATE_INVALID", "", "", "it is too long");
	else if (parts_judge(&p, texts[0], texts[1], texts[2]) == 0)
		rc = parts_write(&p);
	for (int i = 0; i < 3; i++)
		free(texts[i]);
	buf_free(&text);
	/* The rest goes with the process. */
	return rc;
}

int certificate_loads(const char *path)
{
	mbedtls_pk_context key;
	mbedtls_x509_crt cert;
	int rc;

	mbedtls_pk_init(&key);
	mbedtls_x509_crt_init(&cert);
	rc = mbedtls_pk_parse_keyfile(&key, path, NULL, mbedtls_psa_get_random,
				      MBEDTLS_PSA_RANDOM_STATE);
	if (!rc)
		rc = mbedtls_x509_crt_parse_file(&cert, path);
	if (!rc)
		rc = mbedtls_pk_check_pair(&cert.pk, &key, mbedtls_psa_get_random,
					   MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_x509_crt_free(&cert);
	mbedtls_pk_free(&key);
	return rc ? library_failed(path, rc) : 0;
}
