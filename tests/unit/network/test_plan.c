// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From settings to the picture, and from one picture to another: a model of the kernel does the
 * steps, refusing what the kernel would refuse, and must end as wanted, with nothing left to do.
 */
#include "test.h"

#include "network/plan.h"
#include "network/wanted.h"

static struct settings settings;
static struct nics nics;
static struct leases leases;
static struct net want, model;
static struct reason why;
static char automatic[LINK_NAME];

/* ---- the machine ------------------------------------------------------------------------- */

static void add_nic(unsigned int number)
{
	struct nic *nic = &nics.list[nics.nr++];
	struct link *l;
	char name[LINK_NAME];

	memset(nic, 0, sizeof(*nic));
	nic->number = number;
	nic->mac[0] = 0x52;
	nic->mac[5] = (uint8_t)number;
	snprintf(nic->path, sizeof(nic->path), "/pci0000:00/0000:00:%02x.0", number + 2);
	nic_name(nic, name);
	l = net_add_link(&model, name, LINK_NIC);
	memcpy(l->mac, nic->mac, 6);
	l->ipv6 = IPV6_STATIC;
	l->mtu = LINK_MTU;
}

static int machine(void **state)
{
	memset(&nics, 0, sizeof(nics));
	memset(&model, 0, sizeof(model));
	memset(&leases, 0, sizeof(leases));
	automatic[0] = '\0';
	for (unsigned int i = 0; i < 4; i++)
		add_nic(i);
	return 0;
}

/* ---- the model of the kernel ------------------------------------------------------------- */

static void model_forget(const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < model.nr_addresses; i++)
		if (strcmp(model.addresses[i].link, name) != 0)
			model.addresses[kept++] = model.addresses[i];
	model.nr_addresses = kept;
	kept = 0;
	for (size_t i = 0; i < model.nr_routes; i++)
		if (strcmp(model.routes[i].link, name) != 0)
			model.routes[kept++] = model.routes[i];
	model.nr_routes = kept;
}

static void model_delete(const char *name)
{
	struct link *l = net_link(&model, name);

	assert_non_null(l);
	assert_true(l->ours);
	model_forget(name);
	*l = model.links[--model.nr_links];
	for (size_t i = 0; i < model.nr_links; i++)
		if (strcmp(model.links[i].master, name) == 0)
			model.links[i].master[0] = '\0';
	for (size_t i = 0; i < model.nr_links; i++)
		if (strcmp(model.links[i].parent, name) == 0) {
			model_delete(model.links[i].name);
			i = (size_t)-1;
		}
}

static void model_create(const struct link *want_link)
{
	struct link *l;

	assert_null(net_link(&model, want_link->name));
	l = net_add_link(&model, want_link->name, want_link->kind);
	l->ours = true;
	l->vlan = want_link->vlan;
	l->mode = want_link->mode;
	l->ipv6 = IPV6_STATIC;
	l->mtu = LINK_MTU;
	memcpy(l->mac, want_link->mac, 6);
	memcpy(l->parent, want_link->parent, LINK_NAME);
	if (l->kind == LINK_VLAN)
		assert_non_null(net_link(&model, l->parent));
}

static void model_enslave(const struct step *s)
{
	struct link *l = net_link(&model, s->link.name);
	struct link *master = net_link(&model, s->link.master);

	assert_non_null(l);
	assert_non_null(master);
	assert_string_equal(l->master, "");
	if (master->kind == LINK_BOND) {
		assert_true(s->down_first || !l->up);
		l->up = true;
	}
	memcpy(l->master, master->name, LINK_NAME);
}

static void model_address(const struct step *s)
{
	const struct address *a = &s->address;

	if (s->kind == STEP_ADDRESS_ADD) {
		assert_non_null(net_link(&model, a->link));
		assert_false(net_has_address(&model, a));
		assert_true(net_add_address(&model, a->link, &a->ip, a->prefix));
		return;
	}
	assert_true(net_has_address(&model, a));
	for (size_t i = 0; i < model.nr_addresses; i++)
		if (memcmp(&model.addresses[i], a, sizeof(*a)) == 0)
			model.addresses[i] = model.addresses[--model.nr_addresses];
}

