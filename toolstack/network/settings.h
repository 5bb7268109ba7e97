// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network.conf, typed and checked as far as the text alone allows; which NICs there are is not
 * known here (wanted.h). One setting a line, words parted by blanks, # starts a comment:
 *
 *   automatic bridges            a bridge xenbrN for each NIC nicN that no block below names
 *   automatic address            DHCP on the first of those bridges whose NIC has a link
 *
 *   bond NAME                    begins a block
 *       nics NIC NIC...
 *       mode active-backup | balance-alb | 802.3ad
 *
 *   network NAME                 begins a block: a bridge of that name
 *       nic NIC                  without one the network is internal
 *       vlan 1-4094
 *       mtu 576-9216
 *       address dhcp | slaac | ADDRESS/LENGTH
 *       gateway ADDRESS
 *       route NET/LENGTH ADDRESS
 *       dns ADDRESS...           instead of those that DHCP brings
 *       search DOMAIN...         where names without a dot are looked for
 *       nat ADDRESS/LENGTH       internal, with DHCP, and a way out through the host
 *
 * A NIC is a name (nic0), a MAC address, pci:0000:00:03.0, or a bond. Fuzz entry point:
 * settings_parse() with any bytes.
 */
#ifndef NETWORK_SETTINGS_H
#define NETWORK_SETTINGS_H

#include "lib/bytes.h"
#include "lib/log.h"
#include "network/net.h"

#define SETTINGS_MAX_BONDS     16
#define SETTINGS_MAX_NETWORKS  128
#define SETTINGS_MAX_MEMBERS   8
#define SETTINGS_MAX_ADDRESSES 8
#define SETTINGS_MAX_DNS       3
#define SETTINGS_MAX_SEARCH    256 /* characters */
#define SETTINGS_MAX_ROUTES    8
#define SETTINGS_MAX_NAT       4
#define SETTINGS_MTU_MIN       576
#define SETTINGS_MTU_MAX       9216
#define SETTINGS_MAX_BYTES     65536
#define NIC_WORD               32
#define SOURCE_NAME            128

/* How a NIC is named, and where. */
struct nic_word {
	char text[NIC_WORD];
	unsigned int line;
};

struct bond_settings {
	char name[LINK_NAME];
	unsigned int line;
	struct nic_word nics[SETTINGS_MAX_MEMBERS];
	size_t nr_nics;
	enum bond_mode mode;
};

struct address_settings {
	struct ip ip;
	uint8_t prefix;
	unsigned int line;
};

/* To a net by a neighbour. */
struct route_settings {
	struct ip net;
	uint8_t prefix;
	struct address_settings gateway;
};

struct network_settings {
	char name[LINK_NAME];
	unsigned int line;
	struct nic_word nic; /* text "": internal */
	uint16_t vlan;       /* 0: untagged */
	uint16_t mtu;        /* 0: not told */
	bool dhcp, slaac, nat;
	struct address_settings addresses[SETTINGS_MAX_ADDRESSES];
	size_t nr_addresses;
	struct address_settings gateway4, gateway6; /* family 0: none */
	struct route_settings routes[SETTINGS_MAX_ROUTES];
	size_t nr_routes;
	struct ip dns[SETTINGS_MAX_DNS];
	size_t nr_dns;
	char search[SETTINGS_MAX_SEARCH]; /* domains, a blank between; "": none */
};

struct settings {
	char source[SOURCE_NAME]; /* for messages */
	bool automatic_bridges, automatic_address;
	struct bond_settings bonds[SETTINGS_MAX_BONDS];
	size_t nr_bonds;
	struct network_settings networks[SETTINGS_MAX_NETWORKS];
	size_t nr_networks;
};

/* What holds where there is no file. */
#define SETTINGS_DEFAULT "automatic bridges\nautomatic address\n"

/* Returns -1 with file, line, word and expectation. */
int settings_parse(struct settings *s, const char *source, struct bytes text, struct reason *why);

#endif
