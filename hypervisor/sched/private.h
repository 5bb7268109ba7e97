// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the scheduler's files share: run queues and accounting.
 *   queue.c    a CPU's run queue: who may run, who goes first, time charged, run states
 *   credit.c   the decisions: pick, wake, sleep, yield, affinity
 *   account.c  who is given how much credit; domains' weights and caps
 * Locks: the scheduler's own (account.c: domains, their vCPUs, accounting) comes before the queues'
 * locks; of two queues' locks the lower CPU's comes first. A vCPU's fields are under the lock of
 * the queue of v->processor, which changes only under that lock while the vCPU is in no queue and
 * picked by no CPU, or under both queues' locks.
 */
#ifndef SOCLE_SCHED_PRIVATE_H
#define SOCLE_SCHED_PRIVATE_H

#include "abi/vcpu.h"
#include "atomic.h"
#include "domain.h"
#include "sched.h"
#include "spinlock.h"

#define SLICE          MS(30)  /* longest run without a new decision */
#define BOOST_SLICE    MS(2)   /* as long goes a woken vCPU before all others */
#define CAP_SLICE_MIN  US(100) /* shortest run of a capped one: switching costs as well */
#define ACCOUNT_PERIOD MS(10)
#define CREDIT_MAX     ((int32_t)MS(30))
#define CREDIT_MIN     (-(int32_t)MS(100))

/* The lower goes first. */
enum sched_class {
	CLASS_BOOST,
	CLASS_UNDER,
	CLASS_OVER,
	CLASS_PARKED, /* its domain's cap is used up: does not run even on an idle CPU */
};

struct runqueue {
	struct spinlock lock;
	unsigned nr;          /* in list; written under the lock, read anywhere */
	struct list list;     /* runnable vCPUs, in order of arrival */
	struct vcpu *current; /* what was picked last; NULL while idle */
} __aligned(64);

extern struct runqueue sched_queues[MAX_CPUS];

static inline bool cpu_mask_test(const struct cpu_mask *m, unsigned cpu)
{
	return READ_ONCE(m->bits[cpu / 64]) & BIT(cpu % 64);
}

/* The most credit that one of d's vCPUs can have. A cap's cannot be saved up for later. */
static inline int32_t sched_purse(const struct domain *d)
{
	unsigned cap = READ_ONCE(d->sched.params.cap);

	return cap ? (int32_t)MIN(ACCOUNT_PERIOD * cap / 100, (time_ns_t)CREDIT_MAX) : CREDIT_MAX;
}

/* --- queue.c: the lock of v->processor's queue is held, unless it says otherwise -------------- */

/* Locks the queue of v->processor as it is then; takes no other. */
struct runqueue *sched_queue_lock(struct vcpu *v);
void sched_enqueue(struct vcpu *v);
void sched_dequeue(struct vcpu *v);
/* How v ranks now, charged or not for what it has just run. */
enum sched_class sched_class_of(const struct vcpu *v, time_ns_t now);
/*
 * The first of q's vCPUs for `cpu` to run, of a class before `limit`, passing over those that run;
 * but `self`, which runs there, may be it. soft_only: with `cpu` in its soft affinity.
 */
struct vcpu *sched_first(struct runqueue *q, unsigned cpu, const struct vcpu *self,
			 enum sched_class limit, bool soft_only, time_ns_t now);
/* Takes the time that v, which is running, has run off its credit. */
void sched_charge(struct vcpu *v, time_ns_t now);
void sched_credit_add(struct vcpu *v, int64_t credit, int32_t max);
void sched_runstate(struct vcpu *v, int state, time_ns_t now);
/* Running, runnable, blocked or offline, for one that does not run. */
int sched_runstate_of(const struct vcpu *v);

/* --- account.c: no lock held ------------------------------------------------------------------ */

/* Hands out credit if the last time was long enough ago; there is no tick that does. */
void sched_account(time_ns_t now);
time_ns_t sched_account_due(void);
void sched_account_add(struct vcpu *v);
void sched_account_remove(struct vcpu *v);

/* Nanoseconds from a to b; 0 when CPUs' clocks disagree about the order. */
static inline uint64_t time_between(time_ns_t a, time_ns_t b)
{
	return b > a ? b - a : 0;
}

#endif
