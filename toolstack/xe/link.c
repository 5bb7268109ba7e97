// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections. What can be wrong with one is told with words that name the host.
 */
#include "xe/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "xe/die.h"

#define CONNECT_MS 10000
/* An answer may take as long as event.from waits, and more on a busy host. */
#define SILENCE_S 300

static bool connect_in_time(int fd, const struct sockaddr *to, socklen_t len)
{
	socklen_t size = sizeof(errno);
	int error = 0;

	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return false;
	if (connect(fd, to, len) < 0) {
		if (errno != EINPROGRESS || !wait_ready(fd, POLLOUT, now_ms() + CONNECT_MS))
			return false;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			return false;
		errno = error;
		if (error)
			return false;
	}
	return fcntl(fd, F_SETFL, 0) == 0;
}

static int connect_local(const char *folder, const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), len;

	len = snprintf(to.sun_path, sizeof(to.sun_path), "%s/%s", folder, name);
	if (len >= (int)sizeof(to.sun_path))
		die(EXIT_USAGE, "%s: too long", folder);
	if (fd >= 0 && connect_in_time(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	if (errno == ENOENT && access(folder, F_OK) < 0)
		die(EXIT_NO_HOST, "no host was named (-s SERVER), and this machine is none");
	die(EXIT_NO_HOST, "the API of this host does not answer (%s: %s)", to.sun_path,
	    strerror(errno));
}

static int connect_tcp(const struct settings *s)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	char port[8];
	int fd = -1, one = 1, rc;

	snprintf(port, sizeof(port), "%u", s->port);
	rc = getaddrinfo(s->server, port, &hints, &all);
	if (rc)
		die(EXIT_NO_HOST, "%s: %s", s->server, gai_strerror(rc));
	errno = 0;
	for (a = all; a; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd >= 0 && connect_in_time(fd, a->ai_addr, a->ai_addrlen))
			break;
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	freeaddrinfo(all);
	if (fd < 0)
		die(EXIT_NO_HOST, "%s, port %u: %s", s->server, s->port, strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

void link_patience(struct link *l, int seconds)
{
	struct timeval silence = { .tv_sec = seconds };

	setsockopt(l->fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	setsockopt(l->fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
}

bool link_pending(const struct link *l)
{
	return l->at != l->end || (l->tls && tls_pending(l->tls));
}

struct link *link_open(const struct settings *s, const char *local)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		die_memory();
	l->fd = settings_local(s) ? connect_local(s->server ? s->server : LOCAL_FOLDER, local)
				  : connect_tcp(s);
	link_patience(l, SILENCE_S);
	if (!settings_local(s))
		l->tls = tls_open(l->fd, s);
	return l;
}

bool link_write(struct link *l, const void *data, size_t len)
{
	const char *at = data;

	if (l->tls)
		return tls_write(l->tls, data, len);
	while (len) {
		ssize_t n = send(l->fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		at += n;
		len -= n;
	}
	return true;
}

static ssize_t link_fill(struct link *l, void *data, size_t len)
{
	ssize_t n;

	if (l->tls)
		return tls_read(l->tls, data, len);
	do {
		n = recv(l->fd, data, len, 0);
	} while (n < 0 && errno == EINTR);
	return n;
}

ssize_t link_read(struct link *l, void *data, size_t len)
{
	ssize_t n;

	if (l->at == l->end) {
		/* Much is wanted: past the buffer. */
		if (len >= sizeof(l->in))
			return link_fill(l, data, len);
		n = link_fill(l, l->in, sizeof(l->in));
		if (n <= 0)
			return n;
		l->at = 0;
		l->end = n;
	}
	if (len > l->end - l->at)
		len = l->end - l->at;
	memcpy(data, l->in + l->at, len);
	l->at += len;
	return len;
}

bool link_line(struct link *l, char *line, size_t len)
{
	size_t n = 0;
	char c;

	while (link_read(l, &c, 1) == 1) {
		if (c == '\n') {
			if (n && line[n - 1] == '\r')
				n--;
			line[n] = '\0';
			return true;
		}
		if (n + 1 >= len)
			return false;
		line[n++] = c;
	}
	return false;
}

void link_close(struct link *l)
{
	if (!l)
		return;
	if (l->tls)
		tls_close(l->tls);
	close(l->fd);
	free(l);
}
