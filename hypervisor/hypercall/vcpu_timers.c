// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The timers that a vCPU asks for: one-shot (set_timer_op, VCPUOP_set_singleshot_timer) and
 * periodic. Both raise VIRQ_TIMER. No locks: a timer is set by its own vCPU only, or while that is
 * paused.
 */
#include "private.h"

#include "abi/vcpu.h"
#include "event.h"
#include "timer.h"

static void singleshot_fired(void *data)
{
	event_virq(data, VIRQ_TIMER);
}

static void periodic_fired(void *data)
{
	struct vcpu *v = data;
	time_ns_t period = READ_ONCE(v->periodic_period), now = time_now();
	time_ns_t next = v->periodic.expires + period;

	/* Stopped by another vCPU at this very moment: 0 would fire again at once, for ever. */
	if (!period)
		return;
	/* Ticks that were missed are not made up for. */
	if (next <= now || v->periodic.expires == TIME_NEVER)
		next = now + period;
	timer_set(&v->periodic, next);
	event_virq(v, VIRQ_TIMER);
}

void vcpu_timers_init(struct vcpu *v)
{
	timer_init(&v->singleshot, singleshot_fired, v, cpu_this());
	timer_init(&v->periodic, periodic_fired, v, cpu_this());
	poll_timer_init(v);
}

void vcpu_timers_stop(struct vcpu *v)
{
	timer_stop(&v->singleshot);
	timer_stop(&v->periodic);
	timer_stop(&v->poll_timer);
}

/* Best where its vCPU runs: then the interrupt finds it in the guest, or on its way there. */
static void timer_set_here(struct timer *t, time_ns_t expires)
{
	if (t->cpu != cpu_this())
		timer_migrate(t, cpu_this());
	timer_set(t, expires);
}

long do_set_timer_op(uint64_t timeout)
{
	struct vcpu *v = vcpu_current();

	if (!timeout)
		timer_stop(&v->singleshot);
	else
		timer_set_here(&v->singleshot, timeout);
	return 0;
}

long vcpu_singleshot_set(struct vcpu *v, uint64_t arg)
{
	struct vcpu_set_singleshot_timer set;

	if (v != vcpu_current())
		return -EINVAL;
	if (guest_struct_from(&set, arg, FIELDS_set_singleshot_timer))
		return -EFAULT;
	/*
	 * VCPU_SSHOTTMR_future makes no difference: a time gone by fires at once, as in Xen 4.20.
	 */
	timer_set_here(&v->singleshot, set.timeout_abs_ns);
	return 0;
}

long vcpu_periodic_set(struct request *q)
{
	const struct vcpu_set_periodic_timer *set = q->arg;
	struct vcpu *v = q->v;

	/* More often would keep the hypervisor busy; an hour is longer than anybody ticks. */
	if (set->period_ns < MS(1) || set->period_ns > SECONDS(3600))
		return -EINVAL;
	timer_stop(&v->periodic);
	WRITE_ONCE(v->periodic_period, set->period_ns);
	timer_set_here(&v->periodic, time_now() + set->period_ns);
	return 0;
}

long vcpu_periodic_stop(struct vcpu *v)
{
	WRITE_ONCE(v->periodic_period, 0);
	timer_stop(&v->periodic);
	return 0;
}
