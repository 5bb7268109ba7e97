// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who is given how much credit. There is no tick: whoever picks or wakes a vCPU when a period is
 * over does the accounting for the time that has passed, so an idle machine does nothing at all.
 *
 * What was run since the last time is given back, divided among the domains by weight. A domain
 * gets no more than its vCPUs ran or waited to run; what it leaves is divided among the rest. So a
 * busy domain's credit falls while it gets more than its share and rises while it gets less, and
 * one that mostly sleeps keeps a full purse. A domain with a cap gets no more than that, and runs
 * only while it has credit; on a machine with time to spare it is given just its cap.
 *
 * One lock, the scheduler's own, for the list of domains and all of this; queues' locks are taken
 * inside it, one at a time.
 */
#include "private.h"

#include "abi/errno.h"
#include "lib.h"

/* Idle time counts up to this; everyone's purse is full by then. */
#define ELAPSED_MAX SECONDS(1)
/* A little more is given back than was run, for what is lost at full purses. */
#define REFUND(run) ((run) + (run) / 16)
/* Part of the time slept through that a vCPU in debt is forgiven. */
#define SLEEP_SHARE 4

static struct spinlock lock = SPINLOCK_INIT;
static struct list domains = LIST_INIT(domains);
static time_ns_t last; /* accounting; written under the lock, read anywhere */

#define for_each_sched_domain(d)                                                \
	for (struct list *at_ = domains.next; at_ != &domains; at_ = at_->next) \
		if (((d) = list_entry(at_, struct domain, sched.link)) != NULL)

#define for_each_sched_vcpu(d, v)                                                                 \
	for (struct list *at_ = (d)->sched.vcpus.next; at_ != &(d)->sched.vcpus; at_ = at_->next) \
		if (((v) = list_entry(at_, struct vcpu, sched.all)) != NULL)

/* --- what was used ---------------------------------------------------------------------------- */

static uint64_t spent_in(const struct vcpu *v, int state, time_ns_t now)
{
	const struct vcpu_runstate_info *r = &v->runstate;

	return r->time[state] + (r->state == state ? time_between(r->state_entry_time, now) : 0);
}

/* Time that v ran since the last accounting; leaves its demand in v->sched. */
static uint64_t collect_vcpu(struct vcpu *v, time_ns_t now)
{
	struct runqueue *q = sched_queue_lock(v);
	uint64_t run = spent_in(v, RUNSTATE_running, now);
	uint64_t wanted = run + spent_in(v, RUNSTATE_runnable, now);
	uint64_t since = time_between(v->sched.run_seen, run);

	if (q->current == v)
		sched_charge(v, now);
	v->sched.demand = time_between(v->sched.demand_seen, wanted);
	v->sched.demand_seen = wanted;
	v->sched.run_seen = run;
	spin_unlock(&q->lock);
	return since;
}

/* Fills in each domain's demand. *run: what all have run; *capped: those of them with a cap. */
static void collect(time_ns_t now, uint64_t *run, uint64_t *capped)
{
	struct domain *d;
	struct vcpu *v;

	*run = *capped = 0;
	for_each_sched_domain(d)
	{
		uint64_t used = 0;

		d->sched.demand = d->sched.grant = 0;
		for_each_sched_vcpu(d, v)
		{
			used += collect_vcpu(v, now);
			d->sched.demand += v->sched.demand;
		}
		*run += used;
		if (d->sched.params.cap)
			*capped += used;
	}
}

/* --- what is given ---------------------------------------------------------------------------- */

static bool wants_more(const struct domain *d)
{
	return d->sched.grant < d->sched.limit;
}

/* By weight, but to none more than its limit: each round satisfies one domain or gives all. */
static void divide(uint64_t total)
{
	struct domain *d;

	while (total) {
		uint64_t weights = 0, given = 0;

		for_each_sched_domain(d) if (wants_more(d)) weights += d->sched.params.weight;
		if (!weights)
			return;
		for_each_sched_domain(d)
		{
			uint64_t share;

			if (!wants_more(d))
				continue;
			share = mul_div(total, d->sched.params.weight, weights);
			share = MIN(share, d->sched.limit - d->sched.grant);
			d->sched.grant += share;
			given += share;
		}
		if (!given) /* less than one nanosecond each */
			return;
		total -= given;
	}
}

static void give(struct domain *d, uint64_t elapsed)
{
	int32_t max = sched_purse(d);
	struct vcpu *v;

	for_each_sched_vcpu(d, v)
	{
		struct runqueue *q;
		uint64_t credit;

		if (v->sched.demand)
			credit = mul_div(d->sched.grant, v->sched.demand, d->sched.demand);
		else /* under a cap many that sleep in turns would together get more than it */
			credit = d->sched.params.cap ? 0 : elapsed / SLEEP_SHARE;
		q = sched_queue_lock(v);
		sched_credit_add(v, (int64_t)credit, max);
		spin_unlock(&q->lock);
	}
}

static void account(uint64_t elapsed, time_ns_t now)
{
	uint64_t run, capped;
	struct domain *d;
	bool saturated;

	collect(now, &run, &capped);
	/* With all CPUs busy a cap is one more limit; else there is enough for all caps. */
	saturated = REFUND(run) >= elapsed * cpu_count();
	for_each_sched_domain(d)
	{
		uint64_t cap = elapsed * d->sched.params.cap / 100;

		d->sched.limit = cap ? MIN(cap, d->sched.demand) : d->sched.demand;
		if (cap && !saturated)
			d->sched.grant = d->sched.limit;
	}
	divide(REFUND(saturated ? run : run - capped));
	for_each_sched_domain(d) give(d, elapsed);
}

void sched_account(time_ns_t now)
{
	uint64_t elapsed;

	if (time_between(atomic_read(&last), now) < ACCOUNT_PERIOD)
		return;
	spin_lock(&lock);
	elapsed = time_between(last, now);
	if (elapsed >= ACCOUNT_PERIOD) {
		account(MIN(elapsed, ELAPSED_MAX), now);
		atomic_set(&last, now);
	}
	spin_unlock(&lock);
}

time_ns_t sched_account_due(void)
{
	return atomic_read(&last) + ACCOUNT_PERIOD;
}

/* --- domains ---------------------------------------------------------------------------------- */

void sched_domain_init(struct domain *d)
{
	list_init(&d->sched.vcpus);
	d->sched.params = (struct sched_params){ SCHED_WEIGHT_DEFAULT, 0 };
	spin_lock(&lock);
	list_append(&domains, &d->sched.link);
	spin_unlock(&lock);
}

void sched_domain_destroy(struct domain *d)
{
	spin_lock(&lock);
	list_remove(&d->sched.link);
	spin_unlock(&lock);
}

void sched_account_add(struct vcpu *v)
{
	spin_lock(&lock);
	list_append(&v->domain->sched.vcpus, &v->sched.all);
	spin_unlock(&lock);
}

void sched_account_remove(struct vcpu *v)
{
	spin_lock(&lock);
	list_remove(&v->sched.all);
	spin_unlock(&lock);
}

int sched_set_params(struct domain *d, const struct sched_params *p)
{
	if (!p->weight)
		return -EINVAL;
	spin_lock(&lock);
	d->sched.params = *p;
	spin_unlock(&lock);
	return 0;
}
