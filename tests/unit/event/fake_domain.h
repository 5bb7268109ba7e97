// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains without a machine: what event/ and grant/ need of domain/, hvm/, the hypercall code and
 * the allocator, as fakes that count and can be told to fail. Guest-linear addresses are host
 * addresses.
 */
#ifndef FAKE_DOMAIN_H
#define FAKE_DOMAIN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "domain.h"

#define FAKE_DOMAINS 8 /* ids 0..7 */

extern unsigned fake_upcalls;      /* hvm_assert_upcall, all vCPUs */
extern struct vcpu *fake_upcalled; /* the last one */
extern struct vcpu *fake_answered; /* ioreq_answered, the last one */
extern unsigned fake_unblocked;    /* vcpu_unblock */
extern long fake_objects;          /* allocations not freed yet */
extern int fake_alloc_budget;      /* allocations that still succeed; -1: all */
extern int fake_preempt_budget;    /* calls of hypercall_preempt until it says yes; -1: never */
extern void *fake_bad_address;     /* an access to it fails; NULL: none does */
extern bool fake_read_only;        /* copies to the guest fail */

struct domain *fake_domain_create(domid_t id, unsigned vcpus, bool control);
/* Takes it out of the table and drops the reference that creation made. */
void fake_domain_forget(struct domain *d);
unsigned fake_domain_refs(const struct domain *d);
/* Hypercalls of this thread come from there now. */
void fake_run_as(struct domain *d, unsigned vcpu);
/* Fresh counters and no domains. */
void fake_reset(void);
/* Everything freed, every domain reference dropped but the table's own. */
void fake_check_clean(void);

#endif
