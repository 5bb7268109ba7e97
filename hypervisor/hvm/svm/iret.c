// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of an NMI's handler, which AMD-V does not tell of (APM vol. 2, 15.21): IRET exits as long
 * as NMIs are held off, but before it is executed. What waited there would come into the handler
 * after all. So the exit is followed by a single step, with nothing delivered on its entry, and the
 * guest is to see nothing of that: not in its flags if the IRET faults, not in DR6.
 */
#include "private.h"
#include "processor.h"

#define EXCEPTION_BIT(name) (1u << EXCEPTION_##name)
#define IRET_FAULTS                                                                      \
	(EXCEPTION_BIT(TS) | EXCEPTION_BIT(NP) | EXCEPTION_BIT(SS) | EXCEPTION_BIT(GP) | \
	 EXCEPTION_BIT(PF))

#define DR6_BREAKPOINTS 0xfUL

void svm_iret_step(struct vmcb *c, struct svm_iret *i)
{
	*i = (struct svm_iret){
		.rip = c->rip,
		.tf = c->rflags & RFLAGS_TF,
		.vintr = c->vintr & VINTR_IRQ,
		.dr6 = c->dr6 & (DR6_BREAKPOINTS | DR6_STEP),
	};
	c->intercept1 &= ~INTERCEPT_IRET;
	c->intercept_exceptions |= IRET_FAULTS;
	c->vintr &= ~VINTR_IRQ;
	c->event_injection = 0;
	c->dr6 &= ~(DR6_BREAKPOINTS | DR6_STEP);
	c->rflags |= RFLAGS_TF;
	c->clean = 0;
}

/* Whether one came that the guest has enabled: the CPU notes those that only match, too. */
static bool breakpoint_came(const struct vmcb *c)
{
	uint64_t locally_or_globally = c->dr7 | c->dr7 >> 1;
	bool came = false;

	for (unsigned n = 0; n < 4; n++)
		came |= c->dr6 >> n & locally_or_globally >> 2 * n & 1;
	return came;
}

/* An exit without the step, as an interrupt's, leads back to the IRET, which exits again. */
void svm_iret_stepped(struct vcpu *v, struct vmcb *c, const struct svm_iret *i)
{
	if (c->exit_code == SVM_EXIT_EXCEPTION0 + EXCEPTION_DB && (c->dr6 & DR6_STEP)) {
		v->hvm.shadow &= ~SHADOW_NMI;
		if (!i->tf && !breakpoint_came(c)) {
			c->exit_code = SVM_EXIT_VINTR; /* what waits can come now */
			c->dr6 &= ~DR6_BREAKPOINTS;
		}
		if (!i->tf)
			c->dr6 &= ~DR6_STEP;
	} else if (c->rip == i->rip) {
		c->rflags = (c->rflags & ~RFLAGS_TF) | i->tf;
	}
	c->intercept_exceptions &= ~IRET_FAULTS;
	c->vintr |= i->vintr;
	c->dr6 |= i->dr6;
	c->clean = 0;
}
