// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This process reads nothing of what comes: it counts. A stream that is killed, or that crashes,
 * takes nobody along.
 */
#include "transfer/serve.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/listener.h"
#include "lib/privilege.h"
#include "transfer/job.h"

#define STREAMS_MAX   88 /* consoles, too, which last */
#define FOLLOWERS_MAX 24 /* of these: all others find room beside them */
#define FOLLOWERS_OF  8  /* one session: who has gone is noticed at the next row */

/* Who takes a place is a stream's process; we give it free when that has ended. */
static struct follower {
	_Atomic pid_t process; /* 0: free */
	_Atomic uint32_t session;
} * followers;

static volatile sig_atomic_t ending;

static void on_signal(int number)
{
	if (number == SIGTERM)
		ending = 1;
}

/* ---- those that follow ------------------------------------------------------------------- */

static bool followers_open(void)
{
	followers = mmap(NULL, FOLLOWERS_MAX * sizeof(*followers), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (followers == MAP_FAILED)
		log_error("followers: %s", strerror(errno));
	return followers != MAP_FAILED;
}

static uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h;
}

bool serve_may_follow(const char *session)
{
	const uint32_t who = hash(session);
	unsigned int same = 0;

	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		same += followers[i].process && followers[i].session == who;
	for (size_t i = 0; i < FOLLOWERS_MAX && same < FOLLOWERS_OF; i++) {
		pid_t nobody = 0;

		if (atomic_compare_exchange_strong(&followers[i].process, &nobody, getpid())) {
			followers[i].session = who;
			return true;
		}
	}
	return false;
}

static void follower_ended(pid_t process)
{
	for (size_t i = 0; i < FOLLOWERS_MAX; i++)
		if (followers[i].process == process)
			followers[i].process = 0;
}

/* ---- the loop ---------------------------------------------------------------------------- */

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
	pid_t ended;

	if (listener < 0 || !followers_open() || privilege_drop(user) < 0)
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
		while (streams && (ended = waitpid(-1, NULL, WNOHANG)) > 0) {
			follower_ended(ended);
			streams--;
		}
	}
	return 0;
}
