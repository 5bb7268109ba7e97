// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: descriptors and times. What a source frees in its own ready function it gives to
 * loop_free, since events for it may be on their way.
 */
#ifndef APID_LOOP_H
#define APID_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct loop_source {
	int fd;
	void (*ready)(struct loop_source *s, uint32_t events);
	bool closed;
};

struct loop_timer {
	struct loop_timer *next, **place;
	int64_t at; /* of now_ms; 0: not set */
	void (*expired)(struct loop_timer *t);
};

int loop_open(void);
int loop_add(struct loop_source *s, uint32_t events);
void loop_change(struct loop_source *s, uint32_t events);
/* Closes the descriptor; no more events come. */
void loop_close(struct loop_source *s);
/* Frees memory when no event of this round can name it. */
void loop_free(void *memory);

void loop_timer_set(struct loop_timer *t, int64_t at);
void loop_timer_stop(struct loop_timer *t);

/* Until loop_end. between runs after each round. */
void loop_run(void (*between)(void));
void loop_end(void);

#endif
