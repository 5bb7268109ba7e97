// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * epoll, and a list of times of which only the earliest matters. See loop.h.
 */
#include "apid/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "lib/log.h"

#define ROUND 64 /* events at once */

static int epoll = -1;
static bool ending;
static struct loop_timer *timers;
static int64_t next_look = INT64_MAX;

static struct grave {
	struct grave *next;
	void *memory;
} * graves;

int loop_open(void)
{
	epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll < 0 ? -1 : 0;
}

int loop_add(struct loop_source *s, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	s->closed = false;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &e);
}

void loop_change(struct loop_source *s, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	epoll_ctl(epoll, EPOLL_CTL_MOD, s->fd, &e);
}

void loop_close(struct loop_source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->closed = true;
}

void loop_free(void *memory)
{
	struct grave *g = malloc(sizeof(*g));

	if (!g)
		abort();
	*g = (struct grave){ graves, memory };
	graves = g;
}

static void graves_clear(void)
{
	while (graves) {
		struct grave *g = graves;

		graves = g->next;
		free(g->memory);
		free(g);
	}
}

/* ---- times ------------------------------------------------------------------------------- */

void loop_timer_stop(struct loop_timer *t)
{
	if (!t->at)
		return;
	*t->place = t->next;
	if (t->next)
		t->next->place = t->place;
	t->at = 0;
}

void loop_timer_set(struct loop_timer *t, int64_t at)
{
	if (!t->at) {
		t->next = timers;
		t->place = &timers;
		if (timers)
			timers->place = &t->next;
		timers = t;
	}
	t->at = at;
	if (at < next_look)
		next_look = at;
}

static void timers_look(int64_t now)
{
	struct loop_timer *t = timers;

	if (now < next_look)
		return;
	next_look = INT64_MAX;
	while (t) {
		if (t->at <= now) {
			loop_timer_stop(t);
			t->expired(t);
			/* It may have changed the list: from the start. */
			t = timers;
			continue;
		}
		if (t->at < next_look)
			next_look = t->at;
		t = t->next;
	}
}

static int wait_ms(void)
{
	int64_t left;

	if (next_look == INT64_MAX)
		return -1;
	left = next_look - now_ms();
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left + 1;
}

/* ---- rounds ------------------------------------------------------------------------------ */

void loop_run(void (*between)(void))
{
	struct epoll_event events[ROUND];

	while (!ending) {
		int nr = epoll_wait(epoll, events, ROUND, wait_ms());

		if (nr < 0 && errno != EINTR) {
			log_error("epoll: %s", strerror(errno));
			return;
		}
		for (int i = 0; i < nr; i++) {
			struct loop_source *s = events[i].data.ptr;

			if (!s->closed)
				s->ready(s, events[i].events);
		}
		timers_look(now_ms());
		between();
		graves_clear();
	}
	graves_clear();
}

void loop_end(void)
{
	ending = true;
}
