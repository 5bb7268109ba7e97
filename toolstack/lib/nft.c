// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nf_tables messages. Numbers in them are big-endian.
 */
#include "lib/nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

/* Connection states as the kernel's connection tracking numbers their bits. */
#define CT_ESTABLISHED 2u
#define CT_RELATED     4u

static void put_be32(struct nft *n, uint16_t type, uint32_t value)
{
	nl_put_u32(&n->m, type, htonl(value));
}

static void message(struct nft *n, uint16_t type, uint16_t flags)
{
	struct nfgenmsg g = { .nfgen_family = n->family, .version = NFNETLINK_V0 };

	nl_begin(&n->m, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &g, sizeof(g));
}

static void batch_mark(struct nft *n, uint16_t type)
{
	struct nfgenmsg g = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	nl_begin(&n->m, type, 0, &g, sizeof(g));
}

void nft_begin(struct nft *n, uint8_t family, const char *table)
{
	memset(n, 0, sizeof(*n));
	n->family = family;
	n->table = table;
	batch_mark(n, NFNL_MSG_BATCH_BEGIN);
}

int nft_commit(struct nft *n, const char *what, struct reason *why)
{
	struct netlink nl;
	int rc;

	/* The last change asks for the one acknowledgement. */
	((struct nlmsghdr *)(n->m.data + n->m.start))->nlmsg_flags |= NLM_F_ACK;
	batch_mark(n, NFNL_MSG_BATCH_END);
	if (netlink_open(&nl, NETLINK_NETFILTER, 0) < 0)
		return reason_errno(why, "%s: the packet filter", what);
	rc = netlink_batch(&nl, &n->m);
	netlink_close(&nl);
	if (rc < 0)
		reason_errno(why, "%s: the packet filter refuses", what);
	return rc;
}

