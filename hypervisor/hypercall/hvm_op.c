// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_hvm_op: the numbered parameters between toolstack and guest, how events are delivered,
 * and a few questions. Parameters: d->lock. Most are only kept; the table says which values are
 * taken.
 */
#include "private.h"

#include "abi/hvm_op.h"
#include "abi/hvm_params.h"
#include "abi/sched.h"
#include "event.h"
#include "hvm.h"
#include "p2m.h"
#include "timer.h"

#define FIRST_VECTOR 0x10u /* lower ones are exceptions' */

/* Who may touch a parameter, besides the control domain for another domain. */
#define SELF_SET 1u
#define SELF_GET 2u
#define SET_ONCE 4u /* a value other than 0 stays */
#define KNOWN    8u

/*
 * Parameters not named here do not exist. max: the highest value taken; beyond it, not supported.
 */
static const struct param {
	uint8_t flags;
	uint64_t max;
} params[HVM_NR_PARAMS] = {
	[HVM_PARAM_CALLBACK_IRQ] = { KNOWN | SELF_SET | SELF_GET, ~0ul },
	[HVM_PARAM_STORE_PFN] = { KNOWN | SELF_GET, ~0ul },
	[HVM_PARAM_STORE_EVTCHN] = { KNOWN | SELF_SET | SELF_GET, UINT32_MAX },
	[HVM_PARAM_CONSOLE_PFN] = { KNOWN | SELF_GET, ~0ul },
	[HVM_PARAM_CONSOLE_EVTCHN] = { KNOWN | SELF_SET | SELF_GET, UINT32_MAX },
	[HVM_PARAM_PAE_ENABLED] = { KNOWN, 1 },
	[HVM_PARAM_IOREQ_PFN] = { KNOWN, ~0ul },
	[HVM_PARAM_BUFIOREQ_PFN] = { KNOWN, ~0ul },
	[HVM_PARAM_VIRIDIAN] = { KNOWN | SET_ONCE, 0 },
	[HVM_PARAM_TIMER_MODE] = { KNOWN, HVMPTM_one_missed_tick_pending },
	[HVM_PARAM_HPET_ENABLED] = { KNOWN, 0 },
	[HVM_PARAM_IDENT_PT] = { KNOWN, ~0ul },
	[HVM_PARAM_DM_DOMAIN] = { KNOWN, 0 },
	[HVM_PARAM_ACPI_S_STATE] = { KNOWN, 0 },
	[HVM_PARAM_VM86_TSS] = { KNOWN | SELF_SET | SELF_GET, ~0ul },
	[HVM_PARAM_VM86_TSS_SIZED] = { KNOWN | SELF_SET | SELF_GET, ~0ul },
	[HVM_PARAM_VPT_ALIGN] = { KNOWN, 1 },
	[HVM_PARAM_ACPI_IOPORTS_LOCATION] = { KNOWN | SELF_SET | SELF_GET, 1 },
	[HVM_PARAM_NESTEDHVM] = { KNOWN, 0 },
	[HVM_PARAM_BUFIOREQ_EVTCHN] = { KNOWN, 0 },
	[HVM_PARAM_PAGING_RING_PFN] = { KNOWN, ~0ul },
	[HVM_PARAM_MONITOR_RING_PFN] = { KNOWN, ~0ul },
	[HVM_PARAM_SHARING_RING_PFN] = { KNOWN, ~0ul },
	[HVM_PARAM_TRIPLE_FAULT_REASON] = { KNOWN, SHUTDOWN_MAX },
	[HVM_PARAM_IOREQ_SERVER_PFN] = { KNOWN | SET_ONCE, ~0ul },
	[HVM_PARAM_NR_IOREQ_SERVER_PAGES] = { KNOWN | SET_ONCE, 64 },
	[HVM_PARAM_VM_GENERATION_ID_ADDR] = { KNOWN | SELF_SET | SELF_GET, ~0ul },
	[HVM_PARAM_ALTP2M] = { KNOWN | SET_ONCE | SELF_GET, XEN_ALTP2M_disabled },
	[HVM_PARAM_X87_FIP_WIDTH] = { KNOWN | SELF_GET, 8 },
	[HVM_PARAM_MCA_CAP] = { KNOWN | SET_ONCE, 0 },
};
_Static_assert(HVM_NR_PARAMS <= HVM_NR_PARAMS_MAX, "struct domain has room");

/*
 * Where the upcall goes. Only a vector is possible: there is neither a virtual IO-APIC nor a PCI
 * interrupt to raise in a PVH domain. 0 turns it off.
 */
