// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading network.conf: a line is split into words, its first word is looked up in the table of
 * the block that it stands in. Checks over several lines are in settings_check.c.
 */
#include "network/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "network/settings_check.h"

#define MAX_WORDS 16
#define MAX_LINE  256

struct reader {
	struct settings *s;
	struct bond_settings *bond; /* the open block, if any */
	struct network_settings *network;
	unsigned int line;
	char *words[MAX_WORDS + 1];
	size_t nr_words;
	struct reason *why;
};

static int expected(struct reader *r, const char *what, const char *found)
{
	if (!found)
		return reason_set(r->why, "%s:%u: expected %s, found the end of the line",
				  r->s->source, r->line, what);
	return reason_set(r->why, "%s:%u: expected %s, found \"%.40s\"", r->s->source, r->line,
			  what, found);
}

static int too_many(struct reader *r, const char *what, unsigned int max)
{
	return reason_set(r->why, "%s:%u: more than %u %s", r->s->source, r->line, max, what);
}

static int twice(struct reader *r, const char *word)
{
	return reason_set(r->why, "%s:%u: a second \"%s\" in this block", r->s->source, r->line,
			  word);
}

/* The one word behind the keyword. */
static int one_word(struct reader *r, const char *what, const char **out)
{
	if (r->nr_words < 2)
		return expected(r, what, NULL);
	if (r->nr_words > 2)
		return expected(r, "the end of the line", r->words[2]);
	*out = r->words[1];
	return 0;
}

