// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypercall table's entries. Arguments are the guest's registers as they came; pointers are
 * guest-linear (guest_access.h). Each returns what goes into rax; -ERESTART runs the same hypercall
 * again (the entry has stored its progress through hypercall_set_arg or in the guest's structure).
 */
#ifndef SOCLE_HYPERCALL_H
#define SOCLE_HYPERCALL_H

#include "types.h"

struct domain;
struct vcpu;

void hypercall_dispatch(struct vcpu *v);
/* For -ERESTART: the value of argument n (0-5) that the repeated call shall see. */
void hypercall_set_arg(unsigned n, uint64_t value);
/* Has this one run long enough that others should get a turn? Then -ERESTART is due. */
bool hypercall_preempt(void);

long do_memory_op(unsigned cmd, uint64_t arg);
long do_xen_version(unsigned cmd, uint64_t arg);
long do_console_io(unsigned cmd, unsigned count, uint64_t buffer);
long do_vcpu_op(unsigned cmd, unsigned vcpuid, uint64_t arg);
long do_sched_op(unsigned cmd, uint64_t arg);
long do_physdev_op(unsigned cmd, uint64_t arg);
long do_hvm_op(unsigned cmd, uint64_t arg);
long do_dm_op(unsigned domid, unsigned nr, uint64_t list);
long do_platform_op(uint64_t op);
long do_sysctl(uint64_t op);
long do_domctl(uint64_t op);
long do_set_timer_op(uint64_t timeout);
long do_vm_assist(unsigned cmd, uint64_t type);

/* --- parts that belong to the life of domains and vCPUs (called by domain/) --- */

/* singleshot, periodic and poll timers of v: in vcpu_create, and in its undoing. */
void vcpu_timers_init(struct vcpu *v);
void vcpu_timers_stop(struct vcpu *v);
/* Watchdog timers: in domain_create, and when the domain is destroyed or shuts down. */
void domain_watchdogs_init(struct domain *d);
void domain_watchdogs_stop(struct domain *d);
/* The first one, before the domain runs: it has so long to renew it. */
void domain_watchdog_arm(struct domain *d, unsigned seconds);
/* HLT and SCHEDOP_block: stops v, the caller's own, until something is pending for it. */
void vcpu_block(struct vcpu *v);
/* Fills a RAM page of d with the hypercall entries (MSR 0x40000000). -EINVAL: not its RAM. */
int hypercall_page_install(struct domain *d, gfn_t gfn);

/* console/log side used by hypercalls */
size_t log_ring_read(char *buf, size_t size, uint32_t *index, bool incremental, bool clear);
void console_write(const char *s, size_t len); /* from a domain: passed on as it is */
size_t console_input(char *buf, size_t size);  /* what was typed for domain 0 */

#endif
