// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processors for the CPUID tests: what cpuid_host answers, and the few other things cpuid*.c call.
 */
#ifndef TEST_HOST_MODEL_H
#define TEST_HOST_MODEL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "cpuid.h"
#include "domain.h"

enum host_model {
	HOST_QEMU64,   /* QEMU's emulated AMD processor: no XSAVE, levels 0xd and 0x8000000a */
	HOST_ZEN,      /* AVX, PKU, invariant TSC, TOPOEXT */
	HOST_XEON,     /* Intel with AVX-512 */
	HOST_ALL_ONES, /* every bit of every feature leaf is set */
};

extern enum host_model host_model;
extern uint64_t host_xcr0;       /* what the hypervisor can save */
extern uint64_t guest_cr4_value; /* what hvm->get_cr3 tells */
extern long objects_alive;

/* A domain with so many vCPUs, local APICs on; CPUID policy from cpuid_domain_init. */
struct domain *model_domain(unsigned vcpus, bool control);
void model_domain_free(struct domain *d);

#endif
