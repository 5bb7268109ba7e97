// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a VMMCALL to the function that serves it, and back: the table of hypercalls, restarts, and
 * multicall. No locks: the state of a running call belongs to its CPU.
 */
#include "hypercall.h"

#include "abi/grant_table.h"
#include "atomic.h"
#include "event.h"
#include "grant.h"
#include "host.h"
#include "hvm.h"
#include "private.h"
#include "timer.h"

#define NR_HYPERCALLS  64u
#define NR_ARGS        6u
#define VMMCALL_LENGTH 3u /* VMCALL's too */
/* How long one call may keep its CPU before it offers to be interrupted. */
#define CALL_TIME     MS(1)
#define MULTICALL_MAX 1024u

/* The call that a CPU is in. */
struct call {
	time_ns_t start;
	uint64_t *arg; /* what hypercall_set_arg changes: registers, or a multicall entry's */
	bool in_multicall;
};
static struct call *active[MAX_CPUS];

static long grant_table_op(const uint64_t *a);
static long multicall(const uint64_t *a);

/* --- the table: from six registers to typed arguments ----------------------------------------- */

static long memory_op(const uint64_t *a)
{
	return do_memory_op((unsigned)a[0], a[1]);
}
static long xen_version(const uint64_t *a)
{
	return do_xen_version((unsigned)a[0], a[1]);
}
static long console_io(const uint64_t *a)
{
	return do_console_io((unsigned)a[0], (unsigned)a[1], a[2]);
}
static long vcpu_op(const uint64_t *a)
{
	return do_vcpu_op((unsigned)a[0], (unsigned)a[1], a[2]);
}
static long sched_op(const uint64_t *a)
{
	return do_sched_op((unsigned)a[0], a[1]);
}
static long event_channel_op(const uint64_t *a)
{
	return do_event_channel_op((unsigned)a[0], a[1]);
}
static long physdev_op(const uint64_t *a)
{
	return do_physdev_op((unsigned)a[0], a[1]);
}
static long hvm_op(const uint64_t *a)
{
	return do_hvm_op((unsigned)a[0], a[1]);
}
static long platform_op(const uint64_t *a)
{
	return do_platform_op(a[0]);
}
static long sysctl(const uint64_t *a)
{
	return do_sysctl(a[0]);
}
static long domctl(const uint64_t *a)
{
	return do_domctl(a[0]);
}
static long dm_op(const uint64_t *a)
{
	return do_dm_op((domid_t)a[0], (unsigned)a[1], a[2]);
}
static long set_timer_op(const uint64_t *a)
{
	/* 64 bits: two registers in 32-bit mode. */
	return do_set_timer_op(guest_is_32bit() ? a[0] | a[1] << 32 : a[0]);
}
static long vm_assist(const uint64_t *a)
{
	return do_vm_assist((unsigned)a[0], (unsigned)a[1]);
}

static const struct hypercall {
	long (*fn)(const uint64_t *args);
	uint8_t nr_args; /* the rest are not looked at */
} table[NR_HYPERCALLS] = {
	[__HYPERVISOR_platform_op] = { platform_op, 1 },
	[__HYPERVISOR_memory_op] = { memory_op, 2 },
	[__HYPERVISOR_multicall] = { multicall, 2 },
	[__HYPERVISOR_set_timer_op] = { set_timer_op, 2 },
	[__HYPERVISOR_xen_version] = { xen_version, 2 },
	[__HYPERVISOR_console_io] = { console_io, 3 },
	[__HYPERVISOR_grant_table_op] = { grant_table_op, 3 },
	[__HYPERVISOR_vm_assist] = { vm_assist, 2 },
	[__HYPERVISOR_vcpu_op] = { vcpu_op, 3 },
	[__HYPERVISOR_sched_op] = { sched_op, 2 },
	[__HYPERVISOR_event_channel_op] = { event_channel_op, 2 },
	[__HYPERVISOR_physdev_op] = { physdev_op, 2 },
	[__HYPERVISOR_hvm_op] = { hvm_op, 2 },
	[__HYPERVISOR_sysctl] = { sysctl, 1 },
	[__HYPERVISOR_domctl] = { domctl, 1 },
	[__HYPERVISOR_dm_op] = { dm_op, 3 },
};

/*
 * 32-bit callers are guests and their boot loaders: the calls of control domains and their drivers
 * are for kernels of 64 bits.
 */
static bool served_in_32_bits(uint64_t number)
{
	switch (number) {
	case __HYPERVISOR_platform_op:
	case __HYPERVISOR_physdev_op:
	case __HYPERVISOR_sysctl:
	case __HYPERVISOR_dm_op:
	case __HYPERVISOR_domctl: return false;
	default: return true;
	}
}

