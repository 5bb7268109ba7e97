// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that change a running VM: memory, vCPUs, name, disks, interfaces, and what is sent to it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi/domctl.h"
#include "devices/disk_vdev.h"
#include "lib/domain.h"
#include "vm/vm_cpus.h"
#include "vm/vm_devices.h"
#include "vm/vm_memory.h"
#include "vm/vm_name.h"
#include "vm/vm_store.h"
#include "vmd/start_config.h"
#include "vmd/target.h"
#include "vmd/verbs.h"

static const char *const triggers[] = { "nmi", "reset", "init", "power", "sleep", NULL };
static const struct arg cpus_arg = ARG("affinity", LINE, .min = 1, .max = 127);

static const struct arg memory_args[] = {
	ARG("uuid", UUID),
	ARG("target", NUMBER, .optional = true, .min = MIN_MEMORY, .max = MAX_MEMORY),
	ARG("max", NUMBER, .optional = true, .min = MIN_MEMORY, .max = MAX_MEMORY),
	ARGS_END,
};
static const struct arg vcpus_args[] = {
	ARG("uuid", UUID),
	ARG("vcpus", NUMBER, .min = 1, .max = 128),
	ARGS_END,
};
static const struct arg scheduling_args[] = {
	ARG("uuid", UUID),
	ARG("weight", NUMBER, .optional = true, .min = 1, .max = 65535),
	ARG("cap", NUMBER, .optional = true, .min = 0, .max = 65534),
	ARG("affinity", LIST, .optional = true, .min = 1, .max = 128, .parts = &cpus_arg),
	ARGS_END,
};
static const struct arg rename_args[] = {
	ARG("uuid", UUID),
	ARG("name", LINE, .min = 1, .max = 255),
	ARGS_END,
};
static const struct arg attach_disk_args[] = {
	ARG("uuid", UUID),
	ARG("disk", OBJECT, .parts = args_disk),
	ARGS_END,
};
static const struct arg detach_disk_args[] = {
	ARG("uuid", UUID),
	ARG("device", DEVICE),
	ARG("force", BOOL, .optional = true),
	ARGS_END,
};
static const struct arg medium_args[] = {
	ARG("uuid", UUID),
	ARG("device", DEVICE),
	ARG("vdi", OBJECT, .optional = true, .parts = args_vdi_of),
	ARG("path", PATH, .optional = true, .words = disk_roots),
	ARGS_END,
};
static const struct arg device_args[] = { ARG("uuid", UUID), ARG("device", DEVICE), ARGS_END };
static const struct arg attach_vif_args[] = {
	ARG("uuid", UUID),
	ARG("vif", OBJECT, .parts = args_vif),
	ARGS_END,
};
static const struct arg detach_vif_args[] = {
	ARG("uuid", UUID),
	ARG("device", NUMBER, .max = 15),
	ARG("force", BOOL, .optional = true),
	ARGS_END,
};
static const struct arg sysrq_args[] = {
	ARG("uuid", UUID),
	ARG("key", NAME, .min = 1, .max = 1),
	ARGS_END,
};
static const struct arg trigger_args[] = {
	ARG("uuid", UUID),
	ARG("event", WORD, .words = triggers),
	ARGS_END,
};

static int refused(struct call *c, const struct reason *why)
{
	return call_fail_why(c, "OPERATION_NOT_ALLOWED", why);
}

/* --- memory and vCPUs ------------------------------------------------------------------------- */

static int do_set_memory(struct call *c)
{
	uint64_t target = arg_number(c->args, "target", 0), max = arg_number(c->args, "max", 0);
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if ((max && vm_set_memory_max(&c->xc, domid, max >> 10, &why) < 0) ||
	    (target && vm_set_memory(&c->xc, domid, target >> 10, &why) < 0))
		return refused(c, &why);
	return 0;
}

static int do_set_vcpus(struct call *c)
{
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (vm_set_vcpus(&c->xc, domid, (unsigned int)arg_number(c->args, "vcpus", 1), true, &why) <
	    0)
		return refused(c, &why);
	return 0;
}

