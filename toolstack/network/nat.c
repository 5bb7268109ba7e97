// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One table, replaced as a whole. What it was made of is noted in a file, so that nothing is done,
 * and no module loaded, where nothing changes.
 */
#include "network/nat.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nft.h"
#include "network/files.h"

#define TABLE       "socle_nat"
#define IPV4_SOURCE 12
#define IPV4_TARGET 16

static void rules_of(struct nft *n, const char *bridge, const struct address_settings *a)
{
	/* Out: from its own addresses only. */
	nft_rule(n, "forward");
	nft_match_link(n, NFT_META_IIFNAME, bridge, true);
	nft_match_net(n, IPV4_SOURCE, &a->ip, a->prefix, true);
	nft_verdict(n, true);
	nft_rule_end(n);
	/* Back: answers. */
	nft_rule(n, "forward");
	nft_match_link(n, NFT_META_OIFNAME, bridge, true);
	nft_match_net(n, IPV4_TARGET, &a->ip, a->prefix, true);
	nft_match_established(n);
	nft_verdict(n, true);
	nft_rule_end(n);
	nft_rule(n, "out");
	nft_match_link(n, NFT_META_OIFNAME, bridge, false);
	nft_match_net(n, IPV4_SOURCE, &a->ip, a->prefix, true);
	nft_masquerade(n);
	nft_rule_end(n);
}

static int table_replace(const struct host *h, bool any, struct reason *why)
{
	struct nft *n = malloc(sizeof(*n));
	int rc;

	if (!n)
		return reason_set(why, "out of memory");
	nft_begin(n, NFPROTO_IPV4, TABLE);
	if (any) {
		nft_table_fresh(n);
		nft_chain(n, "forward", "filter", NF_INET_FORWARD, 0, NULL, true);
		nft_chain(n, "out", "nat", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC, NULL, false);
		for (size_t i = 0; i < h->settings.nr_networks; i++)
			if (h->settings.networks[i].nat)
				rules_of(n, h->settings.networks[i].name,
					 &h->settings.networks[i].addresses[0]);
	} else {
		nft_table_drop(n);
	}
	rc = nft_commit(n, "NAT", why);
	free(n);
	return rc;
}

int nat_update(const struct host *h, struct reason *why)
{
	struct buf want = { 0 }, have = { 0 };
	char text[IP_TEXT];
	int rc = 0;

	for (size_t i = 0; i < h->settings.nr_networks; i++) {
		const struct network_settings *n = &h->settings.networks[i];

		if (n->nat)
			buf_printf(&want, "%s %s\n", n->name,
				   ip_format(&n->addresses[0].ip, n->addresses[0].prefix, text));
	}
	if (file_read(h->root, FILE_NAT, &have) < 0)
		rc = reason_errno(why, "%s", FILE_NAT);
	else if (strcmp(want.data ? want.data : "", have.data ? have.data : "") != 0) {
		/* The filter stands before anything is forwarded, and until nothing is. */
		if (want.len)
			rc = table_replace(h, true, why) < 0 ? -1 : kernel_forwarding(true, why);
		else
			rc = kernel_forwarding(false, why) < 0 ? -1 : table_replace(h, false, why);
		if (rc == 0)
			rc = file_write(h->root, FILE_NAT, want.data ? want.data : "", want.len,
					why);
	}
	buf_free(&want);
	buf_free(&have);
	return rc;
}
