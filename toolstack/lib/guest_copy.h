// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies between a guest's memory and ours in one hypercall of any length
 * (XEN_DOMCTL_gdbsx_guestmemio). Socle has it; Xen has it only in debug builds.
 *
 * The hypervisor walks our page tables and waits for no page fault, but Linux takes a page away for
 * a moment when it moves it (compaction, huge pages), locked or not. So whoever copies through here
 * needs no memory of a special kind: a page that is not there is touched, and the copy goes on.
 */
#ifndef TOOLSTACK_GUEST_COPY_H
#define TOOLSTACK_GUEST_COPY_H

#include "lib/xencall.h"

enum guest_copy_address {
	GUEST_COPY_UNPAGED,  /* of a guest whose vCPU 0 is paused and has paging off */
	GUEST_COPY_PHYSICAL, /* whatever the guest does: Socle only */
};

/*
 * Both return -1 with errno: EFAULT where the guest has no memory of that kind, EOPNOTSUPP, ENOSYS
 * or another where the hypervisor has no such copy. Nothing is said about what was copied then.
 */
int guest_copy_in(struct xencall *xc, domid_t domid, enum guest_copy_address kind, uint64_t at,
		  const void *data, size_t len);
int guest_copy_out(struct xencall *xc, domid_t domid, enum guest_copy_address kind, uint64_t at,
		   void *data, size_t len);

#endif
