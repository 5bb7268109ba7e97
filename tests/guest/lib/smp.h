// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Further CPUs: their local APIC ids from the MADT, starting one by INIT-SIPI or VCPUOP_up, and
 * giving it work.
 */
#ifndef GUEST_SMP_H
#define GUEST_SMP_H

#include <stdbool.h>
#include <stdint.h>

typedef void smp_work_t(void *arg);

void smp_init(void);           /* makes the calling CPU number 0 */
unsigned smp_cpu(void);        /* number of this CPU; the hypervisor's vCPU id */
int smp_apic_id(unsigned cpu); /* from the MADT; -1: there is no such CPU */

/*
 * Start CPU 1 and leave it waiting for work, interrupts off. True when it came up within a
 * second. By VCPUOP once only; by SIPI again and again.
 */
bool smp_start_by_sipi(void);
bool smp_start_by_vcpuop(void);
bool smp_started(void);

void smp_give(smp_work_t *work, void *arg); /* CPU 1 calls work(arg); returns at once */
bool smp_done(void);                        /* it has returned */

#endif
