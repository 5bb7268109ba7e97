// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xenstored: the store that domains and their toolstack share. Runs in the foreground, to be kept
 * up by init, and takes up where it was when it is started again (state.c). Clients are programs
 * of the control domain, on a socket that only root can open, and domains on rings. The devices are
 * opened as root, then the privilege goes, before the first byte of anybody is read.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/privilege.h"
#include "xenstored/client.h"
#include "xenstored/domain.h"
#include "xenstored/monitor.h"
#include "xenstored/state.h"
#include "xenstored/transaction.h"

#define STATE_FOLDER "/run/xenstored/state"

static void serve(void)
{
	struct pollfd fds[1 + 1 + CLIENTS_MAX];
	bool again = true;

	for (;;) {
		size_t nr = clients_poll(fds + 1);

		fds[0] = (struct pollfd){ .fd = domains_event_fd(), .events = POLLIN };
		if (poll(fds, 1 + nr, again ? 0 : -1) < 0) {
			if (errno == EINTR)
				continue;
			log_error("poll: %s", strerror(errno));
			return;
		}
		clients_receive(fds + 1, nr);
		if (fds[0].revents & POLLIN)
			domains_events();
		again = domains_serve();
		clients_send();
		state_tidy();
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

/* A folder for what outlives us, which we can still write into when the privilege is gone. */
static int state_folder(const struct passwd *user)
{
	if ((mkdir(STATE_FOLDER, 0700) < 0 && errno != EEXIST) ||
	    (user && chown(STATE_FOLDER, user->pw_uid, user->pw_gid) < 0)) {
		log_error("%s: %s", STATE_FOLDER, strerror(errno));
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
				"Keeps the store; becomes USER (default: xenstored), if there is\n"
				"such a user.\n");
			return opt == 'h' ? 0 : 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	user = getpwnam(name);
	if (!user)
		log_warning("there is no user %s: staying root", name);
	/* The monitor before there is anything that it does not need. */
	if (monitor_start(user) < 0 || domains_open() < 0 || clients_listen() < 0 ||
	    state_folder(user) < 0 || privilege_drop(user) < 0)
		return 1;
	if (!state_restore(STATE_FOLDER) && store_fill() < 0)
		return 1;
	domains_start();
	state_keep();
	serve();
	return 1;
}
