// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Weight, cap and pinning are the hypervisor's; how many vCPUs are in use is the guest's own doing,
 * when it is told through the store.
 */
#include "vm/vm_cpus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/domain.h"
#include "lib/host.h"
#include "vm/vm_store.h"

static int availability_write(domid_t domid, unsigned int max, unsigned int online)
{
	char name[32];
	struct store s;
	int rc;

	if (store_open(&s) < 0)
		return -1;
	store_batch_begin(&s);
	for (unsigned int i = 0; i < max; i++) {
		snprintf(name, sizeof(name), "cpu/%u/availability", i);
		vm_node_write(&s, domid, name, i < online ? "online" : "offline");
	}
	rc = store_batch_end(&s);
	store_close(&s);
	return rc;
}

int vm_set_vcpus(struct xencall *xc, domid_t domid, unsigned int wanted, bool force,
		 struct reason *why)
{
	struct xen_domctl_getdomaininfo info;
	struct xen_sysctl_physinfo phys;

	if (domain_info(xc, domid, &info) < 0 || host_physinfo(xc, &phys) < 0)
		return reason_errno(why, "domain %u", domid);
	if (wanted > info.max_vcpu_id + 1)
		return reason_set(why, "domain %u has at most %u vCPUs (maxvcpus), %u are wanted",
				  domid, info.max_vcpu_id + 1, wanted);
	if (!force && wanted > info.nr_online_vcpus && wanted > phys.nr_cpus)
		return reason_set(why,
				  "%u vCPUs are more than the host's %u CPUs; -i sets them all "
				  "the same",
				  wanted, phys.nr_cpus);
	if (availability_write(domid, info.max_vcpu_id + 1, wanted) < 0)
		return reason_errno(why, "store");
	return 0;
}

int vm_set_credit(struct xencall *xc, domid_t domid, uint16_t weight, uint16_t cap,
		  struct reason *why)
{
	struct xen_domctl_sched_credit p = { .weight = weight, .cap = cap };

	/* The hypervisor takes these for "as it is", too. */
	if (domain_set_sched_credit(xc, domid, &p) < 0)
		return reason_errno(why, "domain %u", domid);
	return 0;
}

int vm_pin(struct xencall *xc, domid_t domid, uint32_t vcpu, const struct cpu_list *hard,
	   const struct cpu_list *soft, struct reason *why)
{
	if (domain_set_vcpu_affinity(xc, domid, vcpu, hard, soft) == 0)
		return 0;
	return reason_set(why, "domain %u, vCPU %u: %s", domid, vcpu,
			  errno == EINVAL ? "none of these CPUs is there" : strerror(errno));
}

int vm_apply_scheduling(struct xencall *xc, const struct vm_config *vm, domid_t domid,
			struct reason *why)
{
	struct xen_domctl_sched_credit p = {
		.weight = vm->cpu_weight, /* 0: as it is */
		.cap = vm->cap,
	};

	if ((vm->cpu_weight || vm->cap) && domain_set_sched_credit(xc, domid, &p) < 0)
		return reason_errno(why, "setting weight %u and cap %u", vm->cpu_weight, vm->cap);
	for (unsigned int i = 0; i < vm->max_vcpus && (vm->nr_cpus || vm->nr_cpus_soft); i++) {
		/* A list that is shorter than there are vCPUs goes on with its last element. */
		unsigned int hard = i < vm->nr_cpus ? i : vm->nr_cpus - 1;
		unsigned int soft = i < vm->nr_cpus_soft ? i : vm->nr_cpus_soft - 1;

		if (domain_set_vcpu_affinity(xc, domid, i, vm->nr_cpus ? &vm->cpus[hard] : NULL,
					     vm->nr_cpus_soft ? &vm->cpus_soft[soft] : NULL) < 0)
			return reason_errno(why, "cpus, cpus_soft: pinning vCPU %u", i);
	}
	return 0;
}
