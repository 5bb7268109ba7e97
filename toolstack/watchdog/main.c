// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host-watchdog: tells the hypervisor every twenty seconds that the control domain still runs
 * programs. If it does not for two minutes, the machine is reset: a new version that hangs on its
 * trial is left again, and a host that hangs comes back. Where the hypervisor has armed the
 * watchdog at its start (dom0_watchdog=), this is the one that is renewed.
 *
 * A host that shuts down has half an hour for it. Ended by a signal, nobody watches any more.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "abi/sched.h"
#include "lib/log.h"
#include "lib/xencall.h"

#define STOPPING "/run/stopping" /* made by /etc/init.d/rcK */
#define EVERY    20
#define TIMEOUT  120
#define TO_STOP  1800

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static long renew(struct xencall *xc, uint32_t id, uint32_t seconds)
{
	struct sched_watchdog w = { .id = id, .timeout = seconds };

	return xencall_struct(xc, __HYPERVISOR_sched_op, SCHEDOP_watchdog, &w, sizeof(w));
}

/* The number of the one that is armed now; -1 with errno. */
static long watchdog_take(struct xencall *xc)
{
	if (renew(xc, 1, TIMEOUT) == 0)
		return 1;
	return errno == EINVAL ? renew(xc, 0, TIMEOUT) : -1;
}

/*
 * Nothing of this is to wait for memory or for a CPU, nor to be what the kernel ends for want of
 * memory.
 */
static void precedence_take(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		log_warning("mlockall: %s", strerror(errno));
	/* Not sched_setscheduler(): musl has none, since for threads it would be wrong. */
	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &first) != 0)
		log_warning("no precedence over other programs");
	if (fd < 0 || write(fd, "-1000", 5) != 5)
		log_warning("oom_score_adj: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static int watch(struct xencall *xc, uint32_t id)
{
	while (!ended) {
		bool stops = access(STOPPING, F_OK) == 0;

		if (renew(xc, id, stops ? TO_STOP : TIMEOUT) < 0) {
			log_error("the hypervisor does not take it: %s", strerror(errno));
			return 1;
		}
		if (stops)
			return 0;
		sleep(EVERY);
	}
	renew(xc, id, 0);
	return 0;
}

int main(void)
{
	const struct sigaction end = { .sa_handler = on_signal };
	struct xencall xc;
	long id;

	log_open("host-watchdog", LOG_LEVEL_INFO);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	if (xencall_open(&xc) < 0 || (id = watchdog_take(&xc)) < 0) {
		log_error("no watchdog: %s", strerror(errno));
		return 1;
	}
	precedence_take();
	return watch(&xc, (uint32_t)id);
}
