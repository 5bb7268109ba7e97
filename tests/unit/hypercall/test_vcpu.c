// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a vCPU asks for itself: to sleep until something happens (and never past it), timers,
 * watchdogs, areas where it is told things, another vCPU started; and what it writes to the
 * console.
 */
#include "fake_machine.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "atomic.h"
#include "console.h"
#include "event.h"
#include "hvm.h"
#include "hvm_context.h"
#include "guest_access.h"
#include "hypercall.h"
#include "timer.h"
#include "wallclock.h"

/* --- fakes beyond the machine ----------------------------------------------------------------- */

static struct domain *dom0, *guest;
static struct vcpu *v, *second;

static bool has_pending;
static uint32_t pending_ports; /* bit per port; 8 and up do not exist */
static unsigned sleeps, kicks, yields, virqs, moved, publishes;
static uint8_t shutdown_code;
static struct domain *shut_down;
static struct hvm_state given;
static char console_text[64];
static size_t console_len;
/* Called while the caller checks for events: another CPU's doings in that very moment. */
static void (*meanwhile)(void);

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
void console_guest_write(const struct domain *d, const char *s, size_t len)
{
	console_text[0] = 'g';
	console_len += len;
}
size_t console_input(char *buf, size_t size)
{
	memcpy(buf, "typed", MIN(size, 5u));
	return MIN(size, 5u);
}
struct domain *domain_next(domid_t from)
{
	for (; from < FAKE_DOMAINS; from++) {
		struct domain *d = domain_get(from);

		if (d)
			return d;
	}
	return NULL;
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
static void fire(struct timer *t)
{
	t->fn(t->data);
}

static int setup(void **state)
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

static int teardown(void **state)
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

/* Argument structures go to MEMORY. */
#define ARG(...)                                     \
	({                                           \
		__auto_type arg_ = (__VA_ARGS__);    \
		memcpy(memory, &arg_, sizeof(arg_)); \
		MEMORY;                              \
	})

/* --- sleeping --------------------------------------------------------------------------------- */

static void test_block_sleeps_unless_something_waits(void **state)
{
	assert_int_equal(do_sched_op(SCHEDOP_block, 0), 0);
	assert_int_equal(v->pause_flags, VCPU_PAUSE_BLOCKED);
	assert_int_equal(sleeps, 1);
	v->pause_flags = 0;
	has_pending = true;
	assert_int_equal(do_sched_op(SCHEDOP_block, 0), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(sleeps, 1);
	assert_int_equal(do_sched_op(SCHEDOP_yield, 0), 0);
	assert_int_equal(yields, 1);
}

static void event_arrives(void)
{
	/*
	 * The sender makes it pending and then looks whether somebody sleeps: it must see the flag.
	 */
	assert_true(v->pause_flags & VCPU_PAUSE_BLOCKED);
	has_pending = true;
	vcpu_kick(v);
}

static void test_an_event_in_the_last_moment_is_not_slept_through(void **state)
{
	meanwhile = event_arrives;
	assert_int_equal(do_sched_op(SCHEDOP_block, 0), 0);
	assert_int_equal(v->pause_flags, 0);
}

static long poll(unsigned nr, uint32_t first, uint64_t timeout)
{
	for (uint32_t i = 0; i < nr && i < 200; i++)
		((uint32_t *)(memory + 4096))[i] = first;
	return do_sched_op(SCHEDOP_poll,
			   ARG((struct sched_poll){
				   .ports = MEMORY + 4096, .nr_ports = nr, .timeout = timeout }));
}

static void test_poll(void **state)
{
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->pause_flags, VCPU_PAUSE_BLOCKED);
	assert_int_equal(v->event.poll_port, 3);
	assert_int_equal(guest->poll_mask[0], 1);
	assert_int_equal(v->poll_timer.expires, TIME_NEVER);

	v->pause_flags = 0;
	guest->poll_mask[0] = 0;
	pending_ports = 1 << 3;
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(guest->poll_mask[0], 0);
	/* Several ports: any may wake it. */
	assert_int_equal(poll(2, 4, 0), 0);
	assert_int_equal(v->event.poll_port, 0);
	assert_int_equal(v->pause_flags, VCPU_PAUSE_BLOCKED);
}

static void test_poll_times_out(void **state)
{
	assert_int_equal(poll(1, 3, 20000), 0);
	assert_int_equal(v->poll_timer.expires, 20000);
	fire(&v->poll_timer);
	assert_int_equal(kicks, 1);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(guest->poll_mask[0], 0);
	/* Late, when it has been woken already: nothing. */
	fire(&v->poll_timer);
	assert_int_equal(kicks, 1);
	/* An event was faster: the timer does not end the next poll. */
	assert_int_equal(poll(1, 3, 30000), 0);
	v->pause_flags = 0;
	guest->poll_mask[0] = 0;
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->poll_timer.expires, TIME_NEVER);
	v->pause_flags = 0;
	guest->poll_mask[0] = 0;
	/* A time that is over (it is 12345 now). */
	assert_int_equal(poll(1, 3, 12345), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(poll(0, 0, 12345), 0);
}

static void test_hostile_polls(void **state)
{
	assert_int_equal(poll(129, 3, 0), -EINVAL);
	assert_int_equal(poll(~0u, 3, 0), -EINVAL);
	assert_int_equal(poll(1, 8, 0), -EINVAL); /* no such port */
	assert_int_equal(do_sched_op(SCHEDOP_poll, 0), -EFAULT);
	assert_int_equal(
		do_sched_op(SCHEDOP_poll, ARG((struct sched_poll){ .ports = 8, .nr_ports = 1 })),
		-EFAULT);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(guest->poll_mask[0], 0);
	assert_int_equal(do_sched_op(99, 0), -ENOSYS);
}

/* --- ending ----------------------------------------------------------------------------------- */

static void test_shutdowns(void **state)
{
	assert_int_equal(
		do_sched_op(SCHEDOP_shutdown, ARG((struct sched_shutdown){ SHUTDOWN_reboot })), 0);
	assert_ptr_equal(shut_down, guest);
	assert_int_equal(shutdown_code, SHUTDOWN_reboot);
	assert_int_equal(do_sched_op(SCHEDOP_shutdown, ARG((struct sched_shutdown){ 6 })), -EINVAL);
	assert_int_equal(do_sched_op(SCHEDOP_shutdown, ARG((struct sched_shutdown){ 0x100 })),
			 -EINVAL);
	assert_int_equal(
		do_sched_op(SCHEDOP_shutdown_code, ARG((struct sched_shutdown){ SHUTDOWN_crash })),
		0);
	assert_int_equal(guest->shutdown_code, SHUTDOWN_crash);
	assert_int_equal(do_sched_op(SCHEDOP_remote_shutdown,
				     ARG((struct sched_remote_shutdown){ 0, SHUTDOWN_poweroff })),
			 -EPERM);
	run_as(dom0);
	assert_int_equal(do_sched_op(SCHEDOP_remote_shutdown,
				     ARG((struct sched_remote_shutdown){ 1, SHUTDOWN_crash })),
			 0);
	assert_int_equal(shutdown_code, SHUTDOWN_crash);
	assert_int_equal(do_sched_op(SCHEDOP_remote_shutdown,
				     ARG((struct sched_remote_shutdown){ 5, SHUTDOWN_crash })),
			 -ESRCH);
}

static long watchdog(uint32_t id, uint32_t timeout)
{
	return do_sched_op(SCHEDOP_watchdog, ARG((struct sched_watchdog){ id, timeout }));
}

static void test_watchdogs(void **state)
{
	assert_int_equal(watchdog(0, 0), -EINVAL);
	assert_int_equal(watchdog(1, 10), -EINVAL); /* not armed */
	assert_int_equal(watchdog(3, 10), -EINVAL);
	assert_int_equal(watchdog(~0u, 10), -EINVAL);
	assert_int_equal(watchdog(0, 10), 1);
	assert_int_equal(watchdog(0, 20), 2);
	assert_int_equal(watchdog(0, 30), -ENOSPC);
	assert_int_equal(guest->watchdog[1].expires, 12345 + SECONDS(20));
	assert_int_equal(watchdog(2, 40), 0); /* patted */
	assert_int_equal(guest->watchdog[1].expires, 12345 + SECONDS(40));
	assert_int_equal(watchdog(1, 0), 0);
	assert_int_equal(guest->watchdog[0].expires, TIME_NEVER);
	assert_int_equal(watchdog(1, 5), -EINVAL);
	fire(&guest->watchdog[1]);
	assert_int_equal(shutdown_code, SHUTDOWN_watchdog);
	domain_watchdogs_stop(guest);
	assert_int_equal(guest->watchdog[1].expires, TIME_NEVER);
}

static void test_pinning_is_domain_0s(void **state)
{
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ 0 })),
			 -EPERM);
	run_as(dom0);
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ 1 })),
			 0);
	assert_int_equal(dom0->vcpu[0]->sched.affinity_hard.bits[0], 2);
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ -1 })),
			 0);
	assert_int_equal(dom0->vcpu[0]->sched.affinity_hard.bits[0], 3);
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ 2 })),
			 -EINVAL);
}

