// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The domctls. What does not fit into the arena is in locked memory of its own.
 */
#include "saverestore/vcpus.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/vcpu.h"

#define CONTEXT_MAX    (1U << 20)
#define POLICY_LEAVES  256U
#define SUSPEND_CANCEL 1 /* what SCHEDOP_shutdown answers then */

int vcpus_get_context(struct xencall *xc, domid_t domid, struct buf *out, struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_gethvmcontext, .domain = domid };
	uint32_t room;
	void *data;
	int rc;

	if (xencall_domctl(xc, &op) < 0)
		return reason_errno(why, "asking for the size of the guest's registers");
	room = op.u.hvmcontext.size;
	data = room && room <= CONTEXT_MAX ? xencall_pages(room) : NULL;
	if (!data)
		return reason_set(why, "no memory for %u bytes of registers", room);
	op.u.hvmcontext.buffer = xencall_handle(data);
	rc = xencall_domctl(xc, &op);
	if (rc < 0)
		reason_errno(why, "reading the guest's registers");
	else if (op.u.hvmcontext.size > room)
		rc = reason_set(why, "%u bytes of registers in %u", op.u.hvmcontext.size, room);
	else
		buf_append(out, data, op.u.hvmcontext.size);
	munmap(data, room);
	return rc;
}

int vcpus_set_context(struct xencall *xc, domid_t domid, struct bytes context, struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_sethvmcontext, .domain = domid };
	void *data = context.len && context.len <= CONTEXT_MAX ? xencall_pages(context.len) : NULL;
	int rc;

	if (!data)
		return reason_set(why, "no memory for %zu bytes of registers", context.len);
	memcpy(data, context.data, context.len);
	op.u.hvmcontext.size = (uint32_t)context.len;
	op.u.hvmcontext.buffer = xencall_handle(data);
	rc = xencall_domctl(xc, &op);
	if (rc < 0)
		reason_errno(why, "setting the guest's registers (`xl dmesg` may tell more)");
	munmap(data, context.len);
	return rc;
}

static int policy_op(struct xencall *xc, struct xen_domctl *op, struct xen_cpuid_leaf *leaves,
		     uint32_t nr)
{
	op->u.cpu_policy.nr_leaves = nr;
	op->u.cpu_policy.leaves = xencall_handle(leaves);
	return xencall_domctl(xc, op);
}

int vcpus_get_policy(struct xencall *xc, domid_t domid, struct buf *out, struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_get_cpu_policy, .domain = domid };
	size_t mark = xencall_mark(xc);
	struct xen_cpuid_leaf *leaves = xencall_alloc(xc, POLICY_LEAVES * sizeof(*leaves));
	struct xen_msr_entry *msrs = xencall_alloc(xc, 64 * sizeof(*msrs));
	int rc = -1;

	op.u.cpu_policy.nr_msrs = 64;
	op.u.cpu_policy.msrs = xencall_handle(msrs);
	if (leaves && msrs)
		rc = policy_op(xc, &op, leaves, POLICY_LEAVES);
	if (rc < 0)
		reason_errno(why, "reading the guest's CPU model");
	else
		buf_append(out, leaves, op.u.cpu_policy.nr_leaves * sizeof(*leaves));
	xencall_release(xc, mark);
	return rc;
}

int vcpus_set_policy(struct xencall *xc, domid_t domid, struct bytes from, struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_set_cpu_policy, .domain = domid };
	size_t mark = xencall_mark(xc);
	struct xen_cpuid_leaf *leaves;
	int rc = -1;

	if (from.len % sizeof(*leaves) || from.len > POLICY_LEAVES * sizeof(*leaves))
		return reason_set(why, "a CPU model of %zu bytes", from.len);
	leaves = xencall_alloc(xc, from.len);
	if (leaves) {
		memcpy(leaves, from.data, from.len);
		rc = policy_op(xc, &op, leaves, (uint32_t)(from.len / sizeof(*leaves)));
	}
	if (rc < 0)
		reason_errno(
			why,
			"the guest's CPU model does not fit this machine (CPUID leaf %#x, %#x)",
			op.u.cpu_policy.err_leaf, op.u.cpu_policy.err_subleaf);
	xencall_release(xc, mark);
	return rc;
}

int vcpus_get_tsc(struct xencall *xc, domid_t domid, struct stream_tsc_info *t, struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_gettscinfo, .domain = domid };

	if (xencall_domctl(xc, &op) < 0)
		return reason_errno(why, "reading the guest's TSC mode");
	*t = (struct stream_tsc_info){
		.mode = op.u.tsc_info.tsc_mode,
		.khz = op.u.tsc_info.gtsc_khz,
		.nsec = op.u.tsc_info.elapsed_nsec,
		.incarnation = op.u.tsc_info.incarnation,
	};
	return 0;
}

int vcpus_set_tsc(struct xencall *xc, domid_t domid, const struct stream_tsc_info *t,
		  struct reason *why)
{
	struct xen_domctl op = { .cmd = XEN_DOMCTL_settscinfo, .domain = domid };

	op.u.tsc_info.tsc_mode = t->mode;
	op.u.tsc_info.gtsc_khz = t->khz;
	op.u.tsc_info.elapsed_nsec = t->nsec;
	op.u.tsc_info.incarnation = t->incarnation;
	if (xencall_domctl(xc, &op) < 0)
		return reason_errno(why, "setting TSC mode %u", t->mode);
	return 0;
}

int vcpus_resume(struct xencall *xc, domid_t domid, struct reason *why)
{
	struct xen_domctl get = { .cmd = XEN_DOMCTL_getvcpucontext, .domain = domid };
	struct xen_domctl set = { .cmd = XEN_DOMCTL_setvcpucontext, .domain = domid };
	struct xen_domctl go = { .cmd = XEN_DOMCTL_resumedomain, .domain = domid };
	size_t mark = xencall_mark(xc);
	struct vcpu_guest_context *c = xencall_alloc(xc, sizeof(*c));
	int rc = -1;

	get.u.vcpucontext.ctxt = set.u.vcpucontext.ctxt = xencall_handle(c);
	if (c && xencall_domctl(xc, &get) == 0) {
		c->user_regs.rax = SUSPEND_CANCEL;
		rc = xencall_domctl(xc, &set);
	}
	if (rc == 0)
		rc = xencall_domctl(xc, &go);
	if (rc < 0)
		reason_errno(why, "letting domain %u go on", domid);
	xencall_release(xc, mark);
	return rc;
}
