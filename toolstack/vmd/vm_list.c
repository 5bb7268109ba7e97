// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm.list: every domain that is complete, whoever made it. One pass over the hypervisor's list.
 */
#include "vmd/vm_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/sched.h"
#include "lib/domain.h"
#include "vm/vm.h"
#include "vm/vm_name.h"
#include "vm/vm_store.h"
#include "vmd/verbs.h"

const char *vm_power_state(const struct xen_domctl_getdomaininfo *info)
{
	if (info->flags & XEN_DOMINF_dying)
		return "Halted";
	if (info->flags & XEN_DOMINF_shutdown) {
		switch (domain_shutdown_code(info)) {
		case SHUTDOWN_crash: return "Crashed";
		case SHUTDOWN_suspend: return "Suspended";
		default: return "Halted";
		}
	}
	return info->flags & XEN_DOMINF_paused ? "Paused" : "Running";
}

bool vm_state_of(const struct xen_domctl_getdomaininfo *info, struct vm_state *state)
{
	if (info->domain != 0 && vm_state_load(state, info->domain) == 0 &&
	    uuid_reads(info->handle, state->uuid))
		return true;
	memset(state, 0, sizeof(*state));
	return false;
}

bool vm_is_complete(const struct xen_domctl_getdomaininfo *info)
{
	struct vm_state state;

	return !vm_never_ran(info) ||
	       (vm_state_of(info, &state) && state.supervisor != VM_BEING_MADE);
}

static uint64_t node_kib(struct store *s, domid_t domid, const char *name)
{
	struct buf value = { 0 };
	uint64_t kib = 0;

	if (s && vm_node_read(s, domid, name, &value) == 0 && value.data)
		kib = strtoull(value.data, NULL, 10);
	buf_free(&value);
	return kib;
}

uint64_t vm_memory_target(struct store *s, const struct xen_domctl_getdomaininfo *info)
{
	uint64_t kib = info->domain ? node_kib(s, info->domain, "memory/target") : 0;

	return (kib ? kib : info->tot_pages << 2) << 10;
}

static bool has_screen(struct store *s, domid_t domid)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/0/backend/vfb/%u", domid);
	return s && store_read(s, path, NULL) == 0;
}

json_t *vm_json(const struct xen_domctl_getdomaininfo *info, const struct vm_state *state,
		struct store *s)
{
	uint64_t max = info->domain ? node_kib(s, info->domain, "memory/max") << 10 : 0;
	const char *name = info->domain == 0 ? "Domain-0" : state->name;
	char uuid[UUID_TEXT];

	uuid_format(info->handle, uuid);
	return json_pack("{s:s, s:s, s:i, s:s, s:I, s:I, s:I, s:i, s:i, s:I, s:b, s:b}", "uuid",
			 uuid, "name", name, "domid", (int)info->domain, "state",
			 vm_power_state(info), "memory_target",
			 (json_int_t)vm_memory_target(s, info), "memory_actual",
			 (json_int_t)(info->tot_pages << 12), "memory_static_max",
			 (json_int_t)(max ? max : info->tot_pages << 12), "vcpus",
			 (int)info->nr_online_vcpus, "vcpus_max", (int)info->max_vcpu_id + 1,
			 "start_time", (json_int_t)state->created, "supervised",
			 state->supervisor > 0, "screen", has_screen(s, info->domain));
}

int vm_each(struct call *c,
	    json_t *(*tell)(struct call *c, const struct xen_domctl_getdomaininfo *info,
			    struct store *s, const void *arg),
	    const void *arg)
{
	struct xen_domctl_getdomaininfo *list;
	struct reason why;
	struct store s;
	bool store = store_open(&s) == 0;
	int nr = vm_domains(&c->xc, &list, &why);

	call_set(c, "vms", json_array());
	for (int i = 0; i < nr; i++)
		if (vm_is_complete(&list[i]))
			call_item(c, "vms", tell(c, &list[i], store ? &s : NULL, arg));
	if (nr >= 0)
		free(list);
	if (store)
		store_close(&s);
	return nr < 0 ? call_fail_why(c, "INTERNAL_ERROR", &why) : 0;
}

static json_t *tell_vm(struct call *c, const struct xen_domctl_getdomaininfo *info, struct store *s,
		       const void *arg)
{
	struct vm_state state;

	(void)c;
	(void)arg;
	vm_state_of(info, &state);
	return vm_json(info, &state, s);
}

static int do_list(struct call *c)
{
	return vm_each(c, tell_vm, NULL);
}

const struct verb vm_list_verbs[] = {
	{ "vm.list", args_none, do_list, "every domain that is complete: {vms}" },
	{ .name = NULL },
};
