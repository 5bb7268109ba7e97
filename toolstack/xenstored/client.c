// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One connection each, all of them domain 0's. A client that sends what is no message is closed.
 */
#include "xenstored/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "xenstored/request.h"
#include "xenstored/state.h"

#define STORE_DIR    "/run/xenstored"
#define STORE_SOCKET STORE_DIR "/socket" /* where Xen's own tools look */
#define STORE_LINK   "/run/xen/xenstored.sock"

struct client {
	int fd;
	struct conn *conn;
};

static struct client clients[CLIENTS_MAX];
static size_t nr_clients;
static int listen_fd = -1;

int clients_listen(void)
{
	/* Its name is never missing while we are restarted: clients would give up. */
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = STORE_SOCKET ".new" };

	mkdir(STORE_DIR, 0755);
	unlink(STORE_SOCKET ".new");
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listen_fd < 0 || bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    chmod(addr.sun_path, 0600) < 0 || listen(listen_fd, 16) < 0 ||
	    rename(addr.sun_path, STORE_SOCKET) < 0) {
		log_error("%s: %s", STORE_SOCKET, strerror(errno));
		return -1;
	}
	mkdir("/run/xen", 0755);
	unlink(STORE_LINK);
	if (symlink(STORE_SOCKET, STORE_LINK) < 0)
		log_warning("%s: %s", STORE_LINK, strerror(errno));
	return 0;
}

static void client_accept(void)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct conn *conn;

	if (fd < 0)
		return;
	conn = nr_clients < CLIENTS_MAX ? conn_new(0) : NULL;
	if (!conn) {
		close(fd);
		return;
	}
	clients[nr_clients++] = (struct client){ .fd = fd, .conn = conn };
}

static void client_receive(struct client *cl)
{
	char data[4096];
	ssize_t got = recv(cl->fd, data, sizeof(data), MSG_DONTWAIT);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		cl->conn->dead = true;
	for (ssize_t at = 0; at < got && !cl->conn->dead;) {
		at += (ssize_t)conn_feed(cl->conn, data + at, got - at);
		if (conn_complete(cl->conn)) {
			request_handle(cl->conn);
			conn_next(cl->conn);
			state_commit();
		}
	}
}

static void client_send(struct client *cl)
{
	struct bytes out = conn_pending(cl->conn);
	ssize_t sent;

	if (!out.len)
		return;
	sent = send(cl->fd, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0)
		conn_taken(cl->conn, sent);
	else if (sent < 0 && errno != EAGAIN && errno != EINTR)
		cl->conn->dead = true;
}

void clients_send(void)
{
	for (size_t i = 0; i < nr_clients; i++)
		client_send(&clients[i]);
	for (size_t i = nr_clients; i-- > 0;) {
		if (!clients[i].conn->dead)
			continue;
		close(clients[i].fd);
		conn_free(clients[i].conn);
		clients[i] = clients[--nr_clients];
	}
}

size_t clients_poll(struct pollfd *fds)
{
	fds[0] = (struct pollfd){ .fd = listen_fd, .events = POLLIN };
	for (size_t i = 0; i < nr_clients; i++) {
		fds[1 + i] = (struct pollfd){ .fd = clients[i].fd };
		if (conn_ready(clients[i].conn))
			fds[1 + i].events |= POLLIN;
		if (conn_pending(clients[i].conn).len)
			fds[1 + i].events |= POLLOUT;
	}
	return 1 + nr_clients;
}

void clients_receive(const struct pollfd *fds, size_t nr)
{
	for (size_t i = 1; i < nr; i++)
		if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			client_receive(&clients[i - 1]);
	if (fds[0].revents & POLLIN)
		client_accept();
}
