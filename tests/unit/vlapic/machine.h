// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain of four vCPUs with local APICs, time that passes when a test says so, and a record of
 * what the APICs asked of the rest of the hypervisor.
 */
#ifndef TESTS_VLAPIC_MACHINE_H
#define TESTS_VLAPIC_MACHINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "domain.h"
#include "log.h"
#include "mm.h"
#include "vlapic.h"

#define NR_VCPUS   4u
#define ICR_SELF   0x40000u
#define ICR_ALL    0x80000u
#define ICR_OTHERS 0xc0000u

extern struct domain machine;
extern struct vcpu cpu[NR_VCPUS];

/* What happened, per vCPU, since reset. */
extern struct seen {
	unsigned kicks, nmis, inits, sipis;
	uint8_t sipi_vector;
} seen[NR_VCPUS];
extern unsigned eois; /* told to the IO-APIC */
extern uint8_t eoi_vector;
extern unsigned timer_sets; /* how often the hardware was asked to wake us */

/* Power-on; APICs are software-enabled with spurious vector 0xff. */
int machine_reset(void **state);
/* Time goes on; timers that are due fire at their time, or late by `late`. */
void time_pass(time_ns_t ns);
void time_pass_late(time_ns_t ns);

static inline uint32_t reg(unsigned n, unsigned offset)
{
	return vlapic_mmio_read(&cpu[n], offset);
}
static inline void set_reg(unsigned n, unsigned offset, uint32_t value)
{
	vlapic_mmio_write(&cpu[n], offset, value);
}
static inline bool wrmsr(unsigned n, uint32_t msr, uint64_t value)
{
	return vlapic_msr_write(&cpu[n], msr, value);
}
static inline uint64_t rdmsr(unsigned n, uint32_t msr)
{
	uint64_t value = 0;

	assert_true(vlapic_msr_read(&cpu[n], msr, &value));
	return value;
}
static inline bool rdmsr_faults(unsigned n, uint32_t msr)
{
	uint64_t value;

	return !vlapic_msr_read(&cpu[n], msr, &value);
}
void x2apic_on(unsigned n);
/* All that a saved state has of it. */
void save_and_restore(unsigned n);
/* Delivers one that is pending. */
void take_vector(unsigned n, uint8_t vector);
/* Takes what is pending, and ends it: the vector, or -1. */
int take(unsigned n);
/* Is the vector waiting in vCPU n? */
bool waits(unsigned n, uint8_t vector);

#endif
