// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nested page tables: four levels, leaves of 4K, 2M and 1G, walked the same way for NPT and EPT
 * (APM vol. 2, 15.25; SDM vol. 3, 28.3). Written under p2m.lock, each entry in one store, so that
 * lookups go without it: tables are freed only with the domain.
 */
#include "p2m.h"

#include "abi/errno.h"
#include "atomic.h"
#include "domain.h"
#include "iommu.h"
#include "mm.h"

#define ENTRY_ADDRESS 0x000ffffffffff000UL
#define TYPE_SHIFT    52
#define ENTRIES       512u
#define LEVEL_TOP     3u /* levels 3..0; a leaf at level n maps 512^n frames */
#define GFN_LIMIT     (1UL << 36)
#define TABLES_MIN    512u
#define TABLES_SHARE  64u /* one table for this many pages that a domain may have */

static enum p2m_type entry_type(uint64_t e)
{
	return (enum p2m_type)(e >> TYPE_SHIFT & 0xf);
}

/* What all but the log of writes see: a page that was not written to lately is RAM like others. */
static enum p2m_type shown_type(uint64_t e)
{
	return entry_type(e) == P2M_RAM_CLEAN ? P2M_RAM_RW : entry_type(e);
}

static uint64_t level_frames(unsigned level)
{
	return 1UL << 9 * level;
}

static unsigned table_index(gfn_t gfn, unsigned level)
{
	return gfn.n >> 9 * level & (ENTRIES - 1);
}

static bool is_table(uint64_t e, unsigned level)
{
	return level && e && entry_type(e) == P2M_INVALID;
}

static uint64_t *entry_table(uint64_t e)
{
	return mfn_to_virt(MFN((e & ENTRY_ADDRESS) >> PAGE_SHIFT));
}

static uint64_t make_leaf(mfn_t mfn, unsigned level, enum p2m_type type)
{
	uint64_t e;

	if (type == P2M_INVALID)
		return 0;
	e = mfn.n << PAGE_SHIFT | hvm->p2m_format->leaf[type] | (uint64_t)type << TYPE_SHIFT;
	return level ? (e & ~hvm->p2m_format->small_only) | hvm->p2m_format->large : e;
}

static mfn_t leaf_mfn(uint64_t e, gfn_t gfn, unsigned level)
{
	return MFN(((e & ENTRY_ADDRESS) >> PAGE_SHIFT) + (gfn.n & (level_frames(level) - 1)));
}

/*
 * Tables are the hypervisor's memory, and stay until the domain goes: without a limit a guest that
 * moves one page about would get all of it. A guest's RAM needs one for 512 frames.
 */
static bool table_allowed(const struct domain *d)
{
	return d->is_control ||
	       d->p2m.table_frames < TABLES_MIN + READ_ONCE(d->max_pages) / TABLES_SHARE;
}

static uint64_t *table_alloc(struct domain *d)
{
	uint64_t *t = table_allowed(d) ? heap_alloc(0) : NULL;

	if (t)
		d->p2m.table_frames++;
	return t;
}

int p2m_init(struct domain *d)
{
	uint64_t *root = table_alloc(d);

	if (!root)
		return -ENOMEM;
	d->p2m.root = virt_to_mfn(root);
	d->p2m.generation = 1;
	return 0;
}

/* Replaces a leaf by a table that maps the same. */
static bool split(struct domain *d, uint64_t *e, unsigned level)
{
	uint64_t old = *e, *t = table_alloc(d);

	if (!t)
		return false;
	if (old)
		for (unsigned i = 0; i < ENTRIES; i++)
			t[i] = make_leaf(MFN(((old & ENTRY_ADDRESS) >> PAGE_SHIFT) +
					     i * level_frames(level - 1)),
					 level - 1, entry_type(old));
	WRITE_ONCE(*e, virt_to_paddr(t) | hvm->p2m_format->table);
	return true;
}

static void flush_locked(struct domain *d)
{
	if (!d->p2m.need_flush)
		return;
	atomic_add(&d->p2m.generation, 1);
	tlb_flush_domain(d);
	iommu_p2m_flush(d);
	/*
	 * Last: another CPU that sees this cleared takes the flush for done, and lets go of a page.
	 */
	WRITE_ONCE(d->p2m.need_flush, false);
	while (d->p2m.nr_deferred) {
		struct page_info *pg = mfn_to_page(d->p2m.deferred[--d->p2m.nr_deferred]);

		page_mark_written(pg); /* until now it could be, by d */
		page_put(pg);
	}
}

