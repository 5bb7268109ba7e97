// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysctl, what the machine is made of: CPUs, one memory node, one CPU pool, one scheduler.
 * Questions only; no locks.
 */
#include "private.h"

#include "cpuid.h"
#include "host.h"
#include "iommu.h"
#include "mm.h"
#include "sysctl_private.h"
#include "vpci.h"

#define TIMESLICE_MS 30u

/*
 * Threads that share CPU 0's core, cores that share its socket; machines are taken to be regular.
 */
static void siblings_count(uint32_t *threads, uint32_t *cores)
{
	struct host_cpu_info first, cpu;
	uint32_t in_socket = 0;

	host_cpu_info(0, &first);
	*threads = 0;
	for (unsigned i = 0; i < cpu_count(); i++) {
		host_cpu_info(i, &cpu);
		if (cpu.socket != first.socket)
			continue;
		in_socket++;
		if (cpu.core == first.core)
			++*threads;
	}
	*cores = in_socket / *threads;
}

int sysctl_feature_words(enum cpuid_policy_kind kind, uint32_t words[CPUID_FEATURE_WORDS])
{
	struct cpuid_policy *p = object_alloc(sizeof(*p));

	if (!p)
		return -ENOMEM;
	cpuid_policy_fill(p, kind);
	cpuid_feature_words(p, words);
	object_free(p, sizeof(*p));
	return 0;
}

long sysctl_physinfo(struct xen_sysctl_physinfo *p)
{
	uint32_t words[CPUID_FEATURE_WORDS] = { 0 };

	memset(p, 0, sizeof(*p));
	siblings_count(&p->threads_per_core, &p->cores_per_socket);
	p->nr_cpus = cpu_count();
	p->max_cpu_id = cpu_count() - 1;
	p->nr_nodes = 1;
	p->cpu_khz = host_tsc_khz();
	p->capabilities = XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap |
			  XEN_SYSCTL_PHYSCAP_gnttab_v1 | XEN_SYSCTL_PHYSCAP_gnttab_v2;
	if (iommu_present())
		p->capabilities |= XEN_SYSCTL_PHYSCAP_directio;
	p->total_pages = memory_total_frames();
	p->free_pages = heap_free_frames();
	p->max_mfn = host_max_mfn();
	if (!sysctl_feature_words(CPUID_HOST, words))
		memcpy(p->hw_cap, words, sizeof(p->hw_cap));
	return 0;
}

long sysctl_cpu_times(struct xen_sysctl_getcpuinfo *g)
{
	struct xen_sysctl_cpuinfo info;
	uint32_t nr = MIN(g->max_cpus, cpu_count());

	for (uint32_t i = 0; i < nr; i++) {
		info.idletime = host_cpu_idle(i);
		if (guest_array_to(g->info, i, &info))
			return -EFAULT;
	}
	g->nr_cpus = nr;
	return 0;
}

long sysctl_cpu_topology(struct xen_sysctl_cputopoinfo *t)
{
	uint32_t nr = cpu_count();

	for (uint32_t i = 0; t->cputopo && i < MIN(t->num_cpus, nr); i++) {
		struct xen_sysctl_cputopo topo = { .node = 0 };
		struct host_cpu_info cpu;

		host_cpu_info(i, &cpu);
		topo.core = cpu.core;
		topo.socket = cpu.socket;
		if (guest_array_to(t->cputopo, i, &topo))
			return -EFAULT;
	}
	t->num_cpus = nr;
	return 0;
}

/* All memory is taken to be equally near. */
long sysctl_numa(struct xen_sysctl_numainfo *n)
{
	struct xen_sysctl_meminfo mem = {
		.memsize = memory_total_frames() << PAGE_SHIFT,
		.memfree = heap_free_frames() << PAGE_SHIFT,
	};
	uint32_t distance = 10; /* ACPI's unit: to itself */

	if (n->num_nodes && n->meminfo && guest_copy_to(n->meminfo, &mem, sizeof(mem)))
		return -EFAULT;
	if (n->num_nodes && n->distance && guest_copy_to(n->distance, &distance, sizeof(distance)))
		return -EFAULT;
	n->num_nodes = 1;
	return 0;
}

/* Devices that are there are at node 0. Stops for others, and is told how far it came. */
long sysctl_pci_topology(struct xen_sysctl_pcitopoinfo *t)
{
	struct physdev_pci_device dev;

	for (uint32_t i = 0; i < t->num_devs; i++) {
		uint32_t node = XEN_INVALID_DEV;

		if (i && hypercall_preempt()) {
			t->num_devs = i;
			return 0;
		}
		if (guest_array_from(&dev, t->devs, i))
			return -EFAULT;
		if (pci_raw_read((struct pci_address){ dev.seg, dev.bus, dev.devfn }, 0, 2) !=
		    0xffff)
			node = 0;
		if (guest_array_to(t->nodes, i, &node))
			return -EFAULT;
	}
	return 0;
}

static uint32_t domains_count(void)
{
	uint32_t nr = 0;

	for (struct domain *d = domain_next(0); d; d = domain_after(d))
		nr++;
	return nr;
}

/* The one pool, 0, has all CPUs and all domains. */
long sysctl_cpupool(struct xen_sysctl_cpupool_op *c)
{
	struct cpu_mask cpus = { 0 };

	switch (c->op) {
	case XEN_SYSCTL_CPUPOOL_OP_INFO:
		if (c->cpupool_id && c->cpupool_id != XEN_SYSCTL_CPUPOOL_PAR_ANY)
			return -ENOENT;
		c->cpupool_id = 0;
		c->sched_id = XEN_SCHEDULER_CREDIT;
		c->n_dom = domains_count();
		cpuset_all(&cpus);
		return bitmap_to_guest(&c->cpumap, &cpus);
	case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
		return bitmap_to_guest(&c->cpumap, &cpus); /* no CPU is in no pool */
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN: return c->cpupool_id ? -ENOENT : 0; /* where it is */
	default: return unsupported("sysctl cpupool_op", c->op);
	}
}

long sysctl_scheduler(struct xen_sysctl_scheduler_op *s)
{
	if (s->cpupool_id || s->sched_id != XEN_SCHEDULER_CREDIT)
		return -EINVAL;
	if (s->cmd != XEN_SYSCTL_SCHEDOP_getinfo)
		return unsupported("sysctl scheduler_op", s->cmd);
	s->u.sched_credit = (struct xen_sysctl_credit_schedule){
		.tslice_ms = TIMESLICE_MS,
	};
	return 0;
}
