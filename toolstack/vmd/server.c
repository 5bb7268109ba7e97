// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket, and a process for each request. This process never looks into a message: it knows who
 * may connect, how much at once, and which process serves whom. So it cannot be kept from its work
 * by an operation, nor be ended by what is in a message; and when it is ended all the same, the
 * operations go on.
 */
#include "vmd/server.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/listener.h"
#include "lib/signals.h"
#include "vmd/call.h"
#include "vmd/schema.h"

#define CONNECTIONS 64
#define OPERATIONS  32 /* at once; each is a process with a MiB or so of its own */
#define CLIENT_USER "apid"
#define SEND_ROOM   (512 * 1024) /* the kernel counts more than the bytes */

#ifndef CLIENT_SECONDS    /* unit tests are in a hurry */
#define CLIENT_SECONDS 10 /* for a client to read what it is sent */
#endif

struct connection {
	int fd;      /* -1: free */
	pid_t child; /* that carries out its request; 0: none */
};

struct server {
	int listener;
	int signals;
	struct connection connections[CONNECTIONS];
	unsigned int operations;
};

static void connection_close(struct connection *k)
{
	close(k->fd);
	/* Whoever does not want the answer any more wants it to stop, where it can be stopped. */
	if (k->child)
		kill(k->child, SIGTERM);
	k->fd = -1;
}

static bool is_welcome(int fd)
{
	const struct passwd *user = getpwnam(CLIENT_USER);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	return peer.uid == 0 || (user && peer.uid == user->pw_uid);
}

static void server_accept(struct server *s)
{
	struct timeval patience = { .tv_sec = CLIENT_SECONDS };
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC), room = SEND_ROOM;

	if (fd < 0)
		return;
	if (!is_welcome(fd)) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	for (size_t i = 0; i < CONNECTIONS; i++) {
		/* Until its child has ended, a place is taken. */
		if (s->connections[i].fd < 0 && !s->connections[i].child) {
			s->connections[i] = (struct connection){ .fd = fd };
			return;
		}
	}
	log_warning("more than %d connections: one is refused", CONNECTIONS);
	close(fd);
}

/* Without waiting: who does not read what he asked for gets less. */
static void tell(const struct connection *k, const char *text)
{
	if (send(k->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("answer: %s", strerror(errno));
}

static _Noreturn void operation(struct server *s, struct connection *k, const void *text,
				size_t len)
{
	sigset_t none;

	close(s->listener);
	close(s->signals);
	for (size_t i = 0; i < CONNECTIONS; i++)
		if (s->connections[i].fd >= 0 && &s->connections[i] != k)
			close(s->connections[i].fd);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	_exit(call_run(k->fd, text, len) ? 0 : 1);
}

static void server_start(struct server *s, struct connection *k, const void *text, size_t len)
{
	if (s->operations >= OPERATIONS) {
		tell(k, "{\"error\":[\"TOO_BUSY\"],\"message\":\"too many operations at once\"}");
		return;
	}
	k->child = fork();
	if (k->child == 0)
		operation(s, k, text, len);
	if (k->child < 0) {
		log_error("a process for an operation: %s", strerror(errno));
		tell(k, "{\"error\":[\"INTERNAL_ERROR\",\"no process\"],"
			"\"message\":\"no process can be started\"}");
		k->child = 0;
		return;
	}
	s->operations++;
}

static void server_read(struct server *s, struct connection *k)
{
	static char text[MESSAGE_MAX];
	ssize_t len = recv(k->fd, text, sizeof(text), MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len > (ssize_t)sizeof(text)) {
		tell(k, "{\"error\":[\"INVALID_VALUE\",\"message\"],"
			"\"message\":\"a message of more than 128 KiB\"}");
		connection_close(k);
	} else if (len <= 0) {
		connection_close(k);
	} else {
		server_start(s, k, text, (size_t)len);
	}
}

static void child_ended(struct server *s, pid_t pid, int status)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *k = &s->connections[i];

		if (k->child != pid)
			continue;
		s->operations--;
		k->child = 0;
		if (k->fd >= 0 && !WIFEXITED(status))
			tell(k, "{\"error\":[\"INTERNAL_ERROR\",\"killed\"],"
				"\"message\":\"the process that did this was killed\"}");
		/* It could not say what it had to say: its client does not read. */
		else if (k->fd >= 0 && WEXITSTATUS(status) != 0)
			connection_close(k);
		return;
	}
}

/* True: it is time to end. */
static bool server_signals(struct server *s)
{
	struct signalfd_siginfo info;
	bool end = false;
	int status;
	pid_t pid;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			end = true;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(s, pid, status);
	return end;
}

static void serve(struct server *s)
{
	struct pollfd fds[2 + CONNECTIONS];

	for (;;) {
		fds[0] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
		/* While there is a request at work, only the end of the connection matters. */
		for (size_t i = 0; i < CONNECTIONS; i++)
			fds[2 + i] = (struct pollfd){
				.fd = s->connections[i].fd,
				.events = s->connections[i].child ? POLLRDHUP : POLLIN,
			};
		if (poll(fds, 2 + CONNECTIONS, -1) < 0 && errno != EINTR)
			return;
		if (fds[1].revents && server_signals(s))
			return;
		for (size_t i = 0; i < CONNECTIONS; i++) {
			struct connection *k = &s->connections[i];

			if (k->fd < 0 || k->fd != fds[2 + i].fd || !fds[2 + i].revents)
				continue;
			if (!k->child)
				server_read(s, k);
			else if (fds[2 + i].revents & (POLLRDHUP | POLLHUP | POLLERR))
				connection_close(k);
		}
		if (fds[0].revents)
			server_accept(s);
	}
}

static int listen_at(const char *path, struct reason *why)
{
	const struct passwd *user = getpwnam(CLIENT_USER);

	return listener_open(path, SOCK_SEQPACKET, (uid_t)-1, user ? user->pw_gid : (gid_t)-1,
			     CONNECTIONS, why);
}

int server_run(const char *path)
{
	static struct server s;
	struct reason why;

	for (size_t i = 0; i < CONNECTIONS; i++)
		s.connections[i].fd = -1;
	s.signals = signals_open();
	s.listener = listen_at(path, &why);
	if (s.listener < 0) {
		log_error("%s", why.text);
		return 1;
	}
	serve(&s);
	/* Operations that are under way go on without us. */
	return 0;
}