/* --- timers ----------------------------------------------------------------------------------- */

static void test_timers(void **state)
{
	assert_int_equal(do_set_timer_op(50000), 0);
	assert_int_equal(v->singleshot.expires, 50000);
	fire(&v->singleshot);
	assert_int_equal(virqs, 1);
	assert_int_equal(do_set_timer_op(0), 0);
	assert_int_equal(v->singleshot.expires, TIME_NEVER);

	assert_int_equal(do_vcpu_op(VCPUOP_set_singleshot_timer, 0,
				    ARG((struct vcpu_set_singleshot_timer){ 99999, 0 })),
			 0);
	assert_int_equal(v->singleshot.expires, 99999);
	assert_int_equal(
		do_vcpu_op(VCPUOP_set_singleshot_timer, 0,
			   ARG((struct vcpu_set_singleshot_timer){ 1, VCPU_SSHOTTMR_future })),
		0);
	assert_int_equal(v->singleshot.expires, 1); /* at once */
	assert_int_equal(do_vcpu_op(VCPUOP_set_singleshot_timer, 1,
				    ARG((struct vcpu_set_singleshot_timer){ 99999, 0 })),
			 -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_stop_singleshot_timer, 1, 0), -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);

	assert_int_equal(do_vcpu_op(VCPUOP_set_periodic_timer, 0,
				    ARG((struct vcpu_set_periodic_timer){ 999999 })),
			 -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_set_periodic_timer, 0,
				    ARG((struct vcpu_set_periodic_timer){ ~0ul })),
			 -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_set_periodic_timer, 0,
				    ARG((struct vcpu_set_periodic_timer){ MS(10) })),
			 0);
	assert_int_equal(v->periodic.expires, 12345 + MS(10));
	fire(&v->periodic);
	assert_int_equal(v->periodic.expires, 12345 + MS(20));
	assert_int_equal(virqs, 2);
	assert_int_equal(do_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);
	assert_int_equal(v->periodic.expires, TIME_NEVER);
	/* It was firing on another CPU meanwhile: not again, and above all not at once. */
	fire(&v->periodic);
	assert_int_equal(v->periodic.expires, TIME_NEVER);
	assert_int_equal(virqs, 2);
}

