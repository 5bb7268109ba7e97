// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine of a few CPUs for the scheduler to run on, in steps of 100 us of its own time. Domains'
 * vCPUs run for ever or by turns, tickles are obeyed at the next step, and after every step the
 * queues are checked from end to end. It includes sched/credit.c, to start each test with its
 * tables empty.
 */
#ifndef SOCLE_TEST_SCHED_SIM_H
#define SOCLE_TEST_SCHED_SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib.h"
#include "sched/private.h"

#include "sched/credit.c"

#define SIM_CPUS  8u
#define SIM_VCPUS 64u
#define STEP      US(100)

/* How a vCPU behaves: runs `busy`, sleeps `pause`, and so on; pause 0: never sleeps. */
struct sim_vcpu {
	struct vcpu v;
	uint64_t busy, pause;
	uint64_t left;   /* to run before it sleeps */
	time_ns_t wakes; /* when it sleeps */
	uint64_t ran;    /* in all */
	uint64_t worst_latency;
	time_ns_t woken; /* and has not run since; 0: has */
	bool had_cap;
	uint64_t idle_wait; /* while a CPU idled that could have run it */
};

struct sim_cpu {
	struct vcpu *current, *leaving; /* leaving: picked away, not yet put away */
	time_ns_t until;
	bool tickled;
	uint64_t idle, picks;
};

static time_ns_t sim_time = SECONDS(1);
static unsigned sim_nr_cpus, sim_nr_vcpus, sim_on;
static struct sim_cpu sim_cpus[SIM_CPUS];
static struct sim_vcpu *sim_vcpus[SIM_VCPUS];
static bool sim_slow_switch;        /* putting away takes a step */
static void (*sim_meanwhile)(void); /* what another CPU does in the middle of a call */

/* --- what the scheduler needs ----------------------------------------------------------------- */

time_ns_t time_now(void)
{
	if (sim_meanwhile)
		sim_meanwhile();
	return sim_time;
}

void cpu_tickle(unsigned cpu)
{
	if (sim_meanwhile)
		sim_meanwhile();
	sim_cpus[cpu].tickled = true;
}

unsigned cpu_this(void)
{
	return sim_on;
}

unsigned cpu_count(void)
{
	return sim_nr_cpus;
}

bool vcpu_runnable(const struct vcpu *v)
{
	return !v->pause_flags && !v->pause_count;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

/* --- domains ---------------------------------------------------------------------------------- */

static struct sim_vcpu *sim_of(struct vcpu *v)
{
	return container_of(v, struct sim_vcpu, v);
}

static void sim_params(struct domain *d, uint16_t weight, uint16_t cap)
{
	assert_int_equal(sched_set_params(d, &(struct sched_params){ weight, cap }), 0);
	for (unsigned i = 0; i < d->max_vcpus; i++)
		sim_of(d->vcpu[i])->had_cap |= cap != 0;
}

static struct domain *sim_domain(unsigned nr_vcpus, uint16_t weight, uint16_t cap, uint64_t busy,
				 uint64_t pause)
{
	struct domain *d = calloc(1, sizeof(*d));

	sched_domain_init(d);
	for (unsigned i = 0; i < nr_vcpus; i++) {
		struct sim_vcpu *s = calloc(1, sizeof(*s));

		s->v.domain = d;
		s->v.id = i;
		s->v.pause_flags = VCPU_PAUSE_DOWN;
		s->busy = s->left = busy;
		s->pause = pause;
		d->vcpu[i] = &s->v;
		d->max_vcpus = i + 1;
		sched_vcpu_init(&s->v);
		assert_true(sim_nr_vcpus < SIM_VCPUS);
		sim_vcpus[sim_nr_vcpus++] = s;
	}
	sim_params(d, weight, cap);
	return d;
}

static void sim_wake(struct vcpu *v)
{
	v->pause_flags = 0;
	sim_of(v)->woken = sim_time;
	sched_wake(v);
}

static void sim_start(struct domain *d)
{
	for (unsigned i = 0; i < d->max_vcpus; i++)
		sim_wake(d->vcpu[i]);
}

static void sim_pin(struct vcpu *v, uint64_t hard)
{
	assert_int_equal(sched_set_affinity(v, &(struct cpu_mask){ { hard } }, NULL), 0);
}

static uint64_t sim_ran(const struct domain *d)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < d->max_vcpus; i++)
		sum += sim_of(d->vcpu[i])->ran;
	return sum;
}

