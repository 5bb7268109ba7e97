// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Networks, VLANs and bonds: blocks in the host's network settings (docs/networks.md), which are
 * read, changed in their text and given back as a whole. The host's service checks them, and takes
 * a change back that loses the host; then the call fails. What came of it is read from the host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/inventory.h"
#include "apid/network_change.h"
#include "apid/network_pending.h"
#include "apid/network_text.h"
#include "apid/ops.h"
#include "apid/record.h"
#include "lib/bytes.h"

#define NICS 8

/* What a call makes of the settings; its state. */
struct change {
	struct network_change base;
	char bridge[32]; /* the network whose block it is about */
	char lines[256]; /* to add to its block; with drop, those that go */
	char bond[16];   /* to make, or to end */
	char nics[128], mode[16];
	bool make, drop; /* the block is new; or it, or its nic and vlan, goes */
	bool whole;      /* drop: all of the block */
	char device[16]; /* the interface that it makes, to find it again */
	int64_t vlan;
};

static struct change *change_of(struct call *c)
{
	if (!c->state) {
		c->state = calloc(1, sizeof(struct change));
		c->state_free = free;
		if (!c->state)
			abort();
	}
	return c->state;
}

/* ---- the text ---------------------------------------------------------------------------- */

/* The lines of the change's network, but those that go. */
static bool line_stays(const struct change *k, const char *line, bool inside, bool inside_bond)
{
	if (inside_bond && k->drop)
		return false;
	if (!inside || !k->drop)
		return true;
	return !k->whole && !line_begins(line, "nic", NULL) && !line_begins(line, "vlan", NULL);
}

static void settings_edit(struct call *c, const char *text, struct buf *out)
{
	const struct change *k = c->state;
	bool inside = false, inside_bond = false;
	const char *line, *next;

	for (line = text; *line; line = next) {
		next = line_next(line);
		if (line_is_block(line)) {
			inside = line_begins(line, "network", k->bridge);
			inside_bond = *k->bond && line_begins(line, "bond", k->bond);
		}
		if (!line_stays(k, line, inside, inside_bond))
			continue;
		line_copy(out, line, next);
		if (line_begins(line, "network", k->bridge) && !k->drop)
			buf_printf(out, "%s", k->lines);
	}
	if (*k->bond && !k->drop)
		buf_printf(out, "bond %s\n    nics %s\n    mode %s\n", k->bond, k->nics, k->mode);
	if (k->make)
		buf_printf(out, "network %s\n%s", k->bridge, k->lines);
}

/* ---- the steps --------------------------------------------------------------------------- */

static void modes_told(struct call *c, const json_t *ok)
{
	const struct network_change *n = c->state;

	inventory_network_modes(ok);
	n->finish(c);
}

static void listed(struct call *c, const json_t *ok)
{
	inventory_networks(ok);
	call_vmd(c, "network.get", json_object(), modes_told);
}

static void state_told(struct call *c, const json_t *ok)
{
	network_pending_told(ok, c);
	call_vmd(c, "network.list", json_object(), listed);
}

static void changed(struct call *c, const json_t *ok)
{
	const struct network_change *n = c->state;

	(void)ok;
	if (n->seconds)
		call_vmd(c, "network.state", json_object(), state_told);
	else
		call_vmd(c, "network.list", json_object(), listed);
}

static void settings_told(struct call *c, const json_t *ok)
{
	const char *text = json_string_value(json_object_get(ok, "text"));
	const struct network_change *n = c->state;
	struct buf config = { 0 };
	json_t *args;

	n->edit(c, text ? text : "", &config);
	args = json_pack("{s: s}", "config", config.data ? config.data : "");
	if (n->seconds)
		json_object_set_new(args, "confirm_within", json_integer(n->seconds));
	call_vmd(c, "network.change", args, changed);
	buf_free(&config);
}

void network_change_begin(struct call *c)
{
	struct network_change *n = c->state;

	if (!network_pending_none(c))
		return;
	if (!n->inner)
		n->seconds = network_confirm_seconds(c);
	call_vmd(c, "network.get", json_object(), settings_told);
}

void network_look(struct call *c)
{
	changed(c, NULL);
}

static void change_begin(struct call *c, call_function *finish)
{
	struct change *k = change_of(c);

	k->base.edit = settings_edit;
	k->base.finish = finish;
	network_change_begin(c);
}

/* ---- networks ---------------------------------------------------------------------------- */

/* The first number that no network and no interface has behind that word. */
static void name_choose(const char *word, char *name, size_t len)
{
	const struct store_class *networks = store_class_of("network");
	const struct store_class *pifs = store_class_of("PIF");
	bool taken = true;

	for (int n = 0; taken; n++) {
		snprintf(name, len, "%s%d", word, n);
		taken = false;
		for (size_t i = 0; i < networks->nr; i++)
			taken |= strcmp(get_text(networks->objects[i], "bridge"), name) == 0;
		for (size_t i = 0; i < pifs->nr; i++)
			taken |= strcmp(get_text(pifs->objects[i], "device"), name) == 0;
	}
}