/* --- areas ------------------------------------------------------------------------------------ */

static long register_info(unsigned id, uint64_t gfn, uint32_t offset)
{
	return do_vcpu_op(VCPUOP_register_vcpu_info, id,
			  ARG((struct vcpu_register_vcpu_info){ .mfn = gfn, .offset = offset }));
}

static void test_vcpu_info_moves_once(void **state)
{
	struct vcpu_info *there;

	give_ram(guest, 40, 0);
	v->info->evtchn_upcall_pending = 1;
	assert_int_equal(register_info(0, 41, 0), -EINVAL); /* nothing there */
	assert_int_equal(register_info(0, ~0ul, 0), -EINVAL);
	assert_int_equal(register_info(0, 40, 4096 - 56), -ENXIO);
	assert_int_equal(register_info(0, 40, 4), -ENXIO);
	assert_int_equal(register_info(0, 40, ~0u - 7), -ENXIO);
	assert_int_equal(refs_of(mfn_at(guest, 40)), 1);
	assert_int_equal(register_info(0, 40, 4096 - 64), 0);
	there = (struct vcpu_info *)((char *)mfn_to_virt(MFN(mfn_at(guest, 40))) + 4096 - 64);
	assert_ptr_equal(v->info, there);
	assert_int_equal(there->evtchn_upcall_pending, 1);
	assert_int_equal(moved, 1);
	assert_int_equal(refs_of(mfn_at(guest, 40)), 2);
	assert_int_equal(register_info(0, 40, 0), -EBUSY);
	assert_int_equal(refs_of(mfn_at(guest, 40)), 2);
	/* Another's, only while it is down. */
	assert_int_equal(register_info(1, 40, 0), 0);
	second->pause_flags = 0;
	guest_frame_unmap(second->info_page);
	second->info_page = NULL;
	assert_int_equal(register_info(1, 40, 64), -EINVAL);
	assert_int_equal(register_info(2, 40, 64), -ENOENT);
}

