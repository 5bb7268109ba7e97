// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Start-up IPIs against CPUs that are about to take the vCPU: its state is set while nobody has it.
 * What another CPU does in the middle of a call is done while that call asks for the time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cpu.h"
#include "lib.h"
#include "sched/private.h"
#include "vlapic.h"

static struct domain domain;
static struct vcpu vcpu, *picked;
static void (*meanwhile)(void);
static unsigned resets;

time_ns_t time_now(void)
{
	void (*now)(void) = meanwhile;

	meanwhile = NULL;
	if (now)
		now();
	return SECONDS(1);
}

void hvm_reset_state(struct vcpu *v, uint8_t vector)
{
	time_ns_t until;

	(void)vector;
	resets++;
	assert_false(v->running);
	picked = sched_pick(0, NULL, SECONDS(1), &until);
}

void vlapic_reset(struct vcpu *v)
{
	(void)v;
}

/* ---- of no concern here ---- */

void cpu_tickle(unsigned cpu)
{
	(void)cpu;
}

unsigned cpu_this(void)
{
	return 0;
}

unsigned cpu_count(void)
{
	return 1;
}

struct cpu *cpus[MAX_CPUS];

struct cpu *this_cpu(void)
{
	return cpus[0];
}

struct vcpu *vcpu_current(void)
{
	abort();
}

void apic_send_ipi(uint32_t apic_id, uint8_t vector)
{
	(void)apic_id;
	(void)vector;
}

void panic(const char *fmt, ...)
{
	fail_msg("%s", fmt);
	abort();
}

int hvm_vcpu_init(struct vcpu *v)
{
	(void)v;
	return 0;
}

void hvm_vcpu_destroy(struct vcpu *v)
{
	(void)v;
}

void vcpu_timers_init(struct vcpu *v)
{
	(void)v;
}

void vcpu_timers_stop(struct vcpu *v)
{
	(void)v;
}

void guest_frame_unmap(void *va)
{
	(void)va;
}

void *object_alloc(size_t size)
{
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	(void)size;
	free(p);
}

/* ---- tests ---- */

static int setup(void **state)
{
	static struct cpu cpu;

	(void)state;
	cpus[0] = &cpu;
	domain = (struct domain){ .max_vcpus = 1, .vcpu = { &vcpu } };
	vcpu = (struct vcpu){ .domain = &domain,
			      .pause_flags = VCPU_PAUSE_DOWN,
			      .initialised = true };
	picked = NULL;
	resets = 0;
	sched_cpu_online(0);
	sched_domain_init(&domain);
	sched_vcpu_init(&vcpu);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vcpu_down(&vcpu);
	if (vcpu.running)
		sched_switched(&vcpu);
	sched_vcpu_destroy(&vcpu);
	sched_domain_destroy(&domain);
	return 0;
}

static void sipi(void)
{
	vcpu_sipi(&vcpu, 8);
}

static void test_one_that_is_down(void **state)
{
	time_ns_t until;

	(void)state;
	sipi();
	assert_int_equal(resets, 1);
	assert_null(picked);
	assert_ptr_equal(sched_pick(0, NULL, SECONDS(1), &until), &vcpu);
	/* Already up. */
	sipi();
	assert_int_equal(resets, 1);
	/* Down, but its CPU has not put it away. */
	vcpu_down(&vcpu);
	sipi();
	assert_int_equal(resets, 1);
	assert_null(sched_pick(0, &vcpu, SECONDS(1), &until));
	sipi();
	assert_int_equal(resets, 1);
	sched_switched(&vcpu);
	sipi();
	assert_int_equal(resets, 2);
}

/* It waits in a queue, from which a CPU would take it while its state is being set. */
static void test_one_that_is_about_to_be_down(void **state)
{
	(void)state;
	vcpu_up(&vcpu);
	assert_true(vcpu.sched.queued);
	meanwhile = sipi;
	vcpu_down(&vcpu);
	assert_null(meanwhile);
	assert_null(picked);
	assert_int_equal(resets, 0);
	sipi();
	assert_int_equal(resets, 1);
	assert_null(picked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_that_is_down, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_that_is_about_to_be_down, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
