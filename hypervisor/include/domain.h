// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains and their vCPUs: what they own, how they are found, created, paused and destroyed.
 * A domain is found through domain_get (a reference) and stays valid until domain_put; it is freed
 * when it has been destroyed and neither references nor pages of it are left.
 */
#ifndef SOCLE_DOMAIN_H
#define SOCLE_DOMAIN_H

#include "abi/vcpu.h"
#include "abi/xen.h"
#include "event.h"
#include "grant.h"
#include "hvm.h"
#include "index.h"
#include "iommu.h"
#include "list.h"
#include "p2m.h"
#include "sched.h"
#include "spinlock.h"
#include "timer.h"
#include "types.h"

#define MAX_VCPUS         128u
#define MAX_CPUS          256u
#define HVM_NR_PARAMS_MAX 64u

/* Where a vCPU is told something, beside its vcpu_info. */
struct guest_area {
	uint64_t at;   /* the address registered, or 0 */
	bool physical; /* guest-physical; else guest-linear */
	bool is_32bit; /* in which form it is wanted there */
};

struct vcpu {
	struct domain *domain; /* constant */
	unsigned id;           /* constant */

	/* --- running: sched.h --- */
	struct sched_vcpu sched;
	unsigned processor;   /* CPU it runs on or last ran on; scheduler lock */
	uint32_t pause_flags; /* VCPU_PAUSE_*, atomic; runnable when 0 and pause_count is 0 */
	uint32_t pause_count; /* atomic */
	bool running;         /* on its processor now; scheduler lock of that CPU */
	bool initialised;     /* has a register state to run with */
	struct vcpu_runstate_info runstate; /* written by the scheduler on its own CPU */
	struct guest_area runstate_area;

	/* --- shared with the guest --- */
	/* never NULL: in shared_info, a private page, or where registered */
	struct vcpu_info *info;
	struct vcpu_info *info_private; /* where a vCPU beyond the first 32 starts; freed with it */
	void *info_page; /* base of the frame mapped for a registered info; NULL otherwise */
	struct vcpu_time_info time;  /* what was last published */
	struct guest_area time_area; /* secondary time info */

	struct timer singleshot; /* VCPUOP_set_singleshot_timer -> VIRQ_TIMER */
	struct timer periodic;
	time_ns_t periodic_period;
	struct timer poll_timer; /* SCHEDOP_poll with a timeout */

	struct event_vcpu event;
	struct hvm_vcpu hvm; /* registers, local APIC, vendor's control block */
};

#define VCPU_PAUSE_BLOCKED  1u /* waits for an event (HLT, SCHEDOP_block, SCHEDOP_poll) */
#define VCPU_PAUSE_DOWN     2u /* not brought up yet, or taken down */
#define VCPU_PAUSE_SHUTDOWN 4u /* its domain has shut down */
#define VCPU_PAUSE_IO       8u /* waits for a device model */

struct domain {
	domid_t id;                /* constant */
	bool is_control;           /* domain 0: may call domctl, sysctl, platform_op; constant */
	bool is_dying;             /* destroy has begun; d->lock */
	bool is_shut_down;         /* d->lock */
	bool is_resetting;         /* a soft reset has begun: not to be resumed before its end */
	bool being_destroyed;      /* somebody is inside domain_destroy; atomic */
	bool shutdown_code_chosen; /* by the guest, ahead of its shutdown; d->lock */
	uint8_t shutdown_code;     /* SHUTDOWN_*; d->lock */
	uint32_t refs;             /* atomic */
	struct list link;          /* domain_list lock */
	uint8_t handle[16];        /* UUID; d->lock */
	uint32_t create_flags;     /* XEN_DOMCTL_CDF_*; constant */
	struct spinlock lock;

	unsigned max_vcpus;           /* constant once created */
	struct vcpu *vcpu[MAX_VCPUS]; /* NULL until XEN_DOMCTL_max_vcpus; constant afterwards */
	uint32_t controller_pauses;   /* d->lock */
	struct sched_domain sched;

	/* --- memory --- */
	struct p2m p2m;
	struct iommu_domain iommu;
	struct spinlock page_lock;
	uint32_t page_list; /* first frame owned, linked through page_info; page_lock */
	/* those that a dying domain has given back but others still hold */
	uint32_t page_list_rest;
	uint64_t tot_pages;    /* page_lock */
	uint64_t max_pages;    /* page_lock */
	struct e820_map *e820; /* XENMEM_set_memory_map; d->lock; NULL when not set */
	struct vnuma *vnuma;   /* XEN_DOMCTL_setvnumainfo; NULL until it is set, once */

