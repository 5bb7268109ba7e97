// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The credit scheduler: which vCPU a CPU runs next. Weight, cap, affinity, boost on wake-up, work
 * stealing, so that no CPU idles while a vCPU waits. It decides; x86/ switches.
 */
#ifndef SOCLE_SCHED_H
#define SOCLE_SCHED_H

#include "list.h"
#include "types.h"

struct vcpu;
struct domain;

#define SCHED_WEIGHT_DEFAULT 256u

struct cpu_mask {
	uint64_t bits[4]; /* MAX_CPUS */
};

/* The queue lock is that of v->processor. */
struct sched_vcpu {
	struct list link;    /* run queue of v->processor; queue lock */
	bool queued;         /* queue lock, as all that follows but for the last group */
	bool boosted;        /* woken with credit left: goes first, for a short while */
	bool yielded;        /* others may go first, once; atomic */
	int32_t credit;      /* ns of CPU time in hand (under) or in debt (over) */
	time_ns_t run_start; /* since when it was not charged for running */
	struct cpu_mask affinity_hard, affinity_soft;
	uint64_t migrations;
	/* accounting; scheduler's own lock */
	struct list all;                /* its domain's vCPUs */
	uint64_t demand_seen, run_seen; /* totals at the last accounting */
	uint64_t demand;                /* ns that it ran or wanted to, of the last period */
};

/* Weight 1-65535, cap in percent of one CPU, 0 none. */
struct sched_params {
	uint16_t weight, cap;
};

/* Member of struct domain; scheduler's own lock. */
struct sched_domain {
	struct list link; /* all domains */
	struct list vcpus;
	struct sched_params params;    /* written under the lock, read anywhere */
	uint64_t demand, limit, grant; /* ns, of the accounting under way */
};

void sched_cpu_online(unsigned cpu);
void sched_domain_init(struct domain *d);
void sched_domain_destroy(struct domain *d);
void sched_vcpu_init(struct vcpu *v); /* picks v->processor; the vCPU is down */
void sched_vcpu_destroy(struct vcpu *v);

/* -EINVAL for a weight of 0. */
int sched_set_params(struct domain *d, const struct sched_params *p);
/*
 * NULL keeps a mask. hard is honoured always, soft when a choice is left; -EINVAL, and nothing
 * changes, when hard has no CPU that is online. One running where it may not is moved soon.
 */
int sched_set_affinity(struct vcpu *v, const struct cpu_mask *hard, const struct cpu_mask *soft);

/*
 * No pause reason is left / one was added. Both may be called whatever the state, as often as one
 * likes, with any lock held that comes before the scheduler's. Wake may tickle another CPU; sleep
 * does not wait.
 */
void sched_wake(struct vcpu *v);
void sched_sleep(struct vcpu *v);
/* No CPU has v, and none is about to take it: it waits in no queue. */
bool sched_is_away(struct vcpu *v);
/* v, the caller's own, lets others go first if there are any. */
void sched_yield(struct vcpu *v);

/*
 * On `cpu`, its own: the vCPU to run now and until when at the latest (*until: absolute time), NULL
 * to idle. prev is the one that ran until now, or NULL; it is queued again if it is still runnable.
 */
struct vcpu *sched_pick(unsigned cpu, struct vcpu *prev, time_ns_t now, time_ns_t *until);

/*
 * On prev's CPU, after sched_pick returned something other than prev (NULL included) and prev's
 * state has been saved. Until then prev->running stays true and no other CPU takes it; what woke it
 * meanwhile takes effect here. A CPU's loop is:
 *	next = sched_pick(cpu, prev, time_now(), &until);
 *	if (prev && next != prev)
 *		save prev, sched_switched(prev);
 *	if (!next)
 *		halt until an interrupt, or until `until` if it is not TIME_NEVER
 * next->running is true from sched_pick on.
 */
void sched_switched(struct vcpu *prev);

/* --- what it needs from x86/ (mocked in unit tests) ------------------------------------------- */
void cpu_tickle(unsigned cpu); /* that CPU calls sched_pick soon */
unsigned cpu_this(void);
unsigned cpu_count(void); /* CPUs 0..n-1 are online */

/* Runnable: no pause flag and no pause count. */
bool vcpu_runnable(const struct vcpu *v);

#endif
