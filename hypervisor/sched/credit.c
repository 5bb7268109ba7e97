// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scheduler's decisions: which vCPU a CPU runs next, where a woken one goes, and whom that
 * interrupts. A CPU whose own queue has nothing better than vCPUs in debt looks into the others'
 * queues, so that credit counts across the machine and no CPU idles while a vCPU waits.
 */
#include "private.h"

#include "abi/errno.h"
#include "lib.h"
#include "log.h"
#include "timer.h"

/* CPUs with nothing to run. Who sends one work clears its bit: two must not choose the same. */
static uint64_t idle[MAX_CPUS / 64];

void sched_cpu_online(unsigned cpu)
{
	list_init(&sched_queues[cpu].list);
	bit_test_and_set(cpu, idle);
}

/* --- where to --------------------------------------------------------------------------------- */

/* An idle CPU that v may run on, now spoken for (to be tickled); -1 when there is none. */
static int claim_idle(const struct cpu_mask *hard, const struct cpu_mask *soft)
{
	for (unsigned w = 0; w < MAX_CPUS / 64; w++) {
		uint64_t bits = atomic_read(&idle[w]) & READ_ONCE(hard->bits[w]);

		if (soft)
			bits &= READ_ONCE(soft->bits[w]);
		for (; bits; bits &= bits - 1) {
			unsigned cpu = w * 64 + (unsigned)__builtin_ctzl(bits);

			if (bit_test_and_clear(cpu, idle))
				return (int)cpu;
		}
	}
	return -1;
}

static int claim_idle_for(const struct vcpu *v)
{
	unsigned last = v->processor;
	int cpu;

	/* Where its caches are, if that is also where it likes to be. */
	if (cpu_mask_test(&v->sched.affinity_hard, last) &&
	    cpu_mask_test(&v->sched.affinity_soft, last) && bit_test_and_clear(last, idle))
		return (int)last;
	cpu = claim_idle(&v->sched.affinity_hard, &v->sched.affinity_soft);
	return cpu >= 0 ? cpu : claim_idle(&v->sched.affinity_hard, NULL);
}

/* The first CPU online of those where v may run, from its last one on: masks always leave one. */
static unsigned allowed_cpu(const struct vcpu *v)
{
	unsigned n = cpu_count();

	for (unsigned i = 0; i < n; i++) {
		unsigned cpu = (v->processor + i) % n;

		if (cpu_mask_test(&v->sched.affinity_hard, cpu))
			return cpu;
	}
	return v->processor;
}

/*
 * v, in no queue and picked by no CPU, goes to cpu. Comes with q locked, returns with cpu's locked;
 * in between others may have taken it, but for one that is still being put away.
 */
static struct runqueue *move_to(struct vcpu *v, struct runqueue *q, unsigned cpu)
{
	if (v->processor == cpu)
		return q;
	WRITE_ONCE(v->processor, cpu);
	v->sched.migrations++;
	spin_unlock(&q->lock);
	return sched_queue_lock(v);
}

static bool may_be_queued(const struct vcpu *v)
{
	return vcpu_runnable(v) && !v->sched.queued && !v->running;
}

/* Its queue is locked. */
static void admit(struct vcpu *v, time_ns_t now)
{
	sched_runstate(v, RUNSTATE_runnable, now);
	v->sched.boosted = v->sched.credit > 0;
	sched_enqueue(v);
}

static bool outranks(const struct vcpu *v, const struct vcpu *current, time_ns_t now)
{
	return !current || sched_class_of(v, now) < sched_class_of(current, now);
}

void sched_wake(struct vcpu *v)
{
	time_ns_t now = time_now();
	struct runqueue *q;
	bool tickle = false;
	int claimed;

	sched_account(now);
	q = sched_queue_lock(v);
	/* One that still runs or is being put away: sched_pick or sched_switched sees to it. */
	while (may_be_queued(v)) {
		claimed = claim_idle_for(v);
		q = move_to(v, q, claimed >= 0 ? (unsigned)claimed : allowed_cpu(v));
		if (claimed >= 0) {
			/* Whatever comes of it: that CPU must look again to count as idle. */
			cpu_tickle((unsigned)claimed);
			tickle = v->processor != (unsigned)claimed;
		}
		/* While no queue was locked v may have been dealt with, or its affinity changed. */
		if (may_be_queued(v) && cpu_mask_test(&v->sched.affinity_hard, v->processor)) {
			admit(v, now);
			if (claimed < 0 || tickle)
				tickle = outranks(v, q->current, now);
		}
	}
	if (tickle)
		cpu_tickle(v->processor);
	spin_unlock(&q->lock);
}

