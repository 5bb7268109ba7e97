// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scheduler's locking, under real threads: each thread is a CPU, two more wake, pause and move
 * vCPUs at random. Nobody may run in two places, and when the disturbance ends everyone runs. (C11
 * threads: <pthread.h> would take our sched.h for the system's.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <threads.h>
#include <time.h>

#include "lib.h"
#include "sched/private.h"

#define NR_CPUS  4u
#define NR_VCPUS 12u
#define ROUNDS   400000u

static struct domain domain;
static struct vcpu vcpus[NR_VCPUS];
static int owner[NR_VCPUS]; /* CPU + 1 that runs it; atomic */
static uint64_t turns[NR_VCPUS];
static bool tickled[NR_CPUS], stop;
static unsigned twice, not_runnable; /* errors; atomic */
static thread_local unsigned this_thread;

void test_relax(void)
{
	thrd_yield();
}

time_ns_t time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	/* Faster than the clock, so that slices end and accounting happens often. */
	return ((time_ns_t)ts.tv_sec * 1000000000UL + (time_ns_t)ts.tv_nsec) * 50;
}

void cpu_tickle(unsigned cpu)
{
	atomic_set(&tickled[cpu], true);
}

unsigned cpu_this(void)
{
	return this_thread;
}

unsigned cpu_count(void)
{
	return NR_CPUS;
}

bool vcpu_runnable(const struct vcpu *v)
{
	return !atomic_read(&v->pause_flags) && !atomic_read(&v->pause_count);
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	abort();
}

static void run_a_little(unsigned cpu, struct vcpu *v, time_ns_t until)
{
	while (!atomic_read(&tickled[cpu]) && vcpu_runnable(v) && time_now() < until &&
	       !atomic_read(&stop))
		thrd_yield();
	turns[v->id]++;
}

static int cpu_main(void *arg)
{
	unsigned cpu = (unsigned)(uintptr_t)arg;
	struct vcpu *prev = NULL, *next;
	time_ns_t until;

	this_thread = cpu;
	while (!atomic_read(&stop)) {
		atomic_set(&tickled[cpu], false);
		next = sched_pick(cpu, prev, time_now(), &until);
		if (prev && prev != next) {
			/* Until here nobody else may have begun to run it. */
			if (!atomic_cmpxchg(&owner[prev->id], (int)cpu + 1, 0))
				atomic_add(&twice, 1u);
			sched_switched(prev);
		}
		if (next && next != prev && !atomic_cmpxchg(&owner[next->id], 0, (int)cpu + 1))
			atomic_add(&twice, 1u);
		prev = next;
		if (next)
			run_a_little(cpu, next, until);
		else
			while (!atomic_read(&tickled[cpu]) && time_now() < until &&
			       !atomic_read(&stop))
				thrd_yield();
	}
	return 0;
}

static void disturb(struct vcpu *v, uint32_t random)
{
	struct cpu_mask mask = { { 1 + (random >> 8) % ((1u << NR_CPUS) - 1) } };

	switch (random % 5) {
	case 0:
		atomic_or(&v->pause_flags, VCPU_PAUSE_BLOCKED);
		sched_sleep(v);
		break;
	case 1:
	case 2:
		if (atomic_and(&v->pause_flags, ~VCPU_PAUSE_BLOCKED))
			sched_wake(v);
		break;
	case 3:
		atomic_add(&v->pause_count, 1u);
		sched_sleep(v);
		/* vcpu_pause: afterwards nobody runs it, as long as it stays paused. */
		for (unsigned i = 0; READ_ONCE(v->running) && i < 1000; i++)
			thrd_yield();
		if (!READ_ONCE(v->running) && atomic_read(&owner[v->id]))
			atomic_add(&not_runnable, 1u);
		if (!atomic_sub(&v->pause_count, 1u))
			sched_wake(v);
		break;
	default: sched_set_affinity(v, &mask, NULL);
	}
}

static int disturber_main(void *arg)
{
	uint32_t random = (uint32_t)(uintptr_t)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		random = random * 1664525u + 1013904223u;
		disturb(&vcpus[(random >> 16) % NR_VCPUS], random >> 4);
	}
	return 0;
}

static void test_threads(void **state)
{
	thrd_t cpu[NR_CPUS], disturber[2];
	struct cpu_mask all = { { (1u << NR_CPUS) - 1 } };
	time_t give_up;

	sched_domain_init(&domain);
	for (unsigned i = 0; i < NR_CPUS; i++)
		sched_cpu_online(i);
	for (unsigned i = 0; i < NR_VCPUS; i++) {
		vcpus[i].domain = &domain;
		vcpus[i].id = i;
		sched_vcpu_init(&vcpus[i]);
		sched_wake(&vcpus[i]);
	}
	for (unsigned i = 0; i < NR_CPUS; i++)
		assert_int_equal(thrd_create(&cpu[i], cpu_main, (void *)(uintptr_t)i), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(
			thrd_create(&disturber[i], disturber_main, (void *)(uintptr_t)(i + 1)), 0);
	for (unsigned i = 0; i < 2; i++)
		thrd_join(disturber[i], NULL);

	for (unsigned i = 0; i < NR_VCPUS; i++) {
		atomic_set(&turns[i], 0UL);
		sched_set_affinity(&vcpus[i], &all, NULL);
		atomic_and(&vcpus[i].pause_flags, 0u);
		sched_wake(&vcpus[i]);
	}
	give_up = time(NULL) + 20;
	for (unsigned i = 0; i < NR_VCPUS;) {
		if (atomic_read(&turns[i]) > 1)
			i++;
		else if (time(NULL) > give_up)
			fail_msg("vCPU %u does not run any more", i);
		thrd_yield();
	}
	for (unsigned i = 0; i < NR_VCPUS; i++) {
		atomic_or(&vcpus[i].pause_flags, VCPU_PAUSE_DOWN);
		sched_sleep(&vcpus[i]);
		while (READ_ONCE(vcpus[i].running))
			thrd_yield();
	}
	atomic_set(&stop, true);
	for (unsigned i = 0; i < NR_CPUS; i++)
		thrd_join(cpu[i], NULL);
	assert_int_equal(twice, 0);
	assert_int_equal(not_runnable, 0);
	for (unsigned i = 0; i < NR_VCPUS; i++)
		sched_vcpu_destroy(&vcpus[i]);
	sched_domain_destroy(&domain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
