// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Machine memory: the one-to-one map, the frame table and the buddy heap. Page tables of guests are
 * p2m.h; what a guest may ask of its memory is hypercall/memory.c.
 */
#ifndef SOCLE_MM_H
#define SOCLE_MM_H

#include "atomic.h"
#include "types.h"

struct domain;

/*
 * All RAM is mapped at this address (boot/entry.S builds the first GiB, mm/direct_map.c the rest).
 */
#define DIRECTMAP_BASE 0xffff800000000000UL
/* The hypervisor's image: linked here, loaded at the same offset from physical 0. */
#define HYPERVISOR_BASE 0xffffffff80000000UL

#ifdef SOCLE_HOST_TEST
void *paddr_to_virt(paddr_t pa);
void *mfn_to_virt(mfn_t mfn);
mfn_t virt_to_mfn(const void *va);
paddr_t virt_to_paddr(const void *va);
#else
static inline void *paddr_to_virt(paddr_t pa)
{
	return (void *)(DIRECTMAP_BASE + pa);
}
static inline void *mfn_to_virt(mfn_t mfn)
{
	return paddr_to_virt(mfn.n << PAGE_SHIFT);
}
static inline paddr_t virt_to_paddr(const void *va)
{
	uintptr_t a = (uintptr_t)va;

	return a >= HYPERVISOR_BASE ? a - HYPERVISOR_BASE : a - DIRECTMAP_BASE;
}
static inline mfn_t virt_to_mfn(const void *va)
{
	return MFN(virt_to_paddr(va) >> PAGE_SHIFT);
}
#endif

/*
 * One per machine frame, 16 bytes. Lists link by frame number; 0 ends them (frame 0 is never on
 * one).
 */
struct page_info {
	uint32_t next, prev; /* free list or the owner's page list; heap lock / owner's page_lock */
	uint32_t count;      /* references, atomic; 0: free, seized, or not ours to give */
	uint16_t owner;      /* domid; PAGE_OWNER_* otherwise; set before count becomes 1 */
	uint8_t order;       /* of a free block's first frame */
	uint8_t flags;       /* PAGE_* */
};
#define PAGE_OWNER_NONE       0xffffu /* free; nobody knows what is in it */
#define PAGE_OWNER_HYPERVISOR 0xfffeu
#define PAGE_OWNER_STALE      0xfffdu /* free, for idle CPUs to scrub; heap lock */
#define PAGE_OWNER_CLEAN      0xfffcu /* free and zeroed; heap lock */
#define PAGE_FREE             1u      /* first frame of a free block; heap lock */
#define PAGE_ALLOCATED        2u      /* the owner's own reference is still held; atomic */
#define PAGE_RAM              4u      /* exists and is RAM; constant after boot */
/* the hypervisor's, shared with the owner (shared info, grant table) */
#define PAGE_XENHEAP 8u
#define PAGE_WRITTEN 16u /* by the hypervisor, since the log of writes was last read; atomic */

struct page_info *mfn_to_page(mfn_t mfn); /* NULL when there is no such RAM frame */
mfn_t page_to_mfn(const struct page_info *pg);

/* --- start-up, in this order (mm/setup.c, mm/heap.c) --- */

struct boot_info;
/*
 * Chooses domain 0's share (the lowest dom0_bytes of RAM), moves the boot modules out of its way,
 * maps all RAM, builds the frame table and gives the rest of RAM to the heap. Panics with what is
 * missing.
 */
void memory_setup(struct boot_info *bi, uint64_t dom0_bytes);
/* Where domain 0's RAM ends: RAM regions below it, less the hypervisor's image, are domain 0's. */
paddr_t memory_dom0_end(void);
/* The image and its page tables' hole, 2 MiB aligned; domain 0 has no memory there. */
#define IMAGE_HOLE_START 0x200000UL
#define IMAGE_HOLE_END   0x400000UL
/* Gives a boot module's frames back to the heap. */
void memory_free_range(paddr_t start, paddr_t end);
void *kernel_pml4(void);
/*
 * Nothing is mapped at a page of ours any more, for CPUs that have not used it: a guard page. False
 * for want of memory.
 */
bool page_hide(void *va);
/* Device memory at pa, uncached; NULL when it cannot be mapped. The GiB around it stays mapped. */
void *device_to_virt(paddr_t pa);

/* --- heap: 2^order contiguous frames, for the hypervisor itself ----------------------------- */

/* Zeroed, in the direct map; NULL when there is none. Freed with the same order. */
void *heap_alloc(unsigned order);
/* The smallest that holds so many bytes. */
static inline unsigned order_of(uint64_t bytes)
{
	unsigned order = 0;

	while (PAGE_SIZE << order < bytes)
		order++;
	return order;
}
void heap_free(void *va, unsigned order);
/* Zeroed objects up to a page and larger (rounded up to a power of two of pages). */
void *object_alloc(size_t size);
void object_free(void *p, size_t size);

/*
 * For CPUs that are idle: scrubs a free frame, if many are to be scrubbed. True while that is so
 * and no other CPU is at it.
 */
bool heap_scrub_idle(void);

/* Frames in the heap's free lists. */
uint64_t heap_free_frames(void);
uint64_t memory_total_frames(void);

/* --- pages of domains ------------------------------------------------------------------------ */

/*
 * 2^order scrubbed frames accounted to d (d->tot_pages, limited by d->max_pages), each with
 * PAGE_ALLOCATED and count 1. NULL: no memory, or over the limit (a guest can cause both).
 */
struct page_info *domain_page_alloc(struct domain *d, unsigned order);
/* Another reference, only if the page is live and d's. */
bool page_get(struct page_info *pg, const struct domain *d);
/* Drops one; the last one gives the frame back to the heap and to d's account. */
void page_put(struct page_info *pg);
/* The hypervisor has written into it, or let others: for the log of writes. Before page_put. */
static inline void page_mark_written(struct page_info *pg)
{
	if (!(READ_ONCE(pg->flags) & PAGE_WRITTEN))
		atomic_or(&pg->flags, PAGE_WRITTEN);
}
/*
 * Drops the owner's own reference, once, however often it is called. True for the one call that
 * did.
 */
bool page_drop_allocated(struct page_info *pg);
/*
 * A page that changes hands. Seized, it is d's no more than by name: no reference to it can be had.
 * False: others refer to it, or it is not d's to give. Then page_release gives it back to d, or
 * page_move makes it to's, if that one's limit allows it and it does not die: true, and the caller
 * has a reference. Else, or with no `to`, the page is freed.
 */
bool page_seize(struct page_info *pg, const struct domain *d);
void page_release(struct page_info *pg);
bool page_move(struct page_info *pg, struct domain *to);
/*
 * Makes a heap page of ours (order 0) one that d may be shown: owner d, count 1, not accounted.
 * page_unshare drops that reference: the frame goes back to the heap with the last one (never
 * heap_free it afterwards).
 */
void page_share_with(void *va, struct domain *d);
void page_unshare(void *va);

/* Domain 0 at start-up: frames [first, end), not on the heap, become its pages. */
void domain_pages_adopt(struct domain *d, uint64_t first, uint64_t end);
/* A dying domain's own references, at most max of them; true when none is left. */
bool domain_pages_release(struct domain *d, unsigned max);

/*
 * The live domain with the page's owner id (domain/domain.c); no reference is taken: the page is
 * one.
 */
struct domain *domain_of_page(const struct page_info *pg);

#endif
