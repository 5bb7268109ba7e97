// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IP and Ethernet addresses: their text, and arithmetic on prefixes.
 */
#ifndef TOOLSTACK_IP_H
#define TOOLSTACK_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP_TEXT  64 /* an address, "/", a prefix length and the terminator */
#define MAC_TEXT 18

struct ip {
	uint8_t family;    /* 4 or 6; 0: none */
	uint8_t bytes[16]; /* network order; IPv4 in the first four, the rest zero */
};

bool ip_parse(const char *text, struct ip *ip);
/* "ADDRESS/LENGTH"; without a length the whole address is meant. */
bool ip_parse_prefix(const char *text, struct ip *ip, uint8_t *prefix);
/* Returns text. prefix < 0: without one. */
const char *ip_format(const struct ip *ip, int prefix, char text[IP_TEXT]);
bool ip_equal(const struct ip *a, const struct ip *b);
size_t ip_length(const struct ip *ip);
/* The first prefix bits of both are the same, and so is the family. */
bool ip_same_net(const struct ip *a, const struct ip *b, unsigned int prefix);
/* The address of the network: all bits behind the prefix cleared. */
struct ip ip_network(const struct ip *ip, unsigned int prefix);
/* A host can have it: not 0, not loopback, not multicast, and no network's or broadcast address. */
bool ip_is_host(const struct ip *ip, unsigned int prefix);
bool ip_is_link_local(const struct ip *ip);
/* A netmask such as 255.255.255.0 or a plain length; false when it is neither. */
bool ip_parse_mask(const char *text, uint8_t *prefix);

bool mac_parse(const char *text, uint8_t mac[6]);
const char *mac_format(const uint8_t mac[6], char text[MAC_TEXT]);
bool mac_is_zero(const uint8_t mac[6]);

#endif
