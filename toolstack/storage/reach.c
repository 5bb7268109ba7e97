// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TCP connection within a bounded time, to the first address that a name has.
 */
#include "storage/reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/deadline.h"

/* -1 with errno. */
static int connect_to(const struct addrinfo *to, int64_t deadline)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(int);
	int error = 0;

	if (fd < 0)
		return -1;
	if (connect(fd, to->ai_addr, to->ai_addrlen) < 0)
		error = errno;
	if (error == EINPROGRESS && (!wait_ready(fd, POLLOUT, deadline) ||
				     getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0))
		error = errno;
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

int reach_connect(const char *what, const char *host, const char *port, int64_t deadline,
		  char address[REACH_ADDRESS], struct sr_error *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int rc = getaddrinfo(host, port, &hints, &found);
	int fd;

	if (rc)
		return sr_fail(e, ERR_SR_UNAVAILABLE, "%s %s: %s", what, host, gai_strerror(rc));
	fd = connect_to(found, deadline);
	if (fd < 0)
		sr_fail_errno(e, ERR_SR_UNAVAILABLE, "%s %s, port %s", what, host, port);
	else if (address)
		getnameinfo(found->ai_addr, found->ai_addrlen, address, REACH_ADDRESS, NULL, 0,
			    NI_NUMERICHOST);
	freeaddrinfo(found);
	return fd;
}