/* What becomes of pages that an entry will not map any more: foreign ones go after a flush. */
static void forget(struct domain *d, uint64_t old)
{
	if (!old)
		return;
	if (entry_type(old) == P2M_FOREIGN && d->p2m.nr_deferred == P2M_DEFERRED)
		flush_locked(d);
	WRITE_ONCE(d->p2m.need_flush, true);
	if (entry_type(old) == P2M_FOREIGN)
		d->p2m.deferred[d->p2m.nr_deferred++] = MFN((old & ENTRY_ADDRESS) >> PAGE_SHIFT);
}

static void free_subtree(struct domain *d, uint64_t e, unsigned level)
{
	uint64_t *t = entry_table(e);

	for (unsigned i = 0; i < ENTRIES; i++)
		if (is_table(t[i], level - 1))
			free_subtree(d, t[i], level - 1);
		else if (entry_type(t[i]) == P2M_FOREIGN)
			page_put(mfn_to_page(MFN((t[i] & ENTRY_ADDRESS) >> PAGE_SHIFT)));
	d->p2m.table_frames--;
	heap_free(t, 0);
}

void p2m_destroy(struct domain *d)
{
	mfn_t root = d->p2m.root;

	if (!root.n)
		return;
	p2m_flush(d);
	/* Others may be looking for a page of this domain: from here on they find none. */
	spin_lock(&d->p2m.lock);
	d->p2m.root = MFN(0);
	spin_unlock(&d->p2m.lock);
	free_subtree(d, root.n << PAGE_SHIFT, LEVEL_TOP + 1);
}

/* One naturally aligned piece: order is 9 * level. The lock is held. */
static int map_piece(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned level, enum p2m_type type)
{
	uint64_t *t = mfn_to_virt(d->p2m.root), *e, old;
	int rc;

	for (unsigned l = LEVEL_TOP; l > level; l--) {
		e = &t[table_index(gfn, l)];
		if (!is_table(*e, l)) {
			if (!*e && type == P2M_INVALID)
				return 0;
			if (*e)
				d->p2m.need_flush = true;
			if (!split(d, e, l))
				return -ENOMEM;
		}
		t = entry_table(*e);
	}
	e = &t[table_index(gfn, level)];
	old = *e;
	if (is_table(old, level)) {
		/* Piecewise, rather than freeing a table that a lookup may be walking. */
		for (unsigned i = 0; i < ENTRIES; i++) {
			uint64_t n = i * level_frames(level - 1);

			rc = map_piece(d, GFN(gfn.n + n), MFN(mfn.n + n), level - 1, type);
			if (rc)
				return rc;
		}
		return 0;
	}
	rc = iommu_p2m_set(d, gfn, mfn, level, type);
	if (rc) {
		d->p2m.need_flush = true; /* something of it may have been there for a moment */
		return rc;
	}
	/*
	 * In this order: who sees that the old page is not there any more, and lets go of what kept
	 * it, flushes first.
	 */
	forget(d, old);
	WRITE_ONCE(*e, make_leaf(mfn, level, type));
	return 0;
}

static int tell_subtree(struct domain *d, const uint64_t *t, gfn_t gfn, unsigned level)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < ENTRIES; i++, gfn.n += level_frames(level)) {
		if (is_table(t[i], level))
			rc = tell_subtree(d, entry_table(t[i]), gfn, level - 1);
		else if (t[i])
			rc = iommu_p2m_set(d, gfn, leaf_mfn(t[i], gfn, level), level,
					   shown_type(t[i]));
	}
	return rc;
}

int p2m_tell_iommu(struct domain *d)
{
	return d->p2m.root.n ? tell_subtree(d, mfn_to_virt(d->p2m.root), GFN(0), LEVEL_TOP) : 0;
}

static unsigned best_level(gfn_t gfn, mfn_t mfn, uint64_t frames)
{
	for (unsigned level = hvm->p2m_format->has_1g ? 2 : 1; level; level--)
		if (frames >= level_frames(level) && !((gfn.n | mfn.n) & (level_frames(level) - 1)))
			return level;
	return 0;
}

int p2m_map(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, enum p2m_type type)
{
	uint64_t frames = 1UL << order;
	int rc = 0;

	if (gfn.n >= GFN_LIMIT || frames > GFN_LIMIT - gfn.n)
		return -EINVAL;
	spin_lock(&d->p2m.lock);
	if (!d->p2m.root.n)
		rc = -EINVAL; /* the domain is being destroyed */
	if (type != P2M_INVALID)
		d->p2m.max_gfn = MAX(d->p2m.max_gfn, gfn.n + frames - 1);
	while (frames && !rc) {
		unsigned level = best_level(gfn, type == P2M_INVALID ? MFN(gfn.n) : mfn, frames);

		rc = map_piece(d, gfn, mfn, level, type);
		gfn.n += level_frames(level);
		mfn.n += level_frames(level);
		frames -= level_frames(level);
	}
	spin_unlock(&d->p2m.lock);
	return rc;
}

