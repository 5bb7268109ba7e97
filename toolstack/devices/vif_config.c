// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table of keys. What an emulated card would need (type, model) is accepted and has no effect on
 * a PVH guest.
 */
#include "devices/vif_config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "devices/config_words.h"

#define VIF_DEVID_MAX   255
#define RATE_DEFAULT_US 50000

struct parser {
	struct vif_config *v;
	bool has_locking;
	const char *source;
	unsigned int line;
	struct reason *why;
};

static int expected(struct parser *p, const char *what, const char *found)
{
	return reason_set(p->why, "%s:%u: vif: expected %s, found \"%.64s\"", p->source, p->line,
			  what, found);
}

static int set_mac(struct parser *p, const char *text)
{
	if (!mac_parse(text, p->v->mac))
		return expected(p, "a MAC such as 00:16:3e:12:34:56", text);
	if (p->v->mac[0] & 1)
		return expected(p, "the MAC of one interface, not of a group", text);
	if (mac_is_zero(p->v->mac))
		return expected(p, "a MAC other than all zeroes", text);
	p->v->has_mac = true;
	return 0;
}

/* What Linux takes for an interface's name. */
static bool interface_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= IFNAMSIZ || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return false;
	for (; *text; text++)
		if (!isgraph((unsigned char)*text) || strchr("/:%\\\"'", *text))
			return false;
	return true;
}

static int set_bridge(struct parser *p, const char *text)
{
	if (!interface_name(text))
		return expected(p, "the name of a bridge, at most 15 characters", text);
	strcpy(p->v->bridge, text);
	return 0;
}

static int set_name(struct parser *p, const char *text)
{
	if (!interface_name(text))
		return expected(p, "a name for the interface, at most 15 characters", text);
	strcpy(p->v->name, text);
	return 0;
}

static int set_ip(struct parser *p, const char *text)
{
	char copy[VIF_IP_MAX + 1], *word, *rest;
	unsigned int nr = 0;
	uint8_t prefix;
	struct ip ip;

	if (strlen(text) > VIF_IP_MAX)
		return expected(p, "fewer addresses", text);
	strcpy(copy, text);
	for (word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (!ip_parse_prefix(word, &ip, &prefix))
			return expected(p, "IP addresses separated by blanks", word);
		if (++nr > VIF_LOCK_MAX_ADDRESSES)
			return expected(p, "at most 16 addresses", text);
	}
	if (!nr)
		return expected(p, "IP addresses separated by blanks", text);
	strcpy(p->v->ip, text);
	return 0;
}

size_t vif_config_addresses(const struct vif_config *v, struct ip ips[VIF_LOCK_MAX_ADDRESSES])
{
	char copy[VIF_IP_MAX + 1], *word, *rest;
	uint8_t prefix;
	size_t nr = 0;

	strcpy(copy, v->ip);
	for (word = strtok_r(copy, " \t", &rest); word && nr < VIF_LOCK_MAX_ADDRESSES;
	     word = strtok_r(NULL, " \t", &rest))
		nr += ip_parse_prefix(word, &ips[nr], &prefix);
	return nr;
}

