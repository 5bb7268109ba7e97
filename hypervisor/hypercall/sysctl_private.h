// SPDX-License-Identifier: GPL-2.0-or-later
/* Between sysctl.c and sysctl_topology.c. Each fills the answer into its structure. */
#ifndef SOCLE_SYSCTL_PRIVATE_H
#define SOCLE_SYSCTL_PRIVATE_H

#include "abi/sysctl.h"
#include "cpuid.h"

long sysctl_physinfo(struct xen_sysctl_physinfo *p);
long sysctl_cpu_times(struct xen_sysctl_getcpuinfo *g);
long sysctl_cpu_topology(struct xen_sysctl_cputopoinfo *t);
long sysctl_numa(struct xen_sysctl_numainfo *n);
long sysctl_pci_topology(struct xen_sysctl_pcitopoinfo *t);
long sysctl_cpupool(struct xen_sysctl_cpupool_op *c);
long sysctl_scheduler(struct xen_sysctl_scheduler_op *s);
/* The feature words of that kind of policy; -ENOMEM. */
int sysctl_feature_words(enum cpuid_policy_kind kind, uint32_t words[CPUID_FEATURE_WORDS]);

#endif
