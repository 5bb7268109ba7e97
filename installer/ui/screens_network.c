// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the host is reached: its cards, and its addresses.
 */
#include <stdio.h>
#include <string.h>

#include "installer/ui/screens.h"

enum { CARD, SECOND, MODE };

/* "none", and all other cards. */
static void second_options(const struct plan *p, struct row *r)
{
	r->options[0] = "none";
	r->nr_options = 1;
	for (size_t i = 0; i < p->nr_nics; i++)
		if (i != p->nic)
			r->options[r->nr_options++] = p->nics[i].name;
}

static const char *network_complaint(const struct plan *p)
{
	if (p->ip4 == PLAN_FIXED && !strchr(p->address, '/'))
		return "A fixed address is written with its length: 192.0.2.10/24.";
	if (p->ip6 == PLAN_FIXED6 && (!strchr(p->address6, '/') || !strchr(p->address6, ':')))
		return "A fixed IPv6 address is written with its length: 2001:db8::10/64.";
	if (p->ip4 == PLAN_NO_IP4 && p->ip6 == PLAN_NO_IP6)
		return "Without an address nobody reaches this host.";
	return NULL;
}

enum asked ask_network(struct plan *p)
{
	static char labels[PLAN_NICS][SCREEN_LABEL];
	struct row rows[] = {
		[CARD] = { .kind = ROW_CYCLE,
			   .label = "Card",
			   .value = &p->nic,
			   .nr_options = p->nr_nics },
		[SECOND] = { .kind = ROW_CYCLE, .label = "Bond with", .value = &p->bond },
		[MODE] = { .kind = ROW_CYCLE,
			   .label = "How they are bonded",
			   .value = &p->bond_mode,
			   .options = { plan_bond_modes[0], plan_bond_modes[1],
					plan_bond_modes[2] },
			   .nr_options = 3 },
		INPUT("VLAN (empty: none)", p->vlan),
		{ .kind = ROW_CYCLE,
		  .label = "IPv4 address",
		  .value = &p->ip4,
		  .options = { "by DHCP", "fixed, as below", "none" },
		  .nr_options = 3 },
		INPUT("Address/length", p->address),
		INPUT("Gateway", p->gateway),
		{ .kind = ROW_CYCLE,
		  .label = "IPv6 address",
		  .value = &p->ip6,
		  .options = { "none", "automatic (SLAAC)", "fixed, as below" },
		  .nr_options = 3 },
		INPUT("Address/length", p->address6),
		INPUT("Gateway", p->gateway6),
		INPUT("Name servers", p->dns),
	};
	const struct screen s = {
		.title = "network",
		.rows = rows,
		.nr_rows = sizeof(rows) / sizeof(rows[0]),
		.text = "How is this host reached? Every card gets a bridge for VMs anyway.\n"
			"An address is, for example, 192.0.2.10/24.",
	};
	const char *complaint = "";

	if (!p->nr_nics || plan_kind(p) == PLAN_UPGRADE)
		return ASKED_NOTHING;
	for (size_t i = 0; i < p->nr_nics; i++) {
		snprintf(labels[i], SCREEN_LABEL, "%s %s%s", p->nics[i].name, p->nics[i].mac,
			 p->nics[i].link ? "" : " no link");
		rows[CARD].options[i] = labels[i];
	}
	do {
		second_options(p, &rows[SECOND]);
		if (ui_ask(&s, complaint) == UI_BACK)
			return ASKED_BACK;
		complaint = network_complaint(p);
	} while (complaint);
	return ASKED_NEXT;
}
