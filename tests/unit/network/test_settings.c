// SPDX-License-Identifier: GPL-2.0-or-later
/* network.conf: what is understood, and what each mistake is called. */
#include "test.h"

#include "network/settings.h"

static struct settings s;
static struct reason why;

static int parse(const char *text)
{
	why.text[0] = '\0';
	return settings_parse(&s, "f", text_bytes(text), &why);
}

static void nothing(void **state)
{
	assert_int_equal(parse(""), 0);
	assert_false(s.automatic_bridges || s.automatic_address);
	assert_int_equal(s.nr_networks + s.nr_bonds, 0);
	assert_int_equal(parse("\n# nothing\n   \t\n#"), 0);
}

static void defaults(void **state)
{
	assert_int_equal(parse(SETTINGS_DEFAULT), 0);
	assert_true(s.automatic_bridges && s.automatic_address);
}

static void everything(void **state)
{
	const struct network_settings *n;

	assert_int_equal(
		parse("automatic bridges # yes\r\n"
		      "bond bond0\n\tnics nic0 52:54:00:12:34:56\n\tmode 802.3ad\n"
		      "network lan\n\tnic bond0\n\tvlan 4094\n\taddress 10.0.0.2/24\n"
		      "\taddress 2001:db8::2/64\n\tgateway 10.0.0.1\n"
		      "\tgateway 2001:db8::1\n\tdns 10.0.0.3 2001:db8::3\n"
		      "\tsearch example.org\n\tsearch a-1.test b\n"
		      "\troute 10.2.0.0/16 10.0.0.9\n"
		      "\troute 2001:db8:2::/48 2001:db8::9\n"
		      "network dyn\nnic pci:0000:00:03.0\nmtu 9000\naddress dhcp\naddress slaac\n"
		      "network inner\n"
		      "network nat0\nnat 192.168.9.1/24\n"),
		0);
	assert_int_equal(s.nr_bonds, 1);
	assert_int_equal(s.bonds[0].nr_nics, 2);
	assert_int_equal(s.bonds[0].mode, BOND_802_3AD);
	assert_int_equal(s.nr_networks, 4);
	n = &s.networks[0];
	assert_string_equal(n->nic.text, "bond0");
	assert_int_equal(n->nic.line, 6);
	assert_int_equal(n->vlan, 4094);
	assert_int_equal(n->nr_addresses, 2);
	assert_int_equal(n->gateway4.ip.family, 4);
	assert_int_equal(n->gateway6.ip.family, 6);
	assert_int_equal(n->nr_dns, 2);
	assert_string_equal(n->search, "example.org a-1.test b");
	assert_int_equal(n->nr_routes, 2);
	assert_int_equal(n->routes[1].prefix, 48);
	assert_true(s.networks[1].dhcp && s.networks[1].slaac);
	assert_int_equal(s.networks[0].mtu, 0);
	assert_int_equal(s.networks[1].mtu, 9000);
	assert_string_equal(s.networks[2].nic.text, "");
	assert_true(s.networks[3].nat);
}

