// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A slot for each repository that is being plugged or waits for its next attempt. No locks: the
 * process that plugs takes the repository's, as everybody does.
 */
#include "storage/plug_known.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "storage/plug_state.h"

#define SLOTS     64
#define WAIT_LAST 60000 /* ms between attempts, in the end */

struct attempt {
	char uuid[UUID_TEXT]; /* "": a free slot */
	pid_t child;          /* 0: none runs */
	int64_t next;
	int64_t wait;
};

static struct attempt attempts[SLOTS];

static struct attempt *attempt_of(const char *uuid)
{
	struct attempt *unused = NULL;

	for (unsigned int i = 0; i < SLOTS; i++) {
		if (strcmp(attempts[i].uuid, uuid) == 0)
			return &attempts[i];
		if (!attempts[i].uuid[0] && !unused)
			unused = &attempts[i];
	}
	if (unused)
		snprintf(unused->uuid, UUID_TEXT, "%s", uuid);
	return unused;
}

/* Each reason once, and what became of it. */
static _Noreturn void plug(const struct sr *sr, bool first)
{
	struct sr_error e;
	int rc = sr_plug(sr, &e);

	if (rc == 0)
		log_info("repository %s (%s) is plugged", sr->uuid, sr->name);
	else if (first)
		log_warning("repository %s (%s) is not plugged yet: %s: %s", sr->uuid, sr->name,
			    e.code, e.why.text);
	_exit(rc == 0 ? 0 : 1);
}

/* Has the process of this attempt ended? Then another may begin, later than the last time. */
static bool attempt_over(struct attempt *a)
{
	if (a->child && waitpid(a->child, NULL, WNOHANG) == 0)
		return false;
	if (a->child) {
		a->wait = a->wait * 2 < WAIT_LAST ? a->wait * 2 : WAIT_LAST;
		a->next = now_ms() + a->wait;
	}
	a->child = 0;
	return true;
}

void plug_known(const struct sr *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct attempt *a = attempt_of(list[i].uuid);
		bool first;

		if (!a || !attempt_over(a))
			continue;
		if (plug_state(list[i].uuid) != PLUG_STATE_NEW) {
			*a = (struct attempt){ 0 };
			continue;
		}
		if (now_ms() < a->next)
			continue;
		first = a->wait == 0;
		a->wait = first ? 1000 : a->wait;
		fflush(NULL);
		a->child = fork();
		if (a->child == 0)
			plug(&list[i], first);
		if (a->child < 0)
			a->child = 0;
	}
}