	/* --- interface --- */
	struct shared_info *shared_info; /* one heap page, shared with the guest */
	gfn_t shared_info_gfn;           /* where the guest last mapped it; 0: nowhere */
	struct spinlock event_lock;
	struct event_domain event;
	struct grant_table *grant;              /* NULL until grant_init */
	uint64_t hvm_params[HVM_NR_PARAMS_MAX]; /* d->lock */
	struct hvm_domain hvm;
	int64_t time_offset_s;                     /* wall clock correction */
	uint64_t poll_mask[(MAX_VCPUS + 63) / 64]; /* vCPUs in SCHEDOP_poll; atomic */
	struct timer watchdog[2];                  /* SCHEDOP_watchdog; d->lock */
	uint32_t watchdog_armed;                   /* bit per timer; d->lock */
	uint64_t unknown_calls; /* hypercall numbers that were logged as unknown; atomic */
	/* mark the guest copy of runstate while it is written (vm_assist) */
	bool runstate_update_flag;
	struct console_line {
		uint16_t len;
		char text[160];
	} console_line; /* what it has begun to say; lib/console.c */
};

/* The calling vCPU: on a hypercall or exit, the one whose exit this CPU is handling. */
struct vcpu *vcpu_current(void);
static inline struct domain *domain_current(void)
{
	return vcpu_current()->domain;
}

/* --- finding ---------------------------------------------------------------------------------- */

/* A reference, or NULL. DOMID_SELF is the caller's domain. */
struct domain *domain_get(domid_t id);
void domain_put(struct domain *d);
/* The first domain with an id of at least `from`, with a reference; NULL at the end. */
struct domain *domain_next(domid_t from);
/* The next one after d, and d's reference given back: to go through them all. */
struct domain *domain_after(struct domain *d);
extern struct domain *domain0;
/* Has a domain this id? Be it one that is not found any more, because it waits to be freed. */
bool domain_id_taken(domid_t id);
/* NULL when there is no such vCPU (yet). */
static inline struct vcpu *domain_vcpu(const struct domain *d, unsigned id)
{
	return id < d->max_vcpus ? d->vcpu[index_below(id, d->max_vcpus)] : NULL;
}
#define for_each_vcpu(d, v)                              \
	for (unsigned i_ = 0; i_ < (d)->max_vcpus; i_++) \
		if (((v) = (d)->vcpu[i_]) != NULL)

/* --- life ------------------------------------------------------------------------------------- */

struct domain_config {
	uint8_t handle[16];
	uint32_t flags;     /* XEN_DOMCTL_CDF_* */
	uint32_t max_vcpus; /* 1..MAX_VCPUS */
	uint32_t max_evtchn_port;
	uint32_t max_grant_frames, max_maptrack_frames;
	bool is_control;
};
/* *out has one reference for the caller. -EINVAL, -ENOMEM, -EEXIST. */
int domain_create(domid_t id, const struct domain_config *config, struct domain **out);
/* One below max_vcpus that there is not yet. -ENOMEM. */
int vcpu_create(struct domain *d, unsigned id);
/* Begins or goes on with destruction: 0 when all is given back, -ERESTART to be called again. */
int domain_destroy(struct domain *d);
/* The guest said so (SCHEDOP_shutdown) or is made to; vCPUs stop, VIRQ_DOM_EXC tells domain 0. */
void domain_shutdown(struct domain *d, uint8_t code);
int domain_resume(struct domain *d);
/*
 * Of one that has shut down and whose vCPUs are paused: another kernel may run in it afterwards,
 * and it is resumed. -ERESTART: call again; -EINVAL: it has not shut down; -EBUSY, -ENOMEM: it
 * stays shut down, and may be reset again or destroyed.
 */
int domain_soft_reset(struct domain *d);
/*
 * A guest that cannot go on: says why and shuts it down with SHUTDOWN_crash. The machine goes on.
 */
void domain_crash(struct domain *d, const char *fmt, ...) __printf_like(2, 3);

/* Counted. domain_pause returns when none of its vCPUs is in the guest any more. */
void vcpu_pause_nosync(struct vcpu *v);
void vcpu_unpause(struct vcpu *v);
void domain_pause(struct domain *d);
void domain_unpause(struct domain *d);

/* The vCPU has something to look at: leave the guest if it is in it, run if it was blocked. */
void vcpu_kick(struct vcpu *v);
/* Clears VCPU_PAUSE_BLOCKED and lets it run: what it waited for has happened (SCHEDOP_poll). */
void vcpu_unblock(struct vcpu *v);

/* VCPUOP_initialise, SIPI: a vCPU that is down starts from the state given to it. */
void vcpu_up(struct vcpu *v);
void vcpu_down(struct vcpu *v);
/*
 * v goes down, by VCPUOP_down or halted with interrupts off, and with the last one the domain
 * powers off (hypercall/vcpu_op.c).
 */
void vcpu_halt_forever(struct vcpu *v);
/* Publishes pvclock (vcpu_info.time and the secondary copy), when scheduled in and on changes. */
void vcpu_publish_time(struct vcpu *v);

/*
 * Copies v's runstate to where the guest registered it; v is the current vCPU
 * (hypercall/vcpu_op.c).
 */
void vcpu_publish_runstate(struct vcpu *v);
/* One line per vCPU: its exits by kind (x86/host.c). */
void domain_log_exits(const struct domain *d);

#endif
