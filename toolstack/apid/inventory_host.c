// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host, its CPUs, memory and cards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/inventory.h"
#include "apid/ops.h"

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* Some numbers are told as the kernel prints them. */
static json_int_t int_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? atoll(json_string_value(v)) : json_integer_value(v);
}

struct object *the_host(void)
{
	return store_class_of("host")->objects[0];
}

struct object *the_pool(void)
{
	return store_class_of("pool")->objects[0];
}

struct object *default_sr(void)
{
	return get_ref(the_pool(), "default_SR");
}

/* ---- what is there from the first start -------------------------------------------------- */

static void make_roles(void)
{
	static const char *const roles[][2] = {
		{ "admin", "May do everything" },
		{ "operator", "May do everything with VMs and disks" },
		{ "read-only", "May look" },
	};

	if (store_class_of("role")->nr)
		return;
	for (size_t i = 0; i < 3; i++) {
		struct object *role = object_create("role", NULL);

		set_text(role, "name_label", roles[i][0]);
		set_text(role, "name_description", roles[i][1]);
	}
}

static bool has_kind(const char *type)
{
	const struct store_class *all = store_class_of("SM");

	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(get_text(all->objects[i], "type"), type) == 0)
			return true;
	return false;
}

/* Also those that an older version, whose database this is, did not know. */
static void make_kinds(void)
{
	static const char *const kinds[][3] = {
		{ "lvm", "LVM", "Disks are logical volumes" },
		{ "lvmthin", "LVM, thin", "Disks are thin logical volumes" },
		{ "dir", "Directory", "Disks are files" },
		{ "iso", "CD images", "Images of CDs in a directory" },
		{ "nfs", "NFS", "Disks are files on a server" },
		{ "lvmoiscsi", "LVM over iSCSI", "Disks are logical volumes on a server's disk" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct object *kind;

		if (has_kind(kinds[i][0]))
			continue;
		kind = object_create("SM", NULL);
		set_text(kind, "type", kinds[i][0]);
		set_text(kind, "name_label", kinds[i][1]);
		set_text(kind, "name_description", kinds[i][2]);
		set_text(kind, "vendor", "Socle");
		set_text(kind, "version", "1.0");
	}
}

void inventory_make(void)
{
	struct object *host, *pool;

	if (!store_class_of("host")->nr) {
		host = object_create("host", NULL);
		set_text(host, "name_label", "socle");
		set_text(host, "hostname", "socle");
	}
	if (!get_ref(the_host(), "metrics"))
		set_ref(the_host(), "metrics", object_create("host_metrics", NULL));
	if (!store_class_of("pool")->nr) {
		pool = object_create("pool", NULL);
		set_ref(pool, "master", the_host());
	}
	make_roles();
	make_kinds();
}

/* ---- the host ---------------------------------------------------------------------------- */

static struct object *cpu_numbered(json_int_t number)
{
	const struct many *all = get_many(the_host(), "host_CPUs");
	struct object *cpu;

	for (size_t i = 0; i < all->nr; i++)
		if (get_int(all->items[i], "number") == number)
			return all->items[i];
	cpu = object_create("host_cpu", NULL);
	set_int(cpu, "number", number);
	set_ref(cpu, "host", the_host());
	return cpu;
}

/* They are all alike. */
static void put_cpus(const json_t *info)
{
	const json_t *cpus = json_object_get(info, "cpus"), *kind = json_object_get(info, "cpu");
	const struct many *all;
	const json_t *told;
	char number[24];
	size_t i;

	snprintf(number, sizeof(number), "%lld", (long long)int_of(kind, "stepping"));
	json_array_foreach(cpus, i, told)
	{
		struct object *cpu = cpu_numbered(int_of(told, "number"));

		set_text(cpu, "vendor", text_of(kind, "vendor"));
		set_text(cpu, "modelname", text_of(kind, "model_name"));
		set_int(cpu, "speed", int_of(kind, "speed_mhz"));
		set_text(cpu, "flags", text_of(kind, "flags"));
		set_int(cpu, "family", int_of(kind, "family"));
		set_int(cpu, "model", int_of(kind, "model"));
		set_text(cpu, "stepping", number);
	}
	while (i && (all = get_many(the_host(), "host_CPUs"))->nr > i)
		object_destroy(all->items[all->nr - 1]);
}

static void put_cpu_info(struct object *host, const json_t *info)
{
	const json_t *kind = json_object_get(info, "cpu");
	json_t *map = json_object();
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)int_of(info, "cpu_count"));
	json_object_set_new(map, "cpu_count", json_string(number));
	snprintf(number, sizeof(number), "%lld", (long long)int_of(info, "sockets"));
	json_object_set_new(map, "socket_count", json_string(number));
	snprintf(number, sizeof(number), "%lld", (long long)int_of(info, "threads_per_core"));
	json_object_set_new(map, "threads_per_core", json_string(number));
	snprintf(number, sizeof(number), "%lld", (long long)int_of(kind, "speed_mhz"));
	json_object_set_new(map, "speed", json_string(number));
	json_object_set_new(map, "vendor", json_string(text_of(kind, "vendor")));
	json_object_set_new(map, "modelname", json_string(text_of(kind, "model_name")));
	json_object_set_new(map, "flags", json_string(text_of(kind, "flags")));
	set_json(host, "cpu_info", map);
	json_decref(map);
}

