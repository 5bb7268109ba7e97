// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's cards, as the kernel has them.
 */
#include "vmd/nic_list.h"

#include <dirent.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

static void nic_line(const char *nic, const char *name, char *line, size_t room)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", nic, name);
	if (!file_line(path, line, room))
		line[0] = '\0';
}

/* The last part of where a link leads. */
static void nic_link(const char *nic, const char *name, char *end, size_t room)
{
	char path[128], to[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", nic, name);
	len = readlink(path, to, sizeof(to) - 1);
	to[len > 0 ? len : 0] = '\0';
	snprintf(end, room, "%s", strrchr(to, '/') ? strrchr(to, '/') + 1 : "");
}

static json_t *nic_json(const char *name)
{
	char mac[32], speed[16], carrier[8], mtu[16], pci[64], driver[64];
	long mbit;

	nic_line(name, "address", mac, sizeof(mac));
	nic_line(name, "speed", speed, sizeof(speed));
	nic_line(name, "carrier", carrier, sizeof(carrier));
	nic_line(name, "mtu", mtu, sizeof(mtu));
	nic_link(name, "device", pci, sizeof(pci));
	nic_link(name, "device/driver", driver, sizeof(driver));
	mbit = strtol(speed, NULL, 10);
	return json_pack("{s:s, s:s, s:I, s:b, s:I, s:s, s:s}", "name", name, "mac", mac, "speed",
			 (json_int_t)(mbit > 0 ? mbit : 0), "carrier", carrier[0] == '1', "mtu",
			 (json_int_t)strtol(mtu, NULL, 10), "pci", pci, "driver", driver);
}

json_t *nic_list(void)
{
	DIR *dir = opendir("/sys/class/net");
	json_t *all = json_array();
	struct dirent *entry;
	char pci[64];

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= IFNAMSIZ ||
		    strncmp(entry->d_name, "vif", 3) == 0)
			continue;
		nic_link(entry->d_name, "device", pci, sizeof(pci));
		if (pci[0])
			json_array_append_new(all, nic_json(entry->d_name));
	}
	if (dir)
		closedir(dir);
	return all;
}
