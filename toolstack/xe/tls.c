// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TLS to a host. Hosts sign their certificates themselves, so a host is known by its certificate's
 * fingerprint: the first one that is seen is kept, and another one later is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>

#include "xe/die.h"
#include "xe/known.h"
#include "xe/link.h"

struct tls {
	int fd;
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
};

static int random_bytes(void *unused, unsigned char *out, size_t len)
{
	(void)unused;
	return psa_generate_random(out, len) == PSA_SUCCESS ? 0 : -1;
}

static int socket_send(void *fd, const unsigned char *data, size_t len)
{
	ssize_t n = send(*(int *)fd, data, len, MSG_NOSIGNAL);

	if (n < 0)
		return errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_NET_SEND_FAILED;
	return n;
}

static int socket_receive(void *fd, unsigned char *data, size_t len)
{
	ssize_t n = recv(*(int *)fd, data, len, 0);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ
							 : MBEDTLS_ERR_NET_RECV_FAILED;
	return n;
}

static void fingerprint_of(const mbedtls_x509_crt *cert, char *text)
{
	unsigned char digest[32] = { 0 };

	if (cert)
		mbedtls_sha256(cert->raw.p, cert->raw.len, digest, 0);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 3 * i, 4, "%02X%s", digest[i], i < 31 ? ":" : "");
}

static bool user_agrees(void)
{
	char answer[16];

	fprintf(stderr,
		"The host's console and its command host-certificate say which one it has.\n"
		"Go on (yes or no)? ");
	return fgets(answer, sizeof(answer), stdin) && strcmp(answer, "yes\n") == 0;
}

/* The first time: kept, after a question where there is somebody to ask. */
static void certificate_new(const char *host, const char *fingerprint)
{
	fprintf(stderr, "The certificate of %s is not known yet. SHA-256 fingerprint:\n%s\n", host,
		fingerprint);
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !user_agrees())
		die(EXIT_NO_HOST, "%s: its certificate was not accepted", host);
	if (!known_add(host, fingerprint))
		fprintf(stderr, "xe: ~/.xe-known: %s; the certificate is not kept\n",
			strerror(errno));
}

static void certificate_check(struct tls *t, const struct settings *s)
{
	char fingerprint[FINGERPRINT_LEN + 1], host[300];

	if (s->no_verify)
		return;
	fingerprint_of(mbedtls_ssl_get_peer_cert(&t->ssl), fingerprint);
	snprintf(host, sizeof(host), "%s:%u", s->server, s->port);
	if (s->fingerprint && !fingerprint_same(s->fingerprint, fingerprint))
		die(EXIT_NO_HOST,
		    "%s has another certificate than the one with the fingerprint "
		    "that was given. It has:\n%s",
		    host, fingerprint);
	if (s->fingerprint)
		return;
	switch (known_look(host, fingerprint)) {
	case KNOWN_SAME: return;
	case KNOWN_NOT: certificate_new(host, fingerprint); return;
	case KNOWN_OTHER: break;
	}
	die(EXIT_NO_HOST,
	    "%s shows another certificate than before. Somebody may be between you and the host,\n"
	    "or it was installed anew. Nothing was sent to it. SHA-256 fingerprint:\n%s\n"
	    "If that is right, remove the line of %s from ~/.xe-known.",
	    host, fingerprint, host);
}

static void tls_fail(const struct settings *s, int rc)
{
	char text[160];

	mbedtls_strerror(rc, text, sizeof(text));
	die(EXIT_NO_HOST, "%s, port %u: no TLS connection: %s", s->server, s->port, text);
}

struct tls *tls_open(int fd, const struct settings *s)
{
	struct tls *t = calloc(1, sizeof(*t));
	int rc;

	if (!t || psa_crypto_init() != PSA_SUCCESS)
		die_memory();
	t->fd = fd;
	mbedtls_ssl_init(&t->ssl);
	mbedtls_ssl_config_init(&t->config);
	rc = mbedtls_ssl_config_defaults(&t->config, MBEDTLS_SSL_IS_CLIENT,
					 MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (rc)
		tls_fail(s, rc);
	/* No authority has signed it; certificate_check looks at it. */
	mbedtls_ssl_conf_authmode(&t->config, MBEDTLS_SSL_VERIFY_OPTIONAL);
	mbedtls_ssl_conf_rng(&t->config, random_bytes, NULL);
	rc = mbedtls_ssl_setup(&t->ssl, &t->config);
	if (!rc)
		rc = mbedtls_ssl_set_hostname(&t->ssl, s->server);
	if (rc)
		tls_fail(s, rc);
	mbedtls_ssl_set_bio(&t->ssl, &t->fd, socket_send, socket_receive, NULL);
	do {
		errno = 0;
		rc = mbedtls_ssl_handshake(&t->ssl);
	} while ((rc == MBEDTLS_ERR_SSL_WANT_READ || rc == MBEDTLS_ERR_SSL_WANT_WRITE) &&
		 errno != EAGAIN);
	if (rc)
		tls_fail(s, rc);
	certificate_check(t, s);
	return t;
}

bool tls_write(struct tls *t, const void *data, size_t len)
{
	const unsigned char *at = data;

	while (len) {
		int n = mbedtls_ssl_write(&t->ssl, at, len);

		if (n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE)
			continue;
		if (n < 0) {
			errno = ECONNRESET;
			return false;
		}
		at += n;
		len -= n;
	}
	return true;
}

ssize_t tls_read(struct tls *t, void *data, size_t len)
{
	int n;

	/* TLS 1.3 hands out tickets for later sessions in between. */
	do {
		errno = 0;
		n = mbedtls_ssl_read(&t->ssl, data, len);
	} while (((n == MBEDTLS_ERR_SSL_WANT_READ || n == MBEDTLS_ERR_SSL_WANT_WRITE) &&
		  errno != EAGAIN) ||
		 n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET);
	if (n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return 0;
	if (n == MBEDTLS_ERR_SSL_WANT_READ)
		return -1;
	if (n < 0)
		errno = ECONNRESET;
	return n < 0 ? -1 : n;
}

bool tls_pending(const struct tls *t)
{
	return mbedtls_ssl_get_bytes_avail(&t->ssl) > 0;
}

void tls_close(struct tls *t)
{
	mbedtls_ssl_close_notify(&t->ssl);
	mbedtls_ssl_free(&t->ssl);
	mbedtls_ssl_config_free(&t->config);
	free(t);
}