static void put_versions(struct object *host, const json_t *versions)
{
	json_t *map = json_object();

	/* Clients compare these. */
	json_object_set_new(map, "product_brand", json_string("Socle"));
	json_object_set_new(map, "product_version", json_string(text_of(versions, "socle")));
	json_object_set_new(map, "platform_name", json_string("Socle"));
	json_object_set_new(map, "platform_version", json_string(text_of(versions, "socle")));
	json_object_set_new(map, "xen", json_string(text_of(versions, "hypervisor")));
	json_object_set_new(map, "linux", json_string(text_of(versions, "kernel")));
	set_json(host, "software_version", map);
	json_decref(map);
}

/* When it was measured is news only with another measure. */
static void put_link(struct object *metrics, bool carrier, json_int_t speed)
{
	if (get_int(metrics, "last_updated") && get_int(metrics, "carrier") == carrier &&
	    get_int(metrics, "speed") == speed)
		return;
	set_int(metrics, "carrier", carrier);
	set_int(metrics, "speed", speed);
	set_int(metrics, "last_updated", time(NULL));
}

void inventory_cards(const json_t *info)
{
	const json_t *nic;
	size_t i;

	json_array_foreach(json_object_get(info, "nics"), i, nic)
	{
		struct object *pif = inventory_pif(text_of(nic, "name"), -1);
		struct object *metrics = get_ref(pif, "metrics");

		set_text(pif, "MAC", text_of(nic, "mac"));
		set_int(pif, "MTU", int_of(nic, "mtu"));
		set_int(pif, "physical", true);
		put_link(metrics, json_is_true(json_object_get(nic, "carrier")),
			 int_of(nic, "speed"));
		set_int(metrics, "duplex", true);
		set_text(metrics, "pci_bus_path", text_of(nic, "pci"));
	}
}

void inventory_host(const json_t *info)
{
	struct object *host = the_host(), *metrics = get_ref(host, "metrics");
	char boot[32];

	if (strcmp(get_text(host, "name_label"), "socle") == 0)
		set_text(host, "name_label", text_of(info, "name"));
	set_text(host, "hostname", text_of(info, "name"));
	put_cpus(info);
	put_cpu_info(host, info);
	put_versions(host, json_object_get(info, "versions"));
	inventory_cards(info);
	snprintf(boot, sizeof(boot), "%lld.", (long long)int_of(info, "boot_time"));
	set_entry(host, "other_config", "boot_time", boot);
	set_int(metrics, "memory_total", int_of(info, "memory_total"));
	set_int(metrics, "memory_free", int_of(info, "memory_free"));
	set_int(metrics, "live", true);
	set_int(metrics, "last_updated", time(NULL));
}
