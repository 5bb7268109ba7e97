// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xenstored: the store that domains and their toolstack share. Runs in the foreground, to be kept up by init.
 * Clients are programs of the control domain, on a socket that only root can open, and domains on rings.
 * The devices are opened as root, then the privilege goes, before the first byte of anybody is read.
 */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "xenstored/domain.h"
#include "xenstored/request.h"
#include "xenstored/transaction.h"

#define STORE_DIR    "/run/xenstored"
#define STORE_SOCKET STORE_DIR "/socket" /* where Xen's own tools look */
#define STORE_LINK   "/run/xen/xenstored.sock"
#define CLIENTS_MAX  256

struct client {
	int fd;
	struct conn *conn;
};

static struct client clients[CLIENTS_MAX];
static size_t nr_clients;
static int listen_fd = -1;

static int socket_listen(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = STORE_SOCKET };

	mkdir(STORE_DIR, 0755);
	unlink(STORE_SOCKET);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listen_fd < 0 || bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    chmod(STORE_SOCKET, 0600) < 0 || listen(listen_fd, 16) < 0) {
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

static void clients_sweep(void)
{
	for (size_t i = nr_clients; i-- > 0;) {
		if (!clients[i].conn->dead)
			continue;
		close(clients[i].fd);
		conn_free(clients[i].conn);
		clients[i] = clients[--nr_clients];
	}
}

static void serve(void)
{
	struct pollfd fds[2 + CLIENTS_MAX];
	bool again = true;

	for (;;) {
		size_t polled = nr_clients;

		fds[0] = (struct pollfd){ .fd = domains_event_fd(), .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = listen_fd, .events = POLLIN };
		for (size_t i = 0; i < polled; i++) {
			fds[2 + i] = (struct pollfd){ .fd = clients[i].fd };
			if (conn_ready(clients[i].conn))
				fds[2 + i].events |= POLLIN;
			if (conn_pending(clients[i].conn).len)
				fds[2 + i].events |= POLLOUT;
		}
		if (poll(fds, 2 + polled, again ? 0 : -1) < 0 && errno != EINTR) {
			log_error("poll: %s", strerror(errno));
			return;
		}
		for (size_t i = 0; i < polled; i++)
			if (fds[2 + i].revents & (POLLIN | POLLHUP | POLLERR))
				client_receive(&clients[i]);
		if (fds[1].revents & POLLIN)
			client_accept();
		if (fds[0].revents & POLLIN)
			domains_events();
		again = domains_serve();
		for (size_t i = 0; i < nr_clients; i++)
			client_send(&clients[i]);
		clients_sweep();
	}
}

/* What is there from the start. */
static int store_fill(void)
{
	static const char *const nodes[][2] = {
		{ "/local/domain/0/name", "Domain-0" },
		{ "/local/domain/0/domid", "0" },
		{ "/tool/xenstored", "" },
	};

	if (transaction_store_init() != 0)
		return -1;
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (tree_write(&store, nodes[i][0], nodes[i][1], strlen(nodes[i][1]), 0) != 0)
			return -1;
	return 0;
}

static int privilege_drop(const struct passwd *user)
{
	if (!user)
		return 0;
	if (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0) {
		log_error("becoming %s: %s", user->pw_name, strerror(errno));
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = "xenstored";
	struct passwd *user;
	int opt;

	log_open("xenstored", LOG_LEVEL_INFO);
	while ((opt = getopt(argc, argv, "u:h")) != -1) {
		if (opt == 'u') {
			name = optarg;
		} else {
			fprintf(opt == 'h' ? stdout : stderr,
				"usage: xenstored [-u USER]\n"
				"Keeps the store; becomes USER (default: xenstored) if there is one.\n");
			return opt == 'h' ? 0 : 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	user = getpwnam(name);
	if (!user)
		log_warning("there is no user %s: staying root", name);
	if (store_fill() < 0 || domains_open() < 0 || socket_listen() < 0 ||
	    privilege_drop(user) < 0)
		return 1;
	serve();
	return 1;
}
