// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes from disks and from the kernel as text: tags, LVM's reports, a pool's status.
 */
#include "test.h"

#include "storage/lvm_report.h"
#include "storage/props.h"
#include "storage/thin.h"

static void test_any_text_survives_a_tag(void **state)
{
	static const char text[] = "a disk, \"quoted\" = 100% & more: \xc3\xa9\n|;";
	struct buf b = { 0 };
	char back[64];

	prop_append(&b, "name", text);
	/* Nothing in it that would end a tag, a line or a report's column. */
	assert_null(strpbrk(b.data + 5, ",\n| \"=%"));
	assert_true(prop_get(b.data, ',', "name", back, sizeof(back)));
	assert_string_equal(back, text);
	buf_free(&b);
}

static void test_the_longest_text_fits_a_tag(void **state)
{
	char text[PROP_TEXT_MAX + 2];
	struct buf b = { 0 };

	memset(text, ' ', sizeof(text));
	text[PROP_TEXT_MAX] = '\0';
	assert_true(prop_text_valid(text));
	prop_append(&b, "sr-description", text);
	assert_true(b.len <= 1024);
	buf_free(&b);
	text[PROP_TEXT_MAX] = ' ';
	text[PROP_TEXT_MAX + 1] = '\0';
	assert_false(prop_text_valid(text));
	assert_false(prop_text_valid("two\nlines"));
}

static void test_props_are_found_whole(void **state)
{
	char value[8];
	uint64_t n;

	assert_true(prop_get("xname=no,name=yes,name=late", ',', "name", value, sizeof(value)));
	assert_string_equal(value, "yes");
	assert_true(prop_get("a=1\nb=\n", '\n', "b", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(prop_get("names=x,name", ',', "name", value, sizeof(value)));
	assert_true(prop_get_number("time=1763700000", ',', "time", &n));
	assert_int_equal(n, 1763700000);
	assert_false(prop_get_number("time=-1", ',', "time", &n));
	assert_false(prop_get_number("time=99999999999999999999", ',', "time", &n));
	assert_true(prop_is("state=ready", ',', "state", "ready"));
	assert_false(prop_is("state=ready", ',', "state", "read"));
}

static void test_bad_encodings_are_no_values(void **state)
{
	static const char *const bad[] = { "n=&", "n=&4", "n=&4g", "n=&00", "n=a b", "n=a&2" };
	char value[16];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(prop_get(bad[i], ',', "n", value, sizeof(value)));
	assert_false(prop_get("n=0123456789abcdef", ',', "n", value, sizeof(value)));
	assert_true(prop_get("n=0123456789abcde", ',', "n", value, sizeof(value)));
}

#define GROUP "  VG_XenStorage-1|4290772992|1052770304|4194304|0|sr=1,sr-type=lvmthin|"

static void test_volumes(void **state)
{
	char *text = strdup(GROUP
			    "pool|3221225472|twi-aotz--|||"
			    "|12.34|10.5|queue\n" GROUP
			    "LV-a|10737418240|Vri-a-tz-k|vdi=a,name=x|pool|LV-b|0.00||\n" GROUP
			    "LV-b|10737418240|Vwi-aotz--|vdi=b|pool||100.00||\n");
	struct lvm_report r;
	struct reason why;

	assert_int_equal(lvm_volumes_parse(&r, text, &why), 0);
	assert_int_equal(r.nr, 3);
	assert_true(r.volumes[0].is_pool);
	assert_true(r.volumes[0].queues);
	assert_int_equal(r.volumes[0].data, 1234);
	assert_int_equal(r.volumes[0].metadata, 1050);
	assert_int_equal(r.volumes[0].group.free, 1052770304);
	assert_string_equal(r.volumes[1].name, "LV-a");
	assert_string_equal(r.volumes[1].tags, "vdi=a,name=x");
	assert_string_equal(r.volumes[1].origin, "LV-b");
	assert_true(r.volumes[1].read_only);
	assert_false(r.volumes[1].open);
	assert_true(r.volumes[2].open);
	assert_false(r.volumes[2].read_only);
	assert_int_equal(r.volumes[2].data, 10000);
	lvm_report_free(&r);
}

static void test_nothing_is_a_report(void **state)
{
	struct lvm_report r;
	struct reason why;

	assert_int_equal(lvm_volumes_parse(&r, strdup(""), &why), 0);
	assert_int_equal(r.nr, 0);
	lvm_report_free(&r);
	assert_int_equal(lvm_groups_parse(&r, strdup("\n  \n"), &why), 0);
	assert_int_equal(r.nr, 0);
	lvm_report_free(&r);
}

static void test_nonsense_is_refused(void **state)
{
	static const char *const bad[] = {
		"one field",
		"a|1|2|3|0",           /* one too few */
		"a|1|2|3|0|tags|more", /* one too many */
		"a|1|2|0|0|",          /* no extent */
		"a|-1|2|3|0|",         /* no size */
		"a|99999999999999999999|2|3|0|",
		"../etc|1|2|3|0|", /* a name becomes a path */
		"|1|2|3|0|",
		"..|1|2|3|0|",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lvm_report r;
		struct reason why;

		assert_int_equal(lvm_groups_parse(&r, strdup(bad[i]), &why), -1);
		assert_reason(why, "makes no sense");
	}
}

static void test_pool_status(void **state)
{
	struct thin_usage u;

	assert_true(thin_status_parse("3 432/4096 319/49152 - rw discard_passdown "
				      "queue_if_no_space - 1024 ",
				      &u));
	assert_int_equal(u.metadata_used, 432);
	assert_int_equal(u.data_total, 49152);
	assert_false(u.full || u.failed);
	assert_true(thin_status_parse("0 1/2 8/8 - out_of_data_space discard_passdown "
				      "error_if_no_space - 1024 ",
				      &u));
	assert_true(u.full);
	assert_true(thin_status_parse("0 1/2 8/8 - ro x y needs_check 1024", &u));
	assert_true(u.failed);
	assert_true(thin_status_parse("Fail", &u));
	assert_true(u.failed);
	assert_false(thin_status_parse("", &u));
	assert_false(thin_status_parse("1 2 3", &u));
	assert_false(thin_status_parse("0 0/0 0/0 - rw", &u));
}

static void test_device_names(void **state)
{
	char name[128], small[20];

	assert_true(thin_pool_device("VG_x-1-2", "pool", name, sizeof(name)));
	assert_string_equal(name, "VG_x--1--2-pool-tpool");
	assert_false(thin_pool_device("VG_x-1-2", "pool", small, sizeof(small)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_text_survives_a_tag),
		cmocka_unit_test(test_the_longest_text_fits_a_tag),
		cmocka_unit_test(test_props_are_found_whole),
		cmocka_unit_test(test_bad_encodings_are_no_values),
		cmocka_unit_test(test_volumes),
		cmocka_unit_test(test_nothing_is_a_report),
		cmocka_unit_test(test_nonsense_is_refused),
		cmocka_unit_test(test_pool_status),
		cmocka_unit_test(test_device_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
