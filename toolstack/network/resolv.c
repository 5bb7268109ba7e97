// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing resolv.conf. It is written when what it should say changes, not when it says something
 * else: an administrator's edit stays that long. Until something has been known it is left alone.
 */
#include "network/resolv.h"

#include <stdlib.h>
#include <string.h>

#include "network/files.h"

#define SERVERS_MOST 8

/* Of the network that is named first. */
static const char *search_of(const struct settings *s)
{
	for (size_t i = 0; i < s->nr_networks; i++)
		if (s->networks[i].search[0])
			return s->networks[i].search;
	return "";
}

void resolv_update(struct host *h)
{
	const char *search = search_of(&h->settings);
	struct ip dns[SERVERS_MOST];
	const size_t nr = host_dns(h, dns, SERVERS_MOST);
	struct buf text = { 0 };
	char ip[IP_TEXT];
	struct reason why;

	buf_printf(&text, "%s%s%s", *search ? "search " : "", search, *search ? "\n" : "");
	for (size_t i = 0; i < nr; i++)
		buf_printf(&text, "nameserver %s\n", ip_format(&dns[i], -1, ip));
	if (text.failed || (h->resolv ? strcmp(h->resolv, text.data) == 0 : !text.len)) {
		buf_free(&text);
		return;
	}
	if (file_write(h->root, FILE_RESOLV, text.data, text.len, &why) < 0) {
		if (!h->resolv_failed)
			log_warning("name servers: %s", why.text);
		h->resolv_failed = true; /* tried at each look, told of once */
		buf_free(&text);
		return;
	}
	h->resolv_failed = false;
	free(h->resolv);
	h->resolv = text.data;
}
