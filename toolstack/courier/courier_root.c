// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process that stays root. A request is one letter, with curl's with four descriptors; nothing
 * is named by the daemon but what it holds already. See courier.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "courier/courier.h"

static struct {
	pid_t pid;
	int ended; /* a descriptor that is ready then */
} curl = { 0, -1 };

static void answer(int fd, const char *text)
{
	send(fd, text, strlen(text) + 1, MSG_NOSIGNAL);
}

static void login(int fd, const struct courier_settings *s)
{
	struct api api = { .socket = s->api };

	api_login(&api, "root", "", "socle-guard");
	answer(fd, api.session);
	json_decref(api.error);
}

/* ---- curl -------------------------------------------------------------------------------- */

static _Noreturn void run(const struct courier_settings *s, const int fds[COURIER_FDS])
{
	static char *const nothing[] = { "HOME=/", NULL };
	const struct passwd *user = s->runs;
	char config[32];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Above the three, so that no one takes another's place. */
	for (int i = 0; i < COURIER_FDS; i++)
		if (dup2(fds[i], 100 + i) < 0)
			_exit(126);
	for (int i = 0; i < 3; i++)
		dup2(100 + i, i);
	dup2(100 + COURIER_CONFIG, 3);
	syscall(SYS_close_range, 4, ~0U, 0);
	if (user &&
	    (setgroups(0, NULL) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0))
		_exit(126);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	signal(SIGPIPE, SIG_DFL);
	snprintf(config, sizeof(config), "/proc/self/fd/3");
	execve(s->curl, (char *[]){ "curl", "-q", "-K", config, NULL }, nothing);
	dprintf(2, "%s: %s\n", s->curl, strerror(errno));
	_exit(127);
}

static void start(const struct courier_settings *s, const int fds[COURIER_FDS])
{
	if (curl.pid)
		return;
	curl.pid = fork();
	if (curl.pid == 0)
		run(s, fds);
	if (curl.pid < 0)
		curl.pid = 0;
	else
		curl.ended = (int)syscall(SYS_pidfd_open, curl.pid, 0);
}

static void reap(int fd)
{
	char text[16];
	int status;

	waitpid(curl.pid, &status, 0);
	close(curl.ended);
	curl.pid = 0;
	curl.ended = -1;
	snprintf(text, sizeof(text), "%d", WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	answer(fd, text);
}

/* ---- requests ---------------------------------------------------------------------------- */

/* The letter, or 0 at the daemon's end; fds are -1 where none came. */
static char receive(int fd, int fds[COURIER_FDS])
{
	char letter = 0;
	struct iovec data = { &letter, 1 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(COURIER_FDS * sizeof(int))];
	} control;
	struct msghdr m = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	const struct cmsghdr *h;

	if (recvmsg(fd, &m, MSG_CMSG_CLOEXEC) <= 0)
		return 0;
	h = CMSG_FIRSTHDR(&m);
	for (int i = 0; i < COURIER_FDS; i++)
		fds[i] = -1;
	if (h && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(COURIER_FDS * sizeof(int)))
		memcpy(fds, CMSG_DATA(h), COURIER_FDS * sizeof(int));
	return letter;
}

static bool serve_one(int fd, const struct courier_settings *s)
{
	int fds[COURIER_FDS];
	char letter = receive(fd, fds);

	if (letter == COURIER_LOGIN)
		login(fd, s);
	else if (letter == COURIER_CURL && fds[COURIER_CONFIG] >= 0)
		start(s, fds);
	else if (letter == COURIER_KILL && curl.pid)
		kill(curl.pid, SIGKILL);
	for (int i = 0; letter && i < COURIER_FDS; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return letter != 0;
}

void courier_serve(int fd, const struct courier_settings *s)
{
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
				       { .fd = curl.ended, .events = POLLIN } };

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents)
			reap(fd);
		if (p[0].revents && !serve_one(fd, s))
			break;
	}
	if (curl.pid)
		kill(curl.pid, SIGKILL);
	_exit(0);
}
