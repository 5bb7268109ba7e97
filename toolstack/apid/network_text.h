// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network.conf as text: what the API changes of it, line by line, so that everything else in it
 * stays as its owner wrote it. Knows no objects and asks nobody.
 */
#ifndef APID_NETWORK_TEXT_H
#define APID_NETWORK_TEXT_H

#include <stdbool.h>

#include "lib/bytes.h"

/* Whether a line begins with that word; name: and is followed by this one. */
bool line_begins(const char *line, const char *first, const char *name);
/* A network or a bond begins. */
bool line_is_block(const char *line);
const char *line_next(const char *line);
/* A line with its end, which the last one of a file may lack. */
void line_copy(struct buf *out, const char *line, const char *next);

/* Where a network's addresses come from: XenAPI's names of modes. */
struct network_modes {
	const char *ipv4, *ipv6;
	bool named;       /* it has a block; or else it is made without one */
	char dns[160];    /* its own name servers, comma apart */
	char search[256]; /* domains, blank apart */
};

void network_text_modes(const char *text, const char *bridge, struct network_modes *modes);

struct network_address {
	const char *bridge;
	const char *begin; /* what its block consists of, if there is none yet: lines */
	const char *lines; /* address, gateway, dns, search: lines; "": none */
	bool six;          /* they are for IPv6; those of the other family stay */
	bool servers;      /* dns lines among them stand for all that there are */
	bool search;       /* so do those with search */
	bool automatic;    /* it had the address that the host chooses by itself: no more */
};

/* Another mode for that bond. */
void network_text_bond_mode(const char *text, const char *bond, const char *mode, struct buf *out);
void network_text_address(const char *text, const struct network_address *a, struct buf *out);

#endif