/* Digits only, and no more than max. */
static bool read_number(const char **at, uint64_t max, uint64_t *number)
{
	const char *from = *at;

	*number = 0;
	for (; isdigit((unsigned char)**at); (*at)++) {
		unsigned int digit = (unsigned int)(**at - '0');

		if (*number > (max - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return *at != from;
}

/* Bytes per second of "10Mb/s": an upper-case B is bytes, a lower-case one bits. */
static bool read_speed(const char **at, uint64_t *bytes)
{
	static const struct {
		char letter;
		uint64_t factor;
	} units[] = { { 'K', 1000 }, { 'M', 1000000 }, { 'G', 1000000000 } };
	uint64_t factor = 1;

	if (!read_number(at, 1000000000000, bytes))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (**at == units[i].letter) {
			factor = units[i].factor;
			(*at)++;
			break;
		}
	}
	if (*bytes > 1000000000000 / factor)
		return false;
	*bytes *= factor;
	if (**at == 'b')
		*bytes /= 8;
	else if (**at != 'B')
		return false;
	(*at)++;
	if (strncmp(*at, "/s", 2) != 0)
		return false;
	*at += 2;
	return true;
}

/* Microseconds of "20ms"; seconds without a unit. */
static bool read_interval(const char **at, uint64_t *usec)
{
	uint64_t factor = 1000000;

	if (!read_number(at, UINT32_MAX, usec))
		return false;
	if (**at == 'm' || **at == 'u') {
		factor = **at == 'm' ? 1000 : 1;
		(*at)++;
		if (**at != 's')
			return false;
	}
	if (**at == 's')
		(*at)++;
	*usec *= factor;
	return *usec > 0 && *usec <= UINT32_MAX;
}

static int set_rate(struct parser *p, const char *text)
{
	uint64_t bytes, usec = RATE_DEFAULT_US;
	const char *at = text;

	if (!read_speed(&at, &bytes))
		return expected(p, "a rate such as 10Mb/s, 250KB/s or 1MB/s@20ms", text);
	if (*at == '@') {
		at++;
		if (!read_interval(&at, &usec))
			return expected(p, "an interval such as 20ms behind the rate", text);
	}
	if (*at)
		return expected(p, "a rate such as 10Mb/s, 250KB/s or 1MB/s@20ms", text);
	/* In two steps: 10^12 bytes/s for 4295 s is beyond 64 bits. */
	p->v->rate_bytes = bytes / 1000000 * usec + bytes % 1000000 * usec / 1000000;
	if (p->v->rate_bytes == 0 || p->v->rate_bytes > UINT32_MAX)
		return expected(p, "a rate of 1 byte to 4 GB in each interval", text);
	p->v->rate_usec = usec;
	return 0;
}

static const char *const locking_names[] = {
	[VIF_UNLOCKED] = "unlocked",
	[VIF_LOCKED_MAC] = "mac",
	[VIF_LOCKED] = "locked",
};

const char *vif_locking_name(enum vif_locking locking)
{
	return locking_names[locking];
}

bool vif_locking_parse(const char *name, enum vif_locking *locking)
{
	for (size_t i = 0; i < sizeof(locking_names) / sizeof(locking_names[0]); i++)
		if (strcmp(name, locking_names[i]) == 0) {
			*locking = (enum vif_locking)i;
			return true;
		}
	return false;
}

/* Who says which addresses a guest has means that it has no others. */
static enum vif_locking locking_default(const struct vif_config *v)
{
	return v->ip[0] ? VIF_LOCKED : VIF_LOCKED_MAC;
}

static int set_locking(struct parser *p, const char *text)
{
	p->has_locking = vif_locking_parse(text, &p->v->locking);
	return p->has_locking ? 0 : expected(p, "locking=unlocked, mac or locked", text);
}

/* At the end: ip= may stand behind locking=. */
static int check_locking(struct parser *p)
{
	if (!p->has_locking)
		p->v->locking = locking_default(p->v);
	if (p->v->locking == VIF_LOCKED && !p->v->ip[0])
		return reason_set(p->why,
				  "%s:%u: vif: locking=locked needs the addresses: ip=", p->source,
				  p->line);
	return 0;
}

/* Of what Xen takes here, the form that makes a plain interface. */
static int set_vlan(struct parser *p, const char *text)
{
	const char *at = text;
	uint64_t number;

	if (!read_number(&at, VIF_VLAN_MAX, &number) || number == 0)
		return expected(p, "a VLAN number from 1 to 4094", text);
	if (*at == 'p' || *at == 'u')
		at++;
	if (*at)
		return expected(p, "one VLAN (for several: an interface in each)", text);
	p->v->vlan = (unsigned int)number;
	return 0;
}

static int set_devid(struct parser *p, const char *text)
{
	const char *at = text;
	uint64_t number;

	if (!read_number(&at, VIF_DEVID_MAX, &number) || *at)
		return expected(p, "a number of 0 to 255 for devid", text);
	p->v->devid = (int)number;
	return 0;
}

static int set_mtu(struct parser *p, const char *text)
{
	const char *at = text;
	uint64_t number;

	if (!read_number(&at, VIF_MTU_MAX, &number) || *at || number < VIF_MTU_MIN)
		return expected(p, "an mtu of 68 to 65517", text);
	p->v->mtu = (unsigned int)number;
	return 0;
}

static int set_backend(struct parser *p, const char *text)
{
	bool own = strcmp(text, "0") == 0 || strcmp(text, "Domain-0") == 0;
	size_t len = strlen(text);

	if (len == 0 || len > VIF_BACKEND_MAX || strpbrk(text, "'\"\\ \t"))
		return expected(p, "the name or id of a driver domain", text);
	strcpy(p->v->backend, own ? "" : text);
	return 0;
}

/* At the end: which network a VLAN is, the host's configuration says, and of its bridges only. */
static int check_backend(struct parser *p)
{
	if (!p->v->backend[0] || !p->v->vlan)
		return 0;
	return reason_set(
		p->why,
		"%s:%u: vif: vlan= and backend=: the bridges of %s are its own; name that "
		"of the VLAN with bridge=",
		p->source, p->line, p->v->backend);
}

static int set_type(struct parser *p, const char *text)
{
	if (strcmp(text, "vif") == 0 || strcmp(text, "ioemu") == 0)
		return 0;
	return expected(p, "type=vif", text);
}

static int set_script(struct parser *p, const char *text)
{
	/* What Xen's own default is called does what is done here anyway. */
	if (strcmp(text, "vif-bridge") == 0 || strcmp(text, "/etc/xen/scripts/vif-bridge") == 0)
		return 0;
	return expected(p, "no script (interfaces are put on their bridge without one)", text);
}

static int ignore(struct parser *p, const char *text)
{
	(void)p;
	(void)text;
	return 0;
}

static int take_key(struct parser *p, char *word)
{
	static const struct {
		const char *key;
		int (*set)(struct parser *p, const char *value);
	} keys[] = {
		{ "mac", set_mac },       { "bridge", set_bridge },   { "ip", set_ip },
		{ "rate", set_rate },     { "vifname", set_name },    { "devid", set_devid },
		{ "mtu", set_mtu },       { "backend", set_backend }, { "type", set_type },
		{ "script", set_script }, { "model", ignore },        { "locking", set_locking },
		{ "vlan", set_vlan },
	};
	char *value = strchr(word, '=');

	if (!value)
		return expected(p, "key=value", word);
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(word, keys[i].key) == 0)
			return keys[i].set(p, value);
	return expected(p,
			"mac, bridge, backend, vlan, ip, locking, rate, vifname, mtu, devid or "
			"model before \"=\"",
			word);
}

int vif_config_parse(struct vif_config *v, const char *source, unsigned int line, const char *text,
		     struct reason *why)
{
	struct parser p = { .v = v, .source = source, .line = line, .why = why };
	char *copy, *at;
	int rc = 0;

	memset(v, 0, sizeof(*v));
	v->devid = -1;
	strcpy(v->bridge, VIF_BRIDGE_DEFAULT);
	if (!config_is_plain(text))
		return reason_set(why, "%s:%u: vif: a control character in it", source, line);
	copy = at = strdup(text);
	if (!copy)
		return reason_set(why, "out of memory");
	while (at && rc == 0) {
		char *comma = strchr(at, ',');
		char *word;

		if (comma)
			*comma = '\0';
		word = config_trim(at);
		/* vif=[''] is an interface with nothing said about it. */
		if (*word)
			rc = take_key(&p, word);
		at = comma ? comma + 1 : NULL;
	}
	free(copy);
	return rc < 0 || check_backend(&p) < 0 ? -1 : check_locking(&p);
}

void vif_config_print(const struct vif_config *v, struct buf *text)
{
	char mac[MAC_TEXT];

	buf_printf(text, "bridge=%s", v->bridge);
	if (v->backend[0])
		buf_printf(text, ",backend=%s", v->backend);
	if (v->has_mac)
		buf_printf(text, ",mac=%s", mac_format(v->mac, mac));
	if (v->devid >= 0)
		buf_printf(text, ",devid=%d", v->devid);
	if (v->name[0])
		buf_printf(text, ",vifname=%s", v->name);
	if (v->ip[0])
		buf_printf(text, ",ip=%s", v->ip);
	if (v->locking != locking_default(v))
		buf_printf(text, ",locking=%s", vif_locking_name(v->locking));
	if (v->vlan)
		buf_printf(text, ",vlan=%u", v->vlan);
	if (v->mtu)
		buf_printf(text, ",mtu=%u", v->mtu);
	/* Rounded up, so that it reads back as the same number of bytes for each interval. */
	if (v->rate_bytes)
		buf_printf(text, ",rate=%lluB/s@%lluus",
			   (unsigned long long)((v->rate_bytes * 1000000 + v->rate_usec - 1) /
						v->rate_usec),
			   (unsigned long long)v->rate_usec);
}
