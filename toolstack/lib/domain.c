// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thin wrappers: fill in the arguments, call, hand back the results. No policy and no state.
 */
#include "lib/domain.h"

#include <errno.h>
#include <string.h>

#include "abi/event_channel.h"
#include "abi/hvm_op.h"
#include "abi/sched.h"

static int domctl_simple(struct xencall *xc, uint32_t cmd, domid_t domid)
{
	struct xen_domctl op = { .cmd = cmd, .domain = domid };

	return xencall_domctl(xc, &op);
}

int domain_create(struct xencall *xc, const struct xen_domctl_createdomain *how, domid_t *domid)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_createdomain, .domain = DOMID_INVALID };

	op.u.createdomain = *how;
	if (xencall_domctl(xc, &op) < 0)
		return -1;
	*domid = op.domain;
	return 0;
}

int domain_destroy(struct xencall *xc, domid_t domid)
{
	return domctl_simple(xc, XEN_DOMCTL_destroydomain, domid);
}

int domain_pause(struct xencall *xc, domid_t domid)
{
	return domctl_simple(xc, XEN_DOMCTL_pausedomain, domid);
}

int domain_unpause(struct xencall *xc, domid_t domid)
{
	return domctl_simple(xc, XEN_DOMCTL_unpausedomain, domid);
}

int domain_soft_reset(struct xencall *xc, domid_t domid)
{
	return domctl_simple(xc, XEN_DOMCTL_soft_reset, domid);
}

int domain_set_max_vcpus(struct xencall *xc, domid_t domid, uint32_t max)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_max_vcpus, .domain = domid };

	op.u.max_vcpus.max = max;
	return xencall_domctl(xc, &op);
}

int domain_set_max_memory(struct xencall *xc, domid_t domid, uint64_t kib)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_max_mem, .domain = domid };

	op.u.max_mem.max_memkb = kib;
	return xencall_domctl(xc, &op);
}

int domain_set_paging_pool(struct xencall *xc, domid_t domid, uint64_t bytes)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_set_paging_mempool_size, .domain = domid };

	op.u.paging_mempool.size = bytes;
	return xencall_domctl(xc, &op);
}

int domain_set_tsc_mode(struct xencall *xc, domid_t domid, uint32_t mode)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_settscinfo, .domain = domid };

	op.u.tsc_info.tsc_mode = mode;
	return xencall_domctl(xc, &op);
}

int domain_set_hvm_param(struct xencall *xc, domid_t domid, uint32_t index, uint64_t value)
{
	struct xen_hvm_param param = { .domid = domid, .index = index, .value = value };

	return (int)xencall_struct(xc, __HYPERVISOR_hvm_op, HVMOP_set_param, &param, sizeof(param));
}

int domain_set_hvm_context(struct xencall *xc, domid_t domid, const void *records, size_t len)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_sethvmcontext, .domain = domid };
	size_t mark = xencall_mark(xc);
	void *copy = xencall_alloc(xc, len);
	int rc;

	if (!copy)
		return -1;
	memcpy(copy, records, len);
	op.u.hvmcontext.size = (uint32_t)len;
	op.u.hvmcontext.buffer = xencall_handle(copy);
	rc = xencall_domctl(xc, &op);
	xencall_release(xc, mark);
	return rc;
}

int domain_remote_shutdown(struct xencall *xc, domid_t domid, uint32_t reason)
{
	struct sched_remote_shutdown arg = { .domain_id = domid, .reason = reason };

	return (int)xencall_struct(xc, __HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, &arg,
				   sizeof(arg));
}

int domain_alloc_port(struct xencall *xc, domid_t domid, domid_t remote, uint32_t *port)
{
	struct evtchn_alloc_unbound arg = { .dom = domid, .remote_dom = remote };

	if (xencall_struct(xc, __HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, &arg,
			   sizeof(arg)) < 0)
		return -1;
	*port = arg.port;
	return 0;
}

int domain_info(struct xencall *xc, domid_t domid, struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getdomaininfo, .domain = domid };

	if (xencall_domctl(xc, &op) < 0)
		return -1;
	/* The hypervisor answers for the next domain when there is none with this id. */
	if (op.u.getdomaininfo.domain != domid) {
		errno = ESRCH;
		return -1;
	}
	*info = op.u.getdomaininfo;
	return 0;
}

int domain_list(struct xencall *xc, domid_t first, struct xen_domctl_getdomaininfo *info, int max)
{
	struct xen_sysctl op = { .cmd = XEN_SYSCTL_getdomaininfolist };
	size_t mark = xencall_mark(xc);
	void *copy = xencall_alloc(xc, max * sizeof(*info));
	int rc = -1;

	if (!copy)
		return -1;
	op.u.getdomaininfolist.first_domain = first;
	op.u.getdomaininfolist.max_domains = max;
	op.u.getdomaininfolist.buffer = xencall_handle(copy);
	if (xencall_sysctl(xc, &op) == 0) {
		rc = (int)op.u.getdomaininfolist.num_domains;
		memcpy(info, copy, rc * sizeof(*info));
	}
	xencall_release(xc, mark);
	return rc;
}