/* One set for all, or one for each; the last is for all that follow. */
static int pin_all(struct call *c, domid_t domid, const json_t *lists)
{
	struct xen_domctl_getdomaininfo info;
	size_t nr = json_array_size(lists);
	struct cpu_list cpus;
	struct reason why;

	if (domain_info(&c->xc, domid, &info) < 0)
		return call_fail(c, "INTERNAL_ERROR", "domctl", "domain %u: %s", domid,
				 strerror(errno));
	for (uint32_t i = 0; nr && i <= info.max_vcpu_id; i++) {
		const json_t *list = json_array_get(lists, i < nr ? i : nr - 1);

		if (cpu_list_parse(&cpus, json_string_value(list), &why) < 0)
			return call_fail_why(c, "INVALID_VALUE", &why);
		if (vm_pin(&c->xc, domid, i, &cpus, NULL, &why) < 0)
			return refused(c, &why);
	}
	return 0;
}

static int do_set_scheduling(struct call *c)
{
	uint16_t weight = (uint16_t)arg_number(c->args, "weight", 0);
	uint16_t cap = (uint16_t)arg_number(c->args, "cap", UINT16_MAX);
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if ((weight || cap != UINT16_MAX) && vm_set_credit(&c->xc, domid, weight, cap, &why) < 0)
		return refused(c, &why);
	return pin_all(c, domid, json_object_get(c->args, "affinity"));
}

/* --- name ------------------------------------------------------------------------------------- */

static int do_rename(struct call *c)
{
	char name[VM_NAME_MAX + 1], suffix[9];
	struct reason why;
	domid_t domid, other;

	if (call_domain(c, &domid) < 0)
		return -1;
	label_to_name(arg_text(c->args, "name"), NULL, name);
	if (vm_name_taken(&c->xc, name, domid, &why)) {
		snprintf(suffix, sizeof(suffix), "%.8s", arg_text(c->args, "uuid"));
		label_to_name(arg_text(c->args, "name"), suffix, name);
	}
	call_set(c, "name", json_string(name));
	if (vm_name_find(&c->xc, name, &other) && other == domid)
		return 0;
	return vm_rename(&c->xc, domid, name, &why) < 0 ? refused(c, &why) : 0;
}

/* --- disks ------------------------------------------------------------------------------------ */

static uint32_t device_number(const struct call *c)
{
	uint32_t number = 0;

	disk_vdev_parse(arg_text(c->args, "device"), &number);
	return number;
}

static int do_attach_disk(struct call *c)
{
	const json_t *disk = json_object_get(c->args, "disk");
	struct disk_config d;
	struct device_list list = { .disks = &d, .nr_disks = 1 };
	char target[TARGET_MAX];
	struct buf spec = { 0 };
	struct reason why;
	domid_t domid;
	int rc;

	if (call_domain(c, &domid) < 0 || target_find(c, disk, target) < 0)
		return -1;
	disk_spec(disk, target[0] ? target : NULL, &spec);
	rc = spec.failed ? reason_set(&why, "out of memory")
			 : disk_config_parse(&d, "disk", 1, spec.data, &why);
	buf_free(&spec);
	if (rc < 0)
		return call_fail_why(c, "INVALID_VALUE", &why);
	rc = vm_attach(domid, &list, &why);
	disk_config_free(&d);
	return rc < 0 ? refused(c, &why) : 0;
}

static int do_detach_disk(struct call *c)
{
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (devices_detach(domid, DEVICE_DISK, device_number(c), arg_bool(c->args, "force"),
			   &why) == 0)
		return 0;
	return call_fail(c, "DEVICE_DETACH_REJECTED", arg_text(c->args, "device"), "%s", why.text);
}

static int do_change_medium(struct call *c)
{
	char target[TARGET_MAX];
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0 || target_find(c, c->args, target) < 0)
		return -1;
	if (vm_change_medium(domid, device_number(c), target[0] ? target : NULL, &why) < 0)
		return refused(c, &why);
	return 0;
}

