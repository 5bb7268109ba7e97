// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A connection to a host: TLS to its web server, or plain to the socket of its API.
 */
#ifndef XE_LINK_H
#define XE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "xe/request.h"

/* The API's sockets on this host. */
#define LOCAL_FOLDER  "/run/socle"
#define LOCAL_CALLS   "api.sock"
#define LOCAL_STREAMS "transfer.sock"

struct tls;

struct link {
	int fd;
	struct tls *tls; /* NULL: bytes go as they are */
	char in[16384];  /* what has come and was not read yet */
	size_t at, end;
};

/*
 * local is which socket, where it is this host. Fails with words when there is no connection, or it
 * is not to be trusted.
 */
struct link *link_open(const struct settings *s, const char *local);
/* False with errno. */
bool link_write(struct link *l, const void *data, size_t len);
/* 0: the other side has ended; -1 with errno, EAGAIN after the silence that is allowed. */
ssize_t link_read(struct link *l, void *data, size_t len);
/* Something can be read without waiting, although the socket itself has nothing. */
bool link_pending(const struct link *l);
/* How long a read waits for the other side. */
void link_patience(struct link *l, int seconds);
/* A line without its end, shorter than len. False: it is longer, or the connection has ended. */
bool link_line(struct link *l, char *line, size_t len);
void link_close(struct link *l);

/* tls.c. Fails when the certificate is not the known one. */
struct tls *tls_open(int fd, const struct settings *s);
bool tls_write(struct tls *t, const void *data, size_t len);
ssize_t tls_read(struct tls *t, void *data, size_t len);
bool tls_pending(const struct tls *t);
void tls_close(struct tls *t);

#endif