void nft_table_keep(struct nft *n)
{
	message(n, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	nl_put_string(&n->m, NFTA_TABLE_NAME, n->table);
}

void nft_table_drop(struct nft *n)
{
	nft_table_keep(n);
	message(n, NFT_MSG_DELTABLE, 0);
	nl_put_string(&n->m, NFTA_TABLE_NAME, n->table);
}

void nft_table_fresh(struct nft *n)
{
	nft_table_drop(n);
	nft_table_keep(n);
}

/* ---- chains ------------------------------------------------------------------------------ */

void nft_chain(struct nft *n, const char *name, const char *type, uint32_t hook, int32_t priority,
	       const char *device, bool drop)
{
	size_t nest;

	message(n, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nl_put_string(&n->m, NFTA_CHAIN_TABLE, n->table);
	nl_put_string(&n->m, NFTA_CHAIN_NAME, name);
	nest = nl_nest(&n->m, NFTA_CHAIN_HOOK);
	put_be32(n, NFTA_HOOK_HOOKNUM, hook);
	put_be32(n, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	if (device)
		nl_put_string(&n->m, NFTA_HOOK_DEV, device);
	nl_nest_end(&n->m, nest);
	put_be32(n, NFTA_CHAIN_POLICY, drop ? NF_DROP : NF_ACCEPT);
	nl_put_string(&n->m, NFTA_CHAIN_TYPE, type);
}

void nft_chain_flush(struct nft *n, const char *name)
{
	message(n, NFT_MSG_DELRULE, 0);
	nl_put_string(&n->m, NFTA_RULE_TABLE, n->table);
	nl_put_string(&n->m, NFTA_RULE_CHAIN, name);
}

void nft_chain_drop(struct nft *n, const char *name)
{
	nft_chain_flush(n, name);
	message(n, NFT_MSG_DELCHAIN, 0);
	nl_put_string(&n->m, NFTA_CHAIN_TABLE, n->table);
	nl_put_string(&n->m, NFTA_CHAIN_NAME, name);
}

/* ---- rules ------------------------------------------------------------------------------- */

void nft_rule(struct nft *n, const char *chain)
{
	message(n, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nl_put_string(&n->m, NFTA_RULE_TABLE, n->table);
	nl_put_string(&n->m, NFTA_RULE_CHAIN, chain);
	n->expressions = nl_nest(&n->m, NFTA_RULE_EXPRESSIONS);
}

void nft_rule_end(struct nft *n)
{
	nl_nest_end(&n->m, n->expressions);
}

struct expression {
	size_t element, data;
};

static struct expression expression(struct nft *n, const char *name)
{
	struct expression e = { .element = nl_nest(&n->m, NFTA_LIST_ELEM) };

	nl_put_string(&n->m, NFTA_EXPR_NAME, name);
	e.data = nl_nest(&n->m, NFTA_EXPR_DATA);
	return e;
}

static void expression_end(struct nft *n, struct expression e)
{
	nl_nest_end(&n->m, e.data);
	nl_nest_end(&n->m, e.element);
}

static void put_value(struct nft *n, uint16_t type, const void *data, size_t len)
{
	size_t nest = nl_nest(&n->m, type);

	nl_put(&n->m, NFTA_DATA_VALUE, data, len);
	nl_nest_end(&n->m, nest);
}

static void compare(struct nft *n, const void *data, size_t len, bool equal)
{
	struct expression e = expression(n, "cmp");

	put_be32(n, NFTA_CMP_SREG, NFT_REG_1);
	put_be32(n, NFTA_CMP_OP, equal ? NFT_CMP_EQ : NFT_CMP_NEQ);
	put_value(n, NFTA_CMP_DATA, data, len);
	expression_end(n, e);
}

static void payload(struct nft *n, uint32_t base, uint32_t offset, size_t len)
{
	struct expression e = expression(n, "payload");

	put_be32(n, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_be32(n, NFTA_PAYLOAD_BASE, base);
	put_be32(n, NFTA_PAYLOAD_OFFSET, offset);
	put_be32(n, NFTA_PAYLOAD_LEN, (uint32_t)len);
	expression_end(n, e);
}

static void mask(struct nft *n, const void *bits, size_t len)
{
	static const uint8_t zero[16];
	struct expression e = expression(n, "bitwise");

	put_be32(n, NFTA_BITWISE_SREG, NFT_REG_1);
	put_be32(n, NFTA_BITWISE_DREG, NFT_REG_1);
	put_be32(n, NFTA_BITWISE_LEN, (uint32_t)len);
	put_value(n, NFTA_BITWISE_MASK, bits, len);
	put_value(n, NFTA_BITWISE_XOR, zero, len);
	expression_end(n, e);
}

void nft_match_bytes(struct nft *n, uint32_t base, uint32_t offset, const void *data, size_t len,
		     bool equal)
{
	payload(n, base, offset, len);
	compare(n, data, len, equal);
}

void nft_match_net(struct nft *n, uint32_t offset, const struct ip *ip, unsigned int prefix,
		   bool equal)
{
	static const struct ip ones = { 4,
					{ 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
					  255, 255, 255, 255, 255 } };
	struct ip net = ip_network(ip, prefix), bits = ones;

	bits.family = ip->family;
	bits = ip_network(&bits, prefix);
	payload(n, NFT_PAYLOAD_NETWORK_HEADER, offset, ip_length(ip));
	mask(n, bits.bytes, ip_length(ip));
	compare(n, net.bytes, ip_length(ip), equal);
}

static void meta(struct nft *n, uint32_t key)
{
	struct expression e = expression(n, "meta");

	put_be32(n, NFTA_META_KEY, key);
	put_be32(n, NFTA_META_DREG, NFT_REG_1);
	expression_end(n, e);
}

void nft_match_meta(struct nft *n, uint32_t key, const void *data, size_t len)
{
	meta(n, key);
	compare(n, data, len, true);
}

void nft_match_link(struct nft *n, uint32_t key, const char *name, bool equal)
{
	char whole[16] = { 0 };

	meta(n, key);
	memcpy(whole, name, strnlen(name, sizeof(whole) - 1));
	compare(n, whole, sizeof(whole), equal);
}

void nft_match_established(struct nft *n)
{
	struct expression e = expression(n, "ct");
	uint32_t states = CT_ESTABLISHED | CT_RELATED, none = 0;

	put_be32(n, NFTA_CT_KEY, NFT_CT_STATE);
	put_be32(n, NFTA_CT_DREG, NFT_REG_1);
	expression_end(n, e);
	mask(n, &states, sizeof(states));
	compare(n, &none, sizeof(none), false);
}

void nft_verdict(struct nft *n, bool accept)
{
	struct expression e = expression(n, "immediate");
	size_t data, verdict;

	put_be32(n, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = nl_nest(&n->m, NFTA_IMMEDIATE_DATA);
	verdict = nl_nest(&n->m, NFTA_DATA_VERDICT);
	put_be32(n, NFTA_VERDICT_CODE, accept ? NF_ACCEPT : NF_DROP);
	nl_nest_end(&n->m, verdict);
	nl_nest_end(&n->m, data);
	expression_end(n, e);
}

void nft_masquerade(struct nft *n)
{
	expression_end(n, expression(n, "masq"));
}