static void mistakes(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		/* words */
		{ "netwrok a\n", "f:1: expected automatic, bond or network, found \"netwrok\"" },
		{ "vlan 5\n", "f:1: expected automatic, bond or network, found \"vlan\"" },
		{ "network a\nmode 1\n", "f:2: expected nic, vlan, address" },
		{ "bond b\nnics nic0\nvlan 5\n", "f:3: expected nics or mode" },
		{ "automatic\n", "found the end of the line" },
		{ "network a\nroute 10.2.0.0/16\n", "f:2: expected a net and a router on the way" },
		{ "network a\nroute 10.2.0.0/16 10.0.0.1 5\n", "found \"5\"" },
		{ "network a\nroute 10.2.0.5/16 10.0.0.1\n", "expected a net, without an address" },
		{ "network a\nroute 0.0.0.0/0 10.0.0.1\n", "expected a net and a router" },
		{ "network a\nroute 10.2.0.0 10.0.0.1\n", "expected a net and a router" },
		{ "network a\nroute 10.2.0.0/16 2001:db8::1\n", "found \"2001:db8::1\"" },
		{ "network a\naddress 10.0.0.2/24\nroute 10.2.0.0/16 10.9.0.1\n",
		  "f:3: a: gateway 10.9.0.1 is not in the net of any \"address\"" },
		{ "network a\naddress 10.0.0.2/24\nroute 10.2.0.0/16 10.0.0.2\n",
		  "the gateway is this host itself" },
		{ "network a\naddress 10.0.0.2/24\nroute 10.2.0.0/16 10.0.0.3\n"
		  "network b\naddress 10.1.0.2/24\nroute 10.2.0.0/16 10.1.0.3\n",
		  "f:6: b: the route to 10.2.0.0/16 is in line 3" },
		{ "network a\nmtu 575\n", "f:2: expected an MTU from 576 to 9216, found \"575\"" },
		{ "network a\nmtu 9217\n", "an MTU from 576 to 9216" },
		{ "network a\nmtu 1500\nmtu 1400\n", "f:3: a second \"mtu\" in this block" },
		{ "automatic everything\n", "expected \"bridges\" or \"address\", found" },
		{ "network\n", "f:1: expected a name" },
		{ "network a b\n", "expected the end of the line, found \"b\"" },
		{ "network sixteen-letters-\n", "expected a name: at most 15" },
		{ "network a/b\n", "expected a name" },
		{ "network a\nnic a$b\n", "f:2: expected a NIC" },
		{ "network a\nnic nic0\nnic nic1\n", "f:3: a second \"nic\"" },
		{ "bond b\nnics nic0\nmode round-robin\n",
		  "active-backup, balance-alb or 802.3ad" },
		{ "bond b\nnics nic0\nmode balance-slb\n", "found \"balance-slb\"" },
		{ "bond b\nnics\n", "the NICs of the bond" },
		{ "bond b\nmode 802.3ad\n", "a bond without \"nics\"" },
		/* VLANs */
		{ "network a\nnic nic0\nvlan 0\n", "f:3: expected a VLAN number from 1 to 4094" },
		{ "network a\nnic nic0\nvlan 4095\n", "found \"4095\"" },
		{ "network a\nnic nic0\nvlan 99999999999\n", "expected a VLAN number" },
		{ "network a\nnic nic0\nvlan -1\n", "expected a VLAN number" },
		{ "network a\nvlan 5\n", "a VLAN needs a \"nic\"" },
		/* addresses */
		{ "network a\naddress 10.0.0.1\n", "f:2: expected dhcp, slaac, or a host's" },
		{ "network a\naddress 10.0.0.0/24\n", "found \"10.0.0.0/24\"" },
		{ "network a\naddress 10.0.0.1/0\n", "expected dhcp" },
		{ "network a\naddress dhcp\n", "DHCP needs a \"nic\"" },
		{ "network a\nnic nic0\naddress dhcp\ngateway 10.0.0.1\n",
		  "DHCP brings the gateway" },
		{ "network a\nnic nic0\naddress 10.0.0.2/24\ngateway 10.1.0.1\n",
		  "f:4: a: gateway 10.1.0.1 is not in the net" },
		{ "network a\nnic nic0\naddress 10.0.0.2/24\ngateway 10.0.0.2\n",
		  "the gateway is this host itself" },
		{ "network a\naddress 10.0.0.2/24\nnetwork b\naddress 10.0.0.3/16\n",
		  "f:4: b: address 10.0.0.3/16 conflicts with 10.0.0.2/24 in line 2" },
		{ "network a\naddress 10.0.0.2/24\naddress 10.0.0.2/24\n",
		  "conflicts with 10.0.0.2/24 in line 2" },
		{ "network a\nnic nic0\ndns nowhere\n", "the address of a name server" },
		{ "network a\nsearch\n", "f:2: expected a domain (example.org), found the end" },
		{ "network a\nsearch -a\n", "found \"-a\"" },
		{ "network a\nsearch a..b\n", "found \"a..b\"" },
		{ "network a\nsearch a.\n", "found \"a.\"" },
		{ "network a\nsearch a;b\n", "found \"a;b\"" },
		{ "network a\nsearch "
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		  "expected a domain" },
		/* names */
		{ "network a\nnetwork a\n", "f:2: the name a is taken in line 1" },
		{ "bond a\nnics nic0\nnetwork a\n", "f:3: the name a is taken in line 1" },
		{ "bond a\nnics nic0\nbond a\nnics nic1\n", "f:3: the name a is taken" },
		{ "network nic3\n", "this name is kept" },
		{ "network vif1.0\n", "this name is kept" },
		{ "network lo\n", "this name is kept" },
		/* NAT */
		{ "network a\nnat 10.0.0.1/30\n", "prefix length from 8 to 28" },
		{ "network a\nnat 2001:db8::1/24\n", "the host's IPv4 address" },
		{ "network a\nnic nic0\nnat 10.0.0.1/24\n", "a NAT network has no \"nic\"" },
		{ "network a\nnat 10.0.0.1/24\nnat 10.1.0.1/24\n", "a second \"nat\"" },
		{ "automatic address\n", "needs \"automatic bridges\"" },
		{ "network a\nnic nic0 \x01\n", "not plain text" },
		{ "network \xc3\xa4\n", "not plain text" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].text) == 0)
			fail_msg("taken: %s", cases[i].text);
		assert_reason(why, cases[i].said);
	}
}

static void limits(void **state)
{
	struct buf text = { 0 };

	for (int i = 0; i < SETTINGS_MAX_NETWORKS; i++)
		buf_printf(&text, "network n%d\n", i);
	assert_int_equal(parse(text.data), 0);
	buf_printf(&text, "network more\n");
	assert_int_equal(parse(text.data), -1);
	assert_reason(why, "f:129: more than 128 networks");
	buf_free(&text);
	for (int i = 0; i < 300; i++)
		buf_printf(&text, "x");
	assert_int_equal(parse(text.data), -1);
	assert_reason(why, "more than 256 characters in a line");
	buf_free(&text);
	buf_printf(&text, "network a\n");
	for (int i = 0; i < 9; i++)
		buf_printf(&text, "search domain-%d.of.thirty.characters\n", i);
	assert_int_equal(parse(text.data), -1);
	assert_reason(why, "f:10: more than 256 characters of domains");
	buf_free(&text);
	for (int i = 0; i < 20; i++)
		buf_printf(&text, "a ");
	assert_int_equal(parse(text.data), -1);
	assert_reason(why, "more than 16 words");
	buf_free(&text);
}

static void comments_may_say_anything(void **state)
{
	assert_int_equal(parse("automatic bridges # \xc3\xa4 \"quoted\"\n"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),    cmocka_unit_test(defaults),
		cmocka_unit_test(everything), cmocka_unit_test(mistakes),
		cmocka_unit_test(limits),     cmocka_unit_test(comments_may_say_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
