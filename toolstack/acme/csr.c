// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new key, and the request for a certificate of it: the names stand where browsers look.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/x509_csr.h>

#include "acme/acme.h"

#define NAMES_MAX 32
#define DER_MAX   16384

static int key_make(mbedtls_pk_context *key, struct buf *pem)
{
	unsigned char text[512];
	int rc = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));

	if (!rc)
		rc = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
					 mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	if (!rc)
		rc = mbedtls_pk_write_key_pem(key, text, sizeof(text));
	if (!rc)
		buf_append(pem, text, strnlen((char *)text, sizeof(text)));
	return rc || pem->failed ? -1 : 0;
}

/* Its last name is a plain one: names that are longer have none. */
static int subject_set(mbedtls_x509write_csr *csr, const char *name)
{
	char subject[80];

	if (strlen(name) > 64)
		return 0;
	snprintf(subject, sizeof(subject), "CN=%s", name);
	return mbedtls_x509write_csr_set_subject_name(csr, subject);
}

static int names_set(mbedtls_x509write_csr *csr, const json_t *names)
{
	static mbedtls_x509_san_list list[NAMES_MAX];
	size_t nr = json_array_size(names);

	if (nr == 0 || nr > NAMES_MAX)
		return -1;
	for (size_t i = 0; i < nr; i++) {
		const char *name = json_string_value(json_array_get(names, i));

		list[i].next = i + 1 < nr ? &list[i + 1] : NULL;
		list[i].node.type = MBEDTLS_X509_SAN_DNS_NAME;
		list[i].node.san.unstructured_name.p = (unsigned char *)name;
		list[i].node.san.unstructured_name.len = strlen(name);
	}
	if (subject_set(csr, json_string_value(json_array_get(names, 0))) != 0)
		return -1;
	return mbedtls_x509write_csr_set_subject_alternative_name(csr, list);
}

int csr_make(const json_t *names, struct buf *key, struct buf *csr, struct reason *why)
{
	static unsigned char der[DER_MAX];
	static char text[BASE64_OF(DER_MAX)];
	mbedtls_x509write_csr request;
	mbedtls_pk_context pk;
	int len = -1;

	mbedtls_pk_init(&pk);
	mbedtls_x509write_csr_init(&request);
	mbedtls_x509write_csr_set_md_alg(&request, MBEDTLS_MD_SHA256);
	mbedtls_x509write_csr_set_key(&request, &pk);
	if (key_make(&pk, key) == 0 && names_set(&request, names) == 0)
		len = mbedtls_x509write_csr_der(&request, der, sizeof(der), mbedtls_psa_get_random,
						MBEDTLS_PSA_RANDOM_STATE);
	/* The library writes from the end on. */
	if (len > 0) {
		base64url(der + sizeof(der) - len, (size_t)len, text);
		buf_append(csr, text, strlen(text));
	}
	mbedtls_x509write_csr_free(&request);
	mbedtls_pk_free(&pk);
	return len > 0 && !csr->failed ? 0 : reason_set(why, "a key cannot be made");
}
