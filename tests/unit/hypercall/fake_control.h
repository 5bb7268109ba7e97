// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domain 0, which runs, and a guest on the fake machine; the rest of the hypervisor as far as a
 * toolstack's calls reach it, which mostly keeps what it was told.
 */
#ifndef TEST_FAKE_CONTROL_H
#define TEST_FAKE_CONTROL_H

#include "fake_machine.h"

#include "abi/domctl.h"

extern struct domain *dom0, *guest;
extern int pauses;           /* of any domain, less those taken back */
extern int destroy_restarts; /* how often domain_destroy wants to be called again */
extern int create_error;     /* what domain_create is to answer */
extern unsigned upcalls;
extern unsigned scans[4]; /* of the log of writes, by P2M_SCAN_* */
extern uint64_t guest_cr0;
extern struct domain_config created; /* what domain_create was last asked for */
extern domid_t created_id;
extern struct sched_params params_set;
extern bool has_iommu;
extern struct domain *device_owner;          /* of 03:00.0; NULL: domain 0 */
#define LOG_TEXT "first line\nsecond line\n" /* what is in the log */

int setup(void **state);
int teardown(void **state);

/* The argument of the next domctl, and the answer of the last one. */
extern struct xen_domctl op;
long domctl(uint32_t cmd, domid_t id);

#endif
