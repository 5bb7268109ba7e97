// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scheduler on the simulated machine, when two things happen at once: a vCPU is woken, moved or
 * destroyed while its CPU puts it away, and all of it at random.
 */
#include "sim.h"

/* --- while it is put away --------------------------------------------------------------------- */

static struct vcpu *doomed;

/* Whoever destroys its domain waits until it is put away and its queue is not locked. */
static void destroy_doomed(void)
{
	struct vcpu *v = doomed;

	if (!v || v->running || spin_is_locked(&sched_queues[v->processor].lock))
		return;
	doomed = NULL;
	v->pause_flags = VCPU_PAUSE_DOWN;
	sched_sleep(v);
	sched_vcpu_destroy(v);
	sched_domain_destroy(v->domain);
	free(v->domain);
	free(sim_of(v));
	sim_nr_vcpus = 0;
}

/* It is moved as it is put away, which is the last that this CPU may do with it. */
static void test_one_moved_while_put_away_may_go_at_once(void **state)
{
	struct vcpu *v;

	sim_begin(2);
	v = sim_domain(1, 256, 0, 0, 0)->vcpu[0];
	sim_pin(v, 1);
	sim_wake(v);
	sim_run(MS(5));
	sim_slow_switch = true;
	sim_pin(v, 2);
	sim_reschedule(0);
	assert_ptr_equal(sim_cpus[0].leaving, v);
	doomed = v;
	sim_meanwhile = destroy_doomed;
	sim_put_away(&sim_cpus[0]);
	sim_meanwhile = NULL;
	assert_null(doomed);
	sim_run(MS(1));
	sim_end();
}

/* Woken as it is put away, without credit, which its own CPU waits for if nobody else can. */
static void test_cap_of_one_woken_while_put_away(void **state)
{
	struct cpu_mask soft = { { BIT(1) } };
	struct domain *d;
	struct vcpu *v;

	sim_begin(2);
	d = sim_domain(1, 256, 50, 0, 0);
	v = d->vcpu[0];
	sim_pin(v, 1);
	sim_start(d);
	sim_run(STEP);
	sim_pin(v, 3);
	assert_int_equal(sched_set_affinity(v, NULL, &soft), 0);
	sim_slow_switch = true;
	v->sched.credit = 0;
	v->pause_flags = VCPU_PAUSE_BLOCKED;
	sched_sleep(v);
	sim_reschedule(0);
	assert_ptr_equal(sim_cpus[0].leaving, v);
	sim_wake(v);
	sim_put_away(&sim_cpus[0]);
	sim_run(SECONDS(1));
	assert_in_range(sim_ran(d), MS(450), MS(550));
	sim_end();
}

/* --- stress ----------------------------------------------------------------------------------- */

static uint32_t random_below(uint32_t below)
{
	static uint32_t state = 1;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

static void disturb(struct vcpu *v)
{
	switch (random_below(8)) {
	case 0:
	case 1:
		v->pause_flags = VCPU_PAUSE_BLOCKED;
		sched_sleep(v);
		break;
	case 2:
	case 3:
	case 4: sim_wake(v); break;
	case 5: /* on and off before anyone could look */
		v->pause_count++;
		sched_sleep(v);
		v->pause_count--;
		sched_wake(v);
		break;
	case 6: sim_pin(v, 1 + random_below((1u << sim_nr_cpus) - 1)); break;
	default:
		if (random_below(4) == 0)
			sim_params(v->domain, (uint16_t)(1 + random_below(1000)),
				   (uint16_t)(random_below(2) * random_below(200)));
		else if (sim_cpus[v->processor].current == v) {
			sim_on = v->processor;
			sched_yield(v);
		}
	}
}

static void stress(unsigned cpus, unsigned domains, unsigned vcpus, bool slow)
{
	sim_begin(cpus);
	sim_slow_switch = slow;
	for (unsigned i = 0; i < domains; i++)
		sim_start(sim_domain(vcpus, 256, i == 0 ? 30 : 0, MS(1 + i), i % 3 ? MS(i) : 0));
	for (unsigned i = 0; i < 20000; i++) {
		for (unsigned n = random_below(4); n; n--)
			disturb(&sim_vcpus[random_below(sim_nr_vcpus)]->v);
		sim_step();
	}
	/* Left alone, and all allowed to run: each of them does. */
	for (unsigned i = 0; i < sim_nr_vcpus; i++) {
		sim_pin(&sim_vcpus[i]->v, (1u << cpus) - 1);
		sim_params(sim_vcpus[i]->v.domain, 256, 0);
		sim_vcpus[i]->pause = sim_vcpus[i]->wakes = sim_vcpus[i]->ran = 0;
		sim_wake(&sim_vcpus[i]->v);
	}
	sim_run(SECONDS(4));
	for (unsigned i = 0; i < sim_nr_vcpus; i++)
		assert_true(sim_vcpus[i]->ran > 0);
	sim_end();
}

static void test_stress(void **state)
{
	stress(1, 3, 2, false);
	stress(2, 4, 3, false);
	stress(8, 6, 4, false);
}

static void test_stress_slow_switch(void **state)
{
	stress(2, 4, 3, true);
	stress(5, 6, 4, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_moved_while_put_away_may_go_at_once),
		cmocka_unit_test(test_cap_of_one_woken_while_put_away),
		cmocka_unit_test(test_stress),
		cmocka_unit_test(test_stress_slow_switch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
