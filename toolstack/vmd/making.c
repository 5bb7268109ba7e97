// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks come first, without the lock; what fails later is looked at again, for somebody else may
 * have been faster.
 */
#include "vmd/making.h"

#include <stdio.h>
#include <string.h>

#include "lib/domain.h"
#include "vm/vm_name.h"
#include "vmd/refused.h"
#include "vmd/start_config.h"

static enum vm_step step;

int making_check_halted(struct call *c, const uint8_t uuid[16])
{
	struct xen_domctl_getdomaininfo info;
	char text[UUID_TEXT];
	domid_t domid;

	if (!vm_uuid_find(&c->xc, uuid, &domid))
		return 0;
	uuid_format(uuid, text);
	call_fail(c, "VM_BAD_POWER_STATE", text, "the VM %s is domain %u already", text, domid);
	json_array_append_new(c->error, json_string("halted"));
	json_array_append_new(c->error, json_string(domain_info(&c->xc, domid, &info) == 0 &&
								    info.flags & XEN_DOMINF_paused
							    ? "paused"
							    : "running"));
	return -1;
}

void making_name(struct call *c, const char *label, const char *uuid, char name[VM_NAME_MAX + 1])
{
	struct reason ignored;
	char suffix[9];

	label_to_name(label, NULL, name);
	if (!vm_name_taken(&c->xc, name, DOMID_FIRST_RESERVED, &ignored))
		return;
	snprintf(suffix, sizeof(suffix), "%.8s", uuid);
	label_to_name(label, suffix, name);
}

int making_check(struct call *c, const struct vm_config *vm, const json_t *disks)
{
	char uuid[UUID_TEXT];

	uuid_format(vm->uuid, uuid);
	return refused_memory(c, vm) < 0 ? -1 : refused_devices(c, uuid, &vm->devices, disks);
}

int making_run(struct call *c, struct vm_making *m, struct reason *why)
{
	char uuid[UUID_TEXT];
	domid_t domid;

	m->step = &step;
	if (vm_make(&c->xc, m, &domid, why) < 0)
		return -1;
	uuid_format(m->vm->uuid, uuid);
	call_set(c, "uuid", json_string(uuid));
	call_set(c, "name", json_string(m->vm->name));
	call_set(c, "domid", json_integer(domid));
	call_set(c, "screen", json_boolean(m->vm->devices.screen.wanted));
	return 0;
}

int making_failed(struct call *c, const struct vm_config *vm, const char *code,
		  const struct reason *why)
{
	char uuid[UUID_TEXT];

	uuid_format(vm->uuid, uuid);
	if (step == VM_STEP_INTERRUPTED)
		return call_fail(c, "TASK_CANCELLED", uuid, "%s", why->text);
	if (step == VM_STEP_CHECK && making_check_halted(c, vm->uuid) < 0)
		return -1;
	if (step == VM_STEP_DOMAIN && making_check(c, vm, json_object_get(c->args, "disks")) < 0)
		return -1;
	if (step == VM_STEP_DOMAIN && code)
		return refused_words(c, code, uuid, why);
	return call_fail_why(c, "INTERNAL_ERROR", why);
}
