// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest is besides its memory, as the hypervisor hands it out and takes it back: the HVM
 * context, the CPU model, the time-stamp counter. All return -1 with the reason.
 */
#ifndef SAVERESTORE_VCPUS_H
#define SAVERESTORE_VCPUS_H

#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/xencall.h"
#include "saverestore/stream_format.h"

int vcpus_get_context(struct xencall *xc, domid_t domid, struct buf *out, struct reason *why);
int vcpus_set_context(struct xencall *xc, domid_t domid, struct bytes context, struct reason *why);

/* An array of struct xen_cpuid_leaf. */
int vcpus_get_policy(struct xencall *xc, domid_t domid, struct buf *out, struct reason *why);
int vcpus_set_policy(struct xencall *xc, domid_t domid, struct bytes leaves, struct reason *why);

int vcpus_get_tsc(struct xencall *xc, domid_t domid, struct stream_tsc_info *t, struct reason *why);
int vcpus_set_tsc(struct xencall *xc, domid_t domid, const struct stream_tsc_info *t,
		  struct reason *why);

/*
 * Lets a suspended guest go on where it is: its hypercall is made to say that the suspend was
 * cancelled.
 */
int vcpus_resume(struct xencall *xc, domid_t domid, struct reason *why);

#endif
