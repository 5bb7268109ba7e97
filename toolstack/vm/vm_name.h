// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding VMs: by name, by UUID, or all of them.
 */
#ifndef VM_VM_NAME_H
#define VM_VM_NAME_H

#include "lib/vm_state.h"
#include "lib/xencall.h"

/* All domains, by their ids; the caller frees. Returns their number, or -1 with the reason. */
int vm_domains(struct xencall *xc, struct xen_domctl_getdomaininfo **list, struct reason *why);
/* Name of a live domain: "Domain-0", what its state says, or "(null)". */
void vm_domain_name(const struct xen_domctl_getdomaininfo *info, char name[VM_NAME_MAX + 1]);
/* The live domain of that name or UUID; false if there is none. */
bool vm_name_find(struct xencall *xc, const char *name, domid_t *domid);
bool vm_uuid_find(struct xencall *xc, const uint8_t uuid[16], domid_t *domid);
/* Whether another domain than domid has a name, or is to have it: the reason says which. */
bool vm_name_taken(struct xencall *xc, const char *name, domid_t domid, struct reason *why);
/* Another name. Returns -1 with the reason. */
int vm_rename(struct xencall *xc, domid_t domid, const char *name, struct reason *why);

#endif
