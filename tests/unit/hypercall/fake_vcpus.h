// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of two vCPUs on the fake machine, the first of which runs; scheduler, timers and console
 * that keep what they were told.
 */
#ifndef TEST_FAKE_VCPUS_H
#define TEST_FAKE_VCPUS_H

#include "fake_machine.h"

#include "hvm.h"
#include "timer.h"

extern struct domain *dom0, *guest;
extern struct vcpu *v, *second; /* the guest's */

extern bool has_pending;
extern uint32_t pending_ports; /* bit per port; 8 and up do not exist */
extern unsigned sleeps, kicks, yields, virqs, moved, publishes;
extern uint8_t shutdown_code;
extern struct domain *shut_down;
extern struct hvm_state given;
extern char console_text[64];
extern size_t console_len;
/* Called while the caller checks for events: another CPU's doings in that very moment. */
extern void (*meanwhile)(void);

int setup(void **state);
int teardown(void **state);
void fire(struct timer *t);

/* Argument structures go to MEMORY. */
#define ARG(...)                                     \
	({                                           \
		__auto_type arg_ = (__VA_ARGS__);    \
		memcpy(memory, &arg_, sizeof(arg_)); \
		MEMORY;                              \
	})

#endif
