// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way from one picture of the networks to another, as steps that leave alone what is the same
 * in both. The way back is the plan from what is present then to the former picture, so it also
 * works from half way. No I/O.
 */
#ifndef NETWORK_PLAN_H
#define NETWORK_PLAN_H

#include "lib/bytes.h"
#include "lib/log.h"
#include "network/net.h"

#define PLAN_MAX 4096

enum step_kind {
	STEP_DELETE,
	STEP_RELEASE,
	STEP_CREATE,
	STEP_IPV6,
	STEP_MAC,
	STEP_MTU,
	STEP_ADDRESS_DELETE,
	STEP_ENSLAVE,
	STEP_UP,
	STEP_ADDRESS_ADD,
	STEP_ROUTE_DELETE,
	STEP_ROUTE_ADD,
};

struct step {
	enum step_kind kind;
	bool down_first; /* STEP_ENSLAVE: bonds take only links that are down */
	union {
		struct link link; /* as wanted */
		struct address address;
		struct route route;
	};
};

struct plan {
	struct step *steps;
	size_t nr;
};

/*
 * What is to be done so that present becomes want. Links that are in neither, or only in present
 * and not marked as ours, stay as they are. A network that would go, but guests are on it, is an
 * error with strict, and else stays: a card that was pulled out, or a way back, must not fail over
 * it. -1 also when a name is taken by something else; the plan is then empty. Freed with
 * plan_free().
 */
int plan_make(struct plan *p, const struct net *present, const struct net *want, bool strict,
	      struct reason *why);
void plan_free(struct plan *p);

/* One line for people: "create bridge xenbr0". */
void step_print(const struct step *s, struct buf *out);

#endif
