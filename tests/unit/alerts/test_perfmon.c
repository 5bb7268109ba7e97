// SPDX-License-Identifier: GPL-2.0-or-later
/* Thresholds of clients: what they may say, and when they are an alarm. */
#include "alerts/perfmon.h"

#include <math.h>

#include "../toolstack/test.h"

static const struct metrics_sample samples[] = {
	{ "cpu0", 0.2 },      { "cpu1", 0.6 },          { "vif_0_rx", 100 },
	{ "vif_0_tx", 50 },   { "vbd_xvda_read", 7 },   { "vbd_xvda_write", 8 },
	{ "pif_eth0_rx", 3 }, { "memory_free_kib", 5 }, { "cpu2", NAN },
};

#define NR (sizeof(samples) / sizeof(samples[0]))

static struct perfmon *parse(const char *text)
{
	struct reason why;
	struct perfmon *p = perfmon_parse(text, false, &why);

	if (!p)
		fail_msg("%s", why.text);
	return p;
}

static double value_of(const char *variable)
{
	char text[512];
	struct perfmon *p;
	double value;

	snprintf(text, sizeof(text), "<config><variable>%s</variable></config>", variable);
	p = parse(text);
	assert_int_equal(p->nr, 1);
	value = perfmon_value(&p->variables[0], samples, NR);
	perfmon_free(p);
	return value;
}

static void test_values(void **state)
{
	(void)state;
	assert_true(fabs(value_of("<name value='cpu_usage'/>") - 0.4) < 1e-9);
	assert_true(fabs(value_of("<name value='network_usage'/>") - 150) < 1e-9);
	assert_true(fabs(value_of("<name value='disk_usage'/>") - 15) < 1e-9);
	assert_true(fabs(value_of("<name value='memory_free_kib'/>") - 5) < 1e-9);
	assert_true(fabs(value_of("<name value='x'/><rrd_regex value='^vif_0_rx$'/>") - 100) <
		    1e-9);
	assert_true(fabs(value_of("<name value='x'/><rrd_regex value='cpu[01]'/>"
				  "<consolidation_fn value='sum'/>") -
			 0.8) < 1e-9);
	assert_true(isnan(value_of("<name value='cpu'/>")));
}

static void test_alarms(void **state)
{
	struct perfmon *p = parse("<config><variable><name value=\"cpu_usage\"/>"
				  "<alarm_trigger_level value=\"0.5\"/>"
				  "<alarm_trigger_period value=\"60\"/>"
				  "<alarm_auto_inhibit_period value=\"300\"/></variable></config>");
	struct perfmon_variable *v = &p->variables[0];

	(void)state;
	assert_int_equal(v->priority, 3);
	assert_false(perfmon_alarm(v, 0.9, 1));
	assert_false(perfmon_alarm(v, 0.9, 60));
	assert_true(perfmon_alarm(v, 0.9, 61));
	assert_false(perfmon_alarm(v, 0.9, 120));
	assert_true(perfmon_alarm(v, 0.9, 361));
	/* Below for a moment: it begins anew. */
	assert_false(perfmon_alarm(v, 0.5, 700));
	assert_false(perfmon_alarm(v, 0.9, 701));
	assert_true(perfmon_alarm(v, 0.9, 761));
	perfmon_free(p);
	/* What is free is watched from below; without a level nothing is. */
	p = parse("<config><variable><name value='memory_free_kib'/>"
		  "<alarm_trigger_level value='10'/><alarm_trigger_period value='0'/></variable>"
		  "<variable><name value='cpu_usage'/></variable></config>");
	assert_true(perfmon_alarm(&p->variables[0], 5, 1));
	assert_false(perfmon_alarm(&p->variables[1], 1e9, 1));
	perfmon_free(p);
}

static void test_body(void **state)
{
	struct perfmon *p = parse("<config><variable><name value='a&lt;b'/>"
				  "<alarm_trigger_level value='1'/></variable></config>");
	struct buf body = { 0 };

	(void)state;
	perfmon_body(&p->variables[0], 2.5, &body);
	assert_string_equal(body.data, "value: 2.500000\nconfig:\n<variable>\n"
				       "\t<name value=\"a&lt;b\"/>\n"
				       "\t<alarm_trigger_level value=\"1\"/>\n</variable>\n");
	buf_free(&body);
	perfmon_free(p);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{ "", "line 1" },
		{ "<config><variable>", "line 1" },
		{ "<config><variable></variable></config>", "name" },
		{ "<c><variable><name value='x'/><alarm_priority value='6'/></variable></c>",
		  "alarm_priority" },
		{ "<c><variable><name value='x'/><alarm_trigger_level value='x'/></variable></c>",
		  "alarm_trigger_level" },
		{ "<c><variable><name value='x'/><alarm_trigger_level value='inf'/></variable></c>",
		  "alarm_trigger_level" },
		{ "<c><variable><name value='x'/><rrd_regex value='(a)\\1'/></variable></c>",
		  "rrd_regex" },
		{ "<c><variable><name value='x'/><rrd_regex value='a{255}'/></variable></c>",
		  "rrd_regex" },
		{ "<c><variable><name value='x'/><rrd_regex value='['/></variable></c>",
		  "rrd_regex" },
		{ "<!DOCTYPE c [<!ENTITY a 'b'>]><c/>", "DOCTYPE" },
	};
	char *text = malloc(PERFMON_TEXT + 10);
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_null(perfmon_parse(wrong[i].text, false, &why));
		assert_reason(why, wrong[i].why);
	}
	memset(text, ' ', PERFMON_TEXT + 9);
	text[PERFMON_TEXT + 9] = '\0';
	assert_null(perfmon_parse(text, false, &why));
	assert_reason(why, "longer");
	text[0] = '\0';
	strcat(text, "<c>");
	for (int i = 0; i < PERFMON_VARIABLES + 1; i++)
		strcat(text, "<variable><name value='a'/></variable>");
	strcat(text, "</c>");
	assert_null(perfmon_parse(text, false, &why));
	assert_reason(why, "more than");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_alarms),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("alerts perfmon", tests, NULL, NULL);
}