static void model_route(const struct step *s)
{
	const struct route *r = &s->route;
	bool neighbour = false;

	if (s->kind == STEP_ROUTE_DELETE) {
		for (size_t i = 0; i < model.nr_routes; i++)
			if (memcmp(&model.routes[i], r, sizeof(*r)) == 0)
				model.routes[i] = model.routes[--model.nr_routes];
		return;
	}
	assert_true(net_link(&model, r->link)->up);
	for (size_t i = 0; i < model.nr_addresses; i++)
		neighbour |= ip_same_net(&model.addresses[i].ip, &r->gateway,
					 model.addresses[i].prefix);
	assert_true(neighbour);
	assert_true(net_add_route(&model, r));
}

/* No larger than what it is on. */
static void model_mtu(struct link *l, uint16_t mtu)
{
	const struct link *parent = net_link(&model, l->parent);

	assert_true(!parent || mtu <= parent->mtu);
	l->mtu = mtu;
}

static void model_do(const struct step *s)
{
	struct link *l = NULL;

	if (s->kind < STEP_ADDRESS_DELETE || s->kind == STEP_ENSLAVE || s->kind == STEP_UP)
		l = net_link(&model, s->link.name);
	switch (s->kind) {
	case STEP_DELETE: model_delete(s->link.name); break;
	case STEP_RELEASE: l->master[0] = '\0'; break;
	case STEP_CREATE: model_create(&s->link); break;
	case STEP_IPV6: l->ipv6 = s->link.ipv6; break;
	case STEP_MAC: memcpy(l->mac, s->link.mac, 6); break;
	case STEP_MTU: model_mtu(l, s->link.mtu ? s->link.mtu : LINK_MTU); break;
	case STEP_ENSLAVE: model_enslave(s); break;
	case STEP_UP: l->up = true; break;
	case STEP_ADDRESS_DELETE:
	case STEP_ADDRESS_ADD: model_address(s); break;
	case STEP_ROUTE_DELETE:
	case STEP_ROUTE_ADD: model_route(s); break;
	}
}

/* ---- helpers ----------------------------------------------------------------------------- */

static int build(const char *text, bool strict)
{
	struct wanted w = { .settings = &settings,
			    .nics = &nics,
			    .leases = &leases,
			    .automatic = automatic,
			    .strict = strict };

	why.text[0] = '\0';
	if (settings_parse(&settings, "f", text_bytes(text), &why) < 0)
		fail_msg("%s", why.text);
	return wanted_build(&w, &want, &why);
}

/* Does it, at most `allowed` steps of the last n printed into out; returns how many. */
static size_t apply(const char *text, struct buf *out)
{
	size_t steps = 0;

	if (build(text, true) < 0)
		fail_msg("%s", why.text);
	for (int round = 0; round < 3; round++) {
		struct plan p;

		if (plan_make(&p, &model, &want, true, &why) < 0)
			fail_msg("%s", why.text);
		for (size_t i = 0; i < p.nr; i++) {
			model_do(&p.steps[i]);
			if (out) {
				step_print(&p.steps[i], out);
				buf_printf(out, "\n");
			}
		}
		steps += p.nr;
		if (p.nr == 0) {
			plan_free(&p);
			return steps;
		}
		plan_free(&p);
	}
	fail_msg("no end");
	return 0;
}

static const char *master_of(const char *name)
{
	struct link *l = net_link(&model, name);

	return l ? l->master : "(none)";
}

/* ---- tests ------------------------------------------------------------------------------- */

