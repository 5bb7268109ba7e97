// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's own certificate: ECDSA, P-256, signed with its own key.
 */
#include "certificate/certificate.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "lib/file.h"
#include "lib/log.h"

/* Fixed, and long: a machine without a battery does not know what day it is. */
#define NOT_BEFORE "20200101000000"
#define NOT_AFTER  "20491231235959"
#define MAX_NAME   63
#define MAX_PEM    8192
#define SERIAL_LEN 16

struct generator {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_pk_context key;
	mbedtls_x509write_cert cert;
};

/* What may stand in a certificate as a name without quoting: a host name. */
static bool name_valid(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '.')
			return false;
	}
	return len > 0 && len <= MAX_NAME;
}

static int key_make(struct generator *g)
{
	int rc = mbedtls_ctr_drbg_seed(&g->random, mbedtls_entropy_func, &g->entropy, NULL, 0);

	if (!rc)
		rc = mbedtls_pk_setup(&g->key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	if (!rc)
		rc = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(g->key),
					 mbedtls_ctr_drbg_random, &g->random);
	return rc ? library_failed("making a key", rc) : 0;
}

static int cert_describe(struct generator *g, const char *name)
{
	mbedtls_x509_san_list san = { .node = { .type = MBEDTLS_X509_SAN_DNS_NAME } };
	mbedtls_asn1_sequence usage = { .buf = { .tag = MBEDTLS_ASN1_OID } };
	unsigned char serial[SERIAL_LEN];
	char subject[MAX_NAME + 4];
	int rc = mbedtls_ctr_drbg_random(&g->random, serial, sizeof(serial));

	serial[0] = (serial[0] & 0x7f) | 1; /* positive, and no leading zero */
	snprintf(subject, sizeof(subject), "CN=%s", name);
	san.node.san.unstructured_name.p = (unsigned char *)name;
	san.node.san.unstructured_name.len = strlen(name);
	usage.buf.p = (unsigned char *)MBEDTLS_OID_SERVER_AUTH;
	usage.buf.len = strlen(MBEDTLS_OID_SERVER_AUTH);
	mbedtls_x509write_crt_set_version(&g->cert, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(&g->cert, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(&g->cert, &g->key);
	mbedtls_x509write_crt_set_issuer_key(&g->cert, &g->key);
	if (!rc)
		rc = mbedtls_x509write_crt_set_serial_raw(&g->cert, serial, sizeof(serial));
	if (!rc)
		rc = mbedtls_x509write_crt_set_subject_name(&g->cert, subject);
	if (!rc)
		rc = mbedtls_x509write_crt_set_issuer_name(&g->cert, subject);
	if (!rc)
		rc = mbedtls_x509write_crt_set_validity(&g->cert, NOT_BEFORE, NOT_AFTER);
	if (!rc)
		rc = mbedtls_x509write_crt_set_basic_constraints(&g->cert, 0, -1);
	if (!rc)
		rc = mbedtls_x509write_crt_set_subject_alternative_name(&g->cert, &san);
	if (!rc)
		rc = mbedtls_x509write_crt_set_key_usage(&g->cert,
							 MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	if (!rc)
		rc = mbedtls_x509write_crt_set_ext_key_usage(&g->cert, &usage);
	return rc ? library_failed("describing the host", rc) : 0;
}

/* Key and certificate in one file, as the web server wants them. */
static int pem_write(struct generator *g, const char *path)
{
	static unsigned char pem[MAX_PEM];
	size_t len;
	int rc = mbedtls_pk_write_key_pem(&g->key, pem, sizeof(pem) / 2);

	len = strnlen((char *)pem, sizeof(pem) / 2);
	if (!rc)
		rc = mbedtls_x509write_crt_pem(&g->cert, pem + len, sizeof(pem) - len,
					       mbedtls_ctr_drbg_random, &g->random);
	if (rc)
		return library_failed("writing the certificate", rc);
	file_folders(path);
	rc = file_replace(path, pem, strnlen((char *)pem, sizeof(pem)), 0600);
	if (rc < 0)
		log_error("%s: %s", path, strerror(errno));
	return rc;
}

int certificate_make(const char *path, const char *name)
{
	struct generator g;
	int rc = -1;

	if (!name_valid(name)) {
		log_error("'%s' is no host name: letters, digits, '-' and '.'", name);
		return -1;
	}
	mbedtls_entropy_init(&g.entropy);
	mbedtls_ctr_drbg_init(&g.random);
	mbedtls_pk_init(&g.key);
	mbedtls_x509write_crt_init(&g.cert);
	if (key_make(&g) == 0 && cert_describe(&g, name) == 0)
		rc = pem_write(&g, path);
	mbedtls_x509write_crt_free(&g.cert);
	mbedtls_pk_free(&g.key);
	mbedtls_ctr_drbg_free(&g.random);
	mbedtls_entropy_free(&g.entropy);
	return rc;
}