struct object *network_by_bridge(const char *bridge)
{
	const struct store_class *all = store_class_of("network");

	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(get_text(all->objects[i], "bridge"), bridge) == 0)
			return all->objects[i];
	return NULL;
}

static void network_made(struct call *c)
{
	const struct change *k = c->state;
	struct object *network = network_by_bridge(k->bridge);
	char bridge[32];

	if (!network) {
		call_fail(c, "INTERNAL_ERROR", "the host does not have the new network", NULL);
		return;
	}
	snprintf(bridge, sizeof(bridge), "%s", k->bridge);
	arg_take(network, c->args[0]);
	set_text(network, "bridge", bridge);
	set_int(network, "managed", true);
	record_write_ref(&c->out, network);
}

static void network_create(struct call *c)
{
	json_int_t mtu = json_integer_value(arg_field(c, 0, "MTU"));
	struct change *k = change_of(c);

	name_choose("int", k->bridge, sizeof(k->bridge));
	k->make = k->base.inner = true;
	if (mtu)
		snprintf(k->lines, sizeof(k->lines), "    mtu %lld\n", (long long)mtu);
	change_begin(c, network_made);
}

static void network_ended(struct call *c)
{
	if (!c->refs[0]->gone)
		object_destroy(c->refs[0]);
}

static void network_destroy(struct call *c)
{
	struct object *network = c->refs[0];
	struct change *k = change_of(c);

	if (get_many(network, "PIFs")->nr)
		call_fail(c, "NETWORK_CONTAINS_PIF", get_text(network, "uuid"), NULL);
	else if (get_many(network, "VIFs")->nr)
		call_fail(c, "NETWORK_CONTAINS_VIF", get_text(network, "uuid"), NULL);
	if (call_failed(c) || !call_occupy(c, network, "attaching"))
		return;
	snprintf(k->bridge, sizeof(k->bridge), "%s", get_text(network, "bridge"));
	k->drop = k->whole = k->base.inner = true;
	change_begin(c, network_ended);
}

/* ---- VLANs ------------------------------------------------------------------------------- */

/* A network that nothing of the host is on yet. */
static bool network_check(struct call *c, const struct object *network)
{
	if (network && get_many(network, "PIFs")->nr)
		call_fail(c, "NETWORK_ALREADY_CONNECTED", get_text(network, "uuid"), NULL);
	else if (!network)
		call_fail(c, "HANDLE_INVALID", "network", MODEL_NULL_REF, NULL);
	return !call_failed(c);
}

static void vlan_made(struct call *c)
{
	const struct change *k = c->state;
	const struct object *vlan = get_ref(inventory_pif(k->device, k->vlan), "VLAN_master_of");

	if (vlan)
		record_write_ref(&c->out, vlan);
	else
		call_fail(c, "INTERNAL_ERROR", "the host does not have the new VLAN", NULL);
}

static void vlan_create(struct call *c)
{
	struct object *pif = c->refs[0], *network = c->refs[2];
	int64_t tag = call_int(c, 1);
	struct change *k = change_of(c);
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)tag);
	if (tag < 1 || tag > 4094)
		call_fail(c, "VLAN_TAG_INVALID", number, NULL);
	else if (get_int(pif, "VLAN") >= 0)
		call_fail_ref(c, "PIF_IS_VLAN", pif);
	if (call_failed(c) || !network_check(c, network) || !call_occupy(c, network, "attaching"))
		return;
	snprintf(k->bridge, sizeof(k->bridge), "%s", get_text(network, "bridge"));
	snprintf(k->device, sizeof(k->device), "%s", get_text(pif, "device"));
	k->vlan = tag;
	snprintf(k->lines, sizeof(k->lines), "    nic %s\n    vlan %s\n", k->device, number);
	change_begin(c, vlan_made);
}

void pif_drop(struct object *pif)
{
	const struct many *bonds;

	if (get_ref(pif, "metrics"))
		object_destroy(get_ref(pif, "metrics"));
	if (get_ref(pif, "VLAN_master_of"))
		object_destroy(get_ref(pif, "VLAN_master_of"));
	while ((bonds = get_many(pif, "bond_master_of"))->nr)
		object_destroy(bonds->items[0]);
	object_destroy(pif);
}

static void vlan_ended(struct call *c)
{
	if (!c->refs[0]->gone && get_ref(c->refs[0], "untagged_PIF"))
		pif_drop(get_ref(c->refs[0], "untagged_PIF"));
}

static void vlan_destroy(struct call *c)
{
	struct object *pif = get_ref(c->refs[0], "untagged_PIF");
	struct object *network = pif ? get_ref(pif, "network") : NULL;
	struct change *k = change_of(c);

	if (!network) {
		call_fail(c, "HANDLE_INVALID", "PIF", MODEL_NULL_REF, NULL);
		return;
	}
	if (!call_occupy(c, network, "attaching"))
		return;
	snprintf(k->bridge, sizeof(k->bridge), "%s", get_text(network, "bridge"));
	k->drop = true;
	change_begin(c, vlan_ended);
}