static const char *const examples[] = {
	"automatic bridges\nautomatic address\n",
	"",
	"network xenbr0\nnic nic0\naddress 10.0.0.2/24\ngateway 10.0.0.1\n",
	"automatic bridges\nnetwork office\nnic nic0\nvlan 20\nnetwork lab\nnic nic0\nvlan 21\n",
	"automatic bridges\nbond b\nnics nic1 nic2\nmode 802.3ad\nnetwork lan\nnic b\n"
	"address 10.0.0.2/24\ngateway 10.0.0.1\nnetwork v\nnic b\nvlan 20\naddress 10.1.0.2/24\n",
	"bond b\nnics nic1 nic2\nnetwork lan\nnic b\nvlan 7\naddress 2001:db8::2/64\n"
	"gateway 2001:db8::1\naddress 10.0.0.2/24\n",
	"bond b\nnics nic2 nic3\nmode balance-alb\nnetwork other\nnic b\nvlan 7\n",
	"network a\nnetwork nat\nnat 10.9.0.1/24\n",
	"network xenbr0\nnic nic1\naddress 10.0.0.2/24\ngateway 10.0.0.1\nnetwork a\n",
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void from_each_to_each(void **state)
{
	for (size_t from = 0; from < EXAMPLES; from++)
		for (size_t to = 0; to < EXAMPLES; to++) {
			machine(NULL);
			assert_true(apply(examples[from], NULL) < 60);
			apply(examples[to], NULL);
			/* Idempotent, and the way back is a plan like any other. */
			assert_int_equal(apply(examples[to], NULL), 0);
			apply(examples[from], NULL);
			assert_int_equal(apply(examples[from], NULL), 0);
		}
}

/* From every half-way state there is a way back. */
static void back_from_half_way(void **state)
{
	for (size_t from = 0; from < EXAMPLES; from++)
		for (size_t to = 0; to < EXAMPLES; to++)
			for (size_t stop = 0; stop < 60; stop++) {
				struct plan p;

				machine(NULL);
				apply(examples[from], NULL);
				assert_int_equal(build(examples[to], true), 0);
				assert_int_equal(plan_make(&p, &model, &want, true, &why), 0);
				for (size_t i = 0; i < p.nr && i < stop; i++)
					model_do(&p.steps[i]);
				if (stop >= p.nr)
					stop = 60;
				plan_free(&p);
				apply(examples[from], NULL);
				assert_int_equal(apply(examples[from], NULL), 0);
			}
}

static void bridges_of_their_own(void **state)
{
	apply("automatic bridges\n", NULL);
	assert_string_equal(master_of("nic0"), "xenbr0");
	assert_string_equal(master_of("nic3"), "xenbr3");
	assert_memory_equal(net_link(&model, "xenbr3")->mac, nics.list[3].mac, 6);
	assert_int_equal(net_link(&model, "xenbr0")->ipv6, IPV6_OFF);
	assert_int_equal(net_link(&model, "nic0")->ipv6, IPV6_OFF);
}

static void what_is_the_same_stays(void **state)
{
	struct buf out = { 0 };

	apply("automatic bridges\nnetwork a\naddress 10.0.0.1/24\n", NULL);
	apply("automatic bridges\nnetwork a\naddress 10.0.0.1/24\nnetwork b\nnic nic0\nvlan 5\n",
	      &out);
	assert_string_equal(out.data, "create VLAN nic0.5\nIPv6 of nic0.5: off\n"
				      "create bridge b\nIPv6 of b: off\nput nic0.5 into b\n"
				      "start nic0.5\nstart b\n");
	buf_free(&out);
}

static void what_is_not_ours_stays(void **state)
{
	struct ip ip;

	net_add_link(&model, "docker0", LINK_BRIDGE);
	net_add_link(&model, "wan", LINK_OTHER);
	ip_parse("172.16.0.1", &ip);
	net_add_address(&model, "docker0", &ip, 16);
	/* An interface that no network uses is left alone, with its address. */
	ip_parse("10.5.0.1", &ip);
	net_add_address(&model, "nic3", &ip, 16);
	apply("network xenbr0\nnic nic0\n", NULL);
	assert_non_null(net_link(&model, "docker0"));
	assert_int_equal(model.nr_addresses, 2);
	apply("automatic bridges\n", NULL);
	assert_int_equal(model.nr_addresses, 1);
	build("network wan\n", true);
	assert_int_equal(plan_make(&(struct plan){ 0 }, &model, &want, true, &why), -1);
	assert_reason(why, "bridge wan: there is an interface of that name");
}

static void guests_hold_their_network(void **state)
{
	struct plan p;
	struct link *vif;

	apply("network a\nnetwork b\n", NULL);
	vif = net_add_link(&model, "vif3.0", LINK_OTHER);
	snprintf(vif->master, LINK_NAME, "b");
	build("network a\n", true);
	assert_int_equal(plan_make(&p, &model, &want, true, &why), -1);
	assert_reason(why, "network b cannot go: vif3.0 is on it");
	/* Where nobody can be asked, it stays. */
	assert_int_equal(plan_make(&p, &model, &want, false, &why), 0);
	assert_int_equal(p.nr, 0);
	plan_free(&p);
	/* Another wire under it is fine. */
	apply("network a\nnetwork b\nnic nic0\n", NULL);
	assert_string_equal(master_of("vif3.0"), "b");
}

static void mtu_of_all_that_carries_it(void **state)
{
	static const char before[] = "bond b\nnics nic0 nic1\nnetwork lan\nnic b\n";
	static const char text[] = "bond b\nnics nic0 nic1\nnetwork lan\nnic b\n"
				   "network fast\nnic b\nvlan 9\nmtu 9000\n";
	static const char *const large[] = { "nic0", "nic1", "b", "b.9", "fast" };

	apply(before, NULL);
	apply(text, NULL);
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++)
		assert_int_equal(net_link(&model, large[i])->mtu, 9000);
	assert_int_equal(net_link(&model, "lan")->mtu, LINK_MTU);
	assert_int_equal(net_link(&model, "nic2")->mtu, LINK_MTU);
	/* Back, or a way back would leave it. */
	apply(before, NULL);
	assert_int_equal(net_link(&model, "nic0")->mtu, LINK_MTU);
	assert_int_equal(net_link(&model, "b")->mtu, LINK_MTU);
	/* A card that has less is left alone. */
	net_link(&model, "nic3")->mtu = 1400;
	apply("network c\nnic nic3\n", NULL);
	assert_int_equal(net_link(&model, "nic3")->mtu, 1400);
}

