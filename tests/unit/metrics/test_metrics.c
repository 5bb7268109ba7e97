// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A day of samples and more, what is answered of it, and files that are damaged. Answers are read
 * by a JSON parser and not compared as text.
 */
#include "metrics/collect.h"
#include "metrics/disks.h"

#include <jansson.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../toolstack/test.h"

#define UUID "5a6ec0c6-9d5b-4f5e-8f3e-111111111111"
/* Half past ten on some day. */
#define START (1790000000ll / 86400 * 86400 + 10 * 3600 + 1800)

static char folder[] = "/tmp/metrics.XXXXXX";

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/metrics.XXXXXX");
	assert_non_null(mkdtemp(folder));
	return 0;
}

static int teardown(void **state)
{
	struct reason why;

	(void)state;
	assert_int_equal(metrics_forget(folder, UUID, &why), 0);
	return rmdir(folder);
}

static void add(int64_t now, const char *name, double value)
{
	struct metrics_sample sample = { .value = value };
	struct reason why;

	strcpy(sample.name, name);
	if (metrics_add(folder, UUID, now, &sample, 1, &why) < 0)
		fail_msg("%s", why.text);
}

static json_t *ask(int64_t start, int64_t now, int64_t interval)
{
	const struct metrics_query q = { start, now, interval, true };
	const struct metrics_owner owner = { "vm", UUID, NULL };
	struct buf out = { 0 };
	struct reason why;
	json_t *answer;

	assert_int_equal(metrics_query(folder, &q, &owner, 1, &out, &why), 0);
	answer = json_loads(out.data, 0, NULL);
	assert_non_null(answer);
	buf_free(&out);
	return answer;
}

static int64_t meta(json_t *answer, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(answer, "meta"), name));
}

static double value(json_t *answer, size_t row, size_t column)
{
	json_t *r = json_array_get(json_object_get(answer, "data"), row);
	json_t *v = json_array_get(json_object_get(r, "values"), column);

	assert_non_null(v);
	return json_is_string(v) ? NAN : json_number_value(v);
}

static void test_recent(void **state)
{
	json_t *answer, *legend;

	(void)state;
	for (int i = 0; i < 10; i++)
		add(START + 5 * i, "cpu0", i);
	answer = ask(START, START + 50, 5);
	assert_int_equal(meta(answer, "step"), 5);
	assert_int_equal(meta(answer, "start"), START);
	assert_int_equal(meta(answer, "end"), START + 50);
	assert_int_equal(meta(answer, "rows"), 10);
	assert_int_equal(meta(answer, "columns"), 1);
	legend = json_object_get(json_object_get(answer, "meta"), "legend");
	assert_string_equal(json_string_value(json_array_get(legend, 0)),
			    "AVERAGE:vm:" UUID ":cpu0");
	/* The newest first; a row is called by its end. */
	assert_true(value(answer, 0, 0) == 9);
	assert_true(value(answer, 9, 0) == 0);
	json_decref(answer);
	/* The row that is not over is not there, nor what is older than asked for. */
	answer = ask(START + 22, START + 49, 5);
	assert_int_equal(meta(answer, "start"), START + 25);
	assert_int_equal(meta(answer, "rows"), 4);
	assert_true(value(answer, 0, 0) == 8);
	json_decref(answer);
}

static void test_coarser(void **state)
{
	json_t *answer;

	(void)state;
	/* Three hours and a half, beginning at half past. */
	for (int64_t t = START; t < START + 12600; t += 5)
		add(t, "x", (double)((t - START) / 60));
	add(START + 12600, "x", 0);
	answer = ask(0, START + 12600, 60);
	assert_int_equal(meta(answer, "rows"), 120);
	assert_true(value(answer, 0, 0) == 209);
	assert_true(value(answer, 119, 0) == 90);
	json_decref(answer);
	answer = ask(START, START + 12600, 3600);
	assert_int_equal(meta(answer, "rows"), 3);
	assert_true(value(answer, 2, 0) == 59.5);
	json_decref(answer);
	answer = ask(0, START + 12600, 3600);
	/* The half hour is what is known of its hour. */
	assert_int_equal(meta(answer, "rows"), 4);
	assert_true(value(answer, 3, 0) == 14.5);
	json_decref(answer);
	add(START + 86400, "x", 0);
	answer = ask(0, START + 86400, 86400);
	assert_int_equal(meta(answer, "rows"), 1);
	assert_true(fabs(value(answer, 0, 0) - (14.5 + 59.5 + 119.5 + 179.5 + 0) / 5) < 0.01);
	json_decref(answer);
	/* How far back decides, if nothing else does. */
	answer = ask(START + 86400 - 300, START + 86400, 0);
	assert_int_equal(meta(answer, "step"), 5);
	json_decref(answer);
	answer = ask(START, START + 86400, 0);
	assert_int_equal(meta(answer, "step"), 3600);
	json_decref(answer);
}

