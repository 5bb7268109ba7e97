// SPDX-License-Identifier: GPL-2.0-or-later
/* Leases, and DHCP servers that say what they should not. */
#include "test.h"

#include "network/lease.h"

static struct lease l;
static struct reason why;

static int parse(const char *text)
{
	why.text[0] = '\0';
	return lease_parse(&l, "xenbr0", text_bytes(text), &why);
}

static void usual(void **state)
{
	struct buf text = { 0 };

	assert_int_equal(parse("ip=10.0.2.15\nmask=24\nrouter=10.0.2.2\ndns=10.0.2.3 10.0.2.4\n"),
			 0);
	assert_int_equal(l.prefix, 24);
	assert_int_equal(l.nr_dns, 2);
	lease_format(&l, &text);
	assert_string_equal(text.data,
			    "ip=10.0.2.15\nmask=24\nrouter=10.0.2.2\ndns=10.0.2.3 10.0.2.4\n");
	buf_free(&text);
	assert_int_equal(parse("mask=255.255.0.0\nip=172.16.1.1\n"), 0);
	assert_int_equal(l.prefix, 16);
	assert_int_equal(l.router.family, 0);
}

static void addresses_nobody_can_have(void **state)
{
	static const char *const bad[] = {
		"",
		"ip=10.0.2.15\n",
		"mask=24\n",
		"ip=127.0.0.1\nmask=8\n",
		"ip=10.0.2.0\nmask=24\n",
		"ip=224.0.0.1\nmask=24\n",
		"ip=10.0.2.15\nmask=99\n",
		"ip=::1\nmask=24\n",
		"ip=$(reboot)\nmask=24\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i]) == 0)
			fail_msg("taken: %s", bad[i]);
		assert_reason(why, "xenbr0: the DHCP server offers");
	}
}

static void the_rest_is_left_out(void **state)
{
	/* A router that is no neighbour, or is this host; name servers that are no addresses. */
	assert_int_equal(parse("ip=10.0.2.15\nmask=24\nrouter=8.8.8.8\n"
			       "dns=x 10.0.2.3;reboot 10.0.2.4 1.1.1.1 2.2.2.2 3.3.3.3\nother\n"),
			 0);
	assert_int_equal(l.router.family, 0);
	assert_int_equal(l.nr_dns, LEASE_MAX_DNS);
	assert_int_equal(l.dns[0].bytes[3], 4);
	assert_int_equal(parse("ip=10.0.2.15\nmask=24\nrouter=10.0.2.15\n"), 0);
	assert_int_equal(l.router.family, 0);
}

static void kept_by_network(void **state)
{
	static struct leases all;

	assert_int_equal(parse("ip=10.0.2.15\nmask=24\n"), 0);
	assert_true(leases_put(&all, &l));
	l.prefix = 16;
	assert_true(leases_put(&all, &l));
	assert_int_equal(all.nr, 1);
	assert_int_equal(leases_find(&all, "xenbr0")->prefix, 16);
	for (int i = 1; i < LEASES_MAX; i++) {
		snprintf(l.link, sizeof(l.link), "n%d", i);
		assert_true(leases_put(&all, &l));
	}
	snprintf(l.link, sizeof(l.link), "more");
	assert_false(leases_put(&all, &l));
	leases_drop(&all, "xenbr0");
	leases_drop(&all, "xenbr0");
	assert_null(leases_find(&all, "xenbr0"));
	assert_int_equal(all.nr, LEASES_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual),
		cmocka_unit_test(addresses_nobody_can_have),
		cmocka_unit_test(the_rest_is_left_out),
		cmocka_unit_test(kept_by_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