static void static_routes(void **state)
{
	static const char none[] = "network a\nnic nic0\naddress 10.0.0.2/24\ngateway 10.0.0.1\n";
	static const char text[] = "network a\nnic nic0\naddress 10.0.0.2/24\ngateway 10.0.0.1\n"
				   "route 10.20.0.0/16 10.0.0.9\n";
	static const char dhcp[] = "network a\nnic nic0\naddress dhcp\n"
				   "route 10.20.0.0/16 10.0.0.9\n";
	struct lease l;
	size_t at = 0;

	apply(none, NULL);
	assert_int_equal(apply(text, NULL), 1);
	assert_int_equal(model.nr_routes, 2);
	/* The one whose router is asked whether the host is reachable. */
	assert_int_equal(net_next_gateway(&want, &at)->gateway.bytes[3], 1);
	assert_null(net_next_gateway(&want, &at));
	assert_int_equal(apply(none, NULL), 1);
	assert_int_equal(model.nr_routes, 1);
	/* By DHCP, once the router is a neighbour. */
	apply(dhcp, NULL);
	assert_int_equal(model.nr_routes, 0);
	assert_int_equal(lease_parse(&l, "a", text_bytes("ip=10.0.0.77\nmask=24\n"), &why), 0);
	leases_put(&leases, &l);
	assert_int_equal(apply(dhcp, NULL), 2);
	assert_int_equal(model.nr_routes, 1);
}

static void leases_are_addresses(void **state)
{
	static const char text[] = "automatic bridges\nautomatic address\n";
	struct lease l;

	assert_int_equal(lease_parse(&l, "xenbr1",
				     text_bytes("ip=10.0.2.15\nmask=24\nrouter=10.0.2.2\n"), &why),
			 0);
	leases_put(&leases, &l);
	apply(text, NULL);
	assert_int_equal(model.nr_addresses, 0);
	snprintf(automatic, sizeof(automatic), "xenbr1");
	assert_int_equal(apply(text, NULL), 2);
	assert_int_equal(model.nr_addresses, 1);
	assert_int_equal(model.nr_routes, 1);
	leases_drop(&leases, "xenbr1");
	assert_int_equal(apply(text, NULL), 2);
	assert_int_equal(model.nr_addresses, 0);
}

