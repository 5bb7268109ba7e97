// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be done to a domain: one function per operation of domctl, sched_op, hvm_op and the
 * event-channel operation that a builder needs. All return -1 with errno (ESRCH: no such domain).
 */
#ifndef TOOLSTACK_DOMAIN_H
#define TOOLSTACK_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/cpu_list.h"
#include "lib/xencall.h"

/* The id comes back in *domid. The domain is empty and paused. */
int domain_create(struct xencall *xc, const struct xen_domctl_createdomain *how, domid_t *domid);
int domain_destroy(struct xencall *xc, domid_t domid);
int domain_pause(struct xencall *xc, domid_t domid);
int domain_unpause(struct xencall *xc, domid_t domid);
/* One that has shut down: as just made, but for its memory and registers. It is not shut down. */
int domain_soft_reset(struct xencall *xc, domid_t domid);
int domain_set_max_vcpus(struct xencall *xc, domid_t domid, uint32_t max);
int domain_set_max_memory(struct xencall *xc, domid_t domid, uint64_t kib);
int domain_set_paging_pool(struct xencall *xc, domid_t domid, uint64_t bytes);
int domain_set_tsc_mode(struct xencall *xc, domid_t domid, uint32_t mode);
int domain_set_hvm_param(struct xencall *xc, domid_t domid, uint32_t index, uint64_t value);
int domain_set_hvm_context(struct xencall *xc, domid_t domid, const void *records, size_t len);
/* Marks the domain as shut down with that SHUTDOWN_ reason, whatever its kernel is doing. */
int domain_remote_shutdown(struct xencall *xc, domid_t domid, uint32_t reason);
/* An event channel port of the domain that remote may bind to. */
int domain_alloc_port(struct xencall *xc, domid_t domid, domid_t remote, uint32_t *port);

int domain_info(struct xencall *xc, domid_t domid, struct xen_domctl_getdomaininfo *info);
/* Up to max domains from first on; returns how many. */
int domain_list(struct xencall *xc, domid_t first, struct xen_domctl_getdomaininfo *info, int max);
int domain_vcpu_info(struct xencall *xc, domid_t domid, uint32_t vcpu,
		     struct xen_domctl_getvcpuinfo *info);
/* CPUs that the vCPU may run on (hard) and prefers (soft). */
int domain_vcpu_affinity(struct xencall *xc, domid_t domid, uint32_t vcpu, struct cpu_list *hard,
			 struct cpu_list *soft);
/* NULL keeps a set. EINVAL: no CPU of it is there. */
int domain_set_vcpu_affinity(struct xencall *xc, domid_t domid, uint32_t vcpu,
			     const struct cpu_list *hard, const struct cpu_list *soft);
int domain_sched_credit(struct xencall *xc, domid_t domid, struct xen_domctl_sched_credit *p);
int domain_set_sched_credit(struct xencall *xc, domid_t domid,
			    const struct xen_domctl_sched_credit *p);
/* XEN_DOMCTL_SENDTRIGGER_* */
int domain_trigger(struct xencall *xc, domid_t domid, uint32_t vcpu, uint32_t trigger);

static inline uint32_t domain_shutdown_code(const struct xen_domctl_getdomaininfo *info)
{
	return info->flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
}

#endif
