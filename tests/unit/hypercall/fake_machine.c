// SPDX-License-Identifier: GPL-2.0-or-later
/* See fake_machine.h. */
#include "fake_machine.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "boot_info.h"
#include "grant.h"
#include "guest_access.h"
#include "host.h"
#include "hypercall.h"
#include "lib.h"
#include "log.h"

uint8_t memory[MEMORY_SIZE];
unsigned fake_flushes, fake_log_lines, fake_free_frames, fake_arg;
uint64_t fake_arg_value;
int fake_preempt_after;
void (*fake_other_vcpu)(void);

static struct page_info frames[FAKE_FRAMES];
static unsigned mapped[FAKE_FRAMES], stale[FAKE_FRAMES];
static uint8_t *frame_bytes;

static struct entry {
	uint64_t mfn;
	enum p2m_type type;
} tables[FAKE_DOMAINS][FAKE_GFNS];
static uint64_t deferred[FAKE_DOMAINS][64];
static unsigned nr_deferred[FAKE_DOMAINS];

/* Grant frames: allocated as they are asked for, like the real ones. */
static mfn_t grant_frames[FAKE_DOMAINS][8];

static struct domain *domains[FAKE_DOMAINS];
static struct vcpu *current;
static long objects;

/* --- reset and check -------------------------------------------------------------------------- */

void machine_reset(void)
{
	if (!frame_bytes)
		frame_bytes = aligned_alloc(PAGE_SIZE, FAKE_FRAMES * PAGE_SIZE);
	memset(frames, 0, sizeof(frames));
	memset(mapped, 0, sizeof(mapped));
	memset(stale, 0, sizeof(stale));
	memset(tables, 0, sizeof(tables));
	memset(nr_deferred, 0, sizeof(nr_deferred));
	memset(memory, 0, sizeof(memory));
	memset(grant_frames, 0, sizeof(grant_frames));
	for (unsigned i = 0; i < FAKE_FRAMES; i++)
		frames[i].flags = PAGE_RAM;
	fake_flushes = fake_log_lines = 0;
	fake_preempt_after = -1;
	fake_other_vcpu = NULL;
	fake_free_frames = 3000;
	objects = 0;
	current = NULL;
}

static void domain_release(struct domain *d)
{
	for (uint64_t g = 0; g < FAKE_GFNS; g++)
		if (tables[d->id][g].type != P2M_INVALID)
			p2m_unmap(d, GFN(g), 0);
	p2m_flush(d);
	for (unsigned i = 1; i < FAKE_FRAMES; i++)
		if (frames[i].count && frames[i].owner == d->id)
			page_drop_allocated(&frames[i]);
}

void machine_check_no_leaks(void)
{
	for (unsigned i = 0; i < FAKE_DOMAINS; i++)
		if (domains[i])
			domain_release(domains[i]);
	for (unsigned i = 0; i < FAKE_DOMAINS; i++) {
		struct domain *d = domains[i];

		if (!d)
			continue;
		assert_int_equal(d->refs, 1);
		assert_int_equal(d->tot_pages, 0);
		page_unshare(d->shared_info);
		for (unsigned g = 0; g < ARRAY_SIZE(grant_frames[i]); g++)
			if (grant_frames[i][g].n)
				page_put(&frames[grant_frames[i][g].n]);
		object_free(d->e820, 0);
		free(d->vcpu[0]);
		free(d);
		domains[i] = NULL;
	}
	for (unsigned i = 1; i < FAKE_FRAMES; i++)
		assert_int_equal(frames[i].count, 0);
	assert_int_equal(objects, 0);
}

/* --- frames ----------------------------------------------------------------------------------- */

struct page_info *mfn_to_page(mfn_t mfn)
{
	return mfn.n && mfn.n < FAKE_FRAMES ? &frames[mfn.n] : NULL;
}

mfn_t page_to_mfn(const struct page_info *pg)
{
	return MFN((uint64_t)(pg - frames));
}

void *mfn_to_virt(mfn_t mfn)
{
	return frame_bytes + mfn.n * PAGE_SIZE;
}

mfn_t virt_to_mfn(const void *va)
{
	return MFN((uint64_t)((const uint8_t *)va - frame_bytes) / PAGE_SIZE);
}

static uint64_t free_run(uint64_t nr)
{
	/* Aligned, from below; the upper quarter is for one-to-one domains. */
	for (uint64_t f = nr > 1 ? nr : 1; f + nr <= FAKE_FRAMES * 3 / 4; f += nr) {
		uint64_t i = 0;

		while (i < nr && !frames[f + i].count)
			i++;
		if (i == nr)
			return f;
	}
	return 0;
}

static void frame_give(uint64_t mfn, domid_t owner, uint8_t flags)
{
	frames[mfn].owner = owner;
	frames[mfn].flags = PAGE_RAM | flags;
	frames[mfn].count = 1;
}

struct page_info *domain_page_alloc(struct domain *d, unsigned order)
{
	uint64_t nr = BIT(order), first;