/* ---- bonds ------------------------------------------------------------------------------- */

static void bond_made(struct call *c)
{
	const struct change *k = c->state;
	const struct many *bonds = get_many(inventory_pif(k->bond, -1), "bond_master_of");

	if (bonds->nr)
		record_write_ref(&c->out, bonds->items[0]);
	else
		call_fail(c, "INTERNAL_ERROR", "the host does not have the new bond", NULL);
}

static bool members_take(struct call *c, struct change *k)
{
	const json_t *refs = c->args[1], *ref;
	size_t i;

	json_array_foreach(refs, i, ref)
	{
		const struct object *pif = object_find(store_class_of("PIF"),
						       json_string_value(ref));

		if (!pif || !get_int(pif, "physical") || i >= NICS) {
			call_fail(c, "HANDLE_INVALID", "PIF", json_string_value(ref), NULL);
			return false;
		}
		snprintf(k->nics + strlen(k->nics), sizeof(k->nics) - strlen(k->nics), "%s%s",
			 i ? " " : "", get_text(pif, "device"));
	}
	if (i >= 2)
		return true;
	call_fail(c, "PIF_BOND_NEEDS_MORE_MEMBERS", NULL);
	return false;
}

/* In the host's words. The kernel has a nearest to balance-slb. */
static const char *kernel_mode(const char *mode)
{
	if (strcmp(mode, "balance-slb") == 0)
		return "balance-alb";
	return strcmp(mode, "lacp") == 0 ? "802.3ad" : mode;
}

static void bond_create(struct call *c)
{
	struct object *network = c->refs[0];
	const char *mode = c->nr_args > 3 ? call_text(c, 3) : "balance-slb";
	struct change *k = change_of(c);

	if (!network_check(c, network) || !members_take(c, k) ||
	    !call_occupy(c, network, "attaching"))
		return;
	snprintf(k->mode, sizeof(k->mode), "%s", kernel_mode(mode));
	name_choose("bond", k->bond, sizeof(k->bond));
	snprintf(k->bridge, sizeof(k->bridge), "%s", get_text(network, "bridge"));
	snprintf(k->lines, sizeof(k->lines), "    nic %s\n", k->bond);
	change_begin(c, bond_made);
}

static void bond_ended(struct call *c)
{
	if (!c->refs[0]->gone && get_ref(c->refs[0], "master"))
		pif_drop(get_ref(c->refs[0], "master"));
}

static void bond_destroy(struct call *c)
{
	const struct object *pif = get_ref(c->refs[0], "master");
	struct object *network = pif ? get_ref(pif, "network") : NULL;
	struct change *k = change_of(c);

	if (!pif || get_many(pif, "VLAN_slave_of")->nr) {
		call_fail(c, "OPERATION_NOT_ALLOWED", "VLANs are on it", NULL);
		return;
	}
	if (network && !call_occupy(c, network, "attaching"))
		return;
	snprintf(k->bridge, sizeof(k->bridge), "%s", network ? get_text(network, "bridge") : "");
	snprintf(k->bond, sizeof(k->bond), "%s", get_text(pif, "device"));
	k->drop = true;
	change_begin(c, bond_ended);
}

static void mode_edit(struct call *c, const char *text, struct buf *out)
{
	const struct change *k = c->state;

	network_text_bond_mode(text, k->bond, k->mode, out);
}

static void mode_set(struct call *c)
{
	(void)c;
}

static void bond_set_mode(struct call *c)
{
	const struct object *pif = get_ref(c->refs[0], "master");
	struct object *network = pif ? get_ref(pif, "network") : NULL;
	struct change *k = change_of(c);

	if (!pif) {
		call_fail(c, "HANDLE_INVALID", "PIF", MODEL_NULL_REF, NULL);
		return;
	}
	if (network && !call_occupy(c, network, "attaching"))
		return;
	snprintf(k->bond, sizeof(k->bond), "%s", get_text(pif, "device"));
	snprintf(k->mode, sizeof(k->mode), "%s", kernel_mode(call_text(c, 1)));
	k->base.edit = mode_edit;
	k->base.finish = mode_set;
	network_change_begin(c);
}

const struct binding network_bindings[] = {
	{ "network.create", network_create },
	{ "network.destroy", network_destroy },
	{ "VLAN.create", vlan_create },
	{ "VLAN.destroy", vlan_destroy },
	{ "Bond.create", bond_create },
	{ "Bond.destroy", bond_destroy },
	{ "Bond.set_mode", bond_set_mode },
	{ "host.confirm_network_change", network_change_confirm },
	{ "host.undo_network_change", network_change_undo },
	{ NULL, NULL },
};
