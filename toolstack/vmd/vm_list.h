// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM as vm.list and watch tell of it.
 */
#ifndef VMD_VM_LIST_H
#define VMD_VM_LIST_H

#include <jansson.h>

#include "lib/store.h"
#include "lib/vm_state.h"
#include "lib/xencall.h"
#include "vmd/call.h"

const char *vm_power_state(const struct xen_domctl_getdomaininfo *info);
/* state: of that domain, or with an empty name. s NULL: no store. */
json_t *vm_json(const struct xen_domctl_getdomaininfo *info, const struct vm_state *state,
		struct store *s);
/* Of a domain; false, and *state empty, if it has none. */
bool vm_state_of(const struct xen_domctl_getdomaininfo *info, struct vm_state *state);
/*
 * Whether there is anything to tell of it: one that somebody is still making may get another name,
 * or come to nothing.
 */
bool vm_is_complete(const struct xen_domctl_getdomaininfo *info);
/*
 * Adds what tell() makes of each complete domain to "vms" of the answer; s is NULL without a store.
 * -1: the call has failed.
 */
int vm_each(struct call *c,
	    json_t *(*tell)(struct call *c, const struct xen_domctl_getdomaininfo *info,
			    struct store *s, const void *arg),
	    const void *arg);
/* memory/target below its home, in bytes. */
uint64_t vm_memory_target(struct store *s, const struct xen_domctl_getdomaininfo *info);

#endif