	if (d->is_dying || d->tot_pages + nr > d->max_pages)
		return NULL;
	first = free_run(nr);
	if (!first)
		return NULL;
	for (uint64_t i = 0; i < nr; i++)
		frame_give(first + i, d->id, PAGE_ALLOCATED);
	d->tot_pages += nr;
	return &frames[first];
}

bool page_get(struct page_info *pg, const struct domain *d)
{
	if (!pg->count || pg->owner != d->id)
		return false;
	pg->count++;
	return true;
}

void page_put(struct page_info *pg)
{
	uint64_t mfn = page_to_mfn(pg).n;

	assert_true(pg->count > 0);
	if (--pg->count)
		return;
	if (mapped[mfn])
		fail_msg("frame %lu freed while it is mapped", (unsigned long)mfn);
	if (stale[mfn])
		fail_msg("frame %lu freed before a flush", (unsigned long)mfn);
	if (!(pg->flags & PAGE_XENHEAP))
		domains[pg->owner]->tot_pages--;
	pg->flags = PAGE_RAM;
}

bool page_drop_allocated(struct page_info *pg)
{
	if (!(pg->flags & PAGE_ALLOCATED))
		return false;
	pg->flags &= (uint8_t)~PAGE_ALLOCATED;
	page_put(pg);
	return true;
}

void page_unshare(void *va)
{
	page_put(mfn_to_page(virt_to_mfn(va)));
}

uint64_t heap_free_frames(void)
{
	return fake_free_frames;
}

void *object_alloc(size_t size)
{
	objects++;
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	objects -= p != NULL;
	free(p);
}

uint32_t refs_of(uint64_t mfn)
{
	return frames[mfn].count;
}

/* --- page tables ------------------------------------------------------------------------------ */

static void entry_clear(struct domain *d, struct entry *e)
{
	if (e->type != P2M_INVALID) {
		d->p2m.need_flush = true;
		mapped[e->mfn]--;
		stale[e->mfn]++;
	}
	if (e->type == P2M_FOREIGN)
		deferred[d->id][nr_deferred[d->id]++] = e->mfn;
	if (nr_deferred[d->id] == ARRAY_SIZE(deferred[0]))
		p2m_flush(d);
	*e = (struct entry){ 0 };
}

int p2m_map(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, enum p2m_type type)
{
	if (gfn.n >= FAKE_GFNS || gfn.n + BIT(order) > FAKE_GFNS)
		return -EINVAL;
	for (uint64_t i = 0; i < BIT(order); i++) {
		struct entry *e = &tables[d->id][gfn.n + i];

		entry_clear(d, e);
		if (type != P2M_INVALID) {
			*e = (struct entry){ mfn.n + i, type };
			mapped[mfn.n + i]++;
		}
	}
	return 0;
}

int p2m_unmap(struct domain *d, gfn_t gfn, unsigned order)
{
	return p2m_map(d, gfn, MFN(0), order, P2M_INVALID);
}

int p2m_unmap_page(struct domain *d, gfn_t gfn, mfn_t mfn)
{
	enum p2m_type type;

	if (p2m_lookup(d, gfn, &type).n != mfn.n || (type != P2M_RAM_RW && type != P2M_RAM_RO))
		return -EBUSY;
	return p2m_unmap(d, gfn, 0);
}

int p2m_move_page(struct domain *d, gfn_t from, gfn_t to, mfn_t mfn)
{
	int rc = to.n < FAKE_GFNS ? p2m_unmap_page(d, from, mfn) : -EINVAL;

	return rc ? rc : p2m_map(d, to, mfn, 0, P2M_RAM_RW);
}

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	struct entry e = gfn.n < FAKE_GFNS ? tables[d->id][gfn.n] : (struct entry){ 0 };

	if (type)
		*type = e.type;
	return e.type == P2M_INVALID ? INVALID_MFN : MFN(e.mfn);
}

struct page_info *p2m_page_get(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	enum p2m_type t;
	mfn_t mfn = p2m_lookup(d, gfn, &t);
	struct page_info *pg = NULL;

	if (t == P2M_RAM_RW || t == P2M_RAM_RO || t == P2M_FOREIGN)
		pg = mfn_to_page(mfn);
	if (pg && !page_get(pg, t == P2M_FOREIGN ? domains[pg->owner] : d))
		pg = NULL;
	if (type)
		*type = t;
	if (fake_other_vcpu) {
		void (*race)(void) = fake_other_vcpu;

		fake_other_vcpu = NULL;
		race();
	}
	return pg;
}

void p2m_flush(struct domain *d)
{
	if (!d->p2m.need_flush)
		return;
	d->p2m.need_flush = false;
	fake_flushes++;
	memset(stale, 0, sizeof(stale));
	while (nr_deferred[d->id])
		page_put(&frames[deferred[d->id][--nr_deferred[d->id]]]);
}

void p2m_flush_all(struct domain *d)
{
	d->p2m.need_flush = true;
	p2m_flush(d);
}

enum p2m_type type_at(struct domain *d, uint64_t gfn)
{
	return tables[d->id][gfn].type;
}

uint64_t mfn_at(struct domain *d, uint64_t gfn)
{
	return tables[d->id][gfn].mfn;
}

/* --- domains ---------------------------------------------------------------------------------- */

