// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_sched_op: giving up the CPU, waiting for events, and ending. Who runs next is sched/'s
 * affair. Watchdogs: d->lock. Blocking takes no lock; see sleep_unless_pending for the order that
 * makes it safe.
 */
#include "private.h"

#include "abi/sched.h"
#include "atomic.h"
#include "event.h"
#include "hvm.h"
#include "processor.h"
#include "timer.h"

#define POLL_PORTS_MAX 128u

/* The caller, at once; another domain; or the reason that the shutdown to come shall have. */
static long sched_shutdown(struct request *q)
{
	const struct sched_remote_shutdown *remote = q->arg;
	const struct sched_shutdown *own = q->arg;
	unsigned reason = q->cmd == SCHEDOP_remote_shutdown ? remote->reason : own->reason;
	struct domain *d = q->d;

	if (reason > SHUTDOWN_MAX)
		return -EINVAL;
	if (q->cmd == SCHEDOP_shutdown)
		log_domain(d, LOG_DEBUG, "shuts down, reason %u", reason);
	if (q->cmd != SCHEDOP_shutdown_code) {
		domain_shutdown(d, (uint8_t)reason);
		return 0;
	}
	/* Whatever ends the domain. */
	spin_lock(&d->lock);
	if (!d->is_shut_down && !d->shutdown_code_chosen) {
		d->shutdown_code_chosen = true;
		d->shutdown_code = (uint8_t)reason;
	}
	spin_unlock(&d->lock);
	return 0;
}

/* --- waiting ---------------------------------------------------------------------------------- */

struct poll {
	unsigned nr;
	uint32_t port[POLL_PORTS_MAX];
};

/* p: ports to look at beside what is pending for v anyway; may be NULL. */
static bool anything_pending(struct vcpu *v, const struct poll *p)
{
	for (unsigned i = 0; p && i < p->nr; i++)
		if (event_port_pending(v->domain, p->port[i]) > 0)
			return true;
	/* One was raised, and taken by another vCPU, before the flag told that v sleeps. */
	if (p && !bit_test(v->id, v->domain->poll_mask))
		return true;
	return hvm_has_pending(v);
}

/*
 * The flag first, then the check: whoever makes something pending afterwards sees the flag and
 * wakes v. v goes on running to the end of this exit in any case.
 */
static bool sleep_unless_pending(struct vcpu *v, const struct poll *p)
{
	atomic_or(&v->pause_flags, VCPU_PAUSE_BLOCKED);
	if (anything_pending(v, p)) {
		atomic_and(&v->pause_flags, ~VCPU_PAUSE_BLOCKED);
		return false;
	}
	sched_sleep(v);
	return true;
}

void vcpu_block(struct vcpu *v)
{
	sleep_unless_pending(v, NULL);
}

static void poll_timeout(void *data)
{
	struct vcpu *v = data;

	if (bit_test_and_clear(v->id, v->domain->poll_mask))
		vcpu_kick(v);
}

static long poll_start(struct vcpu *v, const struct poll *p, time_ns_t timeout)
{
	uint64_t *mask = v->domain->poll_mask;

	if (timeout && timeout <= time_now())
		return 0;
	/* That of a poll which an event has ended would end this one. */
	if (v->poll_timer.expires != TIME_NEVER)
		timer_stop(&v->poll_timer);
	v->event.poll_port = p->nr == 1 ? p->port[0] : 0;
	bit_test_and_set(v->id, mask);
	if (!sleep_unless_pending(v, p)) {
		bit_test_and_clear(v->id, mask);
		return 0;
	}
	if (timeout)
		timer_set(&v->poll_timer, timeout);
	return 0;
}

static long sched_poll(struct request *q)
{
	const struct sched_poll *s = q->arg;
	struct poll p;

	p.nr = s->nr_ports; /* the list is long: not to be cleared for nothing */
	if (p.nr > POLL_PORTS_MAX)
		return -EINVAL;
	if (guest_copy_from(p.port, s->ports, p.nr * sizeof(p.port[0])))
		return -EFAULT;
	for (unsigned i = 0; i < p.nr; i++)
		if (event_port_pending(q->d, p.port[i]) < 0)
			return -EINVAL;
	return poll_start(vcpu_current(), &p, s->timeout);
}

/* --- watchdogs -------------------------------------------------------------------------------- */

static void watchdog_fired(void *data)
{
	struct domain *d = data;

	log_domain(d, LOG_WARN, "watchdog fired: shut down");
	domain_shutdown(d, SHUTDOWN_watchdog);
}

