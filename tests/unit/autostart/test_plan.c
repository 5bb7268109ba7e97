// SPDX-License-Identifier: GPL-2.0-or-later
/* Who starts and stops with the host, in what order, and with which pauses. */
#include "autostart/plan.h"

#include "../toolstack/test.h"

static json_t *vm(const char *name, int order, const char *state, const char *auto_poweron)
{
	return json_pack("{ss, si, ss, s{ss}, si, si}", "name_label", name, "order", order,
			 "power_state", state, "other_config", "auto_poweron", auto_poweron,
			 "start_delay", 7 + order, "shutdown_delay", 3);
}

static json_t *sample(void)
{
	json_t *vms = json_object(), *more;

	json_object_set_new(vms, "OpaqueRef:1", vm("web", 2, "Halted", "true"));
	json_object_set_new(vms, "OpaqueRef:2", vm("database", 1, "Halted", "true"));
	json_object_set_new(vms, "OpaqueRef:3", vm("another", 2, "Halted", "true"));
	json_object_set_new(vms, "OpaqueRef:4", vm("by hand", 0, "Halted", "false"));
	json_object_set_new(vms, "OpaqueRef:5", vm("runs", 2, "Running", "true"));
	json_object_set_new(vms, "OpaqueRef:6", vm("paused", 1, "Paused", "false"));
	json_object_set_new(vms, "OpaqueRef:7", vm("runs, too", 2, "Running", "false"));
	json_object_set_new(vms, "OpaqueRef:8", vm("sleeps", 2, "Suspended", "true"));
	more = vm("template", 0, "Halted", "true");
	json_object_set_new(more, "is_a_template", json_true());
	json_object_set_new(vms, "OpaqueRef:9", more);
	more = vm("Domain-0", 0, "Running", "true");
	json_object_set_new(more, "is_control_domain", json_true());
	json_object_set_new(vms, "OpaqueRef:10", more);
	json_object_set_new(vms, "OpaqueRef:11", json_object());
	json_object_set_new(vms, "OpaqueRef:12", json_string("nonsense"));
	return vms;
}

static void test_start(void **state)
{
	static const char *const order[] = { "database", "another", "web" };
	json_t *vms = sample();
	struct plan p;

	(void)state;
	assert_true(plan_start(vms, &p));
	assert_int_equal(p.nr, 3);
	for (size_t i = 0; i < p.nr; i++)
		assert_string_equal(p.turns[i].name, order[i]);
	assert_string_equal(p.turns[0].vm, "OpaqueRef:2");
	assert_int_equal(p.turns[0].delay, 8);
	plan_free(&p);
	json_decref(vms);
}

static void test_stop(void **state)
{
	static const char *const order[] = { "runs, too", "runs", "paused" };
	json_t *vms = sample();
	struct plan p;

	(void)state;
	assert_true(plan_stop(vms, &p));
	assert_int_equal(p.nr, 3);
	for (size_t i = 0; i < p.nr; i++)
		assert_string_equal(p.turns[i].name, order[i]);
	assert_int_equal(plan_together(&p, 0), 2);
	assert_int_equal(plan_together(&p, 2), 1);
	assert_int_equal(plan_together(&p, 3), 0);
	plan_free(&p);
	json_decref(vms);
}

static void test_delays(void **state)
{
	json_t *vms = json_object(), *one = vm("a", 0, "Halted", "true");
	struct plan p;

	(void)state;
	json_object_set_new(one, "start_delay", json_integer(-5));
	json_object_set_new(vms, "OpaqueRef:1", one);
	assert_true(plan_start(vms, &p));
	assert_int_equal(p.turns[0].delay, 0);
	plan_free(&p);
	json_object_set_new(one, "start_delay", json_integer(1ll << 40));
	assert_true(plan_start(vms, &p));
	assert_int_equal(p.turns[0].delay, DELAY_MAX);
	plan_free(&p);
	json_decref(vms);
	assert_true(plan_start(NULL, &p));
	assert_int_equal(p.nr, 0);
	plan_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_delays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
