// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Networks: a server that swallows and echoes, and clients that stream to it or wait for its echo,
 * for so many seconds. The server runs at every end; who measures is who connects.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PORT_SWALLOW 7000
#define PORT_ECHO    7001 /* TCP and UDP */
#define STREAM_SIZE  65536
#define PING_SIZE    64

static char buffer[STREAM_SIZE];

static struct sockaddr_in address_of(const char *text, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	if (text && inet_pton(AF_INET, text, &a.sin_addr) != 1) {
		errno = EINVAL;
		fail("%s is no address", text);
	}
	return a;
}

/* ---- the server ---- */

static int socket_bound(int type, int port)
{
	struct sockaddr_in any = address_of(NULL, port);
	int fd = socket(AF_INET, type, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)))
		fail("port %d", port);
	return fd;
}

static void swallow(int fd)
{
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

static void echo(int fd)
{
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		if (write(fd, buffer, (size_t)got) != got)
			return;
}

/* A process for the port, and one for each connection. */
static void serve_tcp(int port, void (*talk)(int fd))
{
	int listener = socket_bound(SOCK_STREAM, port), fd, one = 1;

	if (listen(listener, 8))
		fail("port %d", port);
	if (fork())
		return;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (!fork()) {
			talk(fd);
			_exit(0);
		}
		close(fd);
	}
	fail("port %d", port);
}

static void serve_udp(int port)
{
	int fd = socket_bound(SOCK_DGRAM, port);
	struct sockaddr_in from;
	socklen_t length;
	ssize_t got;

	if (fork())
		return;
	for (;;) {
		length = sizeof(from);
		got = recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &length);
		if (got >= 0)
			sendto(fd, buffer, (size_t)got, 0, (struct sockaddr *)&from, length);
	}
}

int serve_main(char **arguments)
{
	(void)arguments;
	signal(SIGCHLD, SIG_IGN);
	serve_tcp(PORT_SWALLOW, swallow);
	serve_tcp(PORT_ECHO, echo);
	serve_udp(PORT_ECHO);
	return 0;
}

/* ---- the clients ---- */

static int connected(const char *address, int type, int port)
{
	struct sockaddr_in to = address_of(address, port);
	int fd = socket(AF_INET, type, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail("%s port %d", address, port);
	if (type == SOCK_STREAM && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		fail("TCP_NODELAY");
	return fd;
}

/* The clock stops when the other end has read everything and closes. */
int tcp_stream_main(char **arguments)
{
	int fd = connected(arguments[0], SOCK_STREAM, PORT_SWALLOW);
	uint64_t start = now(), end = start + number(arguments[1], 3600) * SECOND;
	uint64_t operations = 0, bytes = 0;
	ssize_t done;

	do {
		done = write(fd, buffer, sizeof(buffer));
		if (done < 0)
			fail("write");
		bytes += (uint64_t)done;
		operations++;
	} while (now() < end);
	shutdown(fd, SHUT_WR);
	if (read(fd, buffer, sizeof(buffer)))
		fail("the other end did not close");
	figure_print(operations, bytes, now() - start);
	return 0;
}

static bool receive_whole(int fd, size_t size)
{
	ssize_t got = 1;

	for (size_t have = 0; have < size && got > 0; have += (size_t)got)
		got = recv(fd, buffer, size - have, 0);
	return got > 0;
}

/* Lost datagrams show in a second each, of which the figure then consists. */
static int ping(const char *address, const char *seconds, int type)
{
	int fd = connected(address, type, PORT_ECHO);
	struct timeval patience = { .tv_sec = 1 };
	uint64_t start, end, operations = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	start = now();
	end = start + number(seconds, 3600) * SECOND;
	do {
		if (send(fd, buffer, PING_SIZE, 0) != PING_SIZE)
			fail("send");
		operations += receive_whole(fd, PING_SIZE);
	} while (now() < end);
	figure_print(operations, operations * PING_SIZE, now() - start);
	return 0;
}

int tcp_ping_main(char **arguments)
{
	return ping(arguments[0], arguments[1], SOCK_STREAM);
}

int udp_ping_main(char **arguments)
{
	return ping(arguments[0], arguments[1], SOCK_DGRAM);
}