static void nics_by_any_name(void **state)
{
	static const char *const words[] = { "nic2", "52:00:00:00:00:02", "pci:0000:00:04.0" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct buf text = { 0 };

		machine(NULL);
		buf_printf(&text, "network a\nnic %s\n", words[i]);
		apply(text.data, NULL);
		assert_string_equal(master_of("nic2"), "a");
		buf_free(&text);
	}
}

static void errors_by_name(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "network a\nnic nic9\n",
		  "f:2: there is no NIC nic9; this machine has: nic0 (52:" },
		{ "network a\nnic 52:00:00:00:00:77\n", "there is no NIC 52:00:00:00:00:77" },
		{ "network a\nnic pci:0000:99:00.0\n", "there is no NIC pci:0000:99:00.0" },
		{ "network a\nnic b\nbond b\nnics nic7\n", "f:4: there is no NIC nic7" },
		{ "network a\nnic nic0\nnetwork b\nnic 52:00:00:00:00:00\n",
		  "f:4: nic0 is used by a already" },
		{ "network a\nnic nic0\nvlan 5\nnetwork b\nnic pci:0000:00:02.0\nvlan 5\n",
		  "f:4: b: VLAN 5 of nic0 is used by a already" },
		{ "bond b\nnics nic0 nic1\nnetwork a\nnic nic1\n",
		  "f:4: nic1 is used by b already" },
		{ "bond b\nnics nic0 nic1\nnetwork a\nnic nic1\nvlan 5\n",
		  "f:4: nic1 is used by b already" },
		{ "bond b\nnics nic0\nbond c\nnics nic0\n", "f:4: nic0 is used by b already" },
		{ "bond b\nnics nic0 nic0\n", "f:2: nic0 is used by b already" },
		{ "bond fifteen-letters\nnics nic0\nnetwork a\nnic fifteen-letters\nvlan 5\n",
		  "fifteen-letters.5 is longer than 15 characters" },
		{ "network b.5\nbond b\nnics nic0\nnetwork a\nnic b\nvlan 5\n",
		  "its VLAN needs the name b.5, which is taken" },
		{ "automatic bridges\nnetwork xenbr1\n",
		  "f:2: xenbr1 is the name of the automatic bridge of nic1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (build(cases[i].text, true) == 0)
			fail_msg("taken: %s", cases[i].text);
		assert_reason(why, cases[i].said);
	}
}

/* A card that is late or broken takes only its own networks along. */
static void late_cards(void **state)
{
	struct wanted w = {
		.settings = &settings, .nics = &nics, .leases = &leases, .automatic = automatic
	};

	assert_int_equal(build("network a\nnic nic9\naddress 10.0.0.1/24\ngateway 10.0.0.2\n"
			       "network b\nnic nic0\nbond d\nnics nic8 nic9\nnetwork c\nnic d\n",
			       false),
			 0);
	assert_null(net_link(&want, "a"));
	assert_null(net_link(&want, "c"));
	assert_non_null(net_link(&want, "b"));
	assert_int_equal(want.nr_addresses + want.nr_routes, 0);
	assert_int_equal(wanted_build(&w, &want, &why), 0);
	assert_reason(w.absent, "there is no NIC nic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(from_each_to_each, machine),
		cmocka_unit_test_setup(back_from_half_way, machine),
		cmocka_unit_test_setup(bridges_of_their_own, machine),
		cmocka_unit_test_setup(what_is_the_same_stays, machine),
		cmocka_unit_test_setup(what_is_not_ours_stays, machine),
		cmocka_unit_test_setup(guests_hold_their_network, machine),
		cmocka_unit_test_setup(mtu_of_all_that_carries_it, machine),
		cmocka_unit_test_setup(static_routes, machine),
		cmocka_unit_test_setup(leases_are_addresses, machine),
		cmocka_unit_test_setup(nics_by_any_name, machine),
		cmocka_unit_test_setup(errors_by_name, machine),
		cmocka_unit_test_setup(late_cards, machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
