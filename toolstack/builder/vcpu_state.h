// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a PVH guest's vCPUs are like before their first instruction.
 */
#ifndef TOOLSTACK_VCPU_STATE_H
#define TOOLSTACK_VCPU_STATE_H

#include "lib/log.h"
#include "lib/xencall.h"

/*
 * vCPU 0 at entry in 32-bit protected mode, paging off, flat segments, ebx = start info; memory
 * of all vCPUs cached by default.
 */
int vcpu_state_set(struct xencall *xc, domid_t domid, unsigned int nr_vcpus, uint32_t entry,
		   uint32_t start_info, struct reason *why);

/* The CPU model: the hypervisor's default for the guest, with a topology that fits its APIC ids. */
int cpu_policy_set(struct xencall *xc, domid_t domid, unsigned int nr_vcpus, struct reason *why);

#endif