void domain_watchdogs_init(struct domain *d)
{
	for (unsigned i = 0; i < ARRAY_SIZE(d->watchdog); i++)
		timer_init(&d->watchdog[i], watchdog_fired, d, cpu_this());
}

void domain_watchdog_arm(struct domain *d, unsigned seconds)
{
	spin_lock(&d->lock);
	d->watchdog_armed |= BIT(0);
	spin_unlock(&d->lock);
	timer_set(&d->watchdog[0], time_now() + SECONDS(seconds));
}

/* Not under d->lock: a watchdog that is firing needs it to shut the domain down. */
void domain_watchdogs_stop(struct domain *d)
{
	for (unsigned i = 0; i < ARRAY_SIZE(d->watchdog); i++)
		timer_stop(&d->watchdog[i]);
}

/* With d->lock held: the timer to (re)arm or stop, or -EINVAL, -ENOSPC. Ids count from 1. */
static int watchdog_choose(struct domain *d, const struct sched_watchdog *w)
{
	if (w->id > ARRAY_SIZE(d->watchdog))
		return -EINVAL;
	if (w->id)
		return d->watchdog_armed & BIT(w->id - 1) ? (int)w->id : -EINVAL;
	if (!w->timeout)
		return -EINVAL;
	for (unsigned i = 0; i < ARRAY_SIZE(d->watchdog); i++)
		if (!(d->watchdog_armed & BIT(i)))
			return (int)i + 1;
	return -ENOSPC;
}

static long sched_watchdog(struct request *q)
{
	const struct sched_watchdog *w = q->arg;
	struct domain *d = q->d;
	int id;

	spin_lock(&d->lock);
	id = watchdog_choose(d, w);
	if (id > 0 && w->timeout)
		d->watchdog_armed |= BIT(id - 1);
	else if (id > 0)
		d->watchdog_armed &= ~BIT(id - 1);
	spin_unlock(&d->lock);
	if (id < 0)
		return id;
	if (w->timeout)
		timer_set(&d->watchdog[id - 1], time_now() + SECONDS(w->timeout));
	else
		timer_stop(&d->watchdog[id - 1]);
	return w->id ? 0 : id; /* a new one's id */
}

/* --- pinning ---------------------------------------------------------------------------------- */

/* Dom0 drivers that must run on a certain CPU (SMI calls of some laptops); negative: any again. */
static long sched_pin_override(struct request *q)
{
	const struct sched_pin_override *p = q->arg;
	struct cpu_mask mask = { 0 };

	if (p->pcpu >= (int)cpu_count())
		return -EINVAL;
	if (p->pcpu < 0)
		cpuset_all(&mask);
	else
		mask.bits[p->pcpu / 64] = BIT(p->pcpu % 64);
	return sched_set_affinity(vcpu_current(), &mask, NULL);
}

static const struct operation operations[] = {
	[SCHEDOP_shutdown] = { sched_shutdown, 0, TAKES(sched_shutdown) },
	[SCHEDOP_shutdown_code] = { sched_shutdown, 0, TAKES(sched_shutdown) },
	[SCHEDOP_remote_shutdown] = { sched_shutdown, OP_CONTROL | OP_NAMED,
				      TAKES(sched_remote_shutdown),
				      offsetof(struct sched_remote_shutdown, domain_id) },
	[SCHEDOP_poll] = { sched_poll, 0, TAKES(sched_poll), .fields = FIELDS_poll },
	[SCHEDOP_watchdog] = { sched_watchdog, 0, TAKES(sched_watchdog) },
	[SCHEDOP_pin_override] = { sched_pin_override, OP_CONTROL, TAKES(sched_pin_override) },
};

long do_sched_op(unsigned cmd, uint64_t arg)
{
	struct request q = { .cmd = cmd, .at = arg };

	switch (cmd) {
	case SCHEDOP_yield:
		sched_yield(vcpu_current());
		/*
		 * Whoever yields waits for somebody else, in GRUB for each block of its disk. With
		 * nobody else on this CPU, the pause gives the way free for the other thread of the
		 * core; an emulator that lets its CPUs take turns goes on to the next one, which
		 * may be the one that is waited for.
		 */
		cpu_pause();
		return 0;
	case SCHEDOP_block: vcpu_block(vcpu_current()); return 0;
	default: return operation_run(operations, ARRAY_SIZE(operations), "sched_op", &q);
	}
}

void poll_timer_init(struct vcpu *v)
{
	timer_init(&v->poll_timer, poll_timeout, v, cpu_this());
}
