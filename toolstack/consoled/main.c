// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * consoled: carries the guests' consoles to log files and to readers on a socket. Runs in the
 * foreground, to be kept up by init. It needs event channels and grants only: the devices are
 * opened as root, then the privilege goes, before the first byte of a guest is read.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "consoled/private.h"
#include "lib/log.h"
#include "lib/privilege.h"

static int inotify_fd = -1;

static int directories_make(const struct passwd *user)
{
	static const char *const shared[] = { "/run/xen", VM_STATE_DIR, "/var/log/xen" };
	const char *logs = "/var/log/xen/console";

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		if (mkdir(shared[i], 0755) < 0 && errno != EEXIST) {
			log_error("%s: %s", shared[i], strerror(errno));
			return -1;
		}
	}
	if ((mkdir(logs, 0750) < 0 && errno != EEXIST) ||
	    (user && chown(logs, user->pw_uid, user->pw_gid) < 0)) {
		log_error("%s: %s", logs, strerror(errno));
		return -1;
	}
	return 0;
}

/* The state directory tells which guests there are. */
static int state_watch(void)
{
	inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (inotify_fd < 0 ||
	    inotify_add_watch(inotify_fd, VM_STATE_DIR, IN_MOVED_TO | IN_DELETE) < 0) {
		log_error("%s: %s", VM_STATE_DIR, strerror(errno));
		return -1;
	}
	return 0;
}

static void state_drain(void)
{
	char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];

	while (read(inotify_fd, events, sizeof(events)) > 0)
		;
}

static void serve(void)
{
	struct pollfd fds[2 + 1 + MAX_CLIENTS];
	struct timespec ts;

	guests_scan();
	for (;;) {
		size_t nr;
		int wait;

		clock_gettime(CLOCK_MONOTONIC, &ts);
		wait = guests_rate(ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000);
		clients_flush();
		nr = clients_poll(fds + 2);
		fds[0] = (struct pollfd){ .fd = guests_event_fd(), .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = inotify_fd, .events = POLLIN };
		if (poll(fds, nr + 2, wait) < 0 && errno != EINTR) {
			log_error("poll: %s", strerror(errno));
			return;
		}
		clients_serve(fds + 2, nr);
		if (fds[1].revents & POLLIN) {
			state_drain();
			guests_scan();
		}
		if (fds[0].revents & POLLIN)
			guests_events();
	}
}

int main(int argc, char **argv)
{
	const char *name = "consoled";
	struct passwd *user;
	int opt;

	log_open("consoled", LOG_LEVEL_INFO);
	while ((opt = getopt(argc, argv, "u:h")) != -1) {
		if (opt == 'u') {
			name = optarg;
		} else {
			fprintf(opt == 'h' ? stdout : stderr,
				"usage: consoled [-u USER]\n"
				"Keeps the guests' consoles; becomes USER (default: consoled) if "
				"there is one.\n");
			return opt == 'h' ? 0 : 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	user = getpwnam(name);
	if (!user)
		log_warning("there is no user %s: staying root", name);
	if (directories_make(user) < 0 || state_watch() < 0 || guests_open() < 0 ||
	    clients_listen() < 0 || privilege_drop(user) < 0)
		return 1;
	serve();
	return 1;
}
