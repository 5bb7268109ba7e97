// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's own addresses on its interfaces (PIF), and which of these it is managed by.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apid/inventory.h"
#include "apid/network_change.h"
#include "apid/network_pending.h"
#include "apid/network_text.h"
#include "apid/ops.h"
#include "apid/record.h"

#define DOMAINS_MOST   255
#define DOMAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

struct readdressing {
	struct network_change base;
	bool six, servers, search; /* see struct network_address */
	struct buf lines;
};

static void readdressing_free(void *state)
{
	struct readdressing *r = state;

	buf_free(&r->lines);
	free(r);
}

/* ---- what the client says ----------------------------------------------------------------- */

static bool is_address(const char *text, bool six)
{
	uint8_t raw[16];

	return inet_pton(six ? AF_INET6 : AF_INET, text, raw) == 1;
}

static bool address_check(struct call *c, const char *what, const char *text, bool six)
{
	if (!is_address(text, six))
		call_fail(c, "INVALID_IP_ADDRESS_SPECIFIED", what, NULL);
	return !call_failed(c);
}

/* 255.255.255.0 is 24; -1: no netmask. */
static int netmask_bits(const char *text)
{
	struct in_addr mask;
	uint32_t bits;

	if (inet_pton(AF_INET, text, &mask) != 1)
		return -1;
	bits = ~ntohl(mask.s_addr);
	return bits & (bits + 1) ? -1 : 32 - __builtin_popcount(bits);
}

/* Comma or blank apart. */
static void dns_take(struct call *c, struct readdressing *r, const char *text)
{
	char word[INET6_ADDRSTRLEN];

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		size_t len = strcspn(text, ", ");

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (len >= sizeof(word) || (!is_address(word, false) && !is_address(word, true))) {
			call_fail(c, "INVALID_IP_ADDRESS_SPECIFIED", "DNS", NULL);
			return;
		}
		buf_printf(&r->lines, "    dns %s\n", word);
		r->servers = true;
		text += len;
	}
}

/* A key that is there says what there is to be; without it what is there stays. */
static void search_take(struct call *c, struct readdressing *r)
{
	const json_t *domain = json_object_get(get_json(c->refs[0], "other_config"), DOMAIN_KEY);
	const char *text = json_string_value(domain);
	size_t len;

	if (!text)
		return;
	if (strlen(text) > DOMAINS_MOST || text[strspn(text, DOMAIN_LETTERS ", ")]) {
		call_fail(c, "INVALID_VALUE", DOMAIN_KEY, text, NULL);
		return;
	}
	r->search = true;
	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		len = strcspn(text, ", ");
		buf_printf(&r->lines, "    search %.*s\n", (int)len, text);
		text += len;
	}
}

static void gateway_take(struct call *c, struct readdressing *r, const char *gateway)
{
	if (*gateway && address_check(c, "gateway", gateway, r->six))
		buf_printf(&r->lines, "    gateway %s\n", gateway);
}

static void static_take(struct call *c, struct readdressing *r, const char *ip, int bits,
			const char *gateway, const char *dns)
{
	if (!address_check(c, "IP", ip, r->six))
		return;
	if (bits < 0 || bits > (r->six ? 128 : 32)) {
		call_fail(c, "INVALID_IP_ADDRESS_SPECIFIED", "netmask", NULL);
		return;
	}
	buf_printf(&r->lines, "    address %s/%d\n", ip, bits);
	gateway_take(c, r, gateway);
	dns_take(c, r, dns);
}

/* "2001:db8::10/64" */
static void static_take_six(struct call *c, struct readdressing *r)
{
	const char *slash = strchr(call_text(c, 2), '/');
	char ip[INET6_ADDRSTRLEN] = "";

	if (slash && slash - call_text(c, 2) < (ptrdiff_t)sizeof(ip))
		snprintf(ip, sizeof(ip), "%.*s", (int)(slash - call_text(c, 2)), call_text(c, 2));
	static_take(c, r, ip, slash ? atoi(slash + 1) : -1, call_text(c, 3), call_text(c, 4));
}

/* ---- reconfigure ------------------------------------------------------------------------- */

static void edit(struct call *c, const char *text, struct buf *out)
{
	const struct object *pif = c->refs[0];
	struct readdressing *r = c->state;
	const char *bridge = get_text(get_ref(pif, "network"), "bridge");
	struct network_modes modes;
	char begin[80], vlan[32] = "";
	struct network_address a = {
		.bridge = bridge,
		.begin = begin,
		.lines = r->lines.data ? r->lines.data : "",
		.six = r->six,
		.servers = r->servers,
		.search = r->search,
	};

	if (get_int(pif, "VLAN") > 0)
		snprintf(vlan, sizeof(vlan), "    vlan %d\n", (int)get_int(pif, "VLAN"));
	snprintf(begin, sizeof(begin), "    nic %.24s\n%s", get_text(pif, "device"), vlan);
	network_text_modes(text, bridge, &modes);
	a.automatic = !r->six && !modes.named && *get_text(pif, "IP");
	network_text_address(text, &a, out);
}

static void done(struct call *c)
{
	(void)c;
}

static struct readdressing *readdressing_new(struct call *c, bool six)
{
	struct readdressing *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->base.edit = edit;
	r->base.finish = done;
	r->six = six;
	c->state = r;
	c->state_free = readdressing_free;
	return r;
}

static void readdress(struct call *c, struct readdressing *r)
{
	struct object *network = get_ref(c->refs[0], "network");

	search_take(c, r);
	if (call_failed(c))
		return;
	if (r->lines.failed)
		call_fail(c, "INTERNAL_ERROR", "out of memory", NULL);
	else if (!network)
		call_fail(c, "OPERATION_NOT_ALLOWED", "the interface is on no network", NULL);
	if (!call_failed(c) && call_occupy(c, network, "attaching"))
		network_change_begin(c);
}

