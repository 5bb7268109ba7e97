// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC's timer: one-shot, periodic, TSC deadline. It counts at 1 GHz before the divider,
 * so a tick is a nanosecond of system time. Only its own vCPU programs it; the expiry function may
 * run on another CPU, so programming begins with timer_stop, after which the function is not
 * running.
 */
#include "vlapic_private.h"

#define LVT_TIMER_MODE(lvt) ((lvt) >> 17 & 3)
enum { TIMER_ONE_SHOT, TIMER_PERIODIC, TIMER_DEADLINE };

/*
 * A guest that asks for a shorter period gets fewer interrupts, not all of the CPU. Of vCPUs that
 * do not run, a CPU may have the timers of a hundred.
 */
#define PERIOD_MIN      US(20)
#define PERIOD_MIN_AWAY US(500)

static unsigned timer_mode(const struct vlapic *a)
{
	return LVT_TIMER_MODE(a->regs[APIC_LVT_TIMER].value);
}

static unsigned divide_shift(const struct vlapic *a)
{
	uint32_t tdcr = a->regs[APIC_TDCR].value;

	return ((tdcr & 3) + (tdcr >> 1 & 4) + 1) & 7;
}

static time_ns_t count_to_ns(const struct vlapic *a, uint32_t count)
{
	return (time_ns_t)count << divide_shift(a);
}

static void timer_deliver(struct vcpu *v)
{
	uint32_t lvt = READ_ONCE(vcpu_vlapic(v)->regs[APIC_LVT_TIMER].value);

	if (!(lvt & LVT_MASKED))
		vlapic_set_irq(v, (uint8_t)lvt, false);
}

/*
 * A periodic timer counts from where it should have expired, not from now: no drift. Periods that
 * went by while nobody could serve them are left out.
 */
static void timer_next_period(struct vcpu *v, time_ns_t now)
{
	struct vlapic *a = vcpu_vlapic(v);
	time_ns_t earliest = now + (READ_ONCE(v->running) ? PERIOD_MIN : PERIOD_MIN_AWAY);
	time_ns_t period = a->timer_period, next;

	if (period == 0)
		return;
	a->timer_start += (now - a->timer_start) / period * period;
	next = a->timer_start + period;
	if (next < earliest)
		next += DIV_ROUND_UP(earliest - next, period) * period;
	timer_set(&a->timer, next);
}

static void timer_expired(void *data)
{
	struct vcpu *v = data;
	struct vlapic *a = vcpu_vlapic(v);

	if (timer_mode(a) == TIMER_DEADLINE)
		a->tsc_deadline = 0;
	timer_deliver(v);
	if (timer_mode(a) == TIMER_PERIODIC)
		timer_next_period(v, time_now());
}

void vlapic_timer_init(struct vcpu *v)
{
	timer_init(&vcpu_vlapic(v)->timer, timer_expired, v, v->processor);
}

static void timer_quiesce(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);

	timer_stop(&a->timer);
	if (a->timer.cpu != v->processor) /* it expires where the vCPU runs: no kick needed then */
		timer_migrate(&a->timer, v->processor);
}

/* What is already due is delivered at once, which saves the guest an exit for it. */
static void timer_arm(struct vcpu *v, time_ns_t expires)
{
	if (expires <= time_now())
		timer_expired(v);
	else
		timer_set(&vcpu_vlapic(v)->timer, expires);
}

void vlapic_timer_clear(struct vcpu *v)
{
	struct vlapic *a = vcpu_vlapic(v);

	timer_quiesce(v);
	a->regs[APIC_TMICT].value = 0;
	a->timer_period = 0;
	a->tsc_deadline = 0;
}

uint32_t vlapic_timer_current(const struct vlapic *a)
{
	uint32_t initial = a->regs[APIC_TMICT].value;
	uint64_t elapsed;

	if (initial == 0 || timer_mode(a) == TIMER_DEADLINE)
		return 0;
	elapsed = (time_now() - a->timer_start) >> divide_shift(a);
	if (timer_mode(a) == TIMER_PERIODIC)
		return initial - (uint32_t)(elapsed % initial);
	return elapsed >= initial ? 0 : initial - (uint32_t)elapsed;
}

/* Goes on counting from `remaining`, with the mode and divider that are in the registers now. */
static void timer_resume(struct vcpu *v, uint32_t remaining)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint32_t initial = a->regs[APIC_TMICT].value;
	time_ns_t now = time_now();

	a->timer_period = count_to_ns(a, initial);
	a->timer_start = now - count_to_ns(a, initial - remaining);
	if (remaining)
		timer_arm(v, now + count_to_ns(a, remaining));
}

void vlapic_timer_set_count(struct vcpu *v, uint32_t count)
{
	struct vlapic *a = vcpu_vlapic(v);

	if (timer_mode(a) == TIMER_DEADLINE)
		return;
	timer_quiesce(v);
	a->regs[APIC_TMICT].value = count;
	timer_resume(v, count);
}

void vlapic_timer_set_divide(struct vcpu *v, uint32_t value)
{
	struct vlapic *a = vcpu_vlapic(v);
	uint32_t remaining = vlapic_timer_current(a);

	timer_quiesce(v);
	a->regs[APIC_TDCR].value = value & 0xb;
	timer_resume(v, remaining);
}

void vlapic_timer_set_lvt(struct vcpu *v, uint32_t value)
{
	struct vlapic *a = vcpu_vlapic(v);
	unsigned old = timer_mode(a), next = LVT_TIMER_MODE(value);
	uint32_t remaining;

	if (old == next) {
		WRITE_ONCE(a->regs[APIC_LVT_TIMER].value, value);
		return;
	}
	remaining = vlapic_timer_current(a);
	timer_quiesce(v);
	WRITE_ONCE(a->regs[APIC_LVT_TIMER].value, value);
	if (old == TIMER_DEADLINE || next == TIMER_DEADLINE)
		vlapic_timer_clear(v);
	else
		timer_resume(v, remaining);
}

void vlapic_timer_set_deadline(struct vcpu *v, uint64_t tsc)
{
	struct vlapic *a = vcpu_vlapic(v);

	if (timer_mode(a) != TIMER_DEADLINE)
		return;
	timer_quiesce(v);
	a->tsc_deadline = tsc;
	if (tsc)
		timer_arm(v, vcpu_tsc_to_time(v, tsc));
}