static void test_a_pause(void **state)
{
	json_t *answer;

	(void)state;
	for (int64_t t = START; t < START + 600; t += 5)
		add(t, "x", 7);
	/* Nobody writes for two hours: the ten minutes are not lost. */
	add(START + 7200, "x", 1);
	answer = ask(START, START + 7200, 60);
	assert_int_equal(meta(answer, "rows"), 10);
	json_decref(answer);
	answer = ask(START - 1800, START + 7200, 3600);
	assert_int_equal(meta(answer, "rows"), 1);
	assert_true(value(answer, 0, 0) == 7);
	json_decref(answer);
	/* A clock that was set back is no harm. */
	add(START - 100000, "x", 2);
	answer = ask(0, START - 100000 + 5, 5);
	assert_int_equal(meta(answer, "rows"), 1);
	json_decref(answer);
}

static void test_columns(void **state)
{
	char name[METRICS_NAME], path[128];
	struct metrics_sample bad = { "a:b", 1 };
	struct reason why;
	struct stat st;
	json_t *answer;

	(void)state;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "vbd_xvd%d_read", i);
		add(START + 5 * i, name, i);
	}
	answer = ask(START, START + 200, 5);
	assert_int_equal(meta(answer, "columns"), 40);
	for (size_t i = 0; i < 40; i++) {
		for (size_t c = 0; c < 40; c++) {
			double v = value(answer, 39 - i, c);

			assert_true(c == i ? v == (double)i : isnan(v));
		}
	}
	json_decref(answer);
	assert_int_equal(metrics_add(folder, UUID, START, &bad, 1, &why), -1);
	assert_reason(why, "good name");
	for (int i = 40; i < METRICS_COLUMNS; i++) {
		snprintf(name, sizeof(name), "vbd_xvd%d_read", i);
		add(START + 5 * i, name, i);
	}
	strcpy(bad.name, "one_more");
	assert_int_equal(metrics_add(folder, UUID, START, &bad, 1, &why), -1);
	assert_reason(why, "more than 256");
	snprintf(path, sizeof(path), "%s/" UUID ".rrd", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size < 1 << 20);
}

static void test_damaged(void **state)
{
	char path[128];
	json_t *answer;

	(void)state;
	snprintf(path, sizeof(path), "%s/" UUID ".rrd", folder);
	for (int cut = 0; cut < 3; cut++) {
		add(START, "x", 1);
		assert_int_equal(truncate(path, cut == 0 ? 0 : cut == 1 ? 100 : 20000), 0);
		answer = ask(START, START + 50, 5);
		assert_int_equal(meta(answer, "columns"), 0);
		assert_int_equal(meta(answer, "rows"), 0);
		json_decref(answer);
		add(START, "x", 2);
		answer = ask(START, START + 5, 5);
		assert_true(value(answer, 0, 0) == 2);
		json_decref(answer);
	}
}

static void test_xml(void **state)
{
	const struct metrics_query q = { START, START + 10, 5, false };
	const struct metrics_owner owners[] = { { "host", UUID, METRICS_HOST },
						{ "vm", "another", UUID } };
	struct buf out = { 0 };
	struct reason why;

	(void)state;
	add(START, "a", 1.5);
	add(START + 5, "b", 0.25);
	assert_int_equal(metrics_query(folder, &q, owners, 2, &out, &why), 0);
	assert_non_null(strstr(out.data, "<rows>2</rows><columns>2</columns>"));
	assert_non_null(strstr(out.data, "<entry>AVERAGE:vm:another:b</entry>"));
	assert_non_null(strstr(out.data, "<v>NaN</v><v>0.25</v></row>"));
	buf_free(&out);
}

static double sample(const struct metrics_sample *samples, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (strcmp(samples[i].name, name) == 0)
			return samples[i].value;
	fail_msg("no %s", name);
	return 0;
}