static void reconfigure_ip(struct call *c)
{
	struct readdressing *r = readdressing_new(c, false);
	const char *mode = call_text(c, 1);

	r->servers = strcmp(mode, "None") != 0;
	if (strcmp(mode, "DHCP") == 0) {
		buf_printf(&r->lines, "    address dhcp\n");
		dns_take(c, r, call_text(c, 5));
	} else if (strcmp(mode, "Static") == 0) {
		static_take(c, r, call_text(c, 2), netmask_bits(call_text(c, 3)), call_text(c, 4),
			    call_text(c, 5));
	}
	readdress(c, r);
}

static void reconfigure_ipv6(struct call *c)
{
	struct readdressing *r = readdressing_new(c, true);
	const char *mode = call_text(c, 1);

	if (strcmp(mode, "Autoconf") == 0) {
		buf_printf(&r->lines, "    address slaac\n");
		dns_take(c, r, call_text(c, 4));
	} else if (strcmp(mode, "Static") == 0) {
		static_take_six(c, r);
	} else if (strcmp(mode, "DHCP") == 0) {
		call_fail(c, "VALUE_NOT_SUPPORTED", "mode", mode, "there is no DHCPv6 here", NULL);
	}
	readdress(c, r);
}

/* ---- others ------------------------------------------------------------------------------ */

static void scan(struct call *c)
{
	readdressing_new(c, false);
	network_look(c);
}

/* Case does not matter in an address. */
static void introduced(struct call *c, const json_t *ok)
{
	const char *mac = call_text(c, 1), *device = call_text(c, 2);
	const struct store_class *all = store_class_of("PIF");

	inventory_host(ok);
	for (size_t i = 0; i < all->nr; i++) {
		const struct object *pif = all->objects[i];

		if (!get_int(pif, "physical") ||
		    (*mac && strcasecmp(get_text(pif, "MAC"), mac) != 0) ||
		    (*device && strcmp(get_text(pif, "device"), device) != 0))
			continue;
		record_write_ref(&c->out, pif);
		return;
	}
	call_fail(c, "INVALID_VALUE", *mac ? "MAC" : "device", *mac ? mac : device, NULL);
}

static void introduce(struct call *c)
{
	if (*call_text(c, 1) || *call_text(c, 2))
		call_vmd(c, "host.info", json_object(), introduced);
	else
		call_fail(c, "INVALID_VALUE", "device", "", NULL);
}

static void forgotten(struct call *c, const json_t *ok)
{
	const char *device = get_text(c->refs[0], "device"), *name;
	const json_t *nic;
	size_t i;

	json_array_foreach(json_object_get(ok, "nics"), i, nic)
	{
		name = json_string_value(json_object_get(nic, "name"));
		if (name && strcmp(name, device) == 0)
			call_fail(c, "OPERATION_NOT_ALLOWED", "the host has this interface", NULL);
	}
	if (!call_failed(c) && !c->refs[0]->gone)
		pif_drop(c->refs[0]);
}

static void forget(struct call *c)
{
	struct object *pif = c->refs[0];

	if (!get_int(pif, "physical"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "see VLAN.destroy and Bond.destroy", NULL);
	else if (get_int(pif, "currently_attached"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "a network is on it", NULL);
	else
		call_vmd(c, "host.info", json_object(), forgotten);
}

static void plug(struct call *c)
{
	if (!get_int(c->refs[0], "currently_attached"))
		call_fail(
			c, "OPERATION_NOT_ALLOWED",
			"an interface is in use when a network is on it: VLAN.create, Bond.create",
			NULL);
}

static void unplug(struct call *c)
{
	if (get_int(c->refs[0], "management"))
		call_fail_ref(c, "PIF_IS_MANAGEMENT_INTERFACE", c->refs[0]);
	else if (get_int(c->refs[0], "currently_attached"))
		call_fail(c, "OPERATION_NOT_ALLOWED",
			  "an interface is in use while a network is on it: end that one", NULL);
}

/* The address stays what it is: this only says which one clients are told. */
static void management_reconfigure(struct call *c)
{
	struct object *pif = c->refs[0];

	if (!*get_text(pif, "IP")) {
		call_fail_ref(c, "PIF_HAS_NO_NETWORK_CONFIGURATION", pif);
		return;
	}
	set_entry(the_host(), "other_config", MANAGEMENT_KEY, get_text(pif, "uuid"));
	readdressing_new(c, false);
	network_look(c);
}

static void get_management_interface(struct call *c)
{
	const struct many *pifs = get_many(c->refs[0], "PIFs");

	for (size_t i = 0; i < pifs->nr; i++) {
		if (get_int(pifs->items[i], "management")) {
			record_write_ref(&c->out, pifs->items[i]);
			return;
		}
	}
	call_fail_ref(c, "HOST_HAS_NO_MANAGEMENT_IP", c->refs[0]);
}

const struct binding pif_bindings[] = {
	{ "PIF.reconfigure_ip", reconfigure_ip },
	{ "PIF.reconfigure_ipv6", reconfigure_ipv6 },
	{ "PIF.scan", scan },
	{ "PIF.introduce", introduce },
	{ "PIF.forget", forget },
	{ "PIF.plug", plug },
	{ "PIF.unplug", unplug },
	{ "host.management_reconfigure", management_reconfigure },
	{ "host.get_management_interface", get_management_interface },
	{ NULL, NULL },
};