static int callback_set(struct domain *d, uint64_t value)
{
	uint64_t type = (value & HVM_PARAM_CALLBACK_IRQ_TYPE_MASK) >> 56;
	uint8_t vector = (uint8_t)value;
	struct vcpu *v;

	if (value && type != HVM_PARAM_CALLBACK_TYPE_VECTOR) {
		log_domain(d, LOG_INFO,
			   "event callback of type %lu is not supported, only a vector",
			   (unsigned long)type);
		return -EOPNOTSUPP;
	}
	if (value && vector < FIRST_VECTOR)
		return -EINVAL;
	WRITE_ONCE(d->hvm.callback_vector, vector);
	/* Events that came before there was a way to tell. */
	if (vector)
		for_each_vcpu(d, v)
			if (event_upcall_pending(v))
				hvm_assert_upcall(v);
	return 0;
}

static int param_check(const struct domain *d, uint32_t index, uint8_t self_right)
{
	if (index >= HVM_NR_PARAMS || !(params[index].flags & KNOWN))
		return -EINVAL;
	return d == domain_current() && !(params[index].flags & self_right) ? -EPERM : 0;
}

static long param_set(struct request *q)
{
	const struct xen_hvm_param *p = q->arg;
	uint64_t *param = &q->d->hvm_params[index_below(p->index, HVM_NR_PARAMS)];
	int rc = param_check(q->d, p->index, SELF_SET);

	if (rc)
		return rc;
	if (p->value > params[p->index].max) {
		log_domain(q->d, LOG_INFO,
			   "parameter %u is not supported with value %#lx, at most %#lx", p->index,
			   (unsigned long)p->value, (unsigned long)params[p->index].max);
		return -EOPNOTSUPP;
	}
	if (p->index == HVM_PARAM_CALLBACK_IRQ)
		rc = callback_set(q->d, p->value);
	spin_lock(&q->d->lock);
	if (!rc && (params[p->index].flags & SET_ONCE) && *param && *param != p->value)
		rc = -EEXIST;
	if (!rc)
		*param = p->value;
	spin_unlock(&q->d->lock);
	return rc;
}

static long param_get(struct request *q)
{
	struct xen_hvm_param *p = q->arg;
	int rc = param_check(q->d, p->index, SELF_GET);

	/* One word: it is what it was before somebody sets it, or what it is afterwards. */
	if (!rc)
		p->value = READ_ONCE(q->d->hvm_params[p->index]);
	return rc;
}

static long upcall_vector_set(struct request *q)
{
	const struct xen_hvm_evtchn_upcall_vector *u = q->arg;
	struct vcpu *v;

	if (u->vector < FIRST_VECTOR)
		return -EINVAL;
	v = domain_vcpu(q->d, u->vcpu);
	if (!v)
		return -ENOENT;
	WRITE_ONCE(v->hvm.upcall_vector, u->vector);
	if (event_upcall_pending(v))
		hvm_assert_upcall(v);
	return 0;
}

static long mem_type_get(struct request *q)
{
	struct xen_hvm_get_mem_type *g = q->arg;
	enum p2m_type type;

	p2m_lookup(q->d, GFN(g->pfn), &type);
	if (type == P2M_RAM_RO || type == P2M_GRANT_RO)
		g->mem_type = HVMMEM_ram_ro;
	else if (type == P2M_RAM_RW || type == P2M_GRANT_RW || type == P2M_FOREIGN)
		g->mem_type = HVMMEM_ram_rw;
	else
		g->mem_type = HVMMEM_mmio_dm;
	return 0;
}

static const struct operation operations[] = {
	[HVMOP_set_param] = { param_set, OP_LIVE, NAMES(xen_hvm_param) },
	[HVMOP_get_param] = { param_get, OP_LIVE | OP_ANSWERS, NAMES(xen_hvm_param) },
	[HVMOP_get_mem_type] = { mem_type_get, OP_LIVE | OP_ANSWERS, NAMES(xen_hvm_get_mem_type) },
	[HVMOP_set_evtchn_upcall_vector] = { upcall_vector_set, 0,
					     TAKES(xen_hvm_evtchn_upcall_vector) },
};

long do_hvm_op(unsigned cmd, uint64_t arg)
{
	struct request q = { .cmd = cmd, .at = arg };
	struct xen_hvm_get_time now;

	switch (cmd) {
	case HVMOP_get_time: now.now = time_now(); return guest_copy_to(arg, &now, sizeof(now));
	case HVMOP_flush_tlbs:
		if (arg)
			return -EINVAL;
		p2m_flush_all(domain_current());
		return 0;
	case HVMOP_pagetable_dying:
		/*
		 * A hint for shadow page tables. Every Linux tries it, so it is not worth a line.
		 */
		return -ENOSYS;
	default: return operation_run(operations, ARRAY_SIZE(operations), "hvm_op", &q);
	}
}
