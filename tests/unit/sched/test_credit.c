// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scheduler on the simulated machine: shares, caps, affinity, latency, and nothing lost on the
 * way.
 */
#include "sim.h"

/* Is share within `percent` hundredths of what is expected of whole? */
static void assert_share(uint64_t share, uint64_t whole, double expected, double percent)
{
	double got = (double)share / (double)whole;

	if (got < expected - percent / 100 || got > expected + percent / 100)
		fail_msg("share %.3f, %.3f expected", got, expected);
}

static uint64_t busy_time(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < sim_nr_vcpus; i++)
		sum += sim_vcpus[i]->ran;
	return sum;
}

/* --- shares ----------------------------------------------------------------------------------- */

static void test_one_runs_alone(void **state)
{
	struct domain *d;

	sim_begin(2);
	d = sim_domain(1, 256, 0, 0, 0);
	sim_start(d);
	sim_run(SECONDS(3));
	assert_share(sim_ran(d), SECONDS(3), 1.0, 0.5);
	assert_int_equal(d->vcpu[0]->sched.migrations, 0);
	sim_end();
}

static void test_equal_weights(void **state)
{
	struct domain *d[3];

	sim_begin(1);
	for (unsigned i = 0; i < 3; i++)
		sim_start(d[i] = sim_domain(1, 256, 0, 0, 0));
	sim_run(SECONDS(9));
	for (unsigned i = 0; i < 3; i++)
		assert_share(sim_ran(d[i]), SECONDS(9), 1.0 / 3, 2);
	sim_end();
}

static void check_two_weights(unsigned cpus, unsigned vcpus, uint16_t w0, uint16_t w1)
{
	struct domain *a, *b;

	sim_begin(cpus);
	sim_start(a = sim_domain(vcpus, w0, 0, 0, 0));
	sim_start(b = sim_domain(vcpus, w1, 0, 0, 0));
	sim_run(SECONDS(20));
	assert_share(busy_time(), SECONDS(20) * cpus, 1.0, 0.1);
	assert_share(sim_ran(a), sim_ran(a) + sim_ran(b), (double)w0 / (w0 + w1), 4);
	sim_end();
}

static void test_weights(void **state)
{
	check_two_weights(1, 1, 512, 256);
	check_two_weights(1, 1, 1024, 256);
	check_two_weights(1, 1, 2560, 256);
	check_two_weights(2, 2, 512, 256);
	check_two_weights(4, 4, 768, 256);
	check_two_weights(2, 4, 768, 256);
}

/* A domain's weight is its own, not each of its vCPUs'. */
static void test_weight_is_per_domain(void **state)
{
	struct domain *one, *many;

	sim_begin(2);
	sim_start(one = sim_domain(2, 256, 0, 0, 0));
	sim_start(many = sim_domain(6, 256, 0, 0, 0));
	sim_run(SECONDS(20));
	assert_share(sim_ran(one), SECONDS(40), 0.5, 4);
	assert_share(sim_ran(many), SECONDS(40), 0.5, 4);
	sim_end();
}

static void test_odd_number_on_two_cpus(void **state)
{
	struct domain *d[3];

	sim_begin(2);
	for (unsigned i = 0; i < 3; i++)
		sim_start(d[i] = sim_domain(1, 256, 0, 0, 0));
	sim_run(SECONDS(20));
	for (unsigned i = 0; i < 3; i++)
		assert_share(sim_ran(d[i]), SECONDS(40), 1.0 / 3, 3);
	sim_end();
}

/* What a heavy but mostly sleeping domain leaves is divided by weight among the others. */
static void test_sleeper_does_not_spoil_weights(void **state)
{
	struct domain *a, *b, *sleeper;

	sim_begin(1);
	sim_start(a = sim_domain(1, 512, 0, 0, 0));
	sim_start(b = sim_domain(1, 256, 0, 0, 0));
	sim_start(sleeper = sim_domain(1, 10000, 0, US(500), MS(20)));
	sim_run(SECONDS(20));
	assert_share(sim_ran(a), sim_ran(a) + sim_ran(b), 2.0 / 3, 5);
	assert_share(sim_ran(sleeper), SECONDS(20), 0.5 / 20.5, 0.3);
	sim_end();
}

