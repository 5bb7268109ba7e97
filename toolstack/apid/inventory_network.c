// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Networks, and the host's interfaces on them: cards, bonds and VLANs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/inventory.h"
#include "apid/network_change.h"
#include "apid/network_text.h"
#include "apid/ops.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static json_int_t int_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* ---- interfaces -------------------------------------------------------------------------- */

/* What a damaged database has lost is made again. */
static struct object *with_metrics(struct object *pif)
{
	if (!get_ref(pif, "metrics"))
		set_ref(pif, "metrics", object_create("PIF_metrics", NULL));
	return pif;
}

struct object *inventory_pif(const char *device, int64_t vlan)
{
	const struct many *pifs = get_many(the_host(), "PIFs");
	struct object *pif;

	for (size_t i = 0; i < pifs->nr; i++)
		if (strcmp(get_text(pifs->items[i], "device"), device) == 0 &&
		    get_int(pifs->items[i], "VLAN") == vlan)
			return with_metrics(pifs->items[i]);
	pif = object_create("PIF", NULL);
	set_text(pif, "device", device);
	set_int(pif, "VLAN", vlan);
	set_ref(pif, "host", the_host());
	return with_metrics(pif);
}

static void vlan_put(struct object *pif, const char *device, int64_t tag)
{
	struct object *vlan = get_ref(pif, "VLAN_master_of");

	if (!vlan) {
		vlan = object_create("VLAN", NULL);
		set_ref(pif, "VLAN_master_of", vlan);
	}
	set_ref(vlan, "untagged_PIF", pif);
	set_ref(vlan, "tagged_PIF", inventory_pif(device, -1));
	set_int(vlan, "tag", tag);
}

static void bond_put(const json_t *told)
{
	struct object *pif = inventory_pif(text_of(told, "name"), -1), *bond;
	const char *mode = text_of(told, "mode");
	const json_t *nic;
	size_t i;

	if (!get_many(pif, "bond_master_of")->nr) {
		bond = object_create("Bond", NULL);
		set_ref(bond, "master", pif);
	}
	bond = get_many(pif, "bond_master_of")->items[0];
	set_text(bond, "mode", strcmp(mode, "802.3ad") == 0 ? "lacp" : mode);
	json_array_foreach(json_object_get(told, "nics"), i, nic)
	{
		set_ref(inventory_pif(json_string_value(nic), -1), "bond_slave_of", bond);
	}
}

/* The interface that was chosen for it, or else each with an address. */
static bool is_management(const struct object *pif)
{
	const char *chosen = get_entry(the_host(), "other_config", MANAGEMENT_KEY);

	return *get_text(pif, "IP") && (!*chosen || strcmp(chosen, get_text(pif, "uuid")) == 0);
}

/* "192.0.2.10/24" to its parts; false for one of IPv6. */
static bool address_parse(const char *address, char ip[64], char netmask[16])
{
	const char *slash = strchr(address, '/');
	unsigned int bits = slash ? (unsigned int)strtoul(slash + 1, NULL, 10) : 0;
	uint32_t mask = bits && bits <= 32 ? ~(uint32_t)0 << (32 - bits) : 0;

	if (!slash || strchr(address, ':'))
		return false;
	snprintf(ip, 64, "%.*s", (int)(slash - address), address);
	snprintf(netmask, 16, "%u.%u.%u.%u", mask >> 24, mask >> 16 & 255, mask >> 8 & 255,
		 mask & 255);
	return true;
}

/* Each field is set once: what is as it was is no event. */
static void addresses_put(struct object *pif, const json_t *told)
{
	char ip[64] = "", netmask[16] = "";
	json_t *six = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(told, "addresses"), i, one)
	{
		/* The first one counts. */
		if (!*ip)
			address_parse(json_string_value(one), ip, netmask);
		if (strchr(json_string_value(one), ':'))
			json_array_append(six, (json_t *)one);
	}
	set_text(pif, "IP", ip);
	set_text(pif, "netmask", netmask);
	set_int(pif, "management", is_management(pif));
	set_json(pif, "IPv6", six);
	json_decref(six);
	set_text(pif, "gateway", text_of(told, "gateway"));
}

void inventory_network_modes(const json_t *told)
{
	const struct many *pifs = get_many(the_host(), "PIFs");

	for (size_t i = 0; i < pifs->nr; i++) {
		struct object *pif = pifs->items[i], *network = get_ref(pif, "network");
		struct network_modes modes = { .ipv4 = "None", .ipv6 = "None", .named = true };

		if (network)
			network_text_modes(text_of(told, "text"), get_text(network, "bridge"),
					   &modes);
		/* What the host makes by itself gets its address by DHCP. */
		if (!modes.named && *get_text(pif, "IP"))
			modes.ipv4 = "DHCP";
		set_text(pif, "ip_configuration_mode", modes.ipv4);
		set_text(pif, "ipv6_configuration_mode", modes.ipv6);
		set_text(pif, "own_DNS", modes.dns);
		set_text(pif, "search_domains", modes.search);
	}
}

/* ---- networks ---------------------------------------------------------------------------- */

