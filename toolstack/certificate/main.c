// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host-certificate: the certificate that the host shows to browsers, xe and other clients. It is
 * made at the first start: who connects the first time compares its fingerprint with what the
 * host's console says. A certificate that an administrator puts in its place stays.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/error.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "certificate/certificate.h"
#include "lib/log.h"

#define CERTIFICATE "/var/lib/socle/tls/host.pem"

int library_failed(const char *doing, int rc)
{
	char text[128];

	mbedtls_strerror(rc, text, sizeof(text));
	log_error("%s: %s", doing, text);
	return -1;
}

int input_read(struct buf *text)
{
	char part[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, part, sizeof(part))) > 0) {
		buf_append(text, part, (size_t)n);
		if (text->failed || text->len > CERTIFICATE_TEXT)
			return -1;
	}
	buf_append(text, "", 1);
	return n < 0 || text->failed ? -1 : 0;
}

static int fingerprint_print(const char *path)
{
	unsigned char digest[32];
	mbedtls_x509_crt cert;
	int rc;

	mbedtls_x509_crt_init(&cert);
	rc = mbedtls_x509_crt_parse_file(&cert, path);
	if (!rc)
		rc = mbedtls_sha256(cert.raw.p, cert.raw.len, digest, 0);
	mbedtls_x509_crt_free(&cert);
	if (rc)
		return library_failed(path, rc);
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%02X%c", digest[i], i + 1 < sizeof(digest) ? ':' : '\n');
	return 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: host-certificate [-f FILE]              its SHA-256 fingerprint\n"
		"       host-certificate [-f FILE] make NAME    unless there is one\n"
		"       host-certificate [-f FILE] loads        could the web server use it?\n"
		"       host-certificate check | describe       of the standard input, for vmd\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *path = CERTIFICATE;

	log_open("host-certificate", LOG_LEVEL_INFO);
	if (psa_crypto_init() != PSA_SUCCESS) {
		log_error("there are no random numbers");
		return 1;
	}
	if (argc >= 3 && strcmp(argv[1], "-f") == 0) {
		path = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		return access(path, F_OK) == 0 || certificate_make(path, argv[2]) == 0 ? 0 : 1;
	if (argc == 1)
		return fingerprint_print(path) == 0 ? 0 : 1;
	if (argc != 2)
		return usage();
	if (strcmp(argv[1], "loads") == 0)
		return certificate_loads(path) == 0 ? 0 : 1;
	if (strcmp(argv[1], "check") == 0)
		return certificate_check() == 0 ? 0 : 1;
	if (strcmp(argv[1], "describe") == 0)
		return certificate_describe() == 0 ? 0 : 1;
	return usage();
}
