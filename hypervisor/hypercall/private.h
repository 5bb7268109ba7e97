// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shared by the hypercall files only: whom a call is about, refusals, and the families of domctl.
 */
#ifndef SOCLE_HYPERCALL_PRIVATE_H
#define SOCLE_HYPERCALL_PRIVATE_H

#include "abi/domctl.h"
#include "abi/errno.h"
#include "domain.h"
#include "guest_access.h"
#include "guest_struct.h"
#include "hypercall.h"
#include "lib.h"
#include "log.h"
#include "sched.h"
#include "types.h"

/*
 * The domain that an argument names, with a reference. Only the control domain may name another one
 * than itself. -ESRCH, -EPERM.
 */
int target_get(domid_t id, struct domain **out);

/* The same for one whose memory is to be touched: -ESRCH when it is being destroyed. */
int target_get_live(domid_t id, struct domain **out);

/* Logs "<what> <op> is not supported" for the calling domain and returns -EOPNOTSUPP. */
long unsupported(const char *what, unsigned op);
/* Logs "<what> <op> is not known" and returns -ENOSYS: the end of each dispatch. */
long unknown(const char *what, unsigned op);

/* --- operations that take a structure --------------------------------------------------------- */

#define OP_CONTROL 1u  /* the control domain alone may ask */
#define OP_NAMED   2u  /* the structure names a domain */
#define OP_LIVE    6u  /* ... which must not be dying */
#define OP_ANSWERS 8u  /* the structure goes back to the caller after success */
#define OP_GOES_ON 16u /* memory_op: a call may come with progress */

/* One under way: what its table's entry asks for was checked and fetched. */
struct request {
	unsigned cmd;
	uint64_t start;   /* memory_op: the progress that came with the command */
	uint64_t at;      /* the structure in the caller's memory; not to be read again */
	void *arg;        /* its copy */
	struct domain *d; /* whom it names, with a reference; else the caller's */
	struct vcpu *v;   /* vcpu_op: whom the call is about */
	const struct operation *op;
};

struct operation {
	long (*run)(struct request *q);
	uint8_t how; /* OP_* */
	uint8_t size, domid_at;
	const char *fields; /* guest_struct.h's, of a structure that holds words */
};
#define TAKES(type) .size = sizeof(struct type)
#define NAMES(type) TAKES(type), .domid_at = offsetof(struct type, domid)

/* Looks q->cmd up in the table and runs it. q: cmd, at, and what only some have, filled in. */
long operation_run(const struct operation *table, unsigned nr, const char *what, struct request *q);
/* Writes the structure back, as OP_ANSWERS does: 0 or -EFAULT. */
int request_answer(const struct request *q);

/*
 * What domctl, sysctl and platform_op begin with: the control domain's structure of that version.
 * -EPERM, -EFAULT, -EACCES.
 */
int control_fetch(void *op, size_t size, uint64_t at, uint32_t version);

/* An interrupted operation's progress travels in the bits above the command's own. */
#define MEMOP_PROGRESS_SHIFT 6u
#define MEMOP_COMMAND_MASK   ((1u << MEMOP_PROGRESS_SHIFT) - 1)

/* The runstate of v up to now, whether it runs or not. */
void runstate_get(const struct vcpu *v, struct vcpu_runstate_info *out);

/* The caller's bitmap to or from a CPU mask; bits beyond either side are dropped, or cleared. */
int bitmap_to_guest(const struct xenctl_bitmap *map, const struct cpu_mask *mask);
int bitmap_from_guest(const struct xenctl_bitmap *map, struct cpu_mask *mask);

/* SCHEDOP_poll's timer, with the vCPU's others. */
void poll_timer_init(struct vcpu *v);

/* --- vcpu_op: v and q->v belong to the caller's domain ---------------------------------------- */
long vcpu_singleshot_set(struct vcpu *v, uint64_t arg);
long vcpu_periodic_set(struct request *q);
long vcpu_periodic_stop(struct vcpu *v);
long vcpu_initialise(struct request *q);

/* --- memory_op -------------------------------------------------------------------------------- */

long memory_reservation(struct request *q);
long memory_add_to_physmap(struct request *q);
long memory_add_to_physmap_batch(struct request *q);
long memory_remove_from_physmap(struct request *q);
long memory_acquire_resource(struct request *q);
long memory_get_map(struct request *q);
long memory_set_map(struct request *q);
long memory_get_machine_map(struct request *q);
long memory_get_vnuma(struct request *q);
/* Makes gfn empty: RAM goes back to the heap (but stays with a direct-mapped domain). */
int gfn_vacate(struct domain *d, gfn_t gfn);

/* --- domctl: d has a reference, where domctl.c says that there is one; op is a copy ----------- */

typedef long domctl_fn(struct domain *d, struct xen_domctl *op);

void domain_info_fill(struct domain *d, struct xen_domctl_getdomaininfo *info);
void cpuset_all(struct cpu_mask *mask);

domctl_fn domctl_createdomain, domctl_info, domctl_pause, domctl_max_vcpus, domctl_max_mem,
	domctl_set_handle, domctl_time_offset, domctl_node_affinity;
domctl_fn domctl_affinity, domctl_vcpu_info, domctl_vcpu_context_set, domctl_vcpu_context_get,
	domctl_trigger, domctl_scheduler;
domctl_fn domctl_hvm_context_set, domctl_hvm_context_get, domctl_policy_set, domctl_policy_get,
	domctl_tsc_set, domctl_tsc_get;
domctl_fn domctl_guest_memory, domctl_page_types, domctl_shadow, domctl_permission,
	domctl_vnuma_set;
domctl_fn domctl_device;

/* Leaves of a policy to the caller's array; null: count only. -ENOBUFS when there are more. */
struct cpuid_policy;
int policy_to_guest(const struct cpuid_policy *p, uint64_t leaves, uint32_t *nr_leaves,
		    uint64_t msrs, uint32_t *nr_msrs);

#endif