void sched_sleep(struct vcpu *v)
{
	time_ns_t now = time_now();
	struct runqueue *q = sched_queue_lock(v);

	if (!vcpu_runnable(v)) {
		if (v->sched.queued)
			sched_dequeue(v);
		if (q->current == v)
			cpu_tickle(v->processor);
		else
			sched_runstate(v, sched_runstate_of(v), now);
	}
	spin_unlock(&q->lock);
}

bool sched_is_away(struct vcpu *v)
{
	struct runqueue *q = sched_queue_lock(v);
	bool away = !v->running && !v->sched.queued;

	spin_unlock(&q->lock);
	return away;
}

void sched_yield(struct vcpu *v)
{
	WRITE_ONCE(v->sched.yielded, true);
	cpu_tickle(cpu_this());
}

/* --- what to run ------------------------------------------------------------------------------ */

/* prev is queued again if it may run, here at least until it has been put away. Idempotent. */
static void put_back(unsigned cpu, struct vcpu *prev)
{
	bool here = vcpu_runnable(prev) && cpu_mask_test(&prev->sched.affinity_hard, cpu);

	if (here && !prev->sched.queued)
		sched_enqueue(prev);
	else if (!here && prev->sched.queued)
		sched_dequeue(prev);
}

/* The best of cpu's own queue; NULL when it has nobody that may run. Its lock is held. */
static struct vcpu *choose(unsigned cpu, struct vcpu *prev, time_ns_t now)
{
	struct runqueue *q = &sched_queues[cpu];
	struct vcpu *other;

	if (prev && READ_ONCE(prev->sched.yielded)) {
		other = sched_first(q, cpu, NULL, CLASS_PARKED, false, now);
		if (other)
			return other;
	}
	return sched_first(q, cpu, prev, CLASS_PARKED, false, now);
}

/* Moves a vCPU of a class before `limit` from another queue into cpu's. No lock held. */
static bool steal(unsigned cpu, enum sched_class limit, bool soft_only, time_ns_t now)
{
	unsigned n = cpu_count();
	struct vcpu *v = NULL;

	for (unsigned i = 1; i < n && !v; i++) {
		unsigned from = (cpu + i) % n;

		if (!READ_ONCE(sched_queues[from].nr))
			continue;
		spin_lock(&sched_queues[MIN(cpu, from)].lock);
		spin_lock(&sched_queues[MAX(cpu, from)].lock);
		v = sched_first(&sched_queues[from], cpu, NULL, limit, soft_only, now);
		if (v) {
			sched_dequeue(v);
			WRITE_ONCE(v->processor, cpu);
			v->sched.migrations++;
			sched_enqueue(v);
		}
		spin_unlock(&sched_queues[from].lock);
		spin_unlock(&sched_queues[cpu].lock);
	}
	return v != NULL;
}

/*
 * The queue's lock is held and next chosen. Others that wait here are offered to CPUs that idle: to
 * let one wait is right only if no CPU can take it. True if one waits for the next period of its
 * cap.
 */
static bool offer_waiting(const struct runqueue *q, time_ns_t now)
{
	bool parked = false;
	struct list *pos;

	list_for_each(pos, &q->list) {
		const struct vcpu *v = list_entry(pos, struct vcpu, sched.link);
		int cpu = -1;

		if (sched_class_of(v, now) == CLASS_PARKED)
			parked = true;
		else if (!v->running)
			cpu = claim_idle_for(v);
		if (cpu >= 0)
			cpu_tickle((unsigned)cpu);
	}
	return parked;
}

static time_ns_t run_until(const struct vcpu *next, bool parked, time_ns_t now)
{
	time_ns_t until = TIME_NEVER;

	if (next) {
		until = now + (next->sched.boosted ? BOOST_SLICE : SLICE);
		if (READ_ONCE(next->domain->sched.params.cap))
			until = MIN(until,
				    now + MAX((uint64_t)MAX(next->sched.credit, 0), CAP_SLICE_MIN));
	}
	/* Nobody else wakes those that wait for credit. */
	if (parked)
		until = MIN(until, MAX(sched_account_due(), now + CAP_SLICE_MIN));
	return until;
}

/* cpu's queue is locked: next is off the queue and on the CPU, prev off it. */
static void switch_current(unsigned cpu, struct vcpu *prev, struct vcpu *next, time_ns_t now)
{
	struct runqueue *q = &sched_queues[cpu];

	q->current = next;
	if (prev) {
		WRITE_ONCE(prev->sched.yielded, false);
		if (prev != next)
			sched_runstate(prev, sched_runstate_of(prev), now);
	}
	if (!next) {
		bit_test_and_set(cpu, idle);
		return;
	}
	bit_test_and_clear(cpu, idle);
	sched_dequeue(next);
	next->running = true;
	next->sched.run_start = now;
	sched_runstate(next, RUNSTATE_running, now);
}

