// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel's texts and names say of back ends.
 */
#include "test.h"

#include "vmd/counters.h"

static void test_links(void **state)
{
	char text[] =
		"Inter-|   Receive                                  |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
		"    lo:       1    2    0    0    0     0          0         0       3   4 0 0\n"
		"vif12.3:18446744073709551615 2 0 0 0 0 0 0 77 4 0 0 0 0 0 0\n"
		"short: 5\n"
		"anamethatistoolong: 5 0 0 0 0 0 0 0 6\n"
		": 1\n";
	struct counters c = { 0 };

	assert_true(counters_parse_links(&c, text));
	assert_int_equal(c.nr_links, 3);
	assert_string_equal(c.links[0].name, "lo");
	assert_int_equal(c.links[0].rx_bytes, 1);
	assert_int_equal(c.links[0].tx_bytes, 3);
	assert_true(c.links[1].rx_bytes == UINT64_MAX);
	assert_int_equal(c.links[1].tx_bytes, 77);
	assert_int_equal(c.links[2].rx_bytes, 5);
	assert_int_equal(c.links[2].tx_bytes, 0);
	counters_free(&c);
}

static void test_names(void **state)
{
	static const char *const no_disks[] = { "vbd-",     "vbd-5",    "vbd-5-",  "vbd-5-x",
						"vbd-5-1x", "vbd--5-1", "vif-5-1", "vbd-5-1-2" };
	unsigned int domid, devid;

	assert_true(counters_disk_name("vbd-5-51712", &domid, &devid));
	assert_int_equal(domid, 5);
	assert_int_equal(devid, 51712);
	assert_true(counters_vif_name("vif7.0", &domid, &devid));
	assert_int_equal(domid, 7);
	assert_int_equal(devid, 0);
	assert_false(counters_vif_name("vif7.0-q0", &domid, &devid));
	for (size_t i = 0; i < sizeof(no_disks) / sizeof(no_disks[0]); i++)
		assert_false(counters_disk_name(no_disks[i], &domid, &devid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
