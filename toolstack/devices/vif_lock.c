// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of a lock. A chain for each interface, on its ingress hook; what no rule accepts is
 * dropped. Tagged frames have another type in front and are dropped, too, where addresses are
 * locked.
 */
#include "devices/vif_lock.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nft.h"

#define TABLE "socle_lock"

enum {
	LINK_SOURCE = 6,
	LINK_TYPE = 12,
	ARP_SENDER_MAC = 8,
	ARP_SENDER_IP = 14,
	IPV4_SOURCE = 12,
	IPV6_SOURCE = 8,
	UDP_PORTS = 0,
	ICMP6_TYPE = 0,
	ICMP6_TARGET = 8,
};

static const uint8_t type_arp[] = { 0x08, 0x06 };
static const uint8_t type_ipv4[] = { 0x08, 0x00 };
static const uint8_t type_ipv6[] = { 0x86, 0xdd };
static const uint8_t any[16];

static void rule_of(struct nft *n, const char *vif, const uint8_t type[2])
{
	nft_rule(n, vif);
	nft_match_bytes(n, NFT_PAYLOAD_LL_HEADER, LINK_TYPE, type, 2, true);
}

static void match_header(struct nft *n, uint32_t offset, const void *data, size_t len)
{
	nft_match_bytes(n, NFT_PAYLOAD_NETWORK_HEADER, offset, data, len, true);
}

static void rule_end(struct nft *n, bool accept)
{
	nft_verdict(n, accept);
	nft_rule_end(n);
}

static void rules_mac(struct nft *n, const char *vif, const uint8_t mac[6])
{
	nft_rule(n, vif);
	nft_match_bytes(n, NFT_PAYLOAD_LL_HEADER, LINK_SOURCE, mac, 6, false);
	rule_end(n, false);
	rule_of(n, vif, type_arp);
	nft_match_bytes(n, NFT_PAYLOAD_NETWORK_HEADER, ARP_SENDER_MAC, mac, 6, false);
	rule_end(n, false);
}

static void rules_ipv4(struct nft *n, const char *vif, const uint8_t *ip)
{
	rule_of(n, vif, type_arp);
	match_header(n, ARP_SENDER_IP, ip, 4);
	rule_end(n, true);
	rule_of(n, vif, type_ipv4);
	match_header(n, IPV4_SOURCE, ip, 4);
	rule_end(n, true);
}

/* Before a guest knows its address: asking for one, and whether another has it. */
static void rules_dhcp(struct nft *n, const char *vif)
{
	static const uint8_t ports[] = { 0, 68, 0, 67 }, udp = 17;

	rule_of(n, vif, type_arp);
	match_header(n, ARP_SENDER_IP, any, 4);
	rule_end(n, true);
	rule_of(n, vif, type_ipv4);
	match_header(n, IPV4_SOURCE, any, 4);
	nft_match_meta(n, NFT_META_L4PROTO, &udp, 1);
	nft_match_bytes(n, NFT_PAYLOAD_TRANSPORT_HEADER, UDP_PORTS, ports, 4, true);
	rule_end(n, true);
}

static void match_icmp6(struct nft *n, uint8_t type)
{
	static const uint8_t icmp6 = 58;

	nft_match_meta(n, NFT_META_L4PROTO, &icmp6, 1);
	nft_match_bytes(n, NFT_PAYLOAD_TRANSPORT_HEADER, ICMP6_TYPE, &type, 1, true);
}

/* Advertisements of its own addresses first; then no others, whatever their source. */
static void rules_ipv6(struct nft *n, const char *vif, const struct ip *ips, size_t nr)
{
	static const uint8_t router_advertisement = 134, advertisement = 136, redirect = 137;
	static const uint8_t dropped[] = { router_advertisement, advertisement, redirect };

	for (size_t i = 0; i < nr; i++) {
		rule_of(n, vif, type_ipv6);
		match_header(n, IPV6_SOURCE, ips[i].bytes, 16);
		match_icmp6(n, advertisement);
		nft_match_bytes(n, NFT_PAYLOAD_TRANSPORT_HEADER, ICMP6_TARGET, ips[i].bytes, 16,
				true);
		rule_end(n, true);
	}
	for (size_t i = 0; i < sizeof(dropped); i++) {
		rule_of(n, vif, type_ipv6);
		match_icmp6(n, dropped[i]);
		rule_end(n, false);
	}
	for (size_t i = 0; i < nr; i++) {
		rule_of(n, vif, type_ipv6);
		match_header(n, IPV6_SOURCE, ips[i].bytes, 16);
		rule_end(n, true);
	}
	/* Whether another has its address is asked from no address. */
	rule_of(n, vif, type_ipv6);
	match_header(n, IPV6_SOURCE, any, 16);
	rule_end(n, true);
}

static struct ip link_local(const uint8_t mac[6])
{
	struct ip ip = { 6, { 0xfe, 0x80 } };
	const uint8_t id[] = { mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] };

	memcpy(ip.bytes + 8, id, sizeof(id));
	return ip;
}

static void rules_ip(struct nft *n, const char *vif, const uint8_t mac[6], const struct ip *ips,
		     size_t nr)
{
	struct ip sixes[VIF_LOCK_MAX_ADDRESSES + 1];
	size_t nr_sixes = 0, nr_fours = 0;

	for (size_t i = 0; i < nr; i++)
		if (ips[i].family == 4) {
			rules_ipv4(n, vif, ips[i].bytes);
			nr_fours++;
		} else {
			sixes[nr_sixes++] = ips[i];
		}
	if (nr_fours)
		rules_dhcp(n, vif);
	if (nr_sixes) {
		sixes[nr_sixes++] = link_local(mac);
		rules_ipv6(n, vif, sixes, nr_sixes);
	}
}

int vif_lock_set(const char *vif, const uint8_t mac[6], const struct ip *ips, size_t nr,
		 struct reason *why)
{
	struct nft *n;
	int rc;

	if (nr > VIF_LOCK_MAX_ADDRESSES)
		return reason_set(why, "%s: more than %d addresses", vif, VIF_LOCK_MAX_ADDRESSES);
	if (!if_nametoindex(vif))
		return reason_set(why, "there is no interface %s", vif);
	n = malloc(sizeof(*n));
	if (!n)
		return reason_set(why, "out of memory");
	nft_begin(n, NFPROTO_NETDEV, TABLE);
	nft_table_keep(n);
	nft_chain(n, vif, "filter", NF_NETDEV_INGRESS, 0, vif, true);
	nft_chain_flush(n, vif);
	rules_mac(n, vif, mac);
	if (nr) {
		rules_ip(n, vif, mac, ips, nr);
	} else {
		nft_rule(n, vif);
		rule_end(n, true);
	}
	rc = nft_commit(n, vif, why);
	free(n);
	return rc;
}

int vif_lock_clear(const char *vif, struct reason *why)
{
	struct nft *n = malloc(sizeof(*n));
	int rc;

	if (!n)
		return reason_set(why, "out of memory");
	nft_begin(n, NFPROTO_NETDEV, TABLE);
	nft_chain_drop(n, vif);
	rc = nft_commit(n, vif, why);
	free(n);
	return rc < 0 && errno == ENOENT ? 0 : rc;
}
