// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's physical-to-machine map: nested page tables. The table walk is shared (mm/p2m.c); only
 * the entry encoding differs between NPT and EPT (struct p2m_format).
 */
#ifndef SOCLE_P2M_H
#define SOCLE_P2M_H

#include "spinlock.h"
#include "types.h"

struct domain;
struct page_info;

enum p2m_type {
	P2M_INVALID = 0, /* nothing there: an access is MMIO nobody emulates, or a fault */
	P2M_RAM_RW,
	P2M_RAM_RO,
	P2M_MMIO_DIRECT, /* machine memory that is not RAM: domain 0's, or a guest's device's */
	P2M_MMIO_RO,     /* the same, but writes exit: PCI configuration space */
	P2M_FOREIGN,     /* another domain's page; holds a page reference */
	P2M_GRANT_RW,    /* mapped by grant; the grant table holds the reference */
	P2M_GRANT_RO,
	/* P2M_RAM_RW not written to since the log of writes was last read: the next write exits.
	 * Within p2m.c only: others are told P2M_RAM_RW. */
	P2M_RAM_CLEAN,
};

#define P2M_TYPES    9u
#define P2M_DEFERRED 64u

/*
 * How a vendor writes an entry: access bits by type; the type itself is kept in bits 52-55 of a
 * leaf.
 */
struct p2m_format {
	uint64_t leaf[P2M_TYPES]; /* bits of a present leaf; 0 for P2M_INVALID */
	uint64_t table;           /* bits of an entry that points to a table */
	uint64_t large;           /* set in a 2M or 1G leaf */
	uint64_t small_only;      /* access that no 2M or 1G leaf gives; see p2m_split */
	bool has_1g;
};

struct p2m {
	struct spinlock lock;
	mfn_t root;            /* top-level table */
	uint64_t table_frames; /* frames spent on tables */
	bool need_flush;       /* a mapping was removed or tightened since the last p2m_flush */
	uint64_t generation;   /* bumped by p2m_flush; vCPUs compare before they enter the guest */
	/* foreign pages unmapped, to be dropped after the flush; lock */
	mfn_t deferred[P2M_DEFERRED];
	unsigned nr_deferred;
	uint64_t max_gfn;      /* the highest frame ever mapped; lock */
	bool log_dirty;        /* there may be P2M_RAM_CLEAN; domctl's */
	uint32_t write_faults; /* on such, since the log was last emptied */
};

int p2m_init(struct domain *d);
/* Frees the tables and drops the references of foreign mappings. No vCPU may run any more. */
void p2m_destroy(struct domain *d);

/*
 * Maps 2^order frames (order 0, 9 or 18 are one entry; others are split up) from gfn to mfn.
 * Replaces what was there: a replaced P2M_FOREIGN entry's reference is dropped after the flush.
 * -ENOMEM.
 */
int p2m_map(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, enum p2m_type type);
int p2m_unmap(struct domain *d, gfn_t gfn, unsigned order);
/*
 * RAM of d that the caller looked up before and has a reference to: unmapped, or moved to another
 * gfn, if it is still what is at gfn. -EBUSY when another vCPU was faster. A page is in one place
 * at most at any time, so that who unmaps it may give it back.
 */
int p2m_unmap_page(struct domain *d, gfn_t gfn, mfn_t mfn);
int p2m_move_page(struct domain *d, gfn_t from, gfn_t to, mfn_t mfn);
/*
 * The page at gfn, if it is d's own RAM and nobody refers to it but d: unmapped, and nobody's
 * (page_seize), to be moved after the flush. NULL: nothing has changed.
 */
struct page_info *p2m_seize_page(struct domain *d, gfn_t gfn);
/* The page at gfn gets a leaf of its own, the least one, where it is part of a larger. -ENOMEM. */
int p2m_split(struct domain *d, gfn_t gfn);
/* What is at gfn; INVALID_MFN and P2M_INVALID when nothing. type may be NULL. */
mfn_t p2m_lookup(struct domain *d, gfn_t gfn, enum p2m_type *type);
/*
 * As p2m_lookup for RAM and foreign pages, and takes a page reference (page_put later); NULL else.
 */
struct page_info *p2m_page_get(struct domain *d, gfn_t gfn, enum p2m_type *type);

/* Tells the IOMMU of all that d has mapped so far (iommu_p2m_set). p2m.lock is held. -ENOMEM. */
int p2m_tell_iommu(struct domain *d);

/*
 * Makes removals effective on all CPUs and for devices before it returns; call once per batch of
 * p2m_map/p2m_unmap and before dropping the reference of a page that was mapped. Cheap when nothing
 * was removed.
 */
void p2m_flush(struct domain *d);

/* The same, whether anything was removed or not. */
void p2m_flush_all(struct domain *d);

/*
 * The log of writes, for live migration. A page was written to if its leaf allows it (each write to
 * a P2M_RAM_CLEAN one exits and makes it P2M_RAM_RW), if somebody else holds a reference, or if the
 * hypervisor has marked it (page_mark_written). So the log takes no memory but for tables: a large
 * leaf is split when it is first written to.
 */
enum p2m_scan_how {
	P2M_SCAN_START, /* all is clean from now on */
	P2M_SCAN_PEEK,
	P2M_SCAN_CLEAN, /* tells, and what was told is clean from now on */
	P2M_SCAN_STOP,  /* everything may be written to */
};

struct p2m_scan {
	enum p2m_scan_how how;
	uint64_t first, nr; /* frames; first is a multiple of 512 */
	uint64_t *bits;     /* one for each frame, set for those written to; NULL: not wanted */
	uint64_t written;   /* counted up by those set */
};

/* One range; p2m_flush is due afterwards. */
void p2m_scan(struct domain *d, struct p2m_scan *s);
/* A nested fault: was it the first write to a clean page? Then it may be repeated. */
bool p2m_write_fault(struct domain *d, gfn_t gfn);

/* Makes every CPU leave d's guest mode, and enter it again only with an empty TLB (x86/tlb.c). */
void tlb_flush_domain(struct domain *d);

#endif
