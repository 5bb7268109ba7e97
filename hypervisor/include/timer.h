// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System time and one-shot software timers, per CPU, driven by that CPU's local APIC timer. A timer
 * fires on the CPU it was last set for, with interrupts off and no lock held; it may set itself
 * again.
 */
#ifndef SOCLE_TIMER_H
#define SOCLE_TIMER_H

#include "list.h"
#include "types.h"

struct timer {
	struct list link;  /* owned by the timer code */
	time_ns_t expires; /* TIME_NEVER while not set */
	unsigned cpu;      /* whose queue it is on */
	void (*fn)(void *data);
	void *data;
};

/* Nanoseconds since boot, the time that pvclock shows; monotonic on each CPU. */
time_ns_t time_now(void);

void timer_init(struct timer *t, void (*fn)(void *data), void *data, unsigned cpu);
/* (Re)arms for an absolute time; one in the past fires at the next chance. */
void timer_set(struct timer *t, time_ns_t expires);
/*
 * After it returns the function is not running and will not run, unless the caller is the function.
 */
void timer_stop(struct timer *t);
/* Moves it, armed or not, to another CPU's queue. */
void timer_migrate(struct timer *t, unsigned cpu);

#endif
