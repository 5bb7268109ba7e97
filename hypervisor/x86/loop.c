// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a CPU does all day: run due timers, let the scheduler choose, enter the guest, handle its
 * exit. There is one stack per CPU and nothing in the hypervisor sleeps; interrupts are taken only
 * where it says so here and, inside the vendor's run, right after an exit that they caused.
 */
#include "atomic.h"
#include "boot_info.h"
#include "cpu.h"
#include "hvm.h"
#include "log.h"
#include "machine_check.h"
#include "mm.h"
#include "private.h"
#include "processor.h"
#include "speculation.h"

/*
 * What one domain has taught the branch predictors shall not steer the next one (Spectre variant
 * 2), where the CPU can be told to forget it.
 */
static void predictions_forget(struct cpu *c, const struct domain *next)
{
	if (c->predicts == next->id)
		return;
	c->predicts = next->id;
	if (speculation_on & SPEC_IBPB)
		wrmsr_safe(MSR_PRED_CMD, PRED_CMD_IBPB);
}

static void switch_to(struct cpu *c, struct vcpu *next)
{
	struct vcpu *prev = c->current;

	if (prev == next)
		return;
	if (prev) {
		fpu_save(prev);
		hvm->switch_out(prev);
		vcpu_publish_runstate(prev);
	}
	c->current = next;
	if (prev)
		sched_switched(prev);
	if (next) {
		predictions_forget(c, next->domain);
		hvm->switch_in(next);
		wrmsr_safe(MSR_TSC_AUX, next->hvm.tsc_aux);
		fpu_restore(next);
		timer_migrate(&next->singleshot, c->id);
		timer_migrate(&next->periodic, c->id);
		timer_migrate(&next->hvm.vlapic.timer, c->id);
		vcpu_publish_time(next);
		vcpu_publish_runstate(next);
	}
}

static void reschedule(struct cpu *c)
{
	time_ns_t until = TIME_NEVER;

	WRITE_ONCE(c->need_resched, false);
	memory_barrier();
	if (unlikely(c->nmis != c->nmis_told)) {
		c->nmis_told = c->nmis;
		log_err("CPU %u: non-maskable interrupt from the machine", c->id);
		if (cmdline.nmi == NMI_DOM0 && !c->id)
			vcpu_nmi(domain_vcpu(domain0, 0));
	}
	machine_check_tell();
	switch_to(c, sched_pick(c->id, c->current, time_now(), &until));
	timer_set(&c->slice_timer, until);
}

static void slice_over(void *data)
{
	((struct cpu *)data)->need_resched = true;
}

noreturn_fn void cpu_run(void)
{
	struct cpu *c = this_cpu();
	struct vmexit exit;

	timer_init(&c->slice_timer, slice_over, c, c->id);
	c->need_resched = true;
	c->passes = 1;
	crash_test();
	for (;;) {
		WRITE_ONCE(c->passes, c->passes + 1);
		timers_run();
		if (READ_ONCE(c->need_resched) || (c->current && !vcpu_runnable(c->current)))
			reschedule(c);
		/*
		 * Set by ourselves: who was woken while it was put away. No interrupt tells of
		 * that.
		 */
		if (READ_ONCE(c->need_resched))
			continue;
		if (!c->current) {
			c->idle_since = time_now();
			apic_look_again();
			if (heap_scrub_idle()) {
				/* Whoever shares the core, or the emulator, may have work. */
				if (c->passes % 16 == 0)
					cpu_pause();
				interrupts_take();
			} else {
				interrupts_wait();
			}
			c->idle_ns += time_now() - c->idle_since;
			continue;
		}
		if (hvm_handle_again(c->current))
			continue;
		hvm_offer_interrupt(c->current);
		/*
		 * An exit that came before this point is an interrupt still pending: it ends the
		 * entry.
		 */
		if (READ_ONCE(c->need_resched))
			continue;
		hvm_run(c->current, &exit);
		hvm_handle_exit(c->current, &exit);
	}
}
