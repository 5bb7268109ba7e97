// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * network.list: the bridges that guests join, what each is on, and the host's addresses there, as
 * the kernel has them. What is configured is network.get's.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "network/files.h"
#include "vmd/network_list.h"
#include "vmd/nic_list.h"

#define NET "/sys/class/net"

static bool net_exists(const char *link, const char *node)
{
	char path[128];

	snprintf(path, sizeof(path), NET "/%s/%s", link, node);
	return access(path, F_OK) == 0;
}

static void net_line(const char *link, const char *node, char *line, size_t room)
{
	char path[128];

	snprintf(path, sizeof(path), NET "/%s/%s", link, node);
	if (!file_line(path, line, room))
		line[0] = '\0';
}

static long net_number(const char *link, const char *node)
{
	char line[32];

	net_line(link, node, line, sizeof(line));
	return strtol(line, NULL, 10);
}

/* Calls back for the entries of a folder that can be names of interfaces. */
static void each_link(const char *folder, void (*callback)(void *arg, const char *name), void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < IFNAMSIZ)
			callback(arg, entry->d_name);
	if (dir)
		closedir(dir);
}

/* --- addresses -------------------------------------------------------------------------------- */

static unsigned int prefix_of(const uint8_t *mask, size_t len)
{
	unsigned int bits = 0;

	while (bits < len * 8 && mask[bits / 8] & 0x80 >> bits % 8)
		bits++;
	return bits;
}

