// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of a soft reset: devices and store let go of the domain before the hypervisor makes its
 * interface new; then it gets rings, ports, store and devices as a domain does that is built. The
 * next kernel takes all for RAM that the memory map calls so: where the old one had given pages
 * back, or put others (balloon, grant table), it gets RAM again.
 */
#include "vm/vm_reset.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "abi/start_info.h"
#include "builder/domain_memory.h"
#include "builder/domain_shell.h"
#include "devices/devices.h"
#include "lib/domain.h"
#include "lib/host_memory.h"
#include "saverestore/guest_pages.h"
#include "vm/vm.h"
#include "vm/vm_make.h"
#include "vm/vm_store.h"

#define STORE_SECONDS 30

struct mending {
	struct xencall *xc;
	domid_t domid;
	uint64_t missing; /* frames */
	bool fill;        /* else they are only counted */
};

/* Frames [gfn, end), at most STREAM_WINDOW. */
static int mend_window(struct mending *m, uint64_t gfn, uint64_t end, struct reason *why)
{
	struct guest_pages pages = { .xc = m->xc, .domid = m->domid };
	bool present[STREAM_WINDOW];

	if (guest_pages_look(&pages, gfn, present, why) < 0)
		return -1;
	for (uint64_t first = 0, nr; gfn + first < end; first += nr) {
		nr = 1;
		if (present[first])
			continue;
		while (gfn + first + nr < end && !present[first + nr])
			nr++;
		m->missing += nr;
		if (m->fill && domain_memory_populate_range(m->xc, m->domid, gfn + first, nr) < 0)
			return reason_set(why, "no memory for %llu frames at %#llx",
					  (unsigned long long)nr,
					  (unsigned long long)(gfn + first));
	}
	return 0;
}

static int mend_ranges(struct mending *m, const struct guest_layout *lay, struct reason *why)
{
	m->missing = 0;
	for (unsigned int i = 0; i < lay->nr_map; i++) {
		uint64_t gfn = lay->map[i].at / GUEST_PAGE;
		uint64_t end = gfn + lay->map[i].size / GUEST_PAGE;

		if (lay->map[i].type != XEN_HVM_MEMMAP_TYPE_RAM)
			continue;
		for (; gfn < end; gfn += STREAM_WINDOW)
			if (mend_window(m, gfn,
					end - gfn < STREAM_WINDOW ? end : gfn + STREAM_WINDOW,
					why) < 0)
				return -1;
	}
	return 0;
}

/* What it gave back it may not have any more: that much it has to be promised again. */
static int raise_limit(struct xencall *xc, domid_t domid, uint64_t missing, struct reason *why)
{
	struct xen_domctl_getdomaininfo info;
	uint64_t limit;

	if (domain_info(xc, domid, &info) < 0)
		return reason_errno(why, "domain %u", domid);
	limit = (info.tot_pages + missing) << 2;
	if (limit <= info.max_pages << 2)
		return 0;
	limit += HOST_MEMORY_SLACK_KIB;
	if (host_memory_check(xc, limit - (info.max_pages << 2), why) < 0)
		return -1;
	if (domain_set_max_memory(xc, domid, limit) < 0)
		return reason_errno(why, "setting the memory limit");
	return 0;
}

static int memory_mend(struct xencall *xc, const struct vm_config *vm, domid_t domid,
		       struct reason *why)
{
	struct mending m = { .xc = xc, .domid = domid };
	struct guest_layout lay = { 0 };

	guest_layout_map(&lay, vm->memory_mib << 10);
	if (mend_ranges(&m, &lay, why) < 0)
		return -1;
	if (m.missing == 0)
		return 0;
	log_info("%s: %llu KiB of its memory were given back, or something else is there", vm->name,
		 (unsigned long long)m.missing << 2);
	m.fill = true;
	return raise_limit(xc, domid, m.missing, why) < 0 ? -1 : mend_ranges(&m, &lay, why);
}

/* It has its rings and ports; now others learn of it. Lets go of the lock. */
static int enter(const struct vm_config *vm, const struct domain_built *built, struct store *store,
		 int *lock, struct reason *why)
{
	struct vm_state s;

	if (vm_state_load(&s, built->domid) < 0)
		return reason_errno(why, VM_STATE_DIR "/%u", built->domid);
	s.console_port = built->console_port;
	s.store_port = built->store_port;
	s.resets++;
	if (vm_state_save(&s) < 0)
		return reason_errno(why, VM_STATE_DIR "/%u", built->domid);
	if (vm_store_add(store, vm, &s, why) < 0)
		return -1;
	return devices_attach(built->domid, &vm->devices, vm_unlock, lock, why);
}

/* Begins with the lock, and may let go of it. */
static int renew(struct xencall *xc, const struct vm_config *vm, domid_t domid, struct store *store,
		 int *lock, struct reason *why)
{
	struct domain_built built = { .domid = domid };
	struct domain_spec spec = vm_spec(vm);

	spec.with_store = true;
	if (domain_soft_reset(xc, domid) < 0)
		return reason_errno(why, "resetting domain %u", domid);
	if (memory_mend(xc, vm, domid, why) < 0 || domain_shell_new_rings(xc, domid, why) < 0 ||
	    domain_shell_connect(xc, &spec, &built, why) < 0)
		return -1;
	return enter(vm, &built, store, lock, why);
}

static int reset(struct xencall *xc, const struct vm_config *vm, domid_t domid, struct store *store,
		 struct reason *why)
{
	int lock, rc;

	/* The hypervisor lets it go on when it is reset, long before it is complete. */
	if (domain_pause(xc, domid) < 0)
		return reason_errno(why, "pausing domain %u", domid);
	if (devices_detach_all(domid, why) < 0)
		return -1;
	devices_backend_ended(domid);
	vm_store_remove(domid);
	lock = vm_lock(why);
	if (lock < 0)
		return -1;
	rc = renew(xc, vm, domid, store, &lock, why);
	vm_unlock(&lock);
	if (rc == 0 && domain_unpause(xc, domid) < 0)
		rc = reason_errno(why, "domain %u does not go on", domid);
	return rc;
}

/* A xenstored that was killed is soon back. */
static int store_wait(struct store *store)
{
	for (unsigned int i = 0; store_open(store) < 0; i++) {
		if (i == STORE_SECONDS)
			return -1;
		sleep(1);
	}
	return 0;
}

int vm_soft_reset(struct xencall *xc, const struct vm_config *vm, domid_t domid, struct reason *why)
{
	struct store store;
	int rc;

	if (store_wait(&store) < 0)
		return reason_errno(why, "there is no xenstored");
	rc = reset(xc, vm, domid, &store, why);
	store_close(&store);
	return rc;
}
