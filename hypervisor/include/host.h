// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What hypercalls ask of the machine beyond memory, time and scheduling: its CPUs and sleep. x86/
 * implements all of it; unit tests supply fakes.
 */
#ifndef SOCLE_HOST_H
#define SOCLE_HOST_H

#include "types.h"

/* Is an interrupt pending or a rescheduling due on this CPU? Cheap: asked inside loops. */
bool cpu_work_pending(void);

uint32_t host_tsc_khz(void);
/* Highest machine frame number that is RAM. */
uint64_t host_max_mfn(void);
/* Nanoseconds that an online CPU has been idle since boot. */
time_ns_t host_cpu_idle(unsigned cpu);

struct host_cpu_info {
	uint32_t apic_id, acpi_id;
	/* Thread siblings share the core; core numbers count within a socket. */
	uint32_t core, socket;
};
/* cpu < cpu_count(). */
void host_cpu_info(unsigned cpu, struct host_cpu_info *out);

/*
 * S5: writes the values that dom0 read from the firmware's \_S5 object to PM1a and PM1b and does
 * not return. Other states: -EOPNOTSUPP.
 */
int host_enter_sleep(unsigned state, uint16_t pm1a, uint16_t pm1b);

/* What `xl debug-keys` sends. False: no such key. */
bool host_debug_key(char key);

/* The instruction CPUID on this CPU: eax, ebx, ecx, edx. */
void cpuid_host(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

#endif
