// SPDX-License-Identifier: GPL-2.0-or-later
/* Fakes of mm/: see fake_memory.h. One mutex for all; a broken promise prints why and aborts. */
#include "fake_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "atomic.h"

struct entry {
	mfn_t mfn;
	enum p2m_type type;
};

static struct page_info frames[FAKE_FRAMES];
static uint8_t memory[FAKE_FRAMES][PAGE_SIZE] __aligned(PAGE_SIZE);
static struct entry maps[FAKE_DOMAINS][FAKE_GFNS];
static bool stale[FAKE_DOMAINS][FAKE_FRAMES]; /* reachable through a TLB */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

unsigned fake_flushes;
int fake_map_result;
int fake_room;
void (*fake_at_map)(void);
void (*fake_at_flush)(void);
struct domain *dom0, *granter, *mapper;

static void require(bool ok, const char *what, uint64_t n)
{
	if (ok)
		return;
	fprintf(stderr, "fake memory: %s (%lu)\n", what, (unsigned long)n);
	abort();
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
	require(mfn.n && mfn.n < FAKE_FRAMES, "no such frame", mfn.n);
	return memory[mfn.n];
}

mfn_t virt_to_mfn(const void *va)
{
	return MFN(((uintptr_t)va - (uintptr_t)memory) / PAGE_SIZE);
}

static uint64_t frame_alloc(uint16_t owner, uint8_t flags)
{
	for (uint64_t n = 1; n < FAKE_FRAMES; n++) {
		/* Or a page that changes hands just now. */
		if (frames[n].count || (frames[n].flags & PAGE_ALLOCATED))
			continue;
		frames[n] = (struct page_info){ .count = 1, .owner = owner, .flags = flags };
		memset(memory[n], 0, PAGE_SIZE);
		return n;
	}
	require(false, "out of frames", FAKE_FRAMES);
	return 0;
}

/* Nobody may be able to reach a frame that is given back. */
static void frame_free(uint64_t n)
{
	for (unsigned d = 0; d < FAKE_DOMAINS; d++) {
		require(!stale[d][n], "freed before the TLB was flushed", n);
		for (unsigned g = 0; g < FAKE_GFNS; g++)
			require(maps[d][g].type == P2M_INVALID || maps[d][g].mfn.n != n,
				"freed while mapped", n);
	}
	memset(memory[n], 0xee, PAGE_SIZE);
}

void page_put(struct page_info *pg)
{
	pthread_mutex_lock(&mutex);
	require(pg->count > 0, "reference dropped twice", page_to_mfn(pg).n);
	if (--pg->count == 0)
		frame_free(page_to_mfn(pg).n);
	pthread_mutex_unlock(&mutex);
}

bool page_drop_allocated(struct page_info *pg)
{
	uint8_t had = __atomic_fetch_and(&pg->flags, (uint8_t)~PAGE_ALLOCATED, __ATOMIC_SEQ_CST) &
		      PAGE_ALLOCATED;

	if (had)
		page_put(pg);
	return had;
}

bool page_move(struct page_info *pg, struct domain *to)
{
	uint64_t n = page_to_mfn(pg).n;
	bool taken = to && !to->is_dying && fake_room;

	pthread_mutex_lock(&mutex);
	require(pg->count == 0 && (pg->flags & PAGE_ALLOCATED), "moved but not seized", n);
	if (taken) {
		for (unsigned d = 0; d < FAKE_DOMAINS; d++)
			require(!stale[d][n], "moved before the TLB was flushed", n);
		pg->owner = to->id;
		pg->count = 2;
		fake_room -= fake_room > 0;
	} else {
		pg->flags = PAGE_RAM;
		frame_free(n);
	}
	pthread_mutex_unlock(&mutex);
	return taken;
}

void *heap_alloc(unsigned order)
{
	void *va;

	require(order == 0, "only single frames here", order);
	if (fake_alloc_budget == 0)
		return NULL;
	if (fake_alloc_budget > 0)
		fake_alloc_budget--;
	pthread_mutex_lock(&mutex);
	va = memory[frame_alloc(PAGE_OWNER_HYPERVISOR, PAGE_RAM)];
	pthread_mutex_unlock(&mutex);
	return va;
}

void page_share_with(void *va, struct domain *d)
{
	struct page_info *pg = mfn_to_page(virt_to_mfn(va));

	pg->owner = d->id;
	pg->flags = PAGE_RAM | PAGE_XENHEAP;
}

void page_unshare(void *va)
{
	page_put(mfn_to_page(virt_to_mfn(va)));
}

uint32_t fake_page_count(mfn_t mfn)
{
	return frames[mfn.n].count;
}

uint8_t *fake_page(mfn_t mfn)
{
	return memory[mfn.n];
}