static void test_rates(void **state)
{
	json_t *before =
		json_loads("{\"domid\": 3, \"memory\": 100, \"cpu_ns\": [1000, 0],"
			   "\"disks\": {\"xvda\": {\"read_bytes\": 10, \"write_bytes\": 9}},"
			   "\"vifs\": {\"0\": {\"rx_bytes\": 0, \"tx_bytes\": 0}}}",
			   0, NULL);
	json_t *now = json_loads("{\"domid\": 3, \"memory\": 200, \"cpu_ns\": [2500001000, 9e18],"
				 "\"disks\": {\"xvda\": {\"read_bytes\": 110, \"write_bytes\": 5},"
				 "\"xvdb\": {\"read_bytes\": 1}},"
				 "\"vifs\": {\"0\": {\"rx_bytes\": 50, \"tx_bytes\": 0}}}",
				 0, NULL);
	struct metrics_sample s[COLLECT_MAX];
	size_t nr = collect_vm(now, before, 5, s);

	(void)state;
	assert_true(sample(s, nr, "memory") == 200);
	assert_true(sample(s, nr, "cpu0") == 0.5);
	assert_true(sample(s, nr, "cpu1") == 1);
	assert_true(sample(s, nr, "vbd_xvda_read") == 20);
	assert_true(isnan(sample(s, nr, "vbd_xvda_write")));
	assert_true(isnan(sample(s, nr, "vbd_xvdb_read")));
	assert_true(sample(s, nr, "vif_0_rx") == 10);
	/* Nothing before, and another life. */
	nr = collect_vm(now, NULL, 5, s);
	assert_true(isnan(sample(s, nr, "cpu0")) && sample(s, nr, "memory") == 200);
	json_object_set_new(before, "domid", json_integer(2));
	nr = collect_vm(now, before, 5, s);
	assert_true(isnan(sample(s, nr, "vif_0_rx")));
	/* Nonsense. */
	assert_int_equal(collect_vm(NULL, NULL, 0, s), 1);
	json_decref(before);
	json_decref(now);
	before = json_loads("{\"cpu_ns_idle\": [0], \"nics\": {\"nic0\": {\"rx_bytes\": 1}}}", 0,
			    NULL);
	now = json_loads("{\"cpu_ns_idle\": [1000000000], \"memory_free\": 2048, \"loadavg\": 0.5,"
			 "\"nics\": {\"nic0\": {\"rx_bytes\": 21}}}",
			 0, NULL);
	nr = collect_host(now, before, 4, s);
	assert_true(sample(s, nr, "cpu0") == 0.75);
	assert_true(sample(s, nr, "memory_free_kib") == 2);
	assert_true(sample(s, nr, "loadavg") == 0.5);
	assert_true(sample(s, nr, "pif_nic0_rx") == 5);
	json_decref(before);
	json_decref(now);
}

static bool is_sda(const char *name)
{
	return strcmp(name, "sda") == 0;
}

static void test_host(void **state)
{
	struct metrics_sample s[COLLECT_MAX];
	json_t *before = json_pack("{s[II], s{s{sI,sI}, s{sI,sI}}}", "cpu_ns_idle", 0ll, 0ll,
				   "nics", "nic0", "rx_bytes", 0ll, "tx_bytes", 10ll, "nic1",
				   "rx_bytes", 5ll, "tx_bytes", 0ll);
	json_t *now = json_pack("{s[II], s{s{sI,sI}, s{sI,sI}}}", "cpu_ns_idle", 1000000000ll,
				3000000000ll, "nics", "nic0", "rx_bytes", 40ll, "tx_bytes", 10ll,
				"nic1", "rx_bytes", 9ll, "tx_bytes", 4ll);
	size_t nr;

	(void)state;
	json_object_set_new(before, "disks",
			    disks_parse("   8 0 sda 1 2 100 4 5 6 200 8 9 10 11\n"
					"   8 1 sda1 1 2 100 4 5 6 200 8 9 10 11\n",
					is_sda));
	json_object_set_new(
		now, "disks",
		disks_parse("nonsense\n   8 0 sda 1 2 108 4 5 6 300 8 9 10 11", is_sda));
	nr = collect_host(now, before, 4, s);
	assert_true(sample(s, nr, "cpu_avg") == 0.5);
	assert_true(sample(s, nr, "pif_aggr_rx") == 11);
	assert_true(sample(s, nr, "pif_aggr_tx") == 1);
	assert_true(sample(s, nr, "disk_sda_read") == 1024);
	assert_true(sample(s, nr, "disk_sda_write") == 12800);
	/* Nothing is known of a first time, and a counter that went back has no rate. */
	nr = collect_host(now, NULL, 4, s);
	assert_true(isnan(sample(s, nr, "pif_aggr_rx")));
	assert_true(isnan(sample(s, nr, "cpu_avg")));
	nr = collect_host(before, now, 4, s);
	assert_true(isnan(sample(s, nr, "disk_sda_read")));
	json_decref(before);
	json_decref(now);
}

static void test_now(void **state)
{
	struct metrics_sample s[METRICS_COLUMNS];

	(void)state;
	add(START, "a", 1);
	add(START + 5, "a", 3);
	add(START + 5, "b", 7);
	assert_int_equal(metrics_recent(folder, UUID, START + 6, 30, s), 2);
	assert_true(s[1].value == 7);
	assert_int_equal(metrics_recent(folder, UUID, START + 100, 30, s), 0);
	assert_int_equal(metrics_recent(folder, "nobody", START, 30, s), 0);
}

/* A clock that is set back, far, and forward again: nothing is refused, and nothing is wrong. */
static void test_a_clock_that_jumps(void **state)
{
	json_t *answer;

	(void)state;
	add(START + 86400 * 30, "a", 9);
	add(START, "a", 1);
	add(START + 5, "a", 2);
	answer = ask(START - 60, START + 10, 5);
	assert_int_equal(json_array_size(json_object_get(answer, "data")), 2);
	json_decref(answer);
	add(START + 86400 * 30 + 5, "a", 4);
	answer = ask(START + 86400 * 30 - 20, START + 86400 * 30 + 10, 5);
	/* The row of before has made room for one of the wrong time. */
	assert_int_equal(json_array_size(json_object_get(answer, "data")), 1);
	json_decref(answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_recent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coarser, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_xml, setup, teardown),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_host),
		cmocka_unit_test_setup_teardown(test_now, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_clock_that_jumps, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