struct domain *machine_domain(domid_t id)
{
	struct domain *d = calloc(1, sizeof(*d));
	uint64_t mfn = free_run(1);

	d->id = id;
	d->is_control = id == 0;
	d->refs = 1;
	d->max_vcpus = 1;
	d->max_pages = 2048;
	d->vcpu[0] = calloc(1, sizeof(*d->vcpu[0]));
	d->vcpu[0]->domain = d;
	frame_give(mfn, id, PAGE_XENHEAP);
	d->shared_info = mfn_to_virt(MFN(mfn));
	domains[id] = d;
	return d;
}

void give_ram(struct domain *d, uint64_t gfn, uint64_t mfn)
{
	if (!mfn)
		mfn = free_run(1);
	assert_true(mfn && !frames[mfn].count);
	frame_give(mfn, d->id, PAGE_ALLOCATED);
	d->tot_pages++;
	assert_int_equal(p2m_map(d, GFN(gfn), MFN(mfn), 0, P2M_RAM_RW), 0);
}

void run_as(struct domain *d)
{
	current = d->vcpu[0];
}

struct vcpu *vcpu_current(void)
{
	return current;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d;

	if (id == DOMID_SELF)
		id = current->domain->id;
	d = id < FAKE_DOMAINS ? domains[id] : NULL;
	if (d)
		d->refs++;
	return d;
}

struct domain *domain_next(domid_t from)
{
	for (; from < FAKE_DOMAINS; from++) {
		struct domain *d = domain_get(from);

		if (d)
			return d;
	}
	return NULL;
}

struct domain *domain_after(struct domain *d)
{
	domid_t next = (domid_t)(d->id + 1);

	domain_put(d);
	return domain_next(next);
}

void domain_put(struct domain *d)
{
	d->refs--;
	assert_true(d->refs > 0);
}

int grant_frame_get(struct domain *d, unsigned index, bool status, mfn_t *mfn)
{
	uint64_t f;

	if (index >= 4)
		return -EINVAL;
	index += status ? 4 : 0;
	if (!grant_frames[d->id][index].n) {
		f = free_run(1);
		if (!f)
			return -ENOMEM;
		frame_give(f, d->id, PAGE_XENHEAP);
		grant_frames[d->id][index] = MFN(f);
	}
	*mfn = grant_frames[d->id][index];
	return 0;
}

void grant_frame_placed(struct domain *d, unsigned index, bool status, gfn_t gfn)
{
}

unsigned grant_frames_max(const struct domain *d)
{
	return 4;
}

/* --- the caller's memory, and the rest -------------------------------------------------------- */

static uint8_t *at(uint64_t va, size_t len)
{
	if (va < MEMORY || va - MEMORY > MEMORY_SIZE || len > MEMORY_SIZE - (va - MEMORY))
		return NULL;
	return memory + (va - MEMORY);
}

int guest_copy_from(void *dst, uint64_t va, size_t len)
{
	if (!at(va, len))
		return len ? -EFAULT : 0;
	memcpy(dst, at(va, len), len);
	return 0;
}

int guest_copy_to(uint64_t va, const void *src, size_t len)
{
	if (!at(va, len))
		return len ? -EFAULT : 0;
	memcpy(at(va, len), src, len);
	return 0;
}

int guest_publish(uint64_t va, bool physical, const void *src, size_t len)
{
	return guest_copy_to(va, src, len);
}

int guest_clear(uint64_t va, size_t len)
{
	if (!at(va, len))
		return len ? -EFAULT : 0;
	memset(at(va, len), 0, len);
	return 0;
}

/* Nobody has a device model. */
struct page_info *ioreq_page_get(struct domain *d, unsigned id, uint64_t frame)
{
	return NULL;
}

void *guest_frame_map(struct domain *d, gfn_t gfn)
{
	enum p2m_type type;
	struct page_info *pg = p2m_page_get(d, gfn, &type);

	if (pg && type != P2M_RAM_RW) {
		page_put(pg);
		pg = NULL;
	}
	return pg ? mfn_to_virt(page_to_mfn(pg)) : NULL;
}

void guest_frame_unmap(void *va)
{
	page_put(mfn_to_page(virt_to_mfn(va)));
}

bool hypercall_preempt(void)
{
	if (fake_preempt_after < 0)
		return false;
	return fake_preempt_after-- == 0;
}

void hypercall_set_arg(unsigned n, uint64_t value)
{
	fake_arg = n;
	fake_arg_value = value;
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
	fake_log_lines++;
}

void panic(const char *fmt, ...)
{
	fail_msg("panic: %s", fmt);
	__builtin_trap();
}

time_ns_t time_now(void)
{
	return 12345;
}

unsigned cpu_count(void)
{
	return 2;
}

void cpuid_host(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	memset(out, 0, 16);
}

uint64_t host_max_mfn(void)
{
	return FAKE_FRAMES - 1;
}

struct boot_info boot_info = {
	.region = { { 0, 0xa0000, MEM_RAM },
		    { 0xf0000, 0x10000, MEM_RESERVED },
		    { 0x100000, 0xf00000, MEM_RAM } },
	.nr_regions = 3,
};
