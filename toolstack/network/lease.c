// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and keeping leases.
 */
#include "network/lease.h"

#include <stdio.h>
#include <string.h>

#define MAX_LINE 256

/* The next blank-parted word of *at as an IPv4 host's address; others are skipped. */
static bool next_address(const char **at, struct ip *out)
{
	while (**at) {
		size_t skip = strspn(*at, " "), len = strcspn(*at + skip, " ");
		char word[IP_TEXT];
		bool fits = len > 0 && len < sizeof(word);

		if (fits) {
			memcpy(word, *at + skip, len);
			word[len] = '\0';
		}
		*at += skip + len;
		if (fits && ip_parse(word, out) && out->family == 4 && ip_is_host(out, 32))
			return true;
	}
	return false;
}

static void lease_word(struct lease *l, const char *key, const char *value)
{
	if (strcmp(key, "ip") == 0) {
		next_address(&value, &l->ip);
	} else if (strcmp(key, "mask") == 0) {
		uint8_t prefix;

		if (ip_parse_mask(value, &prefix))
			l->prefix = prefix;
	} else if (strcmp(key, "router") == 0) {
		if (!next_address(&value, &l->router))
			l->router.family = 0;
	} else if (strcmp(key, "dns") == 0) {
		while (l->nr_dns < LEASE_MAX_DNS && next_address(&value, &l->dns[l->nr_dns]))
			l->nr_dns++;
	}
}

int lease_parse(struct lease *l, const char *link, struct bytes text, struct reason *why)
{
	char shown[IP_TEXT];

	memset(l, 0, sizeof(*l));
	snprintf(l->link, sizeof(l->link), "%s", link);
	for (size_t at = 0; at < text.len;) {
		const uint8_t *from = text.data + at, *end = memchr(from, '\n', text.len - at);
		size_t len = end ? (size_t)(end - from) : text.len - at;
		char line[MAX_LINE], *equals;

		at += len + 1;
		if (len >= sizeof(line))
			continue;
		memcpy(line, from, len);
		line[len] = '\0';
		equals = strchr(line, '=');
		if (!equals)
			continue;
		*equals = '\0';
		lease_word(l, line, equals + 1);
	}
	if (!l->ip.family || l->prefix < 1 || l->prefix > 32 || !ip_is_host(&l->ip, l->prefix))
		return reason_set(why, "%s: the DHCP server offers %s, which no host can have",
				  link, ip_format(&l->ip, l->prefix, shown));
	/* A router elsewhere could not be reached. */
	if (l->router.family &&
	    (!ip_same_net(&l->router, &l->ip, l->prefix) || ip_equal(&l->router, &l->ip)))
		l->router.family = 0;
	return 0;
}

void lease_format(const struct lease *l, struct buf *out)
{
	char text[IP_TEXT];

	buf_printf(out, "ip=%s\n", ip_format(&l->ip, -1, text));
	buf_printf(out, "mask=%u\n", l->prefix);
	if (l->router.family)
		buf_printf(out, "router=%s\n", ip_format(&l->router, -1, text));
	if (l->nr_dns)
		buf_printf(out, "dns=");
	for (size_t i = 0; i < l->nr_dns; i++)
		buf_printf(out, "%s%s", i ? " " : "", ip_format(&l->dns[i], -1, text));
	if (l->nr_dns)
		buf_printf(out, "\n");
}

struct lease *leases_find(struct leases *all, const char *link)
{
	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(all->list[i].link, link) == 0)
			return &all->list[i];
	return NULL;
}

bool leases_put(struct leases *all, const struct lease *l)
{
	struct lease *old = leases_find(all, l->link);

	if (!old && all->nr == LEASES_MAX)
		return false;
	if (!old)
		old = &all->list[all->nr++];
	*old = *l;
	return true;
}

void leases_drop(struct leases *all, const char *link)
{
	struct lease *old = leases_find(all, link);

	if (old)
		*old = all->list[--all->nr];
}
