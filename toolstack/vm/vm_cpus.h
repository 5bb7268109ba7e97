// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where and how much a VM's vCPUs run. All return -1 with the reason.
 */
#ifndef VM_VM_CPUS_H
#define VM_VM_CPUS_H

#include "lib/vm_config.h"
#include "lib/xencall.h"

/* Weight, cap and pinning, as the configuration has them. */
int vm_apply_scheduling(struct xencall *xc, const struct vm_config *vm, domid_t domid,
			struct reason *why);
/* Tells the guest to use so many of its vCPUs; refuses more than the host's CPUs unless forced. */
int vm_set_vcpus(struct xencall *xc, domid_t domid, unsigned int wanted, bool force,
		 struct reason *why);
/* weight 0, cap UINT16_MAX: as it is. */
int vm_set_credit(struct xencall *xc, domid_t domid, uint16_t weight, uint16_t cap,
		  struct reason *why);
/* NULL keeps a set. */
int vm_pin(struct xencall *xc, domid_t domid, uint32_t vcpu, const struct cpu_list *hard,
	   const struct cpu_list *soft, struct reason *why);

#endif