/* Weights hold among those tied to one CPU while the rest of the machine idles. */
static void test_weights_on_one_pinned_cpu(void **state)
{
	struct domain *a, *b;

	sim_begin(4);
	a = sim_domain(1, 768, 0, 0, 0);
	b = sim_domain(1, 256, 0, 0, 0);
	sim_pin(a->vcpu[0], 2);
	sim_pin(b->vcpu[0], 2);
	sim_start(a);
	sim_start(b);
	sim_run(SECONDS(20));
	assert_share(sim_ran(a), SECONDS(20), 0.75, 5);
	assert_share(sim_ran(b), SECONDS(20), 0.25, 5);
	sim_end();
}

/* --- caps ------------------------------------------------------------------------------------- */

static void check_cap(unsigned cpus, unsigned vcpus, uint16_t cap)
{
	struct domain *d;

	sim_begin(cpus);
	sim_start(d = sim_domain(vcpus, 256, cap, 0, 0));
	sim_run(SECONDS(10));
	assert_share(sim_ran(d), SECONDS(10), cap / 100.0, 1 + cap / 50.0);
	sim_end();
}

static void test_cap_holds_on_idle_machine(void **state)
{
	check_cap(1, 1, 5);
	check_cap(1, 1, 50);
	check_cap(2, 1, 25);
	check_cap(4, 4, 50);
	check_cap(4, 4, 150);
	check_cap(2, 4, 30);
}

static void test_cap_beside_a_hog(void **state)
{
	struct domain *capped, *hog;

	sim_begin(1);
	sim_start(capped = sim_domain(1, 256, 20, 0, 0));
	sim_start(hog = sim_domain(1, 256, 0, 0, 0));
	sim_run(SECONDS(20));
	assert_share(sim_ran(capped), SECONDS(20), 0.2, 2);
	assert_share(sim_ran(hog), SECONDS(20), 0.8, 2);
	sim_end();
}

/* A cap is a limit, not a claim: with all CPUs busy the weight decides below it. */
static void test_cap_is_no_claim(void **state)
{
	struct domain *capped, *hog;

	sim_begin(1);
	sim_start(capped = sim_domain(1, 256, 80, 0, 0));
	sim_start(hog = sim_domain(1, 768, 0, 0, 0));
	sim_run(SECONDS(20));
	assert_share(sim_ran(capped), SECONDS(20), 0.25, 6);
	sim_end();
}

/* Many that sleep in turns stay under their common cap. */
static void test_cap_with_sleepers(void **state)
{
	struct domain *d;

	sim_begin(4);
	sim_start(d = sim_domain(8, 256, 50, MS(8), MS(12)));
	sim_run(SECONDS(20));
	assert_true(sim_ran(d) < SECONDS(20) / 100 * 55);
	assert_true(sim_ran(d) > SECONDS(20) / 100 * 30);
	sim_end();
}

/* --- affinity --------------------------------------------------------------------------------- */

static void test_hard_affinity(void **state)
{
	struct domain *tied, *free_ones;

	sim_begin(4);
	tied = sim_domain(1, 256, 0, 0, 0);
	free_ones = sim_domain(3, 256, 0, 0, 0);
	sim_pin(tied->vcpu[0], 4);
	sim_start(tied);
	sim_start(free_ones);
	sim_run(SECONDS(5)); /* sim_reschedule checks each pick against the mask */
	assert_int_equal(tied->vcpu[0]->processor, 2);
	assert_share(busy_time(), SECONDS(20), 1.0, 0.5);
	sim_end();
}

static void test_affinity_change_moves_the_running(void **state)
{
	struct domain *d;

	sim_begin(4);
	sim_start(d = sim_domain(1, 256, 0, 0, 0));
	for (unsigned i = 0; i < 40; i++) {
		sim_run(MS(7));
		sim_pin(d->vcpu[0], BIT(i % 4));
		sim_run(STEP);
		assert_int_equal(d->vcpu[0]->processor, i % 4);
		assert_ptr_equal(sim_cpus[i % 4].current, d->vcpu[0]);
	}
	sim_end();
}

static void test_affinity_change_moves_the_waiting(void **state)
{
	struct domain *d;

	sim_begin(2);
	d = sim_domain(3, 256, 0, 0, 0);
	for (unsigned i = 0; i < 3; i++)
		sim_pin(d->vcpu[i], 1);
	sim_start(d);
	sim_run(MS(5));
	for (unsigned i = 0; i < 3; i++)
		if (d->vcpu[i]->sched.queued) {
			sim_pin(d->vcpu[i], 2);
			sim_run(STEP);
			assert_ptr_equal(sim_cpus[1].current, d->vcpu[i]);
			break;
		}
	sim_end();
}

