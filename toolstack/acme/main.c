// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * acme: {directory, contact, names, account, folder} on the standard input becomes
 * {account, key, certificate} on the standard output, or {error} and status 1. For vmd, which runs
 * it as nobody; folder is where the web server has answers to challenges.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <psa/crypto.h>

#include "acme/acme.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static json_t *certificate_get(const json_t *input, struct reason *why)
{
	const struct wish w = { text_of(input, "directory"), text_of(input, "contact"),
				json_object_get(input, "names"), text_of(input, "folder") };
	char account[BASE64_OF(ACCOUNT_KEY)], *pem = NULL;
	struct buf key = { 0 }, csr = { 0 };
	struct account a;
	json_t *got = NULL;

	if (account_open(&a, text_of(input, "account"), why) == 0 &&
	    csr_make(w.names, &key, &csr, why) == 0)
		pem = order_certificate(&a, &w, csr.data, why);
	if (pem) {
		account_text(&a, account);
		got = json_pack("{s:s, s:s, s:s}", "account", account, "key", key.data,
				"certificate", pem);
		if (!got)
			reason_set(why, "the certificate is no text");
	}
	free(pem);
	buf_free(&csr);
	buf_free(&key);
	return got;
}

int main(void)
{
	json_t *input = json_loadf(stdin, 0, NULL), *got = NULL;
	struct reason why = { "its input is no JSON" };

	log_open("acme", LOG_LEVEL_INFO);
	if (input && psa_crypto_init() != PSA_SUCCESS)
		reason_set(&why, "there are no random numbers");
	else if (input)
		got = certificate_get(input, &why);
	if (got)
		json_dumpf(got, stdout, JSON_COMPACT);
	else
		json_dumpf(json_pack("{s:s}", "error", why.text), stdout, JSON_COMPACT);
	return got ? 0 : 1;
}