int p2m_unmap(struct domain *d, gfn_t gfn, unsigned order)
{
	return p2m_map(d, gfn, MFN(0), order, P2M_INVALID);
}

/*
 * The entry that maps gfn, or would, and what was read there; *level is its own. Inline for
 * p2m_lookup, which is hot.
 */
static inline uint64_t *entry_find(mfn_t root, gfn_t gfn, unsigned *level, uint64_t *value)
{
	uint64_t *t = mfn_to_virt(root), *e;

	for (*level = LEVEL_TOP;; --*level) {
		e = &t[table_index(gfn, *level)];
		*value = READ_ONCE(*e);
		if (!is_table(*value, *level))
			return e;
		t = entry_table(*value);
	}
}

/*
 * The same under the lock. What maps gfn maps nothing else from now on, but for want of memory for
 * tables.
 */
static uint64_t *entry_split(struct domain *d, gfn_t gfn, unsigned *level)
{
	uint64_t old, *e = entry_find(d->p2m.root, gfn, level, &old);

	while (old && *level && split(d, e, *level)) {
		d->p2m.need_flush = true;
		e = entry_find(d->p2m.root, gfn, level, &old);
	}
	return e;
}

int p2m_split(struct domain *d, gfn_t gfn)
{
	unsigned level = 0;

	spin_lock(&d->p2m.lock);
	if (d->p2m.root.n && !*entry_split(d, gfn, &level))
		level = 0;
	spin_unlock(&d->p2m.lock);
	return level ? -ENOMEM : 0;
}

/* The lock is held. */
static int unmap_ram(struct domain *d, gfn_t gfn, mfn_t mfn)
{
	enum p2m_type type;

	if (p2m_lookup(d, gfn, &type).n != mfn.n || (type != P2M_RAM_RW && type != P2M_RAM_RO))
		return -EBUSY;
	return map_piece(d, gfn, MFN(0), 0, P2M_INVALID);
}

int p2m_unmap_page(struct domain *d, gfn_t gfn, mfn_t mfn)
{
	int rc;

	spin_lock(&d->p2m.lock);
	rc = unmap_ram(d, gfn, mfn);
	spin_unlock(&d->p2m.lock);
	return rc;
}

int p2m_move_page(struct domain *d, gfn_t from, gfn_t to, mfn_t mfn)
{
	int rc;

	if (to.n >= GFN_LIMIT)
		return -EINVAL;
	spin_lock(&d->p2m.lock);
	rc = unmap_ram(d, from, mfn);
	if (!rc) {
		rc = map_piece(d, to, mfn, 0, P2M_RAM_RW);
		if (rc) /* back where it was: the tables for that are there, so it cannot fail */
			map_piece(d, from, mfn, 0, P2M_RAM_RW);
		else
			d->p2m.max_gfn = MAX(d->p2m.max_gfn, to.n);
	}
	spin_unlock(&d->p2m.lock);
	return rc;
}

struct page_info *p2m_seize_page(struct domain *d, gfn_t gfn)
{
	struct page_info *pg;
	mfn_t mfn;

	spin_lock(&d->p2m.lock);
	mfn = p2m_lookup(d, gfn, NULL);
	pg = mfn_to_page(mfn);
	if (pg && !page_seize(pg, d)) {
		pg = NULL;
	} else if (pg && unmap_ram(d, gfn, mfn)) {
		page_release(pg);
		pg = NULL;
	}
	spin_unlock(&d->p2m.lock);
	return pg;
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	mfn_t root = MFN(READ_ONCE(d->p2m.root.n));
	unsigned level = 0;
	uint64_t e = 0;

	if (root.n && gfn.n < GFN_LIMIT)
		entry_find(root, gfn, &level, &e);
	if (type)
		*type = shown_type(e);
	return e ? leaf_mfn(e, gfn, level) : INVALID_MFN;
}

struct page_info *p2m_page_get(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	struct page_info *pg = NULL;
	struct domain *owner;
	enum p2m_type t;
	mfn_t mfn;

	spin_lock(&d->p2m.lock);
	mfn = p2m_lookup(d, gfn, &t);
	if (t == P2M_RAM_RW || t == P2M_RAM_RO || t == P2M_FOREIGN) {
		pg = mfn_to_page(mfn);
		owner = pg && t == P2M_FOREIGN ? domain_of_page(pg) : d;
		if (pg && (!owner || !page_get(pg, owner)))
			pg = NULL;
	}
	spin_unlock(&d->p2m.lock);
	if (type)
		*type = t;
	return pg;
}

