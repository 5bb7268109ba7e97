// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The account's key, and what it signs: JSON Web Signatures by ES256 (RFC 7515, 7518, 7638).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <psa/crypto.h>

#include "acme/acme.h"

#define SIGNATURE 64
#define PUBLIC    65 /* 4, x, y */

void base64url(const void *data, size_t len, char *out)
{
	size_t n = 0;

	mbedtls_base64_encode((unsigned char *)out, BASE64_OF(len), &n, data, len);
	for (size_t i = 0; i < n; i++) {
		if (out[i] == '+')
			out[i] = '-';
		else if (out[i] == '/')
			out[i] = '_';
		else if (out[i] == '=')
			n = i;
	}
	out[n] = '\0';
}

static bool base64url_read(const char *text, uint8_t out[ACCOUNT_KEY])
{
	char plain[BASE64_OF(ACCOUNT_KEY)];
	size_t len = strlen(text), n = 0;

	if (len + 1 != BASE64_OF(ACCOUNT_KEY) - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		plain[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	plain[len] = '=';
	return mbedtls_base64_decode(out, ACCOUNT_KEY, &n, (unsigned char *)plain, len + 1) == 0 &&
	       n == ACCOUNT_KEY;
}

/* ---- the key ----------------------------------------------------------------------------- */

static psa_key_attributes_t attributes(void)
{
	psa_key_attributes_t a = PSA_KEY_ATTRIBUTES_INIT;

	psa_set_key_type(&a, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_bits(&a, 256);
	psa_set_key_usage_flags(&a, PSA_KEY_USAGE_SIGN_MESSAGE | PSA_KEY_USAGE_EXPORT);
	psa_set_key_algorithm(&a, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
	return a;
}

/* The members in the order that the thumbprint is made of. */
static void jwk_text(const struct account *a, char text[256])
{
	snprintf(text, 256, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", a->x,
		 a->y);
}

static int key_describe(struct account *a, struct reason *why)
{
	uint8_t public[PUBLIC], hash[32];
	char text[256];
	size_t len;

	if (psa_export_public_key(a->key, public, sizeof(public), &len) != PSA_SUCCESS ||
	    len != PUBLIC ||
	    psa_export_key(a->key, a->secret, sizeof(a->secret), &len) != PSA_SUCCESS ||
	    len != ACCOUNT_KEY)
		return reason_set(why, "the account's key cannot be read");
	base64url(public + 1, 32, a->x);
	base64url(public + 33, 32, a->y);
	jwk_text(a, text);
	if (psa_hash_compute(PSA_ALG_SHA_256, (uint8_t *)text, strlen(text), hash, sizeof(hash),
			     &len) != PSA_SUCCESS)
		return reason_set(why, "SHA-256 does not work");
	base64url(hash, sizeof(hash), a->thumbprint);
	return 0;
}

int account_open(struct account *a, const char *text, struct reason *why)
{
	psa_key_attributes_t of = attributes();
	uint8_t secret[ACCOUNT_KEY];
	psa_status_t rc;

	*a = (struct account){ 0 };
	if (!text || !*text)
		rc = psa_generate_key(&of, &a->key);
	else if (base64url_read(text, secret))
		rc = psa_import_key(&of, secret, sizeof(secret), &a->key);
	else
		rc = PSA_ERROR_INVALID_ARGUMENT;
	if (rc != PSA_SUCCESS)
		return reason_set(why, "the account's key is none");
	return key_describe(a, why);
}

void account_text(const struct account *a, char text[BASE64_OF(ACCOUNT_KEY)])
{
	base64url(a->secret, sizeof(a->secret), text);
}

/* ---- signing ----------------------------------------------------------------------------- */

/* By the account's URL, or with the key itself as long as there is none. */
static json_t *header_make(const struct account *a, const char *url, const char *nonce)
{
	json_t *header = json_pack("{s:s, s:s, s:s}", "alg", "ES256", "nonce", nonce, "url", url);

	if (a->kid[0])
		json_object_set_new(header, "kid", json_string(a->kid));
	else
		json_object_set_new(header, "jwk",
				    json_pack("{s:s, s:s, s:s, s:s}", "crv", "P-256", "kty", "EC",
					      "x", a->x, "y", a->y));
	return header;
}

/* A new string. */
static char *encoded(const json_t *v)
{
	char *text = v ? json_dumps(v, JSON_COMPACT) : strdup(""), *out = NULL;

	if (text)
		out = malloc(BASE64_OF(strlen(text)));
	if (out)
		base64url(text, strlen(text), out);
	free(text);
	return out;
}

static int sign(const struct account *a, const char *header, const char *payload,
		char signature[BASE64_OF(SIGNATURE)])
{
	struct buf text = { 0 };
	uint8_t raw[SIGNATURE];
	size_t len = 0;
	int rc = -1;

	buf_printf(&text, "%s.%s", header, payload);
	if (!text.failed &&
	    psa_sign_message(a->key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), (uint8_t *)text.data, text.len,
			     raw, sizeof(raw), &len) == PSA_SUCCESS &&
	    len == sizeof(raw))
		rc = 0;
	if (rc == 0)
		base64url(raw, sizeof(raw), signature);
	buf_free(&text);
	return rc;
}

char *jws_make(const struct account *a, const char *url, const char *nonce, const json_t *payload,
	       struct reason *why)
{
	json_t *header = header_make(a, url, nonce), *all;
	char *first = encoded(header), *second = encoded(payload), *text = NULL;
	char signature[BASE64_OF(SIGNATURE)];

	if (first && second && sign(a, first, second, signature) == 0) {
		all = json_pack("{s:s, s:s, s:s}", "protected", first, "payload", second,
				"signature", signature);
		text = json_dumps(all, JSON_COMPACT);
		json_decref(all);
	}
	if (!text)
		reason_set(why, "a request cannot be signed");
	json_decref(header);
	free(first);
	free(second);
	return text;
}