static void test_time_and_runstate_areas(void **state)
{
	struct vcpu_runstate_info r;

	v->runstate.state = 0;
	v->runstate.state_entry_time = 10000;
	v->runstate.time[0] = 5;
	assert_int_equal(do_vcpu_op(VCPUOP_get_runstate_info, 0, MEMORY + 4096), 0);
	memcpy(&r, memory + 4096, sizeof(r));
	assert_int_equal(r.time[0], 5 + 2345); /* up to now */
	assert_int_equal(do_vcpu_op(VCPUOP_get_runstate_info, 0, 0), -EFAULT);

	assert_int_equal(
		do_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
			   ARG((struct vcpu_register_runstate_memory_area){ { MEMORY + 8192 } })),
		0);
	assert_int_equal(v->runstate_guest, MEMORY + 8192);
	assert_int_equal(do_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
				    ARG((struct vcpu_register_runstate_memory_area){ { 123 } })),
			 -EFAULT);
	assert_int_equal(v->runstate_guest, MEMORY + 8192);
	assert_int_equal(
		do_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
			   ARG((struct vcpu_register_time_memory_area){ { MEMORY + 8192 } })),
		0);
	assert_int_equal(publishes, 1);
	assert_int_equal(do_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
				    ARG((struct vcpu_register_time_memory_area){ { 123 } })),
			 -EFAULT);
	assert_int_equal(do_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
				    ARG((struct vcpu_register_time_memory_area){ { 0 } })),
			 0);
	assert_int_equal(v->time_guest, 0);
}

/* --- other vCPUs ------------------------------------------------------------------------------ */

static void test_a_vcpu_is_started(void **state)
{
	struct vcpu_hvm_context c = { .mode = VCPU_HVM_MODE_64B };

	assert_int_equal(do_vcpu_op(VCPUOP_up, 1, 0), -EINVAL); /* no state yet */
	c.cpu_regs.x86_64.rip = 0x1000;
	c.cpu_regs.x86_64.cr0 = 0xbad;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	assert_false(second->initialised);
	c.cpu_regs.x86_64.cr0 = 0x80000011;
	c.cpu_regs.x86_64.efer = 0x500;
	c.pad = 1;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	c.pad = 0;
	c.mode = 2;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	c.mode = VCPU_HVM_MODE_64B;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), 0);
	assert_int_equal(second->hvm.regs.rip, 0x1000);
	assert_int_equal(second->hvm.regs.rflags, 2);
	assert_int_equal(given.seg[SEG_CS].attributes, 0xa9b);
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EEXIST);
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 0, ARG(c)), -EINVAL);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, 1, 0), 0);
	assert_int_equal(do_vcpu_op(VCPUOP_up, 1, 0), 0);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, 1, 0), 1);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, 2, 0), -ENOENT);
	assert_int_equal(do_vcpu_op(VCPUOP_is_up, ~0u, 0), -ENOENT);
}

static void test_a_32_bit_start(void **state)
{
	struct vcpu_hvm_context c = { .mode = VCPU_HVM_MODE_32B };
	struct vcpu_hvm_x86_32 *x = &c.cpu_regs.x86_32;

	x->eip = 0x7000;
	x->cr0 = 0x80000011;
	x->efer = 0x100;
	x->cs_ar = 0xc9b;
	x->cs_limit = ~0u;
	x->tr_ar = 0x8b;
	x->pad2[1] = 1;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), -EINVAL);
	x->pad2[1] = 0;
	assert_int_equal(do_vcpu_op(VCPUOP_initialise, 1, ARG(c)), 0);
	assert_int_equal(given.efer, 0x500); /* LMA follows */
	assert_int_equal(given.seg[SEG_CS].limit, ~0u);
}