static long hypercall_run(uint64_t number, uint64_t *args)
{
	struct domain *d = domain_current();

	if (guest_is_32bit() && !served_in_32_bits(number))
		return -ENOSYS;
	if (number < NR_HYPERCALLS && table[number].fn)
		return table[number].fn(args);
	/* Numbers beyond the mask share its last bit. */
	if (!(atomic_or(&d->unknown_calls, BIT(MIN(number, 63ul))) & BIT(MIN(number, 63ul))))
		log_domain(d, LOG_INFO, "hypercall %lu is not known", (unsigned long)number);
	return -ENOSYS;
}

/* Where a caller has its arguments, by mode: the interface's calling convention. */
static void args_find(struct cpu_regs *r, bool is_64bit, uint64_t *at[NR_ARGS])
{
	uint64_t *in64[NR_ARGS] = { &r->rdi, &r->rsi, &r->rdx, &r->r10, &r->r8, &r->r9 };
	uint64_t *in32[NR_ARGS] = { &r->rbx, &r->rcx, &r->rdx, &r->rsi, &r->rdi, &r->rbp };

	memcpy(at, is_64bit ? in64 : in32, sizeof(in64));
}

void hypercall_dispatch(struct vcpu *v)
{
	struct cpu_regs *r = &v->hvm.regs;
	uint64_t args[NR_ARGS], *at[NR_ARGS], cs_base, number;
	struct call call = { .start = time_now(), .arg = args };
	bool is_64bit = hvm->get_mode(v, &cs_base) == CPU_MODE_64;
	uint64_t width = is_64bit ? ~0ul : 0xffffffff;
	unsigned cpu = cpu_this();
	long rc;

	args_find(r, is_64bit, at);
	for (unsigned i = 0; i < NR_ARGS; i++)
		args[i] = *at[i] & width;
	number = r->rax & width;
	v->hvm.call_is_32bit = !is_64bit;
	if (hvm->get_cpl(v) != 0) {
		rc = -EPERM;
	} else {
		active[cpu] = &call;
		rc = hypercall_run(number, args);
		active[cpu] = NULL;
	}
	if (rc == -ERESTART) {
		/* rip stays on the VMMCALL: the guest takes its interrupts, then asks again. */
		for (unsigned i = 0; i < NR_ARGS; i++)
			*at[i] = args[i];
		return;
	}
	r->rax = (uint64_t)rc & width;
	/* Where it ends at 4 GiB, 32-bit code goes on at 0; VT-x refuses a longer rip there. */
	r->rip = (r->rip + VMMCALL_LENGTH) & width;
	hvm_skipped(v);
}

void hypercall_set_arg(unsigned n, uint64_t value)
{
	ASSERT(n < NR_ARGS);
	active[cpu_this()]->arg[n] = value;
}

bool hypercall_preempt(void)
{
	const struct call *call = active[cpu_this()];

	return cpu_work_pending() || (call && time_now() - call->start > CALL_TIME);
}

/* --- calls that are restarted here and not in their own file ---------------------------------- */

static long grant_table_op(const uint64_t *a)
{
	unsigned cmd = (unsigned)a[0], count = (unsigned)a[2], done = 0;
	long rc = do_grant_table_op(cmd, a[1], count, &done);

	if (rc == -ERESTART) {
		hypercall_set_arg(1, a[1] + done * grant_element_size(cmd));
		hypercall_set_arg(2, count - done);
	}
	return rc;
}

/* One entry: 0, or -ERESTART with the entry's own progress written back, or -EFAULT. */
static long multicall_entry_run(struct call *call, uint64_t at)
{
	struct multicall_entry e;
	uint64_t *outer = call->arg;
	long rc;

	if (guest_struct_from(&e, at, FIELDS_multicall_entry))
		return -EFAULT;
	call->arg = e.args;
	rc = hypercall_run(e.op, e.args);
	call->arg = outer;
	if (rc != -ERESTART)
		e.result = (uint64_t)rc;
	if (guest_struct_to(at, &e, FIELDS_multicall_entry))
		return -EFAULT;
	return rc == -ERESTART ? rc : 0;
}

static long multicall(const uint64_t *a)
{
	struct call *call = active[cpu_this()];
	uint64_t list = a[0], nr = (unsigned)a[1];
	long rc = 0;

	if (call->in_multicall || nr > MULTICALL_MAX)
		return -EINVAL;
	call->in_multicall = true;
	while (nr) {
		rc = multicall_entry_run(call, list);
		if (rc)
			break;
		list += guest_struct_size(FIELDS_multicall_entry);
		nr--;
		if (nr && hypercall_preempt()) {
			rc = -ERESTART;
			break;
		}
	}
	call->in_multicall = false;
	if (rc == -ERESTART) {
		hypercall_set_arg(0, list);
		hypercall_set_arg(1, nr);
	}
	return rc;
}
