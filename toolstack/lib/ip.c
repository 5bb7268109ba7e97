// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IP and Ethernet addresses. Text comes from configuration files and from DHCP servers: every byte
 * of it is checked.
 */
#include "lib/ip.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t ip_length(const struct ip *ip)
{
	return ip->family == 4 ? 4 : 16;
}

bool ip_parse(const char *text, struct ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	if (inet_pton(AF_INET, text, ip->bytes) == 1) {
		ip->family = 4;
		return true;
	}
	memset(ip, 0, sizeof(*ip));
	if (inet_pton(AF_INET6, text, ip->bytes) != 1)
		return false;
	ip->family = 6;
	return true;
}

/* A decimal number without sign, blanks or more. */
static bool number_parse(const char *text, unsigned int max, uint8_t *out)
{
	unsigned int n = 0;

	if (!*text || strlen(text) > 3)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		n = n * 10 + (unsigned int)(*text - '0');
	}
	*out = (uint8_t)n;
	return n <= max;
}

bool ip_parse_prefix(const char *text, struct ip *ip, uint8_t *prefix)
{
	const char *slash = strchr(text, '/');
	char address[IP_TEXT];
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!ip_parse(address, ip))
		return false;
	*prefix = (uint8_t)(ip_length(ip) * 8);
	return !slash || number_parse(slash + 1, *prefix, prefix);
}

const char *ip_format(const struct ip *ip, int prefix, char text[IP_TEXT])
{
	char address[INET6_ADDRSTRLEN] = "none";

	if (ip->family)
		inet_ntop(ip->family == 4 ? AF_INET : AF_INET6, ip->bytes, address,
			  sizeof(address));
	if (prefix < 0)
		snprintf(text, IP_TEXT, "%s", address);
	else
		snprintf(text, IP_TEXT, "%s/%d", address, prefix);
	return text;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct ip ip_network(const struct ip *ip, unsigned int prefix)
{
	struct ip net = *ip;

	for (unsigned int i = 0; i < ip_length(ip); i++) {
		unsigned int keep = prefix > i * 8 ? prefix - i * 8 : 0;

		if (keep < 8)
			net.bytes[i] &= (uint8_t)(0xff00 >> keep);
	}
	return net;
}

bool ip_same_net(const struct ip *a, const struct ip *b, unsigned int prefix)
{
	struct ip x = ip_network(a, prefix), y = ip_network(b, prefix);

	return ip_equal(&x, &y);
}

/* All bits behind the prefix are set. */
static bool ip_is_broadcast(const struct ip *ip, unsigned int prefix)
{
	for (unsigned int bit = prefix; bit < 32; bit++)
		if (!(ip->bytes[bit / 8] & 0x80 >> bit % 8))
			return false;
	return true;
}

bool ip_is_link_local(const struct ip *ip)
{
	if (ip->family == 4)
		return ip->bytes[0] == 169 && ip->bytes[1] == 254;
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

bool ip_is_host(const struct ip *ip, unsigned int prefix)
{
	static const struct ip loopback6 = { 6, { [15] = 1 } }, any6 = { 6, { 0 } };
	struct ip net;

	if (ip->family == 6)
		return ip->bytes[0] != 0xff && !ip_equal(ip, &loopback6) && !ip_equal(ip, &any6);
	if (ip->bytes[0] == 0 || ip->bytes[0] == 127 || ip->bytes[0] >= 224)
		return false;
	net = ip_network(ip, prefix);
	return prefix >= 31 || (!ip_equal(ip, &net) && !ip_is_broadcast(ip, prefix));
}

bool ip_parse_mask(const char *text, uint8_t *prefix)
{
	struct ip ip;
	uint8_t len = 0;

	if (number_parse(text, 32, prefix))
		return true;
	if (!ip_parse(text, &ip) || ip.family != 4)
		return false;
	while (len < 32 && ip.bytes[len / 8] & 0x80 >> len % 8)
		len++;
	for (unsigned int bit = len; bit < 32; bit++)
		if (ip.bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	*prefix = len;
	return true;
}

bool mac_parse(const char *text, uint8_t mac[6])
{
	if (strlen(text) != MAC_TEXT - 1)
		return false;
	for (int i = 0; i < 6; i++) {
		char digits[3] = { text[3 * i], text[3 * i + 1], '\0' };

		if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]) ||
		    (i < 5 && text[3 * i + 2] != ':'))
			return false;
		mac[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return true;
}

const char *mac_format(const uint8_t mac[6], char text[MAC_TEXT])
{
	snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return text;
}

bool mac_is_zero(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return memcmp(mac, zero, 6) == 0;
}
