// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a VMMCALL to the function that serves it, and back: the table of hypercalls, restarts, and
 * multicall. No locks: the state of a running call belongs to its CPU.
 */
#include "hypercall.h"

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

static long set_timer_op(const uint64_t *a);
static long grant_table_op(const uint64_t *a);
static long multicall(const uint64_t *a);

/* --- the table -------------------------------------------------------------------------------- */

/* What a call takes from the registers. Commands and the like have 32 bits, arguments a word. */
enum takes { NOT_KNOWN, ARG, CMD_ARG, CMD_NR_ARG, REGISTERS };

static const struct hypercall {
	enum takes takes;
	/* A control domain's, or its device model's: those are kernels of 64 bits. */
	bool only_64bit;
	union {
		long (*arg)(uint64_t arg);
		long (*cmd_arg)(unsigned cmd, uint64_t arg);
		long (*cmd_nr_arg)(unsigned cmd, unsigned nr, uint64_t arg);
		long (*registers)(const uint64_t *args);
	};
} table[NR_HYPERCALLS] = {
	[__HYPERVISOR_platform_op] = { ARG, true, .arg = do_platform_op },
	[__HYPERVISOR_memory_op] = { CMD_ARG, false, .cmd_arg = do_memory_op },
	[__HYPERVISOR_multicall] = { REGISTERS, false, .registers = multicall },
	[__HYPERVISOR_set_timer_op] = { REGISTERS, false, .registers = set_timer_op },
	[__HYPERVISOR_xen_version] = { CMD_ARG, false, .cmd_arg = do_xen_version },
	[__HYPERVISOR_console_io] = { CMD_NR_ARG, false, .cmd_nr_arg = do_console_io },
	[__HYPERVISOR_grant_table_op] = { REGISTERS, false, .registers = grant_table_op },
	[__HYPERVISOR_vm_assist] = { CMD_ARG, false, .cmd_arg = do_vm_assist },
	[__HYPERVISOR_vcpu_op] = { CMD_NR_ARG, false, .cmd_nr_arg = do_vcpu_op },
	[__HYPERVISOR_sched_op] = { CMD_ARG, false, .cmd_arg = do_sched_op },
	[__HYPERVISOR_event_channel_op] = { CMD_ARG, false, .cmd_arg = do_event_channel_op },
	[__HYPERVISOR_physdev_op] = { CMD_ARG, true, .cmd_arg = do_physdev_op },
	[__HYPERVISOR_hvm_op] = { CMD_ARG, false, .cmd_arg = do_hvm_op },
	[__HYPERVISOR_sysctl] = { ARG, true, .arg = do_sysctl },
	[__HYPERVISOR_domctl] = { ARG, true, .arg = do_domctl },
	[__HYPERVISOR_dm_op] = { CMD_NR_ARG, true, .cmd_nr_arg = do_dm_op },
};

/* One line for each; numbers beyond the table share its last one's. */
static long call_unknown(uint64_t number)
{
	struct domain *d = domain_current();

	if (!(atomic_or(&d->unknown_calls, BIT(MIN(number, 63ul))) & BIT(MIN(number, 63ul))))
		log_domain(d, LOG_INFO, "hypercall %lu is not known", (unsigned long)number);
	return -ENOSYS;
}

static long hypercall_run(uint64_t number, const uint64_t *a)
{
	const struct hypercall *h = &table[index_below(number, NR_HYPERCALLS)];

	if (h->only_64bit && guest_is_32bit())
		return -ENOSYS;
	switch (h->takes) {
	case ARG: return h->arg(a[0]);
	case CMD_ARG: return h->cmd_arg((unsigned)a[0], a[1]);
	case CMD_NR_ARG: return h->cmd_nr_arg((unsigned)a[0], (unsigned)a[1], a[2]);
	case REGISTERS: return h->registers(a);
	default: return call_unknown(number);
	}
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

/* --- calls that see the registers ------------------------------------------------------------- */

/* 64 bits: two registers in 32-bit mode. */
static long set_timer_op(const uint64_t *a)
{
	return do_set_timer_op(guest_is_32bit() ? a[0] | a[1] << 32 : a[0]);
}

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
