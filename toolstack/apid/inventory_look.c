// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A look at cards, networks and where addresses come from, when vmd says that something there has
 * changed. One at a time: the answers of two could come in either order, and the older one stay.
 */
#include "apid/call.h"
#include "apid/inventory.h"
#include "apid/network_pending.h"
#include "apid/ops.h"
#include "apid/vmd_link.h"
#include "lib/deadline.h"

#define AGAIN_MS 10000

static struct {
	bool busy, again;
	bool settle, settle_next; /* interfaces that are not told of are gone */
} looking;

static void look(void);

static void look_again(struct loop_timer *t)
{
	(void)t;
	look();
}

static struct loop_timer later = { .expired = look_again };

/* What there was to see is told of only once. */
static void look_failed(void)
{
	looking.busy = false;
	looking.settle_next |= looking.settle;
	loop_timer_set(&later, now_ms() + AGAIN_MS);
}

static void step(const char *verb, vmd_answer *answer)
{
	if (!vmd_ask(verb, json_object(), answer, NULL, NULL))
		look_failed();
}

/* False: the look has ended. */
static bool is_answer(const char *verb, const json_t *ok, const json_t *error)
{
	if (ok)
		return true;
	inventory_complain(verb, error);
	look_failed();
	return false;
}

static void modes_answer(void *owner, const json_t *ok, const json_t *error)
{
	(void)owner;
	if (!is_answer("network.get", ok, error))
		return;
	store_begin();
	inventory_network_modes(ok);
	call_commit_told("network.get");
	network_pending_ask();
	looking.busy = false;
	if (looking.again)
		look();
}

static void networks_answer(void *owner, const json_t *ok, const json_t *error)
{
	(void)owner;
	if (!is_answer("network.list", ok, error))
		return;
	store_begin();
	inventory_networks(ok);
	if (looking.settle)
		inventory_pifs_settle(ok);
	call_commit_told("network.list");
	step("network.get", modes_answer);
}

static void cards_answer(void *owner, const json_t *ok, const json_t *error)
{
	(void)owner;
	if (!is_answer("host.info", ok, error))
		return;
	store_begin();
	inventory_cards(ok);
	call_commit_told("host.info");
	/* Interfaces are made from both. */
	step("network.list", networks_answer);
}

static void look(void)
{
	looking.again = looking.busy;
	if (looking.busy)
		return;
	loop_timer_stop(&later);
	looking.busy = true;
	looking.settle = looking.settle_next;
	looking.settle_next = false;
	step("host.info", cards_answer);
}

void inventory_look_at_networks(void)
{
	look();
}

void inventory_ask_networks(void)
{
	looking.settle_next = true;
	look();
}
