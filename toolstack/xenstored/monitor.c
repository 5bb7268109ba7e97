// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The child has the privileged device, and reads one byte at a time whose value does not matter.
 * It keeps no other privilege. Each side ends when the other has.
 */
#include "xenstored/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/domain.h"
#include "lib/log.h"
#include "lib/privilege.h"

static int monitor_fd = -1;

/* As many at a time as fit into the arena of hypercall arguments. */
#define BATCH 256

static size_t look(struct xencall *xc, struct domain_state *states)
{
	static struct xen_domctl_getdomaininfo info[BATCH];
	size_t nr = 0;
	domid_t next = 0;
	int got;

	do {
		got = domain_list(xc, next, info, BATCH);
		for (int i = 0; i < got && nr < MONITOR_DOMAINS; i++, nr++) {
			states[nr].domid = info[i].domain;
			states[nr].flags = 0;
			if (info[i].flags & XEN_DOMINF_shutdown)
				states[nr].flags |= MONITOR_SHUTDOWN;
			if (info[i].flags & XEN_DOMINF_dying)
				states[nr].flags |= MONITOR_DYING;
			next = info[i].domain + 1;
		}
	} while (got == BATCH);
	return got < 0 ? 0 : nr;
}

static void monitor_run(int fd, const struct passwd *user)
{
	struct domain_state states[MONITOR_DOMAINS];
	struct xencall xc;
	char byte;

	prctl(PR_SET_NAME, "xenstored-watch");
	if (xencall_open(&xc) < 0) {
		log_error("/dev/xen/privcmd: %s", strerror(errno));
		return;
	}
	/* Nobody with the same user id may look into it. */
	if (privilege_drop(user) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return;
	while (recv(fd, &byte, 1, 0) == 1) {
		size_t nr = look(&xc, states);

		if (send(fd, states, nr * sizeof(states[0]), MSG_NOSIGNAL) < 0)
			return;
	}
}

int monitor_start(const struct passwd *user)
{
	int fds[2];
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0)
		pid = fork();
	if (pid < 0) {
		log_error("starting the monitor: %s", strerror(errno));
		return -1;
	}
	if (pid == 0) {
		close(fds[0]);
		monitor_run(fds[1], user);
		_exit(1);
	}
	close(fds[1]);
	monitor_fd = fds[0];
	return 0;
}

int monitor_ask(struct domain_state states[MONITOR_DOMAINS])
{
	ssize_t got = -1;

	if (send(monitor_fd, "?", 1, MSG_NOSIGNAL) == 1) {
		do
			got = recv(monitor_fd, states, MONITOR_DOMAINS * sizeof(*states), 0);
		while (got < 0 && errno == EINTR);
	}
	/* There is always domain 0. */
	return got <= 0 ? -1 : (int)((size_t)got / sizeof(*states));
}