int domain_vcpu_info(struct xencall *xc, domid_t domid, uint32_t vcpu,
		     struct xen_domctl_getvcpuinfo *info)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getvcpuinfo, .domain = domid };

	op.u.getvcpuinfo.vcpu = vcpu;
	if (xencall_domctl(xc, &op) < 0)
		return -1;
	*info = op.u.getvcpuinfo;
	return 0;
}

/* Both sets through the arena, in and out. */
static int affinity_op(struct xencall *xc, struct xen_domctl *op, struct cpu_list *hard,
		       struct cpu_list *soft)
{
	struct xen_domctl_vcpuaffinity *aff = &op->u.vcpuaffinity;
	size_t mark = xencall_mark(xc);
	struct cpu_list *maps = xencall_alloc(xc, 2 * sizeof(*maps));
	int rc;

	if (!maps)
		return -1;
	maps[0] = *hard;
	maps[1] = *soft;
	aff->cpumap_hard.bitmap = xencall_handle(&maps[0]);
	aff->cpumap_hard.nr_bits = CPU_LIST_MAX;
	aff->cpumap_soft.bitmap = xencall_handle(&maps[1]);
	aff->cpumap_soft.nr_bits = CPU_LIST_MAX;
	rc = xencall_domctl(xc, op);
	*hard = maps[0];
	*soft = maps[1];
	xencall_release(xc, mark);
	return rc;
}

int domain_vcpu_affinity(struct xencall *xc, domid_t domid, uint32_t vcpu, struct cpu_list *hard,
			 struct cpu_list *soft)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_getvcpuaffinity, .domain = domid };

	memset(hard, 0, sizeof(*hard));
	memset(soft, 0, sizeof(*soft));
	op.u.vcpuaffinity.vcpu = vcpu;
	op.u.vcpuaffinity.flags = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT;
	return affinity_op(xc, &op, hard, soft);
}

int domain_set_vcpu_affinity(struct xencall *xc, domid_t domid, uint32_t vcpu,
			     const struct cpu_list *hard, const struct cpu_list *soft)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_setvcpuaffinity, .domain = domid };
	struct cpu_list h = { 0 }, s = { 0 };

	op.u.vcpuaffinity.vcpu = vcpu;
	op.u.vcpuaffinity.flags = (hard ? XEN_VCPUAFFINITY_HARD : 0) |
				  (soft ? XEN_VCPUAFFINITY_SOFT : 0);
	if (hard)
		h = *hard;
	if (soft)
		s = *soft;
	return affinity_op(xc, &op, &h, &s);
}

/* Ours is the first of this name; Xen's own is by now the second, with the same figures. */
static int sched_op(struct xencall *xc, domid_t domid, uint32_t cmd,
		    struct xen_domctl_sched_credit *p)
{
	static const uint32_t schedulers[] = { XEN_SCHEDULER_CREDIT, XEN_SCHEDULER_CREDIT2 };
	int rc = -1;

	for (unsigned int i = 0; rc < 0 && i < 2; i++) {
		struct xen_domctl op = { .cmd = XEN_DOMCTL_scheduler_op, .domain = domid };

		op.u.scheduler_op.sched_id = schedulers[i];
		op.u.scheduler_op.cmd = cmd;
		op.u.scheduler_op.u.credit = *p;
		rc = xencall_domctl(xc, &op);
		if (rc == 0)
			*p = op.u.scheduler_op.u.credit;
		else if (errno != EINVAL)
			break;
	}
	return rc;
}

int domain_sched_credit(struct xencall *xc, domid_t domid, struct xen_domctl_sched_credit *p)
{
	memset(p, 0, sizeof(*p));
	return sched_op(xc, domid, XEN_DOMCTL_SCHEDOP_getinfo, p);
}

int domain_set_sched_credit(struct xencall *xc, domid_t domid,
			    const struct xen_domctl_sched_credit *p)
{
	struct xen_domctl_sched_credit copy = *p;

	return sched_op(xc, domid, XEN_DOMCTL_SCHEDOP_putinfo, &copy);
}

int domain_trigger(struct xencall *xc, domid_t domid, uint32_t vcpu, uint32_t trigger)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_sendtrigger, .domain = domid };

	op.u.sendtrigger.trigger = trigger;
	op.u.sendtrigger.vcpu = vcpu;
	return xencall_domctl(xc, &op);
}
