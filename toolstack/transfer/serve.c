// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This process reads nothing of what comes: it counts. A stream that is killed, or that crashes,
 * takes nobody along.
 */
#include "transfer/serve.h"

#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/listener.h"
#include "lib/privilege.h"
#include "transfer/job.h"

#define STREAMS_MAX 64 /* consoles, too, which last */

static volatile sig_atomic_t ending;

static void on_signal(int number)
{
	if (number == SIGTERM)
		ending = 1;
}

/* The user's own daemons connect as well as the web server, which is of the group. */
static int listen_at(const char *path, const struct passwd *user, const char *group)
{
	const struct group *g = group ? getgrnam(group) : NULL;
	struct reason why;
	int fd = listener_open(path, SOCK_STREAM, user ? user->pw_uid : (uid_t)-1,
			       g ? g->gr_gid : (gid_t)-1, 64, &why);

	if (fd < 0)
		log_error("%s", why.text);
	return fd;
}

static _Noreturn void stream(int fd, const struct serve_paths *paths, const sigset_t *signals)
{
	struct request r;
	struct reason why;

	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_SETMASK, signals, NULL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (request_read(&r, fd, &why) < 0)
		reply_words(&r, "400 Bad Request", why.text);
	else
		job_run(&r, paths);
	request_close(&r);
	_exit(0);
}

/* One more stream; those that are too many hear so. */
static void take(int listener, const struct serve_paths *paths, const sigset_t *signals,
		 unsigned int *streams)
{
	static const char busy[] = "Status: 503 Service Unavailable\r\n"
				   "Content-Type: text/plain\r\n\r\ntoo many streams at once\n";
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	pid_t pid = -1;

	if (fd < 0)
		return;
	if (*streams < STREAMS_MAX)
		pid = fork();
	if (pid == 0) {
		close(listener);
		stream(fd, paths, signals);
	}
	if (pid > 0)
		(*streams)++;
	else
		send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

int serve(const struct serve_paths *paths)
{
	const struct passwd *user = getuid() == 0 && paths->user ? getpwnam(paths->user) : NULL;
	const struct sigaction action = { .sa_handler = on_signal };
	int listener = listen_at(paths->listen, user, paths->group);
	unsigned int streams = 0;
	sigset_t held, before;

	if (listener < 0 || privilege_drop(user) < 0)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGCHLD, &action, NULL);
	/* Signals come only while we wait. */
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, &before);
	while (!ending) {
		struct pollfd p = { .fd = listener, .events = POLLIN };

		if (ppoll(&p, 1, NULL, &before) > 0)
			take(listener, paths, &before, &streams);
		while (streams && waitpid(-1, NULL, WNOHANG) > 0)
			streams--;
	}
	return 0;
}