static void test_the_last_one_down_ends_the_domain(void **state)
{
	second->pause_flags = 0;
	assert_int_equal(do_vcpu_op(VCPUOP_down, 0, 0), 0);
	assert_true(v->pause_flags & VCPU_PAUSE_DOWN);
	assert_null(shut_down);
	v->pause_flags = 0;
	second->pause_flags = VCPU_PAUSE_DOWN;
	assert_int_equal(do_vcpu_op(VCPUOP_down, 0, 0), 0);
	assert_ptr_equal(shut_down, guest);
	assert_int_equal(do_vcpu_op(VCPUOP_send_nmi, 1, 0), 0);
	assert_true(second->hvm.nmi_pending);
	assert_int_equal(do_vcpu_op(VCPUOP_get_physid, 0, MEMORY), -EINVAL);
}

/* --- console, wall clock ---------------------------------------------------------------------- */

static void test_console(void **state)
{
	strcpy((char *)memory + 4096, "hello");
	assert_int_equal(do_console_io(CONSOLEIO_write, 5, MEMORY + 4096), 0);
	assert_int_equal(console_text[0], 'g');
	assert_int_equal(do_console_io(CONSOLEIO_read, 5, MEMORY + 4096), -EPERM);
	run_as(dom0);
	console_len = 0;
	assert_int_equal(do_console_io(CONSOLEIO_write, 5, MEMORY + 4096), 0);
	assert_memory_equal(console_text, "hello", 5);
	assert_int_equal(do_console_io(CONSOLEIO_read, 3, MEMORY + 8192), 3);
	assert_memory_equal(memory + 8192, "typ", 3);
	assert_int_equal(do_console_io(CONSOLEIO_write, ~0u, MEMORY + MEMORY_SIZE - 100), -EFAULT);
	assert_int_equal(do_console_io(CONSOLEIO_read, 5, 0), -EFAULT);
	assert_int_equal(do_console_io(2, 5, MEMORY), -ENOSYS);
	/* A long one is interrupted after a piece, and goes on behind it. */
	fake_preempt_after = 0;
	assert_int_equal(do_console_io(CONSOLEIO_write, 1000, MEMORY), -ERESTART);
	assert_int_equal(fake_arg, 2);
	assert_int_equal(fake_arg_value, MEMORY + 256);
}

static void test_wall_clock(void **state)
{
	struct shared_info *s = guest->shared_info;

	memset(s, 0, PAGE_SIZE);
	memset(dom0->shared_info, 0, PAGE_SIZE);
	guest->time_offset_s = -3600;
	wallclock_set(1800000000, 100, SECONDS(5) + 200);
	assert_int_equal(s->wc_version & 1, 0);
	assert_int_not_equal(s->wc_version, 0);
	assert_int_equal(s->wc_sec, 1800000000 - 6 - 3600);
	assert_int_equal(s->wc_nsec, 1000000000 - 100);
	assert_int_equal(dom0->shared_info->wc_sec, 1800000000 - 6);
	guest->time_offset_s = 1l << 32;
	wallclock_publish(guest);
	assert_int_equal(s->wc_sec_hi, 1);
	assert_int_equal(dom0->refs, 1);
	guest->time_offset_s = 0;
}

static void test_vm_assist(void **state)
{
	assert_int_equal(do_vm_assist(VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag), 0);
	assert_true(guest->runstate_update_flag);
	assert_int_equal(do_vm_assist(VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag), 0);
	assert_false(guest->runstate_update_flag);
	assert_int_equal(do_vm_assist(VMASST_CMD_enable, 4), -EINVAL);
	assert_int_equal(do_vm_assist(7, 5), -ENOSYS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_block_sleeps_unless_something_waits),
		TEST(test_an_event_in_the_last_moment_is_not_slept_through),
		TEST(test_poll),
		TEST(test_poll_times_out),
		TEST(test_hostile_polls),
		TEST(test_shutdowns),
		TEST(test_watchdogs),
		TEST(test_pinning_is_domain_0s),
		TEST(test_timers),
		TEST(test_vcpu_info_moves_once),
		TEST(test_time_and_runstate_areas),
		TEST(test_a_vcpu_is_started),
		TEST(test_a_32_bit_start),
		TEST(test_the_last_one_down_ends_the_domain),
		TEST(test_console),
		TEST(test_wall_clock),
		TEST(test_vm_assist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
