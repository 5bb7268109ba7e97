// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packet filter, as far as this program needs it: one batch of changes to nf_tables, which the
 * kernel takes as a whole or not at all. A rule is built from its expressions, in order.
 */
#ifndef TOOLSTACK_NFT_H
#define TOOLSTACK_NFT_H

#include "lib/log.h"
#include "lib/ip.h"
#include "lib/netlink.h"

struct nft {
	struct nl_msg m;
	uint8_t family;
	const char *table;
	size_t rule, expressions; /* the open rule */
};

/* family: NFPROTO_NETDEV and so on. */
void nft_begin(struct nft *n, uint8_t family, const char *table);
/* Sends everything. -1 with the reason, about what. */
int nft_commit(struct nft *n, const char *what, struct reason *why);

/* The table as it will be: empty. Any former one of that name goes, in the same batch. */
void nft_table_fresh(struct nft *n);
/* The table goes; it need not have been there. */
void nft_table_drop(struct nft *n);
void nft_table_keep(struct nft *n);
/* A chain on a hook; device: for NFPROTO_NETDEV, or NULL. drop: what no rule takes is dropped. */
void nft_chain(struct nft *n, const char *name, const char *type, uint32_t hook, int32_t priority,
	       const char *device, bool drop);
/* Empties and removes a chain that must be there, or, with nft_chain before it, may be. */
void nft_chain_drop(struct nft *n, const char *name);
void nft_chain_flush(struct nft *n, const char *name);

void nft_rule(struct nft *n, const char *chain);
void nft_rule_end(struct nft *n);
/* Bytes of the packet (base: NFT_PAYLOAD_*) are, or are not, these. */
void nft_match_bytes(struct nft *n, uint32_t base, uint32_t offset, const void *data, size_t len,
		     bool equal);
/* The same for an address whose first prefix bits count. */
void nft_match_net(struct nft *n, uint32_t offset, const struct ip *ip, unsigned int prefix,
		   bool equal);
/* What the kernel knows of the packet (key: NFT_META_*) is these bytes. */
void nft_match_meta(struct nft *n, uint32_t key, const void *data, size_t len);
/* key: NFT_META_IIFNAME or NFT_META_OIFNAME. */
void nft_match_link(struct nft *n, uint32_t key, const char *name, bool equal);
/* The packet belongs to a connection that was seen before. */
void nft_match_established(struct nft *n);
void nft_verdict(struct nft *n, bool accept);
void nft_masquerade(struct nft *n);

#endif
