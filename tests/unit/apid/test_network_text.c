// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network.conf as the API changes it: what is not meant stays as its owner wrote it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "apid/network_text.h"

static const char owner[] = "# mine\n"
			    "automatic bridges\n"
			    "automatic address\n"
			    "network office   # where people are\n"
			    "    nic nic1\n"
			    "    address 192.0.2.10/24\n"
			    "    address 2001:db8::10/64\n"
			    "    gateway 192.0.2.1\n"
			    "    gateway 2001:db8::1\n"
			    "    dns 192.0.2.53\n"
			    "    mtu 9000\n"
			    "network lab\n"
			    "    address dhcp\n"
			    "    address slaac";

static void address_is(const struct network_address *a, const char *text, const char *expected)
{
	struct buf out = { 0 };

	network_text_address(text, a, &out);
	assert_non_null(out.data);
	assert_string_equal(out.data, expected);
	buf_free(&out);
}

static void addresses_of_one_family_are_replaced(void **state)
{
	const struct network_address a = {
		.bridge = "office",
		.begin = "    nic nic9\n",
		.lines = "    address dhcp\n",
	};

	address_is(&a, owner,
		   "# mine\n"
		   "automatic bridges\n"
		   "automatic address\n"
		   "network office   # where people are\n"
		   "    address dhcp\n"
		   "    nic nic1\n"
		   "    address 2001:db8::10/64\n"
		   "    gateway 2001:db8::1\n"
		   "    mtu 9000\n"
		   "network lab\n"
		   "    address dhcp\n"
		   "    address slaac\n");
}

static void none_of_ipv6(void **state)
{
	const struct network_address a = { .bridge = "lab", .lines = "", .six = true };

	address_is(&a, "network lab\n    address dhcp\n    address slaac",
		   "network lab\n    address dhcp\n");
}

static void a_network_without_a_block_gets_one(void **state)
{
	const struct network_address a = {
		.bridge = "xenbr0",
		.begin = "    nic nic0\n",
		.lines = "    address 192.0.2.7/24\n",
		.automatic = true,
	};

	address_is(&a, "automatic bridges\nautomatic address\n",
		   "automatic bridges\n"
		   "network xenbr0\n"
		   "    nic nic0\n"
		   "    address 192.0.2.7/24\n");
	address_is(&a, "", "network xenbr0\n    nic nic0\n    address 192.0.2.7/24\n");
}

static void modes_are(const char *bridge, const char *ipv4, const char *ipv6, bool named)
{
	struct network_modes modes;

	network_text_modes(owner, bridge, &modes);
	assert_string_equal(modes.ipv4, ipv4);
	assert_string_equal(modes.ipv6, ipv6);
	assert_int_equal(modes.named, named);
}

static void where_addresses_come_from(void **state)
{
	modes_are("office", "Static", "Static", true);
	modes_are("lab", "DHCP", "Autoconf", true);
	modes_are("xenbr0", "None", "None", false);
}

static void words_end_with_their_line(void **state)
{
	assert_true(line_begins("  network\nlab", "network", NULL));
	assert_false(line_begins("network\nlab", "network", "lab"));
	assert_false(line_begins("networks lab", "network", "lab"));
	assert_false(line_begins("", "network", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_one_family_are_replaced),
		cmocka_unit_test(none_of_ipv6),
		cmocka_unit_test(a_network_without_a_block_gets_one),
		cmocka_unit_test(where_addresses_come_from),
		cmocka_unit_test(words_end_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
