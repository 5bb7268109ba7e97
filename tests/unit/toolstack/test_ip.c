// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses: text, prefixes, which ones a host can have. */
#include "test.h"

#include "lib/ip.h"

static struct ip ip(const char *text)
{
	struct ip out;

	assert_true(ip_parse(text, &out));
	return out;
}

static void text_there_and_back(void **state)
{
	static const char *const good[] = { "10.0.2.15/24", "0.0.0.0/0", "2001:db8::1/64", "::/0",
					    "192.0.2.1/32" };
	char text[IP_TEXT];
	struct ip a;
	uint8_t prefix;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(ip_parse_prefix(good[i], &a, &prefix));
		assert_string_equal(ip_format(&a, prefix, text), good[i]);
	}
	assert_true(ip_parse_prefix("10.1.2.3", &a, &prefix));
	assert_int_equal(prefix, 32);
}

static void text_refused(void **state)
{
	static const char *const bad[] = { "",        "10.0.2",        "10.0.2.256",  "10.0.2.1/33",
					   "::1/129", "10.0.2.1/",     "10.0.2.1/-1", "10.0.2.1/ 1",
					   "/24",     "10.0.2.1/0024", "nonsense" };
	struct ip a;
	uint8_t prefix;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(ip_parse_prefix(bad[i], &a, &prefix));
}

static void nets(void **state)
{
	struct ip a = ip("10.0.255.1"), b = ip("10.0.254.9"), six = ip("2001:db8::1");
	struct ip net = ip_network(&a, 23);
	char text[IP_TEXT];

	assert_string_equal(ip_format(&net, -1, text), "10.0.254.0");
	assert_true(ip_same_net(&a, &b, 23));
	assert_false(ip_same_net(&a, &b, 24));
	assert_true(ip_same_net(&a, &b, 0));
	assert_false(ip_same_net(&a, &six, 0));
}

static void hosts(void **state)
{
	static const struct {
		const char *text;
		unsigned int prefix;
		bool good;
	} cases[] = {
		{ "10.0.2.15", 24, true },
		{ "10.0.2.0", 24, false },
		{ "10.0.2.255", 24, false },
		{ "10.0.2.0", 31, true },
		{ "127.0.0.1", 8, false },
		{ "224.0.0.1", 24, false },
		{ "255.255.255.255", 32, false },
		{ "0.0.0.0", 32, false },
		{ "::", 64, false },
		{ "::1", 128, false },
		{ "ff02::1", 64, false },
		{ "fe80::1", 64, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip a = ip(cases[i].text);

		if (ip_is_host(&a, cases[i].prefix) != cases[i].good)
			fail_msg("%s/%u", cases[i].text, cases[i].prefix);
	}
}

static void masks(void **state)
{
	uint8_t prefix;

	assert_true(ip_parse_mask("255.255.255.0", &prefix));
	assert_int_equal(prefix, 24);
	assert_true(ip_parse_mask("24", &prefix));
	assert_int_equal(prefix, 24);
	assert_true(ip_parse_mask("0.0.0.0", &prefix));
	assert_int_equal(prefix, 0);
	assert_false(ip_parse_mask("255.0.255.0", &prefix));
	assert_false(ip_parse_mask("33", &prefix));
	assert_false(ip_parse_mask("", &prefix));
}

static void macs(void **state)
{
	static const char *const bad[] = { "", "52:54:00:12:34", "52:54:00:12:34:5g",
					   "52-54-00-12-34-56", "52:54:00:12:34:567" };
	char text[MAC_TEXT];
	uint8_t mac[6];

	assert_true(mac_parse("52:54:00:AB:cd:ef", mac));
	assert_string_equal(mac_format(mac, text), "52:54:00:ab:cd:ef");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mac_parse(bad[i], mac));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_there_and_back),
		cmocka_unit_test(text_refused),
		cmocka_unit_test(nets),
		cmocka_unit_test(hosts),
		cmocka_unit_test(masks),
		cmocka_unit_test(macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
