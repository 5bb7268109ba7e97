// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Software timers: a sorted list per CPU under that CPU's timer lock. The local APIC timer is set
 * for the first of them, and left alone while it is set for something earlier: most timers are set
 * anew or stopped before they expire, with every change between two vCPUs. That interrupt finds
 * nothing due then, and sets it for the first there is; an idle CPU without timers sleeps for good.
 */
#include "timer.h"

#include "cpu.h"

void timers_init_cpu(void)
{
	list_init(&this_cpu()->timers);
}

void timer_init(struct timer *t, void (*fn)(void *data), void *data, unsigned cpu)
{
	list_init(&t->link);
	t->expires = TIME_NEVER;
	t->fn = fn;
	t->data = data;
	t->cpu = cpu;
}

/* Locks the queue that the timer belongs to, which may change while we wait for it. */
static struct cpu *lock_queue_of(const struct timer *t)
{
	for (;;) {
		unsigned cpu = READ_ONCE(t->cpu);

		spin_lock(&cpus[cpu]->timer_lock);
		if (cpu == READ_ONCE(t->cpu))
			return cpus[cpu];
		spin_unlock(&cpus[cpu]->timer_lock);
	}
}

/* The queue's lock is held. True when it became the first, so the hardware has to know. */
static bool enqueue(struct cpu *c, struct timer *t)
{
	struct list *pos;

	list_for_each(pos, &c->timers)
		if (list_entry(pos, struct timer, link)->expires > t->expires)
			break;
	list_insert_before(pos, &t->link);
	return c->timers.next == &t->link;
}

/*
 * Our own hardware is set for the first, or earlier; the lock is held, since others take timers off
 * our list.
 */
static void program_first(struct cpu *c)
{
	time_ns_t first = TIME_NEVER;

	if (!list_empty(&c->timers))
		first = list_entry(c->timers.next, struct timer, link)->expires;
	if (c->timer_programmed <= first)
		return;
	c->timer_programmed = first;
	apic_timer_program(first);
}

void timer_fired(void)
{
	this_cpu()->timer_programmed = TIME_NEVER;
}

void timer_set(struct timer *t, time_ns_t expires)
{
	struct cpu *c = lock_queue_of(t);
	bool first;

	list_remove(&t->link);
	t->expires = expires;
	first = expires != TIME_NEVER && enqueue(c, t);
	if (first && c == this_cpu())
		program_first(c);
	spin_unlock(&c->timer_lock);
	/* Another CPU programs its own hardware on its way through cpu_run. */
	if (first && c != this_cpu())
		apic_send_ipi(c->apic_id, VECTOR_KICK);
}

/* Again after a wait: the function that was running may have set the timer anew. */
void timer_stop(struct timer *t)
{
	struct cpu *c;
	bool running;

	do {
		c = lock_queue_of(t);
		list_remove(&t->link);
		t->expires = TIME_NEVER;
		running = c->timer_running == t && c != this_cpu();
		spin_unlock(&c->timer_lock);
		while (running && READ_ONCE(c->timer_running) == t)
			__builtin_ia32_pause();
	} while (running);
}

void timer_migrate(struct timer *t, unsigned cpu)
{
	struct cpu *c;
	time_ns_t expires;

	if (READ_ONCE(t->cpu) == cpu)
		return;
	c = lock_queue_of(t);
	/* While its function runs there it stays: that is where timer_stop waits for it. */
	if (c->timer_running == t) {
		spin_unlock(&c->timer_lock);
		return;
	}
	list_remove(&t->link);
	expires = t->expires;
	WRITE_ONCE(t->cpu, cpu);
	spin_unlock(&c->timer_lock);
	if (expires != TIME_NEVER)
		timer_set(t, expires);
}

void timers_run(void)
{
	struct cpu *c = this_cpu();
	time_ns_t now = time_now();
	struct timer *t;

	if (list_empty(&c->timers))
		return;
	spin_lock(&c->timer_lock);
	/*
	 * Those due now; not those that set themselves anew and are due again by the time that we
	 * are done: guests can have so many that this would never end.
	 */
	while (!list_empty(&c->timers)) {
		t = list_entry(c->timers.next, struct timer, link);
		if (t->expires > now)
			break;
		list_remove(&t->link);
		t->expires = TIME_NEVER;
		c->timer_running = t;
		spin_unlock(&c->timer_lock);
		t->fn(t->data);
		spin_lock(&c->timer_lock);
		WRITE_ONCE(c->timer_running, NULL);
	}
	program_first(c);
	spin_unlock(&c->timer_lock);
}
