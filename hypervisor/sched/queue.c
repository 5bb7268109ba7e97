// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A CPU's run queue: who may run, who goes first, what running costs, and the run states that
 * guests see. Queues are short and searched from end to end: a vCPU's rank changes while it waits,
 * and so no order has to be kept up.
 */
#include "private.h"

struct runqueue sched_queues[MAX_CPUS];

struct runqueue *sched_queue_lock(struct vcpu *v)
{
	for (;;) {
		unsigned cpu = READ_ONCE(v->processor);
		struct runqueue *q = &sched_queues[cpu];

		spin_lock(&q->lock);
		if (v->processor == cpu)
			return q;
		spin_unlock(&q->lock);
	}
}

void sched_enqueue(struct vcpu *v)
{
	struct runqueue *q = &sched_queues[v->processor];

	list_append(&q->list, &v->sched.link);
	v->sched.queued = true;
	WRITE_ONCE(q->nr, q->nr + 1);
}

void sched_dequeue(struct vcpu *v)
{
	struct runqueue *q = &sched_queues[v->processor];

	list_remove(&v->sched.link);
	v->sched.queued = false;
	WRITE_ONCE(q->nr, q->nr - 1);
}

/* --- rank ------------------------------------------------------------------------------------- */

enum sched_class sched_class_of(const struct vcpu *v, time_ns_t now)
{
	/* v->running alone is also true while it is being put away. */
	bool picked = sched_queues[v->processor].current == v;
	uint64_t run = picked ? time_between(v->sched.run_start, now) : 0;
	int64_t credit = v->sched.credit - (int64_t)run;

	if (credit <= 0)
		return READ_ONCE(v->domain->sched.params.cap) ? CLASS_PARKED : CLASS_OVER;
	return v->sched.boosted && run < BOOST_SLICE ? CLASS_BOOST : CLASS_UNDER;
}

/*
 * What is missing in v's purse, among equals: the less, the longer it has been without its share.
 */
static int32_t missing(const struct vcpu *v)
{
	return sched_purse(v->domain) - v->sched.credit;
}

struct vcpu *sched_first(struct runqueue *q, unsigned cpu, const struct vcpu *self,
			 enum sched_class limit, bool soft_only, time_ns_t now)
{
	struct vcpu *best = NULL;
	enum sched_class best_class = limit;
	struct list *pos;

	list_for_each(pos, &q->list) {
		struct vcpu *v = list_entry(pos, struct vcpu, sched.link);
		enum sched_class class = sched_class_of(v, now);

		if ((v->running && v != self) || !cpu_mask_test(&v->sched.affinity_hard, cpu) ||
		    (soft_only && !cpu_mask_test(&v->sched.affinity_soft, cpu)))
			continue;
		if (class < best_class ||
		    (best && class == best_class && missing(v) < missing(best))) {
			best = v;
			best_class = class;
		}
	}
	return best;
}

/* --- credit and run states -------------------------------------------------------------------- */

void sched_credit_add(struct vcpu *v, int64_t credit, int32_t max)
{
	int64_t sum = v->sched.credit + credit;

	v->sched.credit = (int32_t)MAX(MIN(sum, (int64_t)max), (int64_t)CREDIT_MIN);
}

void sched_charge(struct vcpu *v, time_ns_t now)
{
	uint64_t run = time_between(v->sched.run_start, now);

	sched_credit_add(v, -(int64_t)MIN(run, SECONDS(1)), CREDIT_MAX);
	if (run >= BOOST_SLICE)
		v->sched.boosted = false;
	v->sched.run_start = MAX(v->sched.run_start, now);
}

void sched_runstate(struct vcpu *v, int state, time_ns_t now)
{
	struct vcpu_runstate_info *r = &v->runstate;

	if (r->state == state)
		return;
	r->time[r->state] += time_between(r->state_entry_time, now);
	r->state_entry_time = MAX(r->state_entry_time, now);
	r->state = state;
}

int sched_runstate_of(const struct vcpu *v)
{
	if (vcpu_runnable(v))
		return RUNSTATE_runnable;
	return READ_ONCE(v->pause_flags) & VCPU_PAUSE_BLOCKED ? RUNSTATE_blocked : RUNSTATE_offline;
}