void p2m_flush_all(struct domain *d)
{
	spin_lock(&d->p2m.lock);
	d->p2m.need_flush = true;
	flush_locked(d);
	spin_unlock(&d->p2m.lock);
}

void p2m_flush(struct domain *d)
{
	if (READ_ONCE(d->p2m.need_flush))
		p2m_flush_all(d);
}

/* --- the log of writes ------------------------------------------------------------------------ */

static void leaf_retype(struct domain *d, uint64_t *e, unsigned level, enum p2m_type type)
{
	if (type == entry_type(*e))
		return;
	WRITE_ONCE(*e, make_leaf(MFN((*e & ENTRY_ADDRESS) >> PAGE_SHIFT), level, type));
	if (type == P2M_RAM_CLEAN)
		d->p2m.need_flush = true;
}

bool p2m_write_fault(struct domain *d, gfn_t gfn)
{
	bool was_clean = false;
	uint64_t *e, old;
	unsigned level;

	if (!READ_ONCE(d->p2m.log_dirty) || gfn.n >= GFN_LIMIT)
		return false;
	spin_lock(&d->p2m.lock);
	entry_find(d->p2m.root, gfn, &level, &old);
	if (entry_type(old) == P2M_RAM_CLEAN) {
		was_clean = true;
		d->p2m.write_faults++;
		/* Without memory for a table, all that the entry maps counts as written. */
		e = entry_split(d, gfn, &level);
		leaf_retype(d, e, level, P2M_RAM_RW);
	}
	flush_locked(d);
	spin_unlock(&d->p2m.lock);
	return was_clean;
}

/*
 * Written by us, or by others who have it mapped and may write at any moment. Who writes marks the
 * page before giving up the reference, so the references are looked at first.
 */
static bool page_written(mfn_t mfn, bool forget)
{
	struct page_info *pg = mfn_to_page(mfn);
	bool written = pg && atomic_read(&pg->count) > 1;

	if (!pg || !(READ_ONCE(pg->flags) & PAGE_WRITTEN))
		return written;
	if (forget)
		atomic_and(&pg->flags, (uint8_t)~PAGE_WRITTEN);
	return true;
}

/* A leaf of RAM, whose frames [gfn, end) are within the range. */
static void scan_leaf(struct p2m_scan *s, uint64_t gfn, uint64_t end, uint64_t e, unsigned level)
{
	for (; gfn < end; gfn++) {
		bool written = page_written(leaf_mfn(e, GFN(gfn), level), s->how != P2M_SCAN_PEEK);

		if (!written && entry_type(e) != P2M_RAM_RW)
			continue;
		s->written++;
		if (s->bits)
			s->bits[(gfn - s->first) / 64] |= BIT((gfn - s->first) % 64);
	}
}

/* What a leaf of RAM is from now on. is_cut: the range ends within it. */
static enum p2m_type type_after(const struct p2m_scan *s, uint64_t e, bool is_cut)
{
	if (s->how == P2M_SCAN_START || (s->how == P2M_SCAN_CLEAN && !is_cut))
		return P2M_RAM_CLEAN;
	return s->how == P2M_SCAN_STOP ? P2M_RAM_RW : entry_type(e);
}

void p2m_scan(struct domain *d, struct p2m_scan *s)
{
	uint64_t end = MIN(s->first + s->nr, GFN_LIMIT), next, *e, old;
	struct page_info *pg;
	unsigned level;

	spin_lock(&d->p2m.lock);
	for (uint64_t gfn = s->first; gfn < end && d->p2m.root.n; gfn = next) {
		e = entry_find(d->p2m.root, GFN(gfn), &level, &old);
		next = (gfn | (level_frames(level) - 1)) + 1;
		pg = mfn_to_page(leaf_mfn(old, GFN(gfn), level));
		/* Pages of ours that the guest is shown are made anew where it goes. */
		if (shown_type(old) != P2M_RAM_RW || (pg && (READ_ONCE(pg->flags) & PAGE_XENHEAP)))
			continue;
		/* Ranges are of whole entries of 2M. */
		if (level > 1 && s->how == P2M_SCAN_START && split(d, e, level)) {
			d->p2m.need_flush = true;
			next = gfn;
			continue;
		}
		scan_leaf(s, gfn, MIN(next, end), old, level);
		leaf_retype(d, e, level, type_after(s, old, next > end));
	}
	spin_unlock(&d->p2m.lock);
}
