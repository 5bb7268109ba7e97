// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ticket spinlocks. The hypervisor runs with interrupts off except while idle, so a lock needs no
 * interrupt variant and no holder is ever interrupted.
 *
 * Lock order, outermost first (take a later one while holding an earlier one, never the reverse):
 *   domain_list -> domain (d->lock) -> grant (d->grant.lock; two domains': lower domid first)
 *   -> event peers -> event (d->event_lock; two domains': lower address first) -> event channel
 *   -> FIFO queues (event/private.h), device models (hvm.ioreq_lock)
 *   -> a paused vCPU's VMCS (hvm/vmx) -> a guest's PCI (d->hvm.pci_lock)
 *   -> whose devices are whose (iommu/domains.c) -> p2m (d->p2m.lock)
 *   -> page_list (d->page_lock) -> watched PCI (hvm/vpci.c) -> direct map -> heap
 *   -> emulated IO-APIC -> scheduler (per CPU, lower CPU first) -> timers -> irq -> real IO-APIC,
 *   PCI ports, commands of an IOMMU -> what guests say -> log
 * A domain that is freed leaves domain_list under any of them: inside it, only heap is taken.
 */
#ifndef SOCLE_SPINLOCK_H
#define SOCLE_SPINLOCK_H

#include "types.h"

struct spinlock {
	uint16_t owner;
	uint16_t next;
};

#define SPINLOCK_INIT \
	{             \
		0, 0  \
	}

static inline void spin_lock(struct spinlock *l)
{
	uint16_t ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_SEQ_CST);

	while (__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != ticket)
		__builtin_ia32_pause();
}

static inline void spin_unlock(struct spinlock *l)
{
	__atomic_store_n(&l->owner, (uint16_t)(l->owner + 1), __ATOMIC_RELEASE);
}

static inline bool spin_is_locked(const struct spinlock *l)
{
	return READ_ONCE(l->owner) != READ_ONCE(l->next);
}

#endif