struct vcpu *sched_pick(unsigned cpu, struct vcpu *prev, time_ns_t now, time_ns_t *until)
{
	struct runqueue *q = &sched_queues[cpu];
	enum sched_class class;
	struct vcpu *next;

	sched_account(now);
	spin_lock(&q->lock);
	if (prev) {
		sched_charge(prev, now);
		/* It has had its turn before the others. */
		prev->sched.boosted = false;
		put_back(cpu, prev);
	}
	next = choose(cpu, prev, now);
	class = next ? sched_class_of(next, now) : CLASS_PARKED;
	if (class >= CLASS_OVER) {
		spin_unlock(&q->lock);
		if (!steal(cpu, class, true, now))
			steal(cpu, class, false, now);
		spin_lock(&q->lock);
		if (prev)
			put_back(cpu, prev);
		next = choose(cpu, prev, now);
	}
	switch_current(cpu, prev, next, now);
	*until = run_until(next, offer_waiting(q, now), now);
	spin_unlock(&q->lock);
	return next;
}

void sched_switched(struct vcpu *prev)
{
	time_ns_t now = time_now();
	struct runqueue *q = sched_queue_lock(prev);
	int cpu = -1;

	/* Its affinity changed meanwhile: it goes where it may wait, as long as nobody frees it. */
	while (!cpu_mask_test(&prev->sched.affinity_hard, prev->processor))
		q = move_to(prev, q, allowed_cpu(prev));
	/* From now on it may be freed by who waited for it, once the lock is dropped. */
	prev->running = false;
	/* Woken while it was being put away. */
	if (may_be_queued(prev))
		admit(prev, now);
	if (prev->sched.queued) {
		/*
		 * It waits; others could not take it while its state was not saved. For its cap's
		 * next period it waits here.
		 */
		if (sched_class_of(prev, now) != CLASS_PARKED)
			cpu = claim_idle_for(prev);
		if (cpu < 0 && outranks(prev, q->current, now))
			cpu = (int)prev->processor;
	}
	spin_unlock(&q->lock);
	if (cpu >= 0)
		cpu_tickle((unsigned)cpu);
}

/* --- affinity, life --------------------------------------------------------------------------- */

static bool any_online(const struct cpu_mask *m)
{
	for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
		if (cpu_mask_test(m, cpu))
			return true;
	return false;
}

int sched_set_affinity(struct vcpu *v, const struct cpu_mask *hard, const struct cpu_mask *soft)
{
	struct runqueue *q;
	bool again = false;
	int cpu = -1;

	if (hard && !any_online(hard))
		return -EINVAL;
	q = sched_queue_lock(v);
	if (hard)
		v->sched.affinity_hard = *hard;
	if (soft)
		v->sched.affinity_soft = *soft;
	if (!cpu_mask_test(&v->sched.affinity_hard, v->processor)) {
		if (q->current == v) {
			cpu = (int)v->processor;
		} else if (v->sched.queued) {
			/* If it is being put away, sched_switched finds it a new place. */
			sched_dequeue(v);
			again = !v->running;
		}
	} else if (v->sched.queued && !v->running) {
		cpu = claim_idle_for(v); /* it waits, and may now have come to fit there */
	}
	if (cpu >= 0)
		cpu_tickle((unsigned)cpu);
	spin_unlock(&q->lock);
	if (again)
		sched_wake(v);
	return 0;
}

void sched_vcpu_destroy(struct vcpu *v)
{
	struct runqueue *q = sched_queue_lock(v);

	ASSERT(!v->running && q->current != v);
	if (v->sched.queued)
		sched_dequeue(v);
	spin_unlock(&q->lock);
	sched_account_remove(v);
}

void sched_vcpu_init(struct vcpu *v)
{
	static unsigned next_cpu; /* spreads them; atomic */

	v->processor = atomic_add(&next_cpu, 1) % cpu_count();
	memset(&v->sched, 0, sizeof(v->sched));
	list_init(&v->sched.link);
	memset(&v->sched.affinity_hard, 0xff, sizeof(v->sched.affinity_hard));
	memset(&v->sched.affinity_soft, 0xff, sizeof(v->sched.affinity_soft));
	v->sched.credit = CREDIT_MAX;
	v->runstate = (struct vcpu_runstate_info){ .state = RUNSTATE_offline,
						   .state_entry_time = time_now() };
	sched_account_add(v);
}
