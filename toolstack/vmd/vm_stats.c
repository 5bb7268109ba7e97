// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm.stats: figures of every domain, and of the host, in one pass. What a guest says of itself is
 * passed on bounded, and marked as what it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/domain.h"
#include "lib/file.h"
#include "lib/host.h"
#include "vm/vm_store.h"
#include "vmd/counters.h"
#include "vmd/verbs.h"
#include "vmd/vm_list.h"

#define GUEST_ENTRIES 32
#define GUEST_BYTES   256

/* --- guests ----------------------------------------------------------------------------------- */

static json_t *cpu_times(struct call *c, const struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl_getvcpuinfo v;
	json_t *all = json_array();

	for (uint32_t i = 0; info->max_vcpu_id != XEN_INVALID_MAX_VCPU_ID && i <= info->max_vcpu_id;
	     i++)
		if (domain_vcpu_info(&c->xc, info->domain, i, &v) == 0)
			json_array_append_new(all, json_integer((json_int_t)v.cpu_time));
	return all;
}

/* The name that it has in the guest, for the numbers that such disks have. */
static void disk_name(unsigned int devid, char name[24])
{
	if (devid >> 8 == 202 && devid % 16 == 0)
		snprintf(name, 24, "xvd%c", 'a' + (devid & 0xff) / 16);
	else
		snprintf(name, 24, "%u", devid);
}

static json_t *disks_of(const struct counters *counters, domid_t domid)
{
	json_t *all = json_object();
	char name[24];

	for (size_t i = 0; i < counters->nr_disks; i++) {
		const struct disk_counters *d = &counters->disks[i];

		if (d->domid != domid)
			continue;
		disk_name(d->devid, name);
		json_object_set_new(
			all, name,
			json_pack("{s:I, s:I, s:I, s:I}", "read_bytes", (json_int_t)d->read_bytes,
				  "write_bytes", (json_int_t)d->write_bytes, "read_ops",
				  (json_int_t)d->read_ops, "write_ops", (json_int_t)d->write_ops));
	}
	return all;
}

/* What the back end receives, the guest has sent. */
static json_t *vifs_of(const struct counters *counters, domid_t domid)
{
	json_t *all = json_object();
	unsigned int of, devid;
	char name[12];

	for (size_t i = 0; i < counters->nr_links; i++) {
		const struct link_counters *l = &counters->links[i];

		if (!counters_vif_name(l->name, &of, &devid) || of != domid)
			continue;
		snprintf(name, sizeof(name), "%u", devid);
		json_object_set_new(all, name,
				    json_pack("{s:I, s:I}", "rx_bytes", (json_int_t)l->tx_bytes,
					      "tx_bytes", (json_int_t)l->rx_bytes));
	}
	return all;
}

static void add_entry(struct store *s, domid_t domid, const char *name, json_t *all)
{
	struct buf value = { 0 };

	if (vm_node_read(s, domid, name, &value) == 0 && value.len && value.len <= GUEST_BYTES)
		json_object_set_new(all, name, json_stringn(value.data, value.len));
	buf_free(&value);
}

/* What its agent wrote; one level, and not more than a bounded number of entries. */
static json_t *guest_says(struct store *s, domid_t domid)
{
	struct buf names = { 0 };
	json_t *all = json_object();
	char path[64], node[96];
	unsigned int nr = 0;

	snprintf(path, sizeof(path), "/local/domain/%u/data", domid);
	if (domid == 0 || store_list(s, path, &names) < 0)
		names.len = 0;
	for (size_t at = 0; at < names.len && nr < GUEST_ENTRIES; nr++) {
		const char *name = names.data + at;

		at += strlen(name) + 1;
		if (*name && strlen(name) < 64) {
			snprintf(node, sizeof(node), "data/%s", name);
			add_entry(s, domid, node, all);
		}
	}
	buf_free(&names);
	return all;
}

static json_t *vm_figures(struct call *c, const struct xen_domctl_getdomaininfo *info,
			  struct store *s, const void *arg)
{
	const struct counters *counters = arg;
	char uuid[UUID_TEXT];

	uuid_format(info->handle, uuid);
	return json_pack("{s:s, s:i, s:o, s:I, s:I, s:o, s:o, s:o}", "uuid", uuid, "domid",
			 (int)info->domain, "cpu_ns", cpu_times(c, info), "memory",
			 (json_int_t)(info->tot_pages << 12), "memory_target",
			 (json_int_t)vm_memory_target(s, info), "disks",
			 disks_of(counters, info->domain), "vifs", vifs_of(counters, info->domain),
			 "guest", s ? guest_says(s, info->domain) : json_object());
}

/* --- the host --------------------------------------------------------------------------------- */

static json_t *host_links(const struct counters *counters)
{
	json_t *all = json_object();

	for (size_t i = 0; i < counters->nr_links; i++) {
		const struct link_counters *l = &counters->links[i];
		char path[64], ignored[8];

		/* What stands for a device is a card. */
		snprintf(path, sizeof(path), "/sys/class/net/%s/device/uevent", l->name);
		if (strncmp(l->name, "vif", 3) == 0 || !file_line(path, ignored, sizeof(ignored)))
			continue;
		json_object_set_new(all, l->name,
				    json_pack("{s:I, s:I}", "rx_bytes", (json_int_t)l->rx_bytes,
					      "tx_bytes", (json_int_t)l->tx_bytes));
	}
	return all;
}

static json_t *cpu_idle(struct call *c)
{
	enum { CPUS = 256 };
	uint64_t idle[CPUS];
	int nr = host_cpu_idle(&c->xc, idle, CPUS);
	json_t *all = json_array();

	for (int i = 0; i < nr; i++)
		json_array_append_new(all, json_integer((json_int_t)idle[i]));
	return all;
}

static json_t *host_figures(struct call *c, const struct counters *counters)
{
	struct xen_sysctl_physinfo phys = { 0 };
	char load[64] = "";

	host_physinfo(&c->xc, &phys);
	file_line("/proc/loadavg", load, sizeof(load));
	return json_pack("{s:o, s:f, s:I, s:I, s:o}", "cpu_ns_idle", cpu_idle(c), "loadavg",
			 strtod(load, NULL), "memory_total", (json_int_t)(phys.total_pages << 12),
			 "memory_free",
			 (json_int_t)((phys.free_pages - phys.outstanding_pages) << 12), "nics",
			 host_links(counters));
}

static int do_stats(struct call *c)
{
	struct counters counters;
	int rc;

	counters_read(&counters);
	call_set(c, "host", host_figures(c, &counters));
	rc = vm_each(c, vm_figures, &counters);
	counters_free(&counters);
	return rc;
}

const struct verb vm_stats_verbs[] = {
	{ "vm.stats", args_none, do_stats, "figures of all domains and the host: {vms, host}" },
	{ .name = NULL },
};