/* --- p2m -------------------------------------------------------------------------------------- */

mfn_t p2m_lookup(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	struct entry e = { INVALID_MFN, P2M_INVALID };

	pthread_mutex_lock(&mutex);
	if (gfn.n < FAKE_GFNS && maps[d->id][gfn.n].type != P2M_INVALID)
		e = maps[d->id][gfn.n];
	pthread_mutex_unlock(&mutex);
	if (type)
		*type = e.type;
	return e.mfn;
}

struct page_info *p2m_page_get(struct domain *d, gfn_t gfn, enum p2m_type *type)
{
	struct page_info *pg = NULL;
	struct entry e = { INVALID_MFN, P2M_INVALID };

	pthread_mutex_lock(&mutex);
	if (gfn.n < FAKE_GFNS)
		e = maps[d->id][gfn.n];
	if (e.type == P2M_RAM_RW || e.type == P2M_RAM_RO || e.type == P2M_FOREIGN) {
		pg = &frames[e.mfn.n];
		pg->count++;
	}
	pthread_mutex_unlock(&mutex);
	if (type)
		*type = e.type;
	return pg;
}

struct page_info *p2m_seize_page(struct domain *d, gfn_t gfn)
{
	struct page_info *pg = NULL;
	struct entry *e;

	pthread_mutex_lock(&mutex);
	e = gfn.n < FAKE_GFNS ? &maps[d->id][gfn.n] : NULL;
	if (e && (e->type == P2M_RAM_RW || e->type == P2M_RAM_RO))
		pg = &frames[e->mfn.n];
	if (pg && (pg->owner != d->id || !(pg->flags & PAGE_ALLOCATED) || pg->count != 1))
		pg = NULL;
	if (pg) {
		pg->count = 0;
		stale[d->id][e->mfn.n] = true;
		*e = (struct entry){ MFN(0), P2M_INVALID };
	}
	pthread_mutex_unlock(&mutex);
	return pg;
}

int p2m_map(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned order, enum p2m_type type)
{
	void (*at_map)(void) = fake_at_map;
	struct entry *e;

	require(order == ORDER_4K, "only single pages here", order);
	if (fake_map_result && type != P2M_INVALID)
		return fake_map_result;
	if (gfn.n >= FAKE_GFNS)
		return -EINVAL;
	pthread_mutex_lock(&mutex);
	e = &maps[d->id][gfn.n];
	if (e->type != P2M_INVALID)
		stale[d->id][e->mfn.n] = true;
	require(type == P2M_INVALID || frames[mfn.n].count, "a free frame is mapped", mfn.n);
	*e = (struct entry){ mfn, type };
	pthread_mutex_unlock(&mutex);
	if (type != P2M_INVALID && at_map) {
		fake_at_map = NULL;
		at_map();
	}
	return 0;
}

int p2m_unmap_page(struct domain *d, gfn_t gfn, mfn_t mfn)
{
	enum p2m_type type;

	if (p2m_lookup(d, gfn, &type).n != mfn.n || (type != P2M_RAM_RW && type != P2M_RAM_RO))
		return -EBUSY;
	return p2m_unmap(d, gfn, ORDER_4K);
}

int p2m_unmap(struct domain *d, gfn_t gfn, unsigned order)
{
	return p2m_map(d, gfn, MFN(0), order, P2M_INVALID);
}

void p2m_flush(struct domain *d)
{
	bool any = false;

	pthread_mutex_lock(&mutex);
	for (unsigned n = 0; n < FAKE_FRAMES; n++)
		any |= stale[d->id][n];
	if (any && fake_at_flush)
		fake_at_flush();
	memset(stale[d->id], 0, sizeof(stale[d->id]));
	fake_flushes += any;
	pthread_mutex_unlock(&mutex);
}

mfn_t fake_ram(struct domain *d, uint64_t gfn, enum p2m_type type, uint8_t fill)
{
	mfn_t mfn = MFN(frame_alloc(d->id, PAGE_RAM | PAGE_ALLOCATED));

	memset(memory[mfn.n], fill, PAGE_SIZE);
	maps[d->id][gfn] = (struct entry){ mfn, type };
	return mfn;
}

void fake_ram_release(struct domain *d)
{
	memset(maps[d->id], 0, sizeof(maps[d->id]));
	for (uint64_t n = 1; n < FAKE_FRAMES; n++) {
		if (frames[n].count && frames[n].owner == d->id &&
		    (frames[n].flags & PAGE_ALLOCATED)) {
			frames[n].flags &= (uint8_t)~PAGE_ALLOCATED;
			page_put(&frames[n]);
		}
	}
}

void fake_memory_reset(void)
{
	memset(frames, 0, sizeof(frames));
	memset(maps, 0, sizeof(maps));
	memset(stale, 0, sizeof(stale));
	fake_flushes = 0;
	fake_map_result = 0;
	fake_room = -1;
	fake_at_map = fake_at_flush = NULL;
}

