// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and writing the memory of the domain that made a hypercall. Addresses are guest-linear,
 * walked through the calling vCPU's own page tables. Read a structure once into a local, check the
 * local, never look at the original again.
 */
#ifndef SOCLE_GUEST_ACCESS_H
#define SOCLE_GUEST_ACCESS_H

#include "types.h"

struct domain;

/* Both: 0 or -EFAULT (a part may have been written). The current vCPU's address space. */
int guest_copy_from(void *dst, uint64_t guest_va, size_t len);
int guest_copy_to(uint64_t guest_va, const void *src, size_t len);
int guest_clear(uint64_t guest_va, size_t len);
/*
 * As guest_copy_to, with the rights of the guest's kernel: for areas that it has registered. The
 * vCPU may have been interrupted in user mode, where its own rights do not reach them. Or those
 * registered by their guest-physical address.
 */
int guest_publish(uint64_t at, bool physical, const void *src, size_t len);

/* Guest-physical access to any domain's RAM; 0 or -EFAULT. */
int guest_phys_read(struct domain *d, gpaddr_t gpa, void *dst, size_t len);
int guest_phys_write(struct domain *d, gpaddr_t gpa, const void *src, size_t len);

/* Element i of an array of *local at guest_va, with the multiplication checked. */
#define guest_array_from(local, guest_va, i) \
	guest_copy_from((local), (guest_va) + (uint64_t)(i) * sizeof(*(local)), sizeof(*(local)))
#define guest_array_to(guest_va, i, local) \
	guest_copy_to((guest_va) + (uint64_t)(i) * sizeof(*(local)), (local), sizeof(*(local)))

/*
 * Maps a guest RAM frame for as long as it is needed (shared rings, vcpu_info): a page reference
 * and its address in the direct map. NULL if gfn is not the domain's own writable RAM.
 */
void *guest_frame_map(struct domain *d, gfn_t gfn);
/* By any address in it; NULL: nothing to do. */
void guest_frame_unmap(void *va);

#endif
