// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a certificate says, as lines of a name and a value.
 */
#include "certificate/certificate.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "lib/log.h"

#define NAMES_MAX 100

static void digest_print(const char *name, mbedtls_md_type_t kind, const mbedtls_x509_crt *cert)
{
	const mbedtls_md_info_t *md = mbedtls_md_info_from_type(kind);
	unsigned char digest[64];

	if (!md || mbedtls_md(md, cert->raw.p, cert->raw.len, digest) != 0)
		return;
	printf("%s ", name);
	for (size_t i = 0; i < mbedtls_md_get_size(md); i++)
		printf("%s%02X", i ? ":" : "", digest[i]);
	printf("\n");
}

static void time_print(const char *name, const mbedtls_x509_time *t)
{
	printf("%s %04d%02d%02dT%02d:%02d:%02dZ\n", name, t->year, t->mon, t->day, t->hour, t->min,
	       t->sec);
}

/* The library quotes what is no plain text. */
static void subject_print(const char *name, const mbedtls_x509_name *subject)
{
	char text[512];

	if (mbedtls_x509_dn_gets(text, sizeof(text), subject) > 0)
		printf("%s %s\n", name, text);
}

static void alternative_print(const mbedtls_x509_buf *name)
{
	unsigned int tag = (unsigned int)name->tag & 0x1f;
	char text[INET6_ADDRSTRLEN];

	if (tag == MBEDTLS_X509_SAN_IP_ADDRESS && (name->len == 4 || name->len == 16) &&
	    inet_ntop(name->len == 4 ? AF_INET : AF_INET6, name->p, text, sizeof(text)))
		printf("name %s\n", text);
	if (tag != MBEDTLS_X509_SAN_DNS_NAME || name->len == 0 || name->len > 253)
		return;
	for (size_t i = 0; i < name->len; i++)
		if (name->p[i] <= 0x20 || name->p[i] >= 0x7f)
			return;
	printf("name %.*s\n", (int)name->len, name->p);
}

int certificate_describe(void)
{
	const mbedtls_x509_sequence *name;
	struct buf text = { 0 };
	mbedtls_x509_crt cert;
	int rc = -1;

	mbedtls_x509_crt_init(&cert);
	if (input_read(&text) == 0)
		rc = mbedtls_x509_crt_parse(&cert, (unsigned char *)text.data, text.len);
	if (rc != 0)
		return library_failed("the certificate", rc);
	digest_print("fingerprint_sha256", MBEDTLS_MD_SHA256, &cert);
	digest_print("fingerprint_sha1", MBEDTLS_MD_SHA1, &cert);
	time_print("not_before", &cert.valid_from);
	time_print("not_after", &cert.valid_to);
	subject_print("subject", &cert.subject);
	subject_print("issuer", &cert.issuer);
	printf("key %s %zu\n", mbedtls_pk_can_do(&cert.pk, MBEDTLS_PK_RSA) ? "RSA" : "ECDSA",
	       mbedtls_pk_get_bitlen(&cert.pk));
	if (cert.subject_raw.len == cert.issuer_raw.len &&
	    memcmp(cert.subject_raw.p, cert.issuer_raw.p, cert.subject_raw.len) == 0)
		printf("self_signed 1\n");
	name = cert.subject_alt_names.buf.p ? &cert.subject_alt_names : NULL;
	for (unsigned int i = 0; name && i < NAMES_MAX; name = name->next, i++)
		alternative_print(&name->buf);
	return 0;
}
