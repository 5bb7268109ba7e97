// SPDX-License-Identifier: GPL-2.0-or-later
/* What a vCPU's calls for itself need beyond the fake machine. */
#include "fake_vcpus.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "atomic.h"
#include "console.h"
#include "event.h"
#include "guest_access.h"
#include "hvm.h"
#include "hvm_context.h"
#include "hypercall.h"
#include "timer.h"
#include "wallclock.h"

struct domain *dom0, *guest;
struct vcpu *v, *second;

bool has_pending;
uint32_t pending_ports; /* bit per port; 8 and up do not exist */
unsigned sleeps, kicks, yields, virqs, moved, publishes;
uint8_t shutdown_code;
struct domain *shut_down;
struct hvm_state given;
char console_text[64];
size_t console_len;
/* Called while the caller checks for events: another CPU's doings in that very moment. */
void (*meanwhile)(void);

static void get_state(struct vcpu *vcpu, struct hvm_state *s)
{
	memset(s, 0, sizeof(*s));
}
static void set_state(struct vcpu *vcpu, const struct hvm_state *s)
{
	given = *s;
}
static const struct hvm_ops ops = { .get_state = get_state, .set_state = set_state };
const struct hvm_ops *hvm = &ops;

bool hvm_has_pending(struct vcpu *vcpu)
{
	if (meanwhile)
		meanwhile();
	return has_pending;
}
int event_port_pending(struct domain *d, uint32_t port)
{
	if (meanwhile)
		meanwhile();
	return port < 8 ? (int)(pending_ports >> port & 1) : -EINVAL;
}
void event_virq(struct vcpu *vcpu, unsigned virq)
{
	virqs++;
}
void event_vcpu_info_moved(struct vcpu *vcpu)
{
	moved++;
}
void sched_sleep(struct vcpu *vcpu)
{
	sleeps++;
}
void sched_yield(struct vcpu *vcpu)
{
	yields++;
}
int sched_set_affinity(struct vcpu *vcpu, const struct cpu_mask *hard, const struct cpu_mask *soft)
{
	vcpu->sched.affinity_hard = *hard;
	return 0;
}
unsigned cpu_this(void)
{
	return 1;
}
void vcpu_kick(struct vcpu *vcpu)
{
	kicks++;
	atomic_and(&vcpu->pause_flags, ~VCPU_PAUSE_BLOCKED);
}
void vcpu_up(struct vcpu *vcpu)
{
	assert_true(spin_is_locked(&vcpu->domain->lock));
	vcpu->pause_flags &= ~VCPU_PAUSE_DOWN;
}
void vcpu_down(struct vcpu *vcpu)
{
	vcpu->pause_flags |= VCPU_PAUSE_DOWN;
}
void vcpu_nmi(struct vcpu *vcpu)
{
	vcpu->hvm.nmi_pending = true;
}
void vcpu_publish_time(struct vcpu *vcpu)
{
	publishes++;
}
int hvm_state_check(const struct domain *d, const struct hvm_state *s, const struct cpu_regs *r)
{
	return s->cr0 == 0xbad ? -EINVAL : 0;
}
void domain_shutdown(struct domain *d, uint8_t code)
{
	shut_down = d;
	shutdown_code = code;
}
void console_write(const char *s, size_t len)
{
	memcpy(console_text + console_len, s, MIN(len, sizeof(console_text) - console_len));
	console_len += MIN(len, sizeof(console_text) - console_len);
}
void console_guest_write(struct domain *d, const char *s, size_t len)
{
	console_text[0] = 'g';
	console_len += len;
}
size_t console_input(char *buf, size_t size)
{
	memcpy(buf, "typed", MIN(size, 5u));
	return MIN(size, 5u);
}
void timer_init(struct timer *t, void (*fn)(void *data), void *data, unsigned cpu)
{
	*t = (struct timer){ .expires = TIME_NEVER, .fn = fn, .data = data, .cpu = cpu };
}
void timer_set(struct timer *t, time_ns_t expires)
{
	t->expires = expires;
}
void timer_stop(struct timer *t)
{
	t->expires = TIME_NEVER;
}
void timer_migrate(struct timer *t, unsigned cpu)
{
	t->cpu = cpu;
}
void fire(struct timer *t)
{
	t->fn(t->data);
}

int setup(void **state)
{
	machine_reset();
	dom0 = machine_domain(0);
	guest = machine_domain(1);
	second = calloc(1, sizeof(*second));
	second->domain = guest;
	second->id = 1;
	second->pause_flags = VCPU_PAUSE_DOWN;
	guest->vcpu[1] = second;
	guest->max_vcpus = 2;
	v = guest->vcpu[0];
	v->info = &guest->shared_info->vcpu_info[0];
	second->info = &guest->shared_info->vcpu_info[1];
	v->initialised = true;
	run_as(guest);
	vcpu_timers_init(v);
	vcpu_timers_init(second);
	domain_watchdogs_init(guest);
	has_pending = false;
	pending_ports = 0;
	sleeps = kicks = yields = virqs = moved = publishes = 0;
	shut_down = NULL;
	meanwhile = NULL;
	console_len = 0;
	memset(console_text, 0, sizeof(console_text));
	return 0;
}

int teardown(void **state)
{
	if (v->info_page)
		guest_frame_unmap(v->info_page);
	if (second->info_page)
		guest_frame_unmap(second->info_page);
	free(second);
	guest->vcpu[1] = NULL;
	machine_check_no_leaks();
	return 0;
}
