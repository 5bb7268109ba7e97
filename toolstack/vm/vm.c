// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting and ending: the order of domain and state file. A domain never runs without a state
 * file; a state file and its part of the store go first, so that the daemons let go of the
 * domain's pages before it is destroyed.
 */
#include "vm/vm.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "builder/domain_build.h"
#include "devices/devices.h"
#include "lib/domain.h"
#include "vm/supervise.h"
#include "vm/vm_cpus.h"
#include "vm/vm_pci.h"
#include "vm/vm_store.h"

static struct vm_state state_of(const struct vm_config *vm, const uint8_t uuid[16],
				const struct domain_built *built)
{
	struct vm_state s = {
		.created = time(NULL),
		.domid = built->domid,
		.console_port = built->console_port,
		.store_port = built->store_port,
		.supervisor = VM_BEING_MADE,
	};

	memcpy(s.name, vm->name, sizeof(s.name));
	uuid_format(uuid, s.uuid);
	return s;
}

/* What is locked is the configuration: it is written once, and before anybody sees the domain. */
static int claim(const struct vm_config *vm, const struct vm_state *s, struct vm_hold *hold,
		 struct reason *why)
{
	domid_t domid = (domid_t)s->domid;

	if (!vm->text)
		return reason_set(why, "its configuration cannot be written");
	if (vm_state_keep_config(domid, vm->text) < 0 ||
	    (hold->maker = vm_supervise_lock(domid, true)) < 0)
		return reason_errno(why, "keeping the configuration of domain %u", domid);
	if (vm_state_save(s) < 0)
		return reason_errno(why, VM_STATE_DIR "/%u", domid);
	return 0;
}

int vm_claim(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
	     const struct domain_built *built, struct vm_hold *hold, struct reason *why)
{
	struct vm_state s = state_of(vm, uuid, built);

	if (claim(vm, &s, hold, why) == 0)
		return 0;
	vm_end(xc, built->domid);
	return -1;
}

int vm_register(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
		const struct domain_built *built, struct store *store, struct vm_hold *hold,
		struct reason *why)
{
	struct vm_state s = state_of(vm, uuid, built);
	int rc = 0;

	if (hold->maker < 0)
		rc = claim(vm, &s, hold, why);
	else if (vm_state_save(&s) < 0)
		rc = reason_errno(why, VM_STATE_DIR "/%u", s.domid);
	if (rc == 0)
		rc = vm_apply_scheduling(xc, vm, s.domid, why);
	if (rc == 0 && store)
		rc = vm_store_add(store, vm, &s, why);
	if (rc == 0)
		rc = vm_pci_give(xc, vm, (domid_t)s.domid, why);
	if (rc == 0)
		rc = devices_attach(s.domid, &vm->devices, vm_hold_let_go, hold, why);
	vm_hold_let_go(hold);
	if (rc < 0)
		vm_end(xc, s.domid);
	return rc;
}

struct domain_spec vm_spec(const struct vm_config *vm)
{
	struct domain_spec spec = {
		.kernel = vm->kernel,
		.ramdisk = vm->ramdisk,
		.cmdline = vm->cmdline,
		.memory_kib = vm->memory_mib << 10,
		.max_memory_kib = vm->max_memory_mib << 10,
		.vcpus = vm->vcpus,
		.max_vcpus = vm->max_vcpus,
		.max_grant_frames = vm->max_grant_frames,
		.max_event_channels = vm->max_event_channels,
		.tsc_mode = vm->tsc_mode,
		.with_pci = vm->pci.nr != 0,
	};

	memcpy(spec.uuid, vm->uuid, sizeof(spec.uuid));
	return spec;
}

int vm_start(struct xencall *xc, const struct vm_config *vm, struct phases *phases,
	     struct vm_hold *hold, domid_t *domid, struct reason *why)
{
	struct domain_spec spec = vm_spec(vm);
	struct domain_built built;
	struct store store;
	int rc;

	if (!vm->has_uuid && uuid_generate(spec.uuid) < 0)
		return reason_errno(why, "making a UUID");
	if (vm_pci_check(xc, vm, why) < 0)
		return -1;
	/* Without a xenstored a guest runs just as well; only `xl shutdown` cannot reach it. */
	spec.with_store = store_open(&store) == 0;
	if (!spec.with_store)
		log_warning("no xenstored (%s): `xl shutdown` will not reach this guest",
			    strerror(errno));
	rc = domain_build(xc, &spec, &built, phases, why);
	if (rc == 0)
		rc = vm_register(xc, vm, spec.uuid, &built, spec.with_store ? &store : NULL, hold,
				 why);
	if (spec.with_store)
		store_close(&store);
	if (rc < 0)
		return -1;
	phases_end(phases, "state and store", xc->calls);
	*domid = built.domid;
	return 0;
}

static bool store_answers(void)
{
	struct store store;

	if (store_open(&store) < 0)
		return false;
	store_close(&store);
	return true;
}

void vm_forget(domid_t domid)
{
	struct reason why;

	if (!store_answers()) {
		log_warning("there is no xenstored: what domain %u has there, devices too, goes "
			    "when it is back",
			    domid);
	} else {
		if (devices_detach_all(domid, &why) < 0)
			log_warning("%s", why.text);
		devices_backend_ended(domid);
		vm_store_remove(domid);
	}
	vm_state_forget_config(domid);
	if (vm_state_remove(domid) < 0 && errno != ENOENT)
		log_warning(VM_STATE_DIR "/%u: %s", domid, strerror(errno));
}

int vm_end(struct xencall *xc, domid_t domid)
{
	/* While it runs, its front ends would try to come back. */
	domain_pause(xc, domid);
	vm_forget(domid);
	/* Whoever looks for what is left of domains may have been faster: gone is gone. */
	if (domain_destroy(xc, domid) < 0 && errno != ESRCH)
		return -1;
	vm_pci_ended(domid);
	return 0;
}

bool vm_never_ran(const struct xen_domctl_getdomaininfo *info)
{
	return info->flags & XEN_DOMINF_paused && info->cpu_time == 0;
}