void fake_memory_check_clean(void)
{
	for (uint64_t n = 0; n < FAKE_FRAMES; n++)
		require(frames[n].count == 0, "frame still in use", n);
}

/* --- shared by the test files ----------------------------------------------------------------- */

static struct domain *domain_with_ram(domid_t id)
{
	struct domain *d = fake_domain_create(id, 2, id == 0);

	for (uint64_t gfn = 0; gfn < RAM_GFNS; gfn++)
		fake_ram(d, gfn, P2M_RAM_RW, (uint8_t)(id << 4 | gfn));
	assert_int_equal(grant_domain_init(d, 4, 2), 0);
	return d;
}

int grant_setup(void **state)
{
	fake_reset();
	fake_memory_reset();
	dom0 = domain_with_ram(0);
	granter = domain_with_ram(1);
	mapper = domain_with_ram(2);
	return 0;
}

void domain_dies(struct domain **d)
{
	unsigned calls = 0;
	int rc;

	(*d)->is_dying = true;
	do
		rc = grant_domain_release_mappings(*d);
	while (rc == -ERESTART && ++calls < 100);
	assert_int_equal(rc, 0);
	fake_ram_release(*d);
	/* domain_free comes with the last reference, and each mapping of a grant is one. */
	if (fake_domain_refs(*d) > 1)
		return;
	grant_domain_destroy(*d);
	fake_domain_forget(*d);
	*d = NULL;
}

int grant_teardown(void **state)
{
	struct domain **all[] = { &mapper, &dom0, &granter };

	fake_alloc_budget = fake_preempt_budget = -1;
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		if (*all[i])
			domain_dies(all[i]);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
		assert_null(*all[i]);
	fake_check_clean();
	fake_memory_check_clean();
	return 0;
}

long grant_call(struct domain *d, unsigned cmd, void *ops, unsigned count)
{
	unsigned done;

	fake_run_as(d, 0);
	return do_grant_table_op(cmd, (uintptr_t)ops, count, &done);
}

struct grant_entry_v1 *entry_v1(struct domain *d, grant_ref_t ref)
{
	mfn_t mfn;

	assert_int_equal(grant_frame_get(d, ref / V1_PER_FRAME, false, &mfn), 0);
	return (struct grant_entry_v1 *)(void *)memory[mfn.n] + ref % V1_PER_FRAME;
}

union grant_entry_v2 *entry_v2(struct domain *d, grant_ref_t ref)
{
	mfn_t mfn;

	assert_int_equal(grant_frame_get(d, ref / V2_PER_FRAME, false, &mfn), 0);
	return (union grant_entry_v2 *)(void *)memory[mfn.n] + ref % V2_PER_FRAME;
}

grant_status_t *status_v2(struct domain *d, grant_ref_t ref)
{
	mfn_t mfn;

	assert_int_equal(grant_frame_get(d, ref / STATUS_PER_FRAME, true, &mfn), 0);
	return (grant_status_t *)(void *)memory[mfn.n] + ref % STATUS_PER_FRAME;
}

void grant_v1(struct domain *d, grant_ref_t ref, domid_t to, uint32_t gfn, uint16_t flags)
{
	*entry_v1(d, ref) = (struct grant_entry_v1){ .flags = GTF_permit_access | flags,
						     .domid = to,
						     .frame = gfn };
}

void use_version(struct domain *d, uint32_t version)
{
	struct gnttab_set_version op = { .version = version };

	assert_int_equal(grant_call(d, GNTTABOP_set_version, &op, 1), 0);
	assert_int_equal(op.version, version);
}

mfn_t mfn_of(struct domain *d, uint64_t gfn)
{
	return p2m_lookup(d, GFN(gfn), NULL);
}

int map_ref(struct domain *d, domid_t from, grant_ref_t ref, uint64_t gfn, uint32_t flags,
	    grant_handle_t *handle)
{
	struct gnttab_map_grant_ref op = { .host_addr = gfn << PAGE_SHIFT,
					   .flags = flags,
					   .ref = ref,
					   .dom = from,
					   .status = 99 };

	assert_int_equal(grant_call(d, GNTTABOP_map_grant_ref, &op, 1), 0);
	*handle = op.handle;
	return op.status;
}

int unmap_handle(struct domain *d, grant_handle_t handle, uint64_t gfn)
{
	struct gnttab_unmap_grant_ref op = { .host_addr = gfn << PAGE_SHIFT,
					     .handle = handle,
					     .status = 99 };

	assert_int_equal(grant_call(d, GNTTABOP_unmap_grant_ref, &op, 1), 0);
	return op.status;
}
