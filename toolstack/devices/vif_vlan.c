// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's list of VLANs says which interface each one is of; sysfs says what is on a bridge,
 * and what bridge an interface is on.
 */
#include "devices/vif_vlan.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VLAN_MAX 4094

static bool net_has(const char *root, const char *name, const char *what)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/class/net/%s%s", root, name, what);
	return access(path, F_OK) == 0;
}

/* The name of that VLAN's interface. */
static bool vlan_find(const char *root, const char *parent, unsigned int vlan, char name[IFNAMSIZ])
{
	char path[PATH_MAX], line[128], of[IFNAMSIZ];
	bool found = false;
	unsigned int number;
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/net/vlan/config", root);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%15s | %u | %15s", name, &number, of) == 3 &&
			number == vlan && strcmp(of, parent) == 0;
	if (f)
		fclose(f);
	return found;
}

static bool master_find(const char *root, const char *name, char bridge[IFNAMSIZ])
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/master", root, name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	last = strrchr(target, '/');
	return snprintf(bridge, IFNAMSIZ, "%s", last ? last + 1 : target) < IFNAMSIZ;
}

/* Any port of the bridge may be the wire; guests' interfaces have no VLANs. */
static int vlan_of(const char *root, const char *on, unsigned int vlan, char bridge[IFNAMSIZ],
		   struct reason *why)
{
	char path[PATH_MAX], name[IFNAMSIZ], wire[IFNAMSIZ] = "";
	struct dirent *entry;
	bool found = false;
	DIR *ports;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/brif", root, on);
	ports = opendir(path);
	while (ports && !found && (entry = readdir(ports))) {
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, "vif", 3) == 0)
			continue;
		snprintf(wire, sizeof(wire), "%.15s", entry->d_name);
		found = vlan_find(root, wire, vlan, name) && master_find(root, name, bridge);
	}
	if (ports)
		closedir(ports);
	if (found)
		return 0;
	if (!wire[0])
		return reason_set(why, "bridge=%s, vlan %u: no card is on that bridge", on, vlan);
	return reason_set(
		why,
		"bridge=%s, vlan %u: there is no network with VLAN %u of %s; in "
		"/etc/socle/network.conf that is \"network NAME\", \"nic %s\", \"vlan %u\"",
		on, vlan, vlan, wire, wire, vlan);
}

/* "xenbr0.100", where xenbr0 is a bridge. */
static bool name_split(const char *root, const char *name, char on[IFNAMSIZ], unsigned int *vlan)
{
	const char *dot = strrchr(name, '.');

	if (!dot || strspn(dot + 1, "0123456789") != strlen(dot + 1) || strlen(dot + 1) > 4)
		return false;
	*vlan = (unsigned int)strtoul(dot + 1, NULL, 10);
	snprintf(on, IFNAMSIZ, "%.*s", (int)(dot - name), name);
	return *vlan >= 1 && *vlan <= VLAN_MAX && net_has(root, on, "/bridge");
}

int vif_vlan_bridge(const char *root, const char *name, unsigned int vlan, char bridge[IFNAMSIZ],
		    struct reason *why)
{
	char on[IFNAMSIZ];

	if (!vlan && !net_has(root, name, "") && name_split(root, name, on, &vlan))
		return vlan_of(root, on, vlan, bridge, why);
	if (net_has(root, name, "/bridge")) {
		snprintf(bridge, IFNAMSIZ, "%s", name);
		return vlan ? vlan_of(root, name, vlan, bridge, why) : 0;
	}
	return reason_set(why,
			  net_has(root, name, "") ? "bridge=%s: that interface is no bridge"
						  : "bridge=%s: there is no such bridge",
			  name);
}
