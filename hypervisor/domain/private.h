// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of domain/ only. */
#ifndef SOCLE_DOMAIN_PRIVATE_H
#define SOCLE_DOMAIN_PRIVATE_H

#include "domain.h"

void vcpu_destroy(struct vcpu *v);
/* Gives back the guest frame that v->info is in, if it was registered. */
void guest_frame_release_info(struct vcpu *v);
/* Makes v look up if it is in the guest; and waits until it has been put away. */
void vcpu_leave_guest(struct vcpu *v);
void vcpu_wait_stopped(struct vcpu *v);
/*
 * Into and out of the table that domain_get searches. -EEXIST when the id is taken, be it by a
 * domain that only waits for others to let go of its pages; -ENOMEM.
 */
int domain_register(struct domain *d);
void domain_unlist(struct domain *d);
void domain_unregister(struct domain *d);
/*
 * Puts swiotlb=force into a kernel's command line, or takes it out; size is the buffer's. 1: the
 * line has changed; 0: it was like that before; -ENOSPC: it does not fit.
 */
int dom0_swiotlb(char *line, size_t size, bool force);
/* Called by domain_put for the last reference. */
void domain_free(struct domain *d);

#endif
