// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel keeps what is blocked even if it is ignored: so the latter is looked for here.
 */
#include "vm/signals.h"

#include <stddef.h>

static const int interruptions[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

#define NR_INTERRUPTIONS (sizeof(interruptions) / sizeof(interruptions[0]))

static bool is_ignored(int signal_nr)
{
	struct sigaction now;

	return sigaction(signal_nr, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void signals_hold(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NR_INTERRUPTIONS; i++)
		sigaddset(&set, interruptions[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

bool signals_waiting(void)
{
	sigset_t set;

	sigpending(&set);
	for (size_t i = 0; i < NR_INTERRUPTIONS; i++)
		if (sigismember(&set, interruptions[i]) && !is_ignored(interruptions[i]))
			return true;
	return false;
}