static void test_affinity_without_a_cpu_is_refused(void **state)
{
	struct cpu_mask none = { { 0 } }, offline = { { BIT(7), 1 } };
	struct domain *d;

	sim_begin(2);
	d = sim_domain(1, 256, 0, 0, 0);
	assert_int_equal(sched_set_affinity(d->vcpu[0], &none, NULL), -EINVAL);
	assert_int_equal(sched_set_affinity(d->vcpu[0], &offline, NULL), -EINVAL);
	assert_true(cpu_mask_test(&d->vcpu[0]->sched.affinity_hard, 0));
	sim_end();
}

/* Soft affinity chooses among idle CPUs, but keeps nobody waiting. */
static void test_soft_affinity(void **state)
{
	struct cpu_mask soft = { { BIT(3) } };
	struct domain *d, *other;

	sim_begin(4);
	d = sim_domain(1, 256, 0, MS(1), MS(5));
	assert_int_equal(sched_set_affinity(d->vcpu[0], NULL, &soft), 0);
	sim_start(d);
	sim_run(MS(100));
	assert_int_equal(d->vcpu[0]->processor, 3);
	other = sim_domain(1, 256, 0, 0, 0);
	sim_pin(other->vcpu[0], BIT(3));
	sim_start(other);
	sim_run(MS(500));
	assert_share(sim_of(d->vcpu[0])->ran, MS(600), 1.0 / 6, 2);
	sim_end();
}

/* --- latency, idleness ------------------------------------------------------------------------ */

static void test_woken_runs_at_once(void **state)
{
	struct domain *hogs, *light;

	sim_begin(2);
	sim_start(hogs = sim_domain(6, 256, 0, 0, 0));
	sim_run(SECONDS(1));
	sim_start(light = sim_domain(1, 256, 0, US(500), MS(10)));
	sim_run(SECONDS(10));
	assert_true(sim_of(light->vcpu[0])->worst_latency <= US(200));
	assert_share(sim_ran(light), SECONDS(10), 0.5 / 10.5, 0.5);
	(void)hogs;
	sim_end();
}

/* One that was woken but then runs on does not keep its place before the others. */
static void test_boost_ends(void **state)
{
	struct domain *hog, *greedy;

	sim_begin(1);
	sim_start(hog = sim_domain(1, 256, 0, 0, 0));
	sim_start(greedy = sim_domain(1, 256, 0, MS(60), MS(1)));
	sim_run(SECONDS(10));
	assert_share(sim_ran(hog), SECONDS(10), 0.5, 6);
	sim_end();
}

/* A woken vCPU takes an idle CPU rather than interrupt anyone. */
static void test_wake_prefers_idle_cpu(void **state)
{
	struct domain *hog, *light;

	sim_begin(2);
	sim_start(hog = sim_domain(1, 256, 0, 0, 0));
	sim_run(MS(10));
	sim_start(light = sim_domain(1, 256, 0, MS(1), MS(3)));
	sim_run(SECONDS(2));
	assert_share(sim_ran(hog), SECONDS(2) + MS(10), 1.0, 0.1);
	assert_int_equal(sim_of(light->vcpu[0])->worst_latency, 0);
	sim_end();
}

static void test_idle_machine_has_no_tick(void **state)
{
	struct domain *d;
	uint64_t picks = 0;

	sim_begin(4);
	sim_start(d = sim_domain(4, 256, 0, MS(1), SECONDS(100)));
	sim_run(SECONDS(1));
	for (unsigned i = 0; i < 4; i++) {
		assert_true(sim_cpus[i].until == TIME_NEVER);
		picks += sim_cpus[i].picks;
	}
	sim_run(SECONDS(10));
	for (unsigned i = 0; i < 4; i++)
		picks -= sim_cpus[i].picks;
	assert_int_equal(picks, 0);
	(void)d;
	sim_end();
}