static void add_address(const struct ifaddrs *a, json_t *all)
{
	char text[INET6_ADDRSTRLEN], with_prefix[INET6_ADDRSTRLEN + 8];
	const struct sockaddr_in *in = (const struct sockaddr_in *)a->ifa_addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a->ifa_addr;
	bool six = a->ifa_addr->sa_family == AF_INET6;
	unsigned int prefix =
		six ? prefix_of(((const struct sockaddr_in6 *)a->ifa_netmask)->sin6_addr.s6_addr,
				16)
		    : prefix_of((const uint8_t *)&((const struct sockaddr_in *)a->ifa_netmask)
					->sin_addr,
				4);

	/* What every interface has is no address of the host's. */
	if (six && IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
		return;
	if (!inet_ntop(a->ifa_addr->sa_family,
		       six ? (const void *)&in6->sin6_addr : (const void *)&in->sin_addr, text,
		       sizeof(text)))
		return;
	snprintf(with_prefix, sizeof(with_prefix), "%s/%u", text, prefix);
	json_array_append_new(all, json_string(with_prefix));
}

static json_t *addresses_of(const struct ifaddrs *list, const char *link)
{
	json_t *all = json_array();

	for (const struct ifaddrs *a = list; a; a = a->ifa_next)
		if (a->ifa_addr && a->ifa_netmask && strcmp(a->ifa_name, link) == 0 &&
		    (a->ifa_addr->sa_family == AF_INET || a->ifa_addr->sa_family == AF_INET6))
			add_address(a, all);
	return all;
}

bool route_gateway(const char *table, const char *link, char gateway[16])
{
	const char *line = table;

	while ((line = strchr(line, '\n'))) {
		char name[IFNAMSIZ];
		unsigned int to, by;

		line++;
		if (sscanf(line, "%15s %x %x", name, &to, &by) == 3 && to == 0 && by != 0 &&
		    strcmp(name, link) == 0)
			return inet_ntop(AF_INET, &by, gateway, 16);
	}
	return false;
}

/* --- bridges and bonds ------------------------------------------------------------------------ */

struct listing {
	json_t *networks, *bonds;
	struct ifaddrs *addresses;
	const char *routes;
};

struct under {
	char link[IFNAMSIZ]; /* what connects a bridge with the outside; "" if nothing does */
	unsigned int guests;
};

static void look_at_member(void *arg, const char *name)
{
	struct under *u = arg;

	if (strncmp(name, "vif", 3) == 0)
		u->guests++;
	else if (strncmp(name, "tap", 3) != 0)
		strcpy(u->link, name);
}

/* A VLAN's interface is called after what it is on: nic0.20. */
static void split_vlan(const struct under *u, char nic[IFNAMSIZ], long *vlan)
{
	char *dot;

	strcpy(nic, u->link);
	dot = strrchr(nic, '.');
	*vlan = dot ? strtol(dot + 1, NULL, 10) : 0;
	if (dot)
		*dot = '\0';
}

static void add_network(struct listing *l, const char *name)
{
	char folder[64], nic[IFNAMSIZ], mac[32], gateway[16];
	struct under u = { "", 0 };
	json_t *o;
	long vlan;

	snprintf(folder, sizeof(folder), NET "/%s/brif", name);
	each_link(folder, look_at_member, &u);
	split_vlan(&u, nic, &vlan);
	net_line(name, "address", mac, sizeof(mac));
	o = json_pack("{s:s, s:s, s:I, s:b, s:I, s:s, s:i, s:o}", "bridge", name, "nic", nic,
		      "vlan", (json_int_t)vlan, "carrier", net_number(name, "carrier") == 1, "mtu",
		      (json_int_t)net_number(name, "mtu"), "mac", mac, "guests", (int)u.guests,
		      "addresses", addresses_of(l->addresses, name));
	if (route_gateway(l->routes, name, gateway))
		json_object_set_new(o, "gateway", json_string(gateway));
	json_array_append_new(l->networks, o);
}

static void add_bond(struct listing *l, const char *name)
{
	json_t *nics = json_array();
	char line[256], mode[64], *word, *rest;

	net_line(name, "bonding/slaves", line, sizeof(line));
	for (word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		json_array_append_new(nics, json_string(word));
	net_line(name, "bonding/mode", mode, sizeof(mode));
	mode[strcspn(mode, " ")] = '\0';
	json_array_append_new(
		l->bonds, json_pack("{s:s, s:s, s:o}", "name", name, "mode", mode, "nics", nics));
}

static void look_at_link(void *arg, const char *name)
{
	struct listing *l = arg;

	if (net_exists(name, "bridge"))
		add_network(l, name);
	else if (net_exists(name, "bonding"))
		add_bond(l, name);
}

/* --- all of it -------------------------------------------------------------------------------- */

static json_t *name_servers(void)
{
	struct buf text = { 0 };
	json_t *all = json_array();
	char *line, *rest;

	if (buf_read_file(&text, "/etc/resolv.conf", 4096) == 0 && text.data)
		for (line = strtok_r(text.data, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			if (strncmp(line, "nameserver ", 11) == 0)
				json_array_append_new(all, json_string(line + 11));
	buf_free(&text);
	return all;
}

static json_t *network_listing(void)
{
	struct listing l = { .networks = json_array(), .bonds = json_array(), .routes = "" };
	struct buf routes = { 0 };

	if (getifaddrs(&l.addresses) < 0)
		l.addresses = NULL;
	if (buf_read_file(&routes, "/proc/net/route", 256 * 1024) == 0 && routes.data)
		l.routes = routes.data;
	each_link(NET, look_at_link, &l);
	buf_free(&routes);
	if (l.addresses)
		freeifaddrs(l.addresses);
	return json_pack("{s:o, s:o, s:o}", "networks", l.networks, "bonds", l.bonds, "dns",
			 name_servers());
}

int do_network_list(struct call *c)
{
	json_t *listing = network_listing();

	json_object_update(c->answer, listing);
	json_decref(listing);
	return 0;
}

json_t *network_look(void)
{
	json_t *seen = network_listing(), *one;
	struct buf conf = { 0 };
	size_t i;

	/* Guests that come and go are no news. */
	json_array_foreach(json_object_get(seen, "networks"), i, one)
	{
		json_object_del(one, "guests");
	}
	json_object_set_new(seen, "nics", nic_list());
	if (file_read("", FILE_CONF, &conf) == 0 && conf.data)
		json_object_set_new(seen, "conf", json_stringn_nocheck(conf.data, conf.len));
	buf_free(&conf);
	return seen;
}