static int nic_word(struct reader *r, const char *word, struct nic_word *out)
{
	static const char what[] = "a NIC (nic0, a MAC address, pci:0000:00:03.0) or a bond";

	if (strlen(word) >= NIC_WORD)
		return expected(r, what, word);
	for (const char *c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-:", *c))
			return expected(r, what, word);
	snprintf(out->text, sizeof(out->text), "%s", word);
	out->line = r->line;
	return 0;
}

/* ---- what stands alone ------------------------------------------------------------------- */

static int read_automatic(struct reader *r)
{
	const char *word;

	if (one_word(r, "\"bridges\" or \"address\"", &word) < 0)
		return -1;
	if (strcmp(word, "bridges") == 0)
		r->s->automatic_bridges = true;
	else if (strcmp(word, "address") == 0)
		r->s->automatic_address = true;
	else
		return expected(r, "\"bridges\" or \"address\"", word);
	r->bond = NULL;
	r->network = NULL;
	return 0;
}

static int read_name(struct reader *r, char out[LINK_NAME])
{
	static const char what[] = "a name: at most 15 letters, digits, \".\", \"_\", \"-\"";
	const char *word;

	if (one_word(r, what, &word) < 0)
		return -1;
	if (!link_name_valid(word))
		return expected(r, what, word);
	snprintf(out, LINK_NAME, "%s", word);
	return 0;
}

static int read_bond(struct reader *r)
{
	struct bond_settings *b = &r->s->bonds[r->s->nr_bonds];

	if (r->s->nr_bonds == SETTINGS_MAX_BONDS)
		return too_many(r, "bonds", SETTINGS_MAX_BONDS);
	memset(b, 0, sizeof(*b));
	if (read_name(r, b->name) < 0)
		return -1;
	b->line = r->line;
	b->mode = BOND_ACTIVE_BACKUP;
	r->s->nr_bonds++;
	r->bond = b;
	r->network = NULL;
	return 0;
}

static int read_network(struct reader *r)
{
	struct network_settings *n = &r->s->networks[r->s->nr_networks];

	if (r->s->nr_networks == SETTINGS_MAX_NETWORKS)
		return too_many(r, "networks", SETTINGS_MAX_NETWORKS);
	memset(n, 0, sizeof(*n));
	if (read_name(r, n->name) < 0)
		return -1;
	n->line = r->line;
	r->s->nr_networks++;
	r->network = n;
	r->bond = NULL;
	return 0;
}

/* ---- in a bond --------------------------------------------------------------------------- */

static int read_nics(struct reader *r)
{
	struct bond_settings *b = r->bond;

	if (r->nr_words < 2)
		return expected(r, "the NICs of the bond", NULL);
	for (size_t i = 1; i < r->nr_words; i++) {
		if (b->nr_nics == SETTINGS_MAX_MEMBERS)
			return too_many(r, "NICs in a bond", SETTINGS_MAX_MEMBERS);
		if (nic_word(r, r->words[i], &b->nics[b->nr_nics]) < 0)
			return -1;
		b->nr_nics++;
	}
	return 0;
}

static int read_mode(struct reader *r)
{
	static const char what[] = "active-backup, balance-alb or 802.3ad";
	static const enum bond_mode modes[] = { BOND_ACTIVE_BACKUP, BOND_BALANCE_ALB,
						BOND_802_3AD };
	const char *word;

	if (one_word(r, what, &word) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(word, bond_mode_name(modes[i])) == 0) {
			r->bond->mode = modes[i];
			return 0;
		}
	return expected(r, what, word);
}

/* ---- in a network ------------------------------------------------------------------------ */

static int read_nic(struct reader *r)
{
	const char *word;

	if (r->network->nic.text[0])
		return twice(r, "nic");
	if (one_word(r, "a NIC (nic0, a MAC address, pci:0000:00:03.0) or a bond", &word) < 0)
		return -1;
	return nic_word(r, word, &r->network->nic);
}

/* The one number of a line that a block has once. */
static int one_number(struct reader *r, const char *what, unsigned int min, unsigned int max,
		      uint16_t *out)
{
	unsigned int n = 0;
	const char *word;

	if (*out)
		return twice(r, r->words[0]);
	if (one_word(r, what, &word) < 0)
		return -1;
	for (const char *c = word; *c; c++) {
		if (!isdigit((unsigned char)*c) || c - word > 3)
			return expected(r, what, word);
		n = n * 10 + (unsigned int)(*c - '0');
	}
	if (n < min || n > max)
		return expected(r, what, word);
	*out = (uint16_t)n;
	return 0;
}

static int read_vlan(struct reader *r)
{
	return one_number(r, "a VLAN number from 1 to 4094", 1, 4094, &r->network->vlan);
}

static int read_mtu(struct reader *r)
{
	return one_number(r, "an MTU from 576 to 9216", SETTINGS_MTU_MIN, SETTINGS_MTU_MAX,
			  &r->network->mtu);
}

static int add_address(struct reader *r, const char *what, const char *word)
{
	struct network_settings *n = r->network;
	struct address_settings a = { .line = r->line };

	if (!strchr(word, '/') || !ip_parse_prefix(word, &a.ip, &a.prefix) || a.prefix == 0 ||
	    !ip_is_host(&a.ip, a.prefix))
		return expected(r, what, word);
	if (n->nr_addresses == SETTINGS_MAX_ADDRESSES)
		return too_many(r, "addresses in a network", SETTINGS_MAX_ADDRESSES);
	n->addresses[n->nr_addresses++] = a;
	return 0;
}

static int read_address(struct reader *r)
{
	static const char what[] =
		"dhcp, slaac, or a host's address with its prefix length (192.0.2.10/24)";
	const char *word;

	if (one_word(r, what, &word) < 0)
		return -1;
	if (strcmp(word, "dhcp") == 0)
		r->network->dhcp = true;
	else if (strcmp(word, "slaac") == 0)
		r->network->slaac = true;
	else
		return add_address(r, what, word);
	return 0;
}

static int read_gateway(struct reader *r)
{
	static const char what[] = "the address of a router (192.0.2.1)";
	struct address_settings g = { .line = r->line }, *to;
	const char *word;

	if (one_word(r, what, &word) < 0)
		return -1;
	if (!ip_parse(word, &g.ip) || !ip_is_host(&g.ip, 32))
		return expected(r, what, word);
	to = g.ip.family == 4 ? &r->network->gateway4 : &r->network->gateway6;
	if (to->ip.family)
		return twice(r, "gateway");
	*to = g;
	return 0;
}

static int read_route(struct reader *r)
{
	static const char what[] = "a net and a router on the way to it (10.20.0.0/16 192.0.2.254)";
	struct network_settings *n = r->network;
	struct route_settings to = { .gateway.line = r->line };
	struct ip net;

	if (r->nr_words != 3)
		return expected(r, what, r->nr_words > 3 ? r->words[3] : NULL);
	if (!strchr(r->words[1], '/') || !ip_parse_prefix(r->words[1], &to.net, &to.prefix) ||
	    to.prefix == 0)
		return expected(r, what, r->words[1]);
	net = ip_network(&to.net, to.prefix);
	if (!ip_equal(&net, &to.net))
		return expected(r, "a net, without an address in it", r->words[1]);
	if (!ip_parse(r->words[2], &to.gateway.ip) || to.gateway.ip.family != to.net.family ||
	    !ip_is_host(&to.gateway.ip, 32))
		return expected(r, what, r->words[2]);
	if (n->nr_routes == SETTINGS_MAX_ROUTES)
		return too_many(r, "routes in a network", SETTINGS_MAX_ROUTES);
	n->routes[n->nr_routes++] = to;
	return 0;
}

static int read_dns(struct reader *r)
{
	static const char what[] = "the address of a name server";
	struct network_settings *n = r->network;

	if (r->nr_words < 2)
		return expected(r, what, NULL);
	for (size_t i = 1; i < r->nr_words; i++) {
		struct ip ip;

		if (!ip_parse(r->words[i], &ip) || !ip_is_host(&ip, 32))
			return expected(r, what, r->words[i]);
		if (n->nr_dns == SETTINGS_MAX_DNS)
			return too_many(r, "name servers", SETTINGS_MAX_DNS);
		n->dns[n->nr_dns++] = ip;
	}
	return 0;
}

#define LABEL_MOST  63
#define DOMAIN_MOST 253

static bool domain_valid(const char *word)
{
	size_t label = 0;

	if (strlen(word) > DOMAIN_MOST)
		return false;
	for (; *word; word++) {
		if (*word == '.' || *word == '-') {
			if (label == 0)
				return false;
		} else if (!isalnum((unsigned char)*word)) {
			return false;
		}
		label = *word == '.' ? 0 : label + 1;
		if (label > LABEL_MOST)
			return false;
	}
	return label > 0;
}

static int read_search(struct reader *r)
{
	static const char what[] = "a domain (example.org)";
	struct network_settings *n = r->network;

	if (r->nr_words < 2)
		return expected(r, what, NULL);
	for (size_t i = 1; i < r->nr_words; i++) {
		size_t len = strlen(n->search);

		if (!domain_valid(r->words[i]))
			return expected(r, what, r->words[i]);
		if (len + strlen(r->words[i]) + 2 > sizeof(n->search))
			return too_many(r, "characters of domains", SETTINGS_MAX_SEARCH);
		snprintf(n->search + len, sizeof(n->search) - len, "%s%s", len ? " " : "",
			 r->words[i]);
	}
	return 0;
}

static int read_nat(struct reader *r)
{
	static const char what[] =
		"the host's IPv4 address there, with a prefix length from 8 to 28 (10.9.0.1/24)";
	struct network_settings *n = r->network;
	const char *word;

	if (n->nat)
		return twice(r, "nat");
	if (one_word(r, what, &word) < 0 || add_address(r, what, word) < 0)
		return -1;
	n->nat = true;
	if (n->addresses[n->nr_addresses - 1].ip.family != 4 ||
	    n->addresses[n->nr_addresses - 1].prefix < 8 ||
	    n->addresses[n->nr_addresses - 1].prefix > 28)
		return expected(r, what, word);
	return 0;
}

/* ---- lines ------------------------------------------------------------------------------- */

enum place { TOP, IN_BOND, IN_NETWORK };

static const struct keyword {
	const char *word;
	enum place place;
	int (*read)(struct reader *r);
} keywords[] = {
	{ "automatic", TOP, read_automatic }, { "bond", TOP, read_bond },
	{ "network", TOP, read_network },     { "nics", IN_BOND, read_nics },
	{ "mode", IN_BOND, read_mode },       { "nic", IN_NETWORK, read_nic },
	{ "vlan", IN_NETWORK, read_vlan },    { "address", IN_NETWORK, read_address },
	{ "dns", IN_NETWORK, read_dns },      { "gateway", IN_NETWORK, read_gateway },
	{ "route", IN_NETWORK, read_route },  { "nat", IN_NETWORK, read_nat },
	{ "mtu", IN_NETWORK, read_mtu },      { "search", IN_NETWORK, read_search },
};

static int line_read(struct reader *r)
{
	enum place place = r->bond ? IN_BOND : r->network ? IN_NETWORK : TOP;
	static const char *const what[] = {
		[TOP] = "automatic, bond or network",
		[IN_BOND] = "nics or mode, or a new block",
		[IN_NETWORK] =
			"nic, vlan, address, gateway, route, dns, search, mtu or nat, or a new block",
	};

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(r->words[0], keywords[i].word) == 0 &&
		    (keywords[i].place == place || keywords[i].place == TOP))
			return keywords[i].read(r);
	return expected(r, what[place], r->words[0]);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Splits text in place. */
static int line_split(struct reader *r, char *text)
{
	r->nr_words = 0;
	for (char *at = text; *at;) {
		if (is_blank(*at)) {
			*at++ = '\0';
			continue;
		}
		if (*at == '#') {
			*at = '\0';
			break;
		}
		if (r->nr_words == MAX_WORDS)
			return too_many(r, "words in a line", MAX_WORDS);
		r->words[r->nr_words++] = at;
		while (*at && !is_blank(*at) && *at != '#')
			at++;
	}
	return 0;
}

static int text_read(struct reader *r, struct bytes text)
{
	for (size_t at = 0; at < text.len;) {
		const uint8_t *from = text.data + at;
		const uint8_t *end = memchr(from, '\n', text.len - at);
		size_t len = end ? (size_t)(end - from) : text.len - at;
		char line[MAX_LINE + 1];

		r->line++;
		at += len + 1;
		if (len > MAX_LINE)
			return too_many(r, "characters in a line", MAX_LINE);
		for (size_t i = 0; i < len; i++) {
			if ((from[i] < ' ' || from[i] > '~') && !is_blank((char)from[i]) &&
			    !memchr(from, '#', i))
				return reason_set(r->why,
						  "%s:%u: a character that is not plain text",
						  r->s->source, r->line);
			line[i] = from[i] ? (char)from[i] : ' ';
		}
		line[len] = '\0';
		if (line_split(r, line) < 0 || (r->nr_words && line_read(r) < 0))
			return -1;
	}
	return 0;
}

int settings_parse(struct settings *s, const char *source, struct bytes text, struct reason *why)
{
	struct reader r = { .s = s, .why = why };

	memset(s, 0, sizeof(*s));
	snprintf(s->source, sizeof(s->source), "%s", source);
	if (text.len > SETTINGS_MAX_BYTES)
		return reason_set(why, "%s: longer than %d bytes", s->source, SETTINGS_MAX_BYTES);
	if (text_read(&r, text) < 0)
		return -1;
	return settings_check(s, why);
}