/* --- checks ----------------------------------------------------------------------------------- */

static unsigned sim_places(const struct vcpu *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim_nr_cpus; i++)
		n += (sim_cpus[i].current == v) + (sim_cpus[i].leaving == v);
	return n;
}

static unsigned sim_queued(const struct vcpu *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim_nr_cpus; i++) {
		struct list *pos;

		list_for_each(pos, &sched_queues[i].list)
			if (list_entry(pos, struct vcpu, sched.link) == v) {
				assert_int_equal(v->processor, i);
				n++;
			}
	}
	return n;
}

static void sim_check_vcpu(const struct vcpu *v)
{
	unsigned places = sim_places(v), queued = sim_queued(v);

	assert_true(places <= 1);
	assert_int_equal(v->running, places);
	assert_int_equal(v->sched.queued, queued);
	if (places) {
		if (sim_cpus[v->processor].current == v)
			assert_int_equal(queued, 0);
		assert_true(sim_cpus[v->processor].current == v ||
			    sim_cpus[v->processor].leaving == v);
	} else {
		/* Neither lost nor queued in vain. */
		assert_int_equal(queued, vcpu_runnable(v));
		if (queued)
			assert_true(cpu_mask_test(&v->sched.affinity_hard, v->processor));
	}
}

static bool sim_idle_cpu_for(const struct vcpu *v)
{
	for (unsigned c = 0; c < sim_nr_cpus; c++)
		if (!sim_cpus[c].current && cpu_mask_test(&v->sched.affinity_hard, c))
			return true;
	return false;
}

/*
 * With nothing left to do for any CPU, none idles while someone waits that it could run. One that
 * waited for its cap's next period may wait a little longer, until its queue is looked at.
 */
static void sim_check_idle(void)
{
	for (unsigned i = 0; i < sim_nr_vcpus; i++) {
		struct sim_vcpu *s = sim_vcpus[i];
		bool waits = s->v.sched.queued && !s->v.running &&
			     sched_class_of(&s->v, sim_time) != CLASS_PARKED;

		s->idle_wait = waits && sim_idle_cpu_for(&s->v) ? s->idle_wait + STEP : 0;
		assert_true(s->idle_wait <= (s->had_cap ? ACCOUNT_PERIOD : 0));
	}
}

static void sim_check(void)
{
	for (unsigned i = 0; i < sim_nr_cpus; i++) {
		struct list *pos;
		unsigned n = 0;

		list_for_each(pos, &sched_queues[i].list)
			n++;
		assert_int_equal(sched_queues[i].nr, n);
		assert_false(spin_is_locked(&sched_queues[i].lock));
		assert_ptr_equal(sched_queues[i].current, sim_cpus[i].current);
	}
	for (unsigned i = 0; i < sim_nr_vcpus; i++)
		sim_check_vcpu(&sim_vcpus[i]->v);
}

/* --- time ------------------------------------------------------------------------------------- */

static void sim_put_away(struct sim_cpu *c)
{
	struct vcpu *v = c->leaving;

	c->leaving = NULL;
	if (v)
		sched_switched(v);
}