static int do_resize_disk(struct call *c)
{
	struct reason why;
	uint64_t bytes;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (devices_resize(domid, device_number(c), &bytes, &why) < 0)
		return refused(c, &why);
	call_set(c, "bytes", json_integer((json_int_t)bytes));
	return 0;
}

/* --- interfaces ------------------------------------------------------------------------------- */

static int do_attach_vif(struct call *c)
{
	struct buf spec = { 0 };
	struct vif_config v;
	struct reason why;
	domid_t domid;
	int rc;

	if (call_domain(c, &domid) < 0)
		return -1;
	vif_spec(json_object_get(c->args, "vif"), &spec);
	rc = spec.failed ? reason_set(&why, "out of memory")
			 : vif_config_parse(&v, "vif", 1, spec.data, &why);
	buf_free(&spec);
	if (rc < 0)
		return call_fail_why(c, "INVALID_VALUE", &why);
	return vm_attach_vif(domid, &v, &why) < 0 ? refused(c, &why) : 0;
}

static int do_detach_vif(struct call *c)
{
	uint32_t device = (uint32_t)arg_number(c->args, "device", 0);
	struct reason why;
	domid_t domid;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (devices_detach(domid, DEVICE_NETWORK, device, arg_bool(c->args, "force"), &why) == 0)
		return 0;
	return call_fail(c, "DEVICE_DETACH_REJECTED", NULL, "%s", why.text);
}

/* --- what is sent to it ----------------------------------------------------------------------- */

static int do_sysrq(struct call *c)
{
	struct store s;
	domid_t domid;
	int rc = -1;

	if (call_domain(c, &domid) < 0)
		return -1;
	if (store_open(&s) == 0) {
		rc = vm_node_write(&s, domid, "control/sysrq", arg_text(c->args, "key"));
		store_close(&s);
	}
	return rc < 0 ? call_fail(c, "INTERNAL_ERROR", "store", "store: %s", strerror(errno)) : 0;
}

static int do_trigger(struct call *c)
{
	static const uint32_t numbers[] = {
		XEN_DOMCTL_SENDTRIGGER_NMI,   XEN_DOMCTL_SENDTRIGGER_RESET,
		XEN_DOMCTL_SENDTRIGGER_INIT,  XEN_DOMCTL_SENDTRIGGER_POWER,
		XEN_DOMCTL_SENDTRIGGER_SLEEP,
	};
	const char *event = arg_text(c->args, "event");
	domid_t domid;
	size_t i = 0;

	if (call_domain(c, &domid) < 0)
		return -1;
	while (strcmp(triggers[i], event) != 0)
		i++;
	if (domain_trigger(&c->xc, domid, 0, numbers[i]) == 0)
		return 0;
	return call_fail(c, "OPERATION_NOT_ALLOWED", event,
			 "domain %u has nothing that %s would reach", domid, event);
}

const struct verb vm_change_verbs[] = {
	{ "vm.set_memory", memory_args, do_set_memory, "what it is to have, how far that may go" },
	{ "vm.set_vcpus", vcpus_args, do_set_vcpus, "how many of them it is to use" },
	{ "vm.set_scheduling", scheduling_args, do_set_scheduling, "shares of CPU time, and CPUs" },
	{ "vm.rename", rename_args, do_rename, "as far as a domain can have that name: {name}" },
	{ "vm.attach_disk", attach_disk_args, do_attach_disk, "gives it a disk" },
	{ "vm.detach_disk", detach_disk_args, do_detach_disk, "takes one, if the guest lets go" },
	{ "vm.change_medium", medium_args, do_change_medium, "another disc, or none, in a drive" },
	{ "vm.resize_disk", device_args, do_resize_disk,
	  "tells it that a disk has grown: {bytes}" },
	{ "vm.attach_vif", attach_vif_args, do_attach_vif, "gives it an interface" },
	{ "vm.detach_vif", detach_vif_args, do_detach_vif, "takes one" },
	{ "vm.sysrq", sysrq_args, do_sysrq, "Linux's magic key" },
	{ "vm.trigger", trigger_args, do_trigger, "an event at its first vCPU" },
	{ .name = NULL },
};