/* Debt made before a long sleep is forgotten. */
static void test_debt_is_forgiven_by_sleep(void **state)
{
	struct domain *a, *b;

	sim_begin(1);
	sim_start(a = sim_domain(1, 1, 0, 0, 0));
	sim_start(b = sim_domain(1, 1000, 0, 0, 0));
	sim_run(SECONDS(2));
	a->vcpu[0]->pause_flags = b->vcpu[0]->pause_flags = VCPU_PAUSE_BLOCKED;
	sched_sleep(a->vcpu[0]);
	sched_sleep(b->vcpu[0]);
	sim_run(SECONDS(2));
	sim_wake(a->vcpu[0]);
	assert_true(a->vcpu[0]->sched.boosted);
	sim_end();
}

static void test_yield(void **state)
{
	struct domain *a, *b;
	struct vcpu *first;

	sim_begin(1);
	sim_start(a = sim_domain(1, 256, 0, 0, 0));
	sim_start(b = sim_domain(1, 256, 0, 0, 0));
	sim_run(MS(5));
	for (unsigned i = 0; i < 10; i++) {
		first = sim_cpus[0].current;
		sim_on = 0;
		sched_yield(first);
		sim_run(STEP);
		assert_ptr_not_equal(sim_cpus[0].current, first);
	}
	a->vcpu[0]->pause_flags = VCPU_PAUSE_BLOCKED;
	sched_sleep(a->vcpu[0]);
	sim_run(STEP);
	sched_yield(b->vcpu[0]); /* alone: goes on */
	sim_run(STEP);
	assert_ptr_equal(sim_cpus[0].current, b->vcpu[0]);
	assert_false(b->vcpu[0]->sched.yielded);
	sim_end();
}

static void test_parameters(void **state)
{
	struct sched_params p = { 0, 0 };
	struct domain *d;

	sim_begin(1);
	d = sim_domain(1, 300, 40, 0, 0);
	assert_int_equal(sched_set_params(d, &p), -EINVAL);
	p = d->sched.params;
	assert_int_equal(p.weight, 300);
	assert_int_equal(p.cap, 40);
	sim_end();
}

/* --- run states ------------------------------------------------------------------------------- */

static void test_runstates_add_up(void **state)
{
	struct domain *a, *b;
	time_ns_t start;

	sim_begin(1);
	start = sim_time;
	a = sim_domain(1, 256, 0, MS(3), MS(4));
	b = sim_domain(1, 256, 0, 0, 0);
	sim_run(MS(20));
	sim_start(a);
	sim_start(b);
	sim_run(SECONDS(5));
	for (unsigned i = 0; i < sim_nr_vcpus; i++) {
		struct vcpu *v = &sim_vcpus[i]->v;
		struct vcpu_runstate_info *r = &v->runstate;
		uint64_t sum = sim_time - r->state_entry_time;

		for (unsigned s = 0; s < 4; s++)
			sum += r->time[s];
		assert_int_equal(sum, sim_time - start);
		assert_int_equal(r->time[RUNSTATE_offline], MS(20));
		assert_int_equal(
			r->time[RUNSTATE_running] +
				(r->state == RUNSTATE_running ? sim_time - r->state_entry_time : 0),
			sim_vcpus[i]->ran);
	}
	assert_true(a->vcpu[0]->runstate.time[RUNSTATE_blocked] > SECONDS(2));
	assert_true(b->vcpu[0]->runstate.time[RUNSTATE_blocked] == 0);
	sim_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_runs_alone),
		cmocka_unit_test(test_equal_weights),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_weight_is_per_domain),
		cmocka_unit_test(test_odd_number_on_two_cpus),
		cmocka_unit_test(test_sleeper_does_not_spoil_weights),
		cmocka_unit_test(test_weights_on_one_pinned_cpu),
		cmocka_unit_test(test_cap_holds_on_idle_machine),
		cmocka_unit_test(test_cap_beside_a_hog),
		cmocka_unit_test(test_cap_is_no_claim),
		cmocka_unit_test(test_cap_with_sleepers),
		cmocka_unit_test(test_hard_affinity),
		cmocka_unit_test(test_affinity_change_moves_the_running),
		cmocka_unit_test(test_affinity_change_moves_the_waiting),
		cmocka_unit_test(test_affinity_without_a_cpu_is_refused),
		cmocka_unit_test(test_soft_affinity),
		cmocka_unit_test(test_woken_runs_at_once),
		cmocka_unit_test(test_boost_ends),
		cmocka_unit_test(test_wake_prefers_idle_cpu),
		cmocka_unit_test(test_idle_machine_has_no_tick),
		cmocka_unit_test(test_debt_is_forgiven_by_sleep),
		cmocka_unit_test(test_yield),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_runstates_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
