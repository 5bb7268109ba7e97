// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients on /run/xen/consoled.sock. A client sends one line and gets "ok" or "error WHY":
 *
 *	console DOMID BACK	reads and writes that guest's console, from BACK bytes ago on
 *	watch DOMID BACK	only reads it
 *
 * After "ok" a console is raw bytes both ways. A reader has no buffer here, only a position in
 * the guest's history: one that is too slow is told how much it has missed.
 */
#include "consoled/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"

enum client_kind { CLIENT_NEW, CLIENT_CONSOLE, CLIENT_WATCH };

struct client {
	int fd;
	enum client_kind kind;
	struct guest *guest;
	uint64_t at; /* position in the guest's history */
	char line[64];
	size_t line_len;
	bool blocked; /* the socket is full */
	bool dead;
};

static struct client clients[MAX_CLIENTS];
static size_t nr_clients;
static int listen_fd = -1;

int clients_listen(void)
{
	/* Its name is never missing while we are restarted: clients would give up. */
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = CONSOLED_SOCKET ".new" };

	unlink(addr.sun_path);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listen_fd < 0 || bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    chmod(addr.sun_path, 0660) < 0 || listen(listen_fd, 16) < 0 ||
	    rename(addr.sun_path, CONSOLED_SOCKET) < 0) {
		log_error("%s: %s", CONSOLED_SOCKET, strerror(errno));
		return -1;
	}
	return 0;
}

/* For short answers; a client that does not even take these is closed. */
static void client_say(struct client *c, const char *text)
{
	ssize_t len = strlen(text);

	if (send(c->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL) != len)
		c->dead = true;
}

static void client_refuse(struct client *c, const char *why)
{
	char text[96];

	snprintf(text, sizeof(text), "error %s\n", why);
	client_say(c, text);
	c->dead = true;
}

static void client_attach(struct client *c, enum client_kind kind, unsigned int domid,
			  unsigned long back)
{
	c->guest = guest_find(domid);
	if (!c->guest) {
		/* Its state file may be newer than our last look. */
		guests_scan();
		c->guest = guest_find(domid);
	}
	if (!c->guest) {
		client_refuse(c, "no console for this domain");
		return;
	}
	c->kind = kind;
	c->at = history_back(&c->guest->history, back);
	client_say(c, "ok\n");
}

static void client_command(struct client *c)
{
	unsigned int domid;
	unsigned long back;
	char extra;

	if (sscanf(c->line, "console %u %lu%c", &domid, &back, &extra) == 2) {
		client_attach(c, CLIENT_CONSOLE, domid, back);
	} else if (sscanf(c->line, "watch %u %lu%c", &domid, &back, &extra) == 2) {
		client_attach(c, CLIENT_WATCH, domid, back);
	} else {
		client_refuse(c, "unknown command");
	}
}

static size_t client_room(const struct client *c)
{
	switch (c->kind) {
	case CLIENT_NEW: return sizeof(c->line) - 1 - c->line_len;
	case CLIENT_CONSOLE: return INPUT_MAX - c->guest->input_len;
	default: return 1; /* only to notice that it went away */
	}
}

static void client_input(struct client *c, char *data, size_t len)
{
	char *end;

	if (c->kind == CLIENT_CONSOLE) {
		guest_input(c->guest, data, len);
		return;
	}
	if (c->kind != CLIENT_NEW)
		return;
	memcpy(c->line + c->line_len, data, len);
	c->line_len += len;
	end = memchr(c->line, '\n', c->line_len);
	if (end) {
		*end = '\0';
		client_command(c);
	} else if (c->line_len == sizeof(c->line) - 1) {
		client_refuse(c, "the command is too long");
	}
}

static void client_receive(struct client *c)
{
	char data[512];
	size_t room = client_room(c);
	ssize_t got;

	if (room == 0)
		return;
	got = recv(c->fd, data, room < sizeof(data) ? room : sizeof(data), MSG_DONTWAIT);
	if (got > 0)
		client_input(c, data, got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		c->dead = true;
}

static void client_flush(struct client *c)
{
	const char *data;
	uint64_t missed;
	size_t len;

	while (!c->dead && !c->blocked &&
	       (len = history_peek(&c->guest->history, &c->at, &data, &missed))) {
		char note[64];
		ssize_t sent;

		if (missed) {
			snprintf(note, sizeof(note), "\r\n[%llu bytes missed]\r\n",
				 (unsigned long long)missed);
			send(c->fd, note, strlen(note), MSG_DONTWAIT | MSG_NOSIGNAL);
		}
		sent = send(c->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent > 0)
			c->at += sent;
		else if (sent < 0 && errno == EAGAIN)
			c->blocked = true;
		else if (sent < 0 && errno != EINTR)
			c->dead = true;
	}
}

void clients_flush(void)
{
	for (size_t i = 0; i < nr_clients; i++)
		if (clients[i].guest)
			client_flush(&clients[i]);
}

void clients_drop_guest(const struct guest *g)
{
	for (size_t i = 0; i < nr_clients; i++) {
		if (clients[i].guest == g) {
			client_flush(&clients[i]);
			clients[i].guest = NULL;
			clients[i].dead = true;
		}
	}
}

static void clients_accept(void)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (nr_clients == MAX_CLIENTS) {
		send(fd, "error too many clients\n", 23, MSG_DONTWAIT | MSG_NOSIGNAL);
		close(fd);
		return;
	}
	clients[nr_clients++] = (struct client){ .fd = fd };
}

static void clients_sweep(void)
{
	for (size_t i = nr_clients; i-- > 0;) {
		if (clients[i].dead) {
			close(clients[i].fd);
			clients[i] = clients[--nr_clients];
		}
	}
}

size_t clients_poll(struct pollfd *fds)
{
	clients_sweep();
	fds[0] = (struct pollfd){ .fd = listen_fd, .events = POLLIN };
	for (size_t i = 0; i < nr_clients; i++) {
		fds[i + 1] = (struct pollfd){ .fd = clients[i].fd };
		if (client_room(&clients[i]))
			fds[i + 1].events |= POLLIN;
		if (clients[i].blocked)
			fds[i + 1].events |= POLLOUT;
	}
	return nr_clients + 1;
}

void clients_serve(const struct pollfd *fds, size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		struct client *c = &clients[i - 1];

		if (fds[i].revents & POLLOUT)
			c->blocked = false;
		if (!c->dead && fds[i].revents & (POLLIN | POLLHUP | POLLERR))
			client_receive(c);
	}
	if (fds[0].revents & POLLIN)
		clients_accept();
}
