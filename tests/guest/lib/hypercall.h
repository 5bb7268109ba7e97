// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way into the hypervisor: the instruction itself (VMMCALL on AMD, VMCALL on Intel), and the
 * page that the hypervisor fills. Arguments as the interface says: number in RAX, then RDI, RSI,
 * RDX, R10, R8.
 */
#ifndef GUEST_HYPERCALL_H
#define GUEST_HYPERCALL_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/errno.h"
#include "abi/xen.h"

extern bool hypercall_intel; /* set once by hypercall_init: which instruction */

void hypercall_init(void);
uint32_t hypervisor_leaf(void); /* the CPUID base that says "XenVMMXenVMM", or 0 */
/* Asks for the page to be filled; 0, or -1 when the CPUID leaf is missing. */
long hypercall_page_init(void *page);

/* HVMOP_get_param of our own; fails the running test. */
uint64_t hvm_param(unsigned index);

static inline long hypercall5(unsigned op, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			      uint64_t e)
{
	register uint64_t r10 asm("r10") = d;
	register uint64_t r8 asm("r8") = e;
	long rc = op;

	if (hypercall_intel)
		asm volatile("vmcall"
			     : "+a"(rc), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)::"memory");
	else
		asm volatile("vmmcall"
			     : "+a"(rc), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)::"memory");
	return rc;
}

static inline long hypercall1(unsigned op, uint64_t a)
{
	return hypercall5(op, a, 0, 0, 0, 0);
}

static inline long hypercall2(unsigned op, uint64_t a, uint64_t b)
{
	return hypercall5(op, a, b, 0, 0, 0);
}

static inline long hypercall3(unsigned op, uint64_t a, uint64_t b, uint64_t c)
{
	return hypercall5(op, a, b, c, 0, 0);
}

static inline long evtchn_op(unsigned cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_event_channel_op, cmd, (uint64_t)arg);
}

static inline long memory_op(unsigned cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_memory_op, cmd, (uint64_t)arg);
}

static inline long sched_op(unsigned cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_sched_op, cmd, (uint64_t)arg);
}

static inline long vcpu_op(unsigned cmd, unsigned vcpu, void *arg)
{
	return hypercall3(__HYPERVISOR_vcpu_op, cmd, vcpu, (uint64_t)arg);
}

static inline long version_op(unsigned cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_xen_version, cmd, (uint64_t)arg);
}

static inline long grant_op(unsigned cmd, void *arg, unsigned count)
{
	return hypercall3(__HYPERVISOR_grant_table_op, cmd, (uint64_t)arg, count);
}

static inline long hvm_op(unsigned cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_hvm_op, cmd, (uint64_t)arg);
}

#endif
