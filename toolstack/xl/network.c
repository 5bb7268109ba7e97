// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands about a running domain's network interfaces: network-attach, network-detach,
 * network-list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/device_store.h"
#include "vm/vm_devices.h"
#include "xl/device.h"

static int attach(domid_t domid, const char *spec)
{
	struct vif_config v;
	struct reason why;

	if (vif_config_parse(&v, "command line", 1, spec, &why) < 0 ||
	    vm_attach_vif(domid, &v, &why) < 0)
		return xl_failed(&why);
	return XL_OK;
}

int cmd_network_attach(int argc, char **argv)
{
	domid_t domid;
	char *spec;
	int rc;

	if (argc < 2)
		return xl_usage();
	if (!device_domain(argv[1], &domid))
		return XL_FAILED;
	spec = device_spec(argc - 2, argv + 2);
	rc = spec ? attach(domid, spec) : XL_FAILED;
	free(spec);
	return rc;
}

struct search {
	uint8_t mac[6];
	uint32_t devid;
	bool found;
};

static bool has_mac(void *arg, struct store *s, const struct device_id *id)
{
	struct search *search = arg;
	struct vif_config v;

	search->found = device_read_vif(s, id, &v) && memcmp(v.mac, search->mac, 6) == 0;
	search->devid = id->devid;
	return !search->found;
}

/* By its number or its MAC. */
static bool find(domid_t domid, const char *text, uint32_t *devid)
{
	struct search search = { .found = false };
	struct store s;
	char *end;

	if (!mac_parse(text, search.mac)) {
		*devid = (uint32_t)strtoul(text, &end, 10);
		if (end != text && !*end)
			return true;
		log_error("%s: expected an interface's number or MAC, found \"%s\"", xl_command,
			  text);
		return false;
	}
	if (!device_store(&s))
		return false;
	device_each(&s, DEVICE_NETWORK, domid, has_mac, &search);
	store_close(&s);
	*devid = search.devid;
	if (!search.found)
		log_error("%s: domain %u has no interface with the MAC %s", xl_command, domid,
			  text);
	return search.found;
}

int cmd_network_detach(int argc, char **argv)
{
	bool force = device_take_option(&argc, argv, "--force", "-f");
	uint32_t devid;
	domid_t domid;

	if (argc != 3)
		return xl_usage();
	if (!device_domain(argv[1], &domid) || !find(domid, argv[2], &devid))
		return XL_FAILED;
	return device_detach(domid, DEVICE_NETWORK, devid, force);
}

/* Where netfront puts it depends on whether it uses more than one pair of rings. */
static long ring_number(struct store *s, const struct device_id *id, const char *node,
			const char *other)
{
	long number = device_front_number(s, id, node);
	char queue[48];

	if (number < 0 && other)
		number = device_front_number(s, id, other);
	snprintf(queue, sizeof(queue), "queue-0/%s", other ? other : node);
	return number < 0 ? device_front_number(s, id, queue) : number;
}

static bool list_interface(void *arg, struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX], mac[MAC_TEXT], backend[12];

	(void)arg;
	device_back_path(path, id, NULL);
	snprintf(backend, sizeof(backend), "%u", id->backend);
	if (id->backend == DEVICE_BACKEND_GONE) {
		strcpy(path, "none: its driver domain is gone");
		strcpy(backend, "-");
	}
	device_read(s, id, "mac", mac, sizeof(mac));
	printf("%-3u %-2s %-17s %-6u %-5d %-6ld %5ld/%-11ld %-30s\n", id->devid, backend, mac,
	       id->devid, (int)device_front_state(s, id),
	       ring_number(s, id, "event-channel", "event-channel-tx"),
	       ring_number(s, id, "tx-ring-ref", NULL), ring_number(s, id, "rx-ring-ref", NULL),
	       path);
	return true;
}

int cmd_network_list(int argc, char **argv)
{
	if (argc < 2)
		return xl_usage();
	printf("%-3s %-2s %-17s %-6s %-5s %-6s %5s/%-5s %-30s\n", "Idx", "BE", "Mac Addr.",
	       "handle", "state", "evt-ch", "tx-", "rx-ring-ref", "BE-path");
	return device_list_domains(argc - 1, argv + 1, DEVICE_NETWORK, list_interface);
}