static void sim_reschedule(unsigned cpu)
{
	struct sim_cpu *c = &sim_cpus[cpu];
	struct vcpu *prev = c->current, *next;

	sim_put_away(c);
	sim_on = cpu;
	c->tickled = false;
	c->picks++;
	next = sched_pick(cpu, prev, sim_time, &c->until);
	assert_true(c->until > sim_time);
	c->current = next;
	if (prev && prev != next) {
		c->leaving = prev;
		if (!sim_slow_switch)
			sim_put_away(c);
	}
	if (next) {
		struct sim_vcpu *s = sim_of(next);

		assert_true(vcpu_runnable(next));
		assert_true(cpu_mask_test(&next->sched.affinity_hard, cpu));
		if (s->woken) {
			s->worst_latency = MAX(s->worst_latency, sim_time - s->woken);
			s->woken = 0;
		}
	}
}

static bool sim_due(const struct sim_cpu *c)
{
	return c->tickled || c->until <= sim_time || (c->current && !vcpu_runnable(c->current));
}

static void sim_settle(void)
{
	bool more = true;

	for (unsigned round = 0; more; round++) {
		assert_true(round < 100); /* CPUs that tickle each other for ever */
		more = false;
		for (unsigned i = 0; i < sim_nr_cpus; i++)
			if (sim_due(&sim_cpus[i])) {
				sim_reschedule(i);
				more = true;
			}
	}
}

static void sim_run_cpu(unsigned cpu)
{
	struct sim_cpu *c = &sim_cpus[cpu];
	struct sim_vcpu *s = c->current ? sim_of(c->current) : NULL;

	sim_on = cpu;
	if (!s) {
		c->idle += STEP;
		return;
	}
	s->ran += STEP;
	if (!s->pause)
		return;
	s->left -= MIN(s->left, STEP);
	if (!s->left) {
		s->v.pause_flags = VCPU_PAUSE_BLOCKED;
		s->left = s->busy;
		s->wakes = sim_time + STEP + s->pause;
		sched_sleep(&s->v);
	}
}

static void sim_step(void)
{
	sim_settle();
	sim_check();
	if (!sim_slow_switch)
		sim_check_idle();
	for (unsigned i = 0; i < sim_nr_cpus; i++)
		sim_run_cpu(i);
	sim_time += STEP;
	for (unsigned i = 0; i < sim_nr_cpus; i++)
		sim_put_away(&sim_cpus[i]);
	for (unsigned i = 0; i < sim_nr_vcpus; i++) {
		struct sim_vcpu *s = sim_vcpus[i];

		if (s->wakes && s->wakes <= sim_time) {
			s->wakes = 0;
			sim_wake(&s->v);
		}
	}
}

static void sim_run(time_ns_t how_long)
{
	for (time_ns_t end = sim_time + how_long; sim_time < end;)
		sim_step();
}

/* --- machine ---------------------------------------------------------------------------------- */

static void sim_begin(unsigned nr_cpus)
{
	sim_nr_cpus = nr_cpus;
	sim_nr_vcpus = 0;
	sim_slow_switch = false;
	memset(sim_cpus, 0, sizeof(sim_cpus));
	memset(sched_queues, 0, sizeof(struct runqueue) * SIM_CPUS);
	memset(idle, 0, sizeof(idle));
	for (unsigned i = 0; i < nr_cpus; i++) {
		sim_cpus[i].until = TIME_NEVER;
		sched_cpu_online(i);
	}
}

static void sim_end(void)
{
	for (unsigned i = 0; i < sim_nr_vcpus; i++) {
		sim_vcpus[i]->v.pause_flags = VCPU_PAUSE_DOWN;
		sched_sleep(&sim_vcpus[i]->v);
	}
	sim_settle();
	for (unsigned i = 0; i < sim_nr_cpus; i++)
		sim_put_away(&sim_cpus[i]);
	for (unsigned i = sim_nr_vcpus; i-- > 0;) {
		struct vcpu *v = &sim_vcpus[i]->v;
		struct domain *d = v->domain;

		sched_vcpu_destroy(v);
		if (v->id == 0) {
			sched_domain_destroy(d);
			free(d);
		}
		free(sim_vcpus[i]);
	}
}

#endif