static struct object *network_of_bridge(const char *bridge)
{
	struct object *network = network_by_bridge(bridge);

	if (network)
		return network;
	network = object_create("network", NULL);
	set_text(network, "bridge", bridge);
	set_text(network, "name_label", bridge);
	return network;
}

static void dns_put(struct object *pif, const json_t *servers)
{
	const json_t *one;
	struct buf all = { 0 };
	size_t i;

	json_array_foreach(servers, i, one)
		buf_printf(&all, "%s%s", i ? "," : "", json_string_value(one));
	set_text(pif, "DNS", get_int(pif, "management") && all.data ? all.data : "");
	buf_free(&all);
}

/* Its interface, or NULL. */
static struct object *network_put(const json_t *told, const json_t *servers)
{
	struct object *network = network_of_bridge(text_of(told, "bridge")), *pif;
	const char *nic = text_of(told, "nic");
	json_int_t vlan = int_of(told, "vlan");

	if (int_of(told, "mtu") > 0)
		set_int(network, "MTU", int_of(told, "mtu"));
	if (!*nic)
		return NULL;
	pif = inventory_pif(nic, vlan ? vlan : -1);
	set_ref(pif, "network", network);
	set_int(pif, "currently_attached", true);
	set_int(pif, "MTU", get_int(network, "MTU"));
	if (!*get_text(pif, "MAC"))
		set_text(pif, "MAC", text_of(told, "mac"));
	/* A bridge has a link also by a guest on it: what a card has the card says. */
	if (!get_int(pif, "physical"))
		set_int(get_ref(pif, "metrics"), "carrier",
			json_is_true(json_object_get(told, "carrier")));
	addresses_put(pif, told);
	dns_put(pif, servers);
	if (vlan)
		vlan_put(pif, nic, vlan);
	return pif;
}

static bool is_told(const json_t *networks, const struct object *network)
{
	const json_t *told;
	size_t i;

	json_array_foreach(networks, i, told)
	{
		if (strcmp(text_of(told, "bridge"), get_text(network, "bridge")) == 0)
			return true;
	}
	return false;
}

/* VMs that were on a network that is gone keep it, and say so when they start. */
static void networks_drop(const json_t *networks)
{
	const struct store_class *all = store_class_of("network");

	for (size_t i = all->nr; i-- > 0;) {
		struct object *network = all->objects[i];
		const struct many *pifs;

		if (is_told(networks, network))
			continue;
		while ((pifs = get_many(network, "PIFs"))->nr) {
			set_int(pifs->items[0], "currently_attached", false);
			set_ref(pifs->items[0], "network", NULL);
		}
		if (!get_many(network, "VIFs")->nr &&
		    !json_object_size(get_json(network, "current_operations")))
			object_destroy(network);
	}
}

/* A network is on it, or a bond of that name is there. */
static bool is_used(const json_t *networks, const struct object *pif)
{
	const json_t *told;
	size_t i;

	json_array_foreach(networks, i, told)
	{
		json_int_t vlan = int_of(told, "vlan");

		if (strcmp(text_of(told, "nic"), get_text(pif, "device")) == 0 &&
		    (vlan ? vlan : -1) == get_int(pif, "VLAN"))
			return true;
	}
	return false;
}

static bool is_bond(const json_t *bonds, const struct object *pif)
{
	const json_t *told;
	size_t i;

	json_array_foreach(bonds, i, told)
	{
		if (get_int(pif, "VLAN") < 0 &&
		    strcmp(text_of(told, "name"), get_text(pif, "device")) == 0)
			return true;
	}
	return false;
}

/* A card that no network is on any more stands alone; a VLAN or bond that is gone is gone here. */
void inventory_pifs_settle(const json_t *list)
{
	const struct many *pifs = get_many(the_host(), "PIFs");

	for (size_t i = pifs->nr; i-- > 0; pifs = get_many(the_host(), "PIFs")) {
		struct object *pif = i < pifs->nr ? pifs->items[i] : NULL;

		if (!pif || is_used(json_object_get(list, "networks"), pif))
			continue;
		if (!get_int(pif, "physical") && !is_bond(json_object_get(list, "bonds"), pif)) {
			pif_drop(pif);
			continue;
		}
		set_ref(pif, "network", NULL);
		set_int(pif, "currently_attached", false);
		addresses_put(pif, NULL);
	}
}

void inventory_networks(const json_t *list)
{
	const json_t *networks = json_object_get(list, "networks"), *told;
	struct object *reached = NULL, *pif;
	size_t i;

	json_array_foreach(json_object_get(list, "bonds"), i, told)
	{
		bond_put(told);
	}
	/* The first with an address is where the host is reached. */
	for (i = json_array_size(networks); i-- > 0;) {
		told = json_array_get(networks, i);
		pif = *text_of(told, "bridge") ? network_put(told, json_object_get(list, "dns"))
					       : NULL;
		if (pif && get_int(pif, "management"))
			reached = pif;
	}
	if (reached)
		set_text(the_host(), "address", get_text(reached, "IP"));
	networks_drop(networks);
	inventory_consoles_locate();
}
