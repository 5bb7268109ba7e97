// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MACs: each guest's own, and nobody's twice. Random ones come from the range that Xen uses.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "devices/device_private.h"

#define TRIES 64

struct search {
	const uint8_t *mac;
	struct reason *why;
	bool found;
};

static bool check_vif(void *arg, struct store *s, const struct device_id *id)
{
	struct search *search = arg;
	struct vif_config v;
	char text[MAC_TEXT];

	if (!device_read_vif(s, id, &v) || memcmp(v.mac, search->mac, 6) != 0)
		return true;
	reason_set(search->why, "mac=%s: domain %u has it, on its interface %u",
		   mac_format(v.mac, text), id->domid, id->devid);
	search->found = true;
	return false;
}

/* The machine's own interfaces. */
static void check_host(struct search *search)
{
	DIR *dir = opendir("/sys/class/net");
	struct dirent *entry;

	while (dir && !search->found && (entry = readdir(dir))) {
		struct buf text = { 0 };
		uint8_t mac[6];
		char path[300];

		snprintf(path, sizeof(path), "/sys/class/net/%s/address", entry->d_name);
		if (entry->d_name[0] != '.' && buf_read_file(&text, path, 64) == 0 && text.data) {
			text.data[strcspn(text.data, "\n")] = '\0';
			search->found = mac_parse(text.data, mac) &&
					memcmp(mac, search->mac, 6) == 0;
			if (search->found)
				reason_set(search->why, "mac=%s: the interface %s here has it",
					   text.data, entry->d_name);
		}
		buf_free(&text);
	}
	if (dir)
		closedir(dir);
}

bool device_mac_taken(struct store *s, const uint8_t mac[6], struct reason *why)
{
	struct search search = { mac, why, false };

	device_each(s, DEVICE_NETWORK, DEVICE_EVERY_DOMAIN, check_vif, &search);
	if (!search.found)
		check_host(&search);
	return search.found;
}

static bool in_list(const struct device_list *list, const uint8_t mac[6])
{
	for (size_t i = 0; i < list->nr_vifs; i++)
		if (list->vifs[i].has_mac && memcmp(list->vifs[i].mac, mac, 6) == 0)
			return true;
	return false;
}

static int choose(struct store *s, const struct device_list *list, struct vif_config *v,
		  struct reason *why)
{
	uint8_t mac[6] = { 0x00, 0x16, 0x3e };
	struct reason taken = { "" };

	for (unsigned int i = 0; i < TRIES; i++) {
		if (getrandom(mac + 3, 3, 0) != 3)
			return reason_errno(why, "random numbers for a MAC");
		mac[3] &= 0x7f;
		if (in_list(list, mac) || device_mac_taken(s, mac, &taken))
			continue;
		memcpy(v->mac, mac, sizeof(mac));
		v->has_mac = true;
		return 0;
	}
	return reason_set(why, "no MAC is free");
}

int devices_name(struct device_list *list, struct reason *why)
{
	struct store s;
	int rc = 0;

	if (list->nr_vifs == 0)
		return 0;
	if (store_open(&s) < 0)
		return reason_errno(why, "devices need xenstored");
	for (size_t i = 0; rc == 0 && i < list->nr_vifs; i++)
		if (!list->vifs[i].has_mac)
			rc = choose(&s, list, &list->vifs[i], why);
	store_close(&s);
	return rc;
}
