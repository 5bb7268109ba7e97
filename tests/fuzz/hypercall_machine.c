// SPDX-License-Identifier: GPL-2.0-or-later
/* See hypercall_machine.h. */
#include "hypercall_machine.h"

#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <string.h>

#include "atomic.h"
#include "boot_info.h"
#include "console.h"
#include "cpu.h"
#include "grant/private.h"
#include "host.h"
#include "hvm.h"
#include "iommu.h"
#include "irq.h"
#include "log.h"
#include "machine.h"
#include "microcode.h"
#include "mm.h"
#include "mm/private.h"
#include "vpci.h"

#define DOMAINS 8u /* whose TLBs are modelled: ids below */

bool machine_is_32bit;
int machine_allocs, machine_preempt, machine_access;
void (*machine_at_access)(void);

/* --- frames: those given back longest ago are taken first ------------------------------------- */

static uint8_t memory[FRAMES * PAGE_SIZE] __aligned(PAGE_SIZE);
static struct page_info frames[FRAMES];
static bool used[FRAMES], in_tlb[DOMAINS][FRAMES];
static uint64_t nr_used, cursor;
static long objects;

struct page_info *frame_table = frames;
uint64_t frame_table_entries = FRAMES;

struct page_info *mfn_to_page(mfn_t mfn)
{
	return mfn.n && mfn.n < FRAMES ? &frames[mfn.n] : NULL;
}

mfn_t page_to_mfn(const struct page_info *pg)
{
	MUST(pg > frames && pg < frames + FRAMES);
	return MFN((uint64_t)(pg - frames));
}

void *mfn_to_virt(mfn_t mfn)
{
	MUST(mfn.n < FRAMES);
	return memory + mfn.n * PAGE_SIZE;
}

mfn_t virt_to_mfn(const void *va)
{
	uintptr_t offset = (uintptr_t)va - (uintptr_t)memory;

	MUST(offset >= PAGE_SIZE && offset < sizeof(memory));
	return MFN(offset / PAGE_SIZE);
}

paddr_t virt_to_paddr(const void *va)
{
	return virt_to_mfn(va).n << PAGE_SHIFT | ((uintptr_t)va & ~PAGE_MASK);
}

static void frame_take(uint64_t frame, uint16_t owner)
{
	MUST(!used[frame] && !frames[frame].count);
	used[frame] = true;
	nr_used++;
	frames[frame] = (struct page_info){ .owner = owner, .flags = PAGE_RAM };
	ASAN_UNPOISON_MEMORY_REGION(memory + frame * PAGE_SIZE, PAGE_SIZE);
}

static bool may_alloc(void)
{
	if (machine_allocs > 0)
		machine_allocs--;
	return machine_allocs;
}

uint64_t heap_take_block(unsigned order)
{
	uint64_t nr = BIT(order), free;

	for (uint64_t tries = 0; nr < FRAMES && may_alloc() && tries < FRAMES; tries += nr) {
		uint64_t first = ROUND_UP(cursor, nr);

		if (first + nr > FRAMES)
			first = nr;
		cursor = first + nr;
		for (free = 0; free < nr && !used[first + free]; free++)
			;
		if (free < nr || first + nr > FRAMES)
			continue;
		for (uint64_t i = 0; i < nr; i++)
			frame_take(first + i, PAGE_OWNER_NONE);
		return first;
	}
	return 0;
}

/* A processor may still write to it for a domain that has vCPUs to run. */
static bool is_reachable(uint64_t frame)
{
	for (unsigned id = 0; id < DOMAINS; id++) {
		const struct page_info of = { .owner = (uint16_t)id };
		const struct domain *d = domain_of_page(&of);

		if (in_tlb[id][frame] && d && !d->is_dying)
			return true;
	}
	return false;
}

void heap_free_block(uint64_t first, unsigned order)
{
	for (uint64_t f = first; f < first + BIT(order); f++) {
		MUST(used[f] && !frames[f].count && !is_reachable(f));
		used[f] = false;
		nr_used--;
		ASAN_POISON_MEMORY_REGION(memory + f * PAGE_SIZE, PAGE_SIZE);
	}
}

void *heap_alloc(unsigned order)
{
	uint64_t first = heap_take_block(order);

	if (!first)
		return NULL;
	for (uint64_t i = 0; i < BIT(order); i++)
		frames[first + i].owner = PAGE_OWNER_HYPERVISOR;
	return memset(memory + first * PAGE_SIZE, 0, PAGE_SIZE << order);
}

void heap_free(void *va, unsigned order)
{
	if (va)
		heap_free_block(virt_to_mfn(va).n, order);
}

uint64_t heap_free_frames(void)
{
	return FRAMES - nr_used;
}

uint64_t memory_total_frames(void)
{
	return FRAMES;
}

void *object_alloc(size_t size)
{
	if (!may_alloc())
		return NULL;
	objects++;
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	if (!p)
		return;
	memset(p, 0xdd, size); /* the sanitizer checks that size is right */
	objects--;
	free(p);
}

/* --- the processor and the vendor's code ------------------------------------------------------ */

static struct cpu cpu_array[CPUS];
static unsigned on_cpu;
static time_ns_t now;
static struct list timers = LIST_INIT(timers);

struct cpu *cpus[MAX_CPUS] = { &cpu_array[0], &cpu_array[1] };
unsigned nr_cpus = CPUS;
struct time_scale time_scale = { .mul = 0x80000000u, .shift = 1, .tsc_hz = 1000000000 };
struct boot_info boot_info = {
	.region = { { 0, FRAMES *PAGE_SIZE, MEM_RAM } },
	.nr_regions = 1,
};

struct cpu *this_cpu(void)
{
	return &cpu_array[on_cpu];
}

unsigned cpu_this(void)
{
	return on_cpu;
}

unsigned cpu_count(void)
{
	return CPUS;
}

struct vcpu *vcpu_current(void)
{
	return this_cpu()->current;
}

void machine_run_as(struct vcpu *v, unsigned cpu)
{
	on_cpu = cpu;
	this_cpu()->current = v;
}

bool cpu_work_pending(void)
{
	if (machine_preempt > 0)
		machine_preempt--;
	return !machine_preempt;
}

void tlb_flush_domain(struct domain *d)
{
	if (d->id < DOMAINS)
		memset(in_tlb[d->id], 0, sizeof(in_tlb[0]));
}

/* A new domain: whoever had its id before, its address spaces are fresh. */
int hvm_maps_create(struct domain *d)
{
	tlb_flush_domain(d);
	return 0;
}

void hvm_maps_destroy(struct domain *d)
{
	(void)d;
}

static void vcpu_init(struct vcpu *v)
{
	(void)v;
}

static void get_state(struct vcpu *v, struct hvm_state *s)
{
	memcpy(s, v->hvm.vendor, sizeof(*s));
}

static void set_state(struct vcpu *v, const struct hvm_state *s)
{
	memcpy(v->hvm.vendor, s, sizeof(*s));
}

/* Paging is off: linear addresses are physical ones. */
static uint64_t get_cr3(struct vcpu *v, uint64_t *cr0, uint64_t *cr4, uint64_t *efer)
{
	*cr0 = 1;
	*cr4 = *efer = 0;
	if (v == vcpu_current() && machine_access > 0 && --machine_access == 0)
		machine_at_access();
	return 0;
}

static unsigned get_cpl(struct vcpu *v)
{
	(void)v;
	return 0;
}

static enum cpu_mode get_mode(struct vcpu *v, uint64_t *cs_base)
{
	(void)v;
	*cs_base = 0;
	return machine_is_32bit ? CPU_MODE_32 : CPU_MODE_64;
}

static void log_exit(struct vcpu *v)
{
	(void)v;
}

static void set_tsc_offset(struct vcpu *v, uint64_t offset)
{
	v->hvm.tsc_offset = offset;
}

static const struct p2m_format format = {
	.leaf = { 0, 7, 5, 7, 5, 7, 7, 5 },
	.table = 7,
	.large = 0x80,
	.has_1g = true,
};
static const struct hvm_ops ops = {
	.vcpu_size = sizeof(struct hvm_state),
	.vcpu_init = vcpu_init,
	.get_state = get_state,
	.set_state = set_state,
	.get_cr3 = get_cr3,
	.get_cpl = get_cpl,
	.get_mode = get_mode,
	.set_tsc_offset = set_tsc_offset,
	.log_exit = log_exit,
	.p2m_format = &format,
};

/* --- time ------------------------------------------------------------------------------------- */

time_ns_t time_now(void)
{
	return now += 100;
}

time_ns_t tsc_to_time(uint64_t tsc)
{
	return tsc;
}

void timer_init(struct timer *t, void (*fn)(void *data), void *data, unsigned cpu)
{
	*t = (struct timer){ .expires = TIME_NEVER, .fn = fn, .data = data, .cpu = cpu };
	list_init(&t->link);
}

void timer_stop(struct timer *t)
{
	list_remove(&t->link);
	list_init(&t->link);
	t->expires = TIME_NEVER;
}

void timer_set(struct timer *t, time_ns_t expires)
{
	timer_stop(t);
	t->expires = expires;
	list_insert_before(&timers, &t->link);
}

void timer_migrate(struct timer *t, unsigned cpu)
{
	MUST(cpu < CPUS);
	t->cpu = cpu;
}

void machine_pass(time_ns_t ns)
{
	struct timer *t;

	now += ns;
	for (unsigned i = 0; i < 64 && !list_empty(&timers); i++) {
		t = list_entry(timers.next, struct timer, link);
		timer_stop(t);
		t->fn(t->data);
	}
}

/* --- what must hold --------------------------------------------------------------------------- */

static bool is_granted(const struct domain *granter, const struct domain *to, mfn_t mfn)
{
	struct grant_table *gt = granter->grant;

	for (grant_ref_t ref = 0; ref < grant_nr_entries(gt); ref++) {
		const struct grant_active *act = grant_active(gt, ref);

		if (grant_is_pinned(act) && act->mfn == mfn.n && act->grantee == to->id)
			return true;
	}
	return false;
}

/* Who is at gfn of d is there by right, and will stay until d has been told. */
static void check_gfn(struct domain *d, uint64_t gfn)
{
	enum p2m_type type;
	mfn_t mfn = p2m_lookup(d, GFN(gfn), &type);
	const struct domain *owner;

	if (type == P2M_INVALID)
		return;
	MUST(mfn.n && mfn.n < FRAMES && used[mfn.n] && frames[mfn.n].count);
	if (d->id < DOMAINS)
		in_tlb[d->id][mfn.n] = true;
	owner = domain_of_page(&frames[mfn.n]);
	if (type == P2M_FOREIGN)
		MUST(d->is_control && owner != d);
	else if (type == P2M_GRANT_RW || type == P2M_GRANT_RO)
		MUST(owner && is_granted(owner, d, mfn));
	else
		MUST(owner == d && (d->is_control || type == P2M_RAM_RW));
	if (d->is_control && type == P2M_RAM_RW && !(frames[mfn.n].flags & PAGE_XENHEAP))
		MUST(mfn.n == gfn);
}

static void check_domain(struct domain *d)
{
	uint64_t owned = 0;

	for (uint32_t f = d->page_list; f; f = frames[f].next)
		owned++;
	for (uint32_t f = d->page_list_rest; f; f = frames[f].next)
		owned++;
	MUST(owned == d->tot_pages);
	if (d->is_dying) {
		/* None of its vCPUs will ever run again. */
		tlb_flush_domain(d);
		return;
	}
	/* Whoever takes something out of a map flushes before the call ends. */
	MUST(!d->p2m.need_flush);
	for (uint64_t gfn = 0; gfn < 16; gfn++)
		check_gfn(d, gfn);
	for (uint64_t gfn = RAM_GFN - 8; gfn < RAM_GFN + 104; gfn++)
		check_gfn(d, gfn);
}

void machine_check(uint32_t ids)
{
	struct domain *d = domain_next(0);

	while (d) {
		domid_t next = (domid_t)(d->id + 1);

		if (ids >> MIN(d->id, 31u) & 1)
			check_domain(d);
		domain_put(d);
		d = domain_next(next);
	}
}

/* --- beginning and end ------------------------------------------------------------------------ */

static struct domain *domain_new(domid_t id)
{
	struct domain_config config = { .max_vcpus = 2,
					.max_evtchn_port = 1023,
					.max_grant_frames = 4,
					.max_maptrack_frames = 2,
					.is_control = id == 0 };
	struct domain *d;

	MUST(domain_create(id, &config, &d) == 0);
	for (unsigned i = 0; i < 2; i++) {
		MUST(vcpu_create(d, i) == 0);
		/* The other one of domain 2 is brought up by a hypercall, or never. */
		d->vcpu[i]->initialised = id != 2 || !i;
		vcpu_up(d->vcpu[i]);
	}
	d->max_pages = RAM_PAGES + 16;
	return d;
}

static void ram_fill(struct domain *d)
{
	uint64_t *page;

	if (d->is_control)
		domain_pages_adopt(d, RAM_GFN, RAM_GFN + RAM_PAGES);
	for (uint64_t gfn = RAM_GFN; gfn < RAM_GFN + RAM_PAGES; gfn++) {
		mfn_t mfn = MFN(gfn);

		if (!d->is_control)
			mfn = page_to_mfn(domain_page_alloc(d, 0));
		page = mfn_to_virt(mfn);
		/* Lists of frames, and of ports: what arguments point to is often right. */
		for (unsigned i = 0; i < PAGE_SIZE / sizeof(*page); i++)
			page[i] = gfn & 1 ? RAM_GFN + i % 64 : i % 16;
		MUST(p2m_map(d, GFN(gfn), mfn, 0, P2M_RAM_RW) == 0);
	}
	if (!d->is_control) {
		MUST(p2m_map(d, GFN(SHARED), virt_to_mfn(d->shared_info), 0, P2M_RAM_RW) == 0);
		MUST(p2m_map(d, GFN(TABLE), virt_to_mfn(d->grant->frames[ENTRY_FRAMES].page[0]), 0,
			     P2M_RAM_RW) == 0);
	}
}

static void domain_end(struct domain *d)
{
	int rc;

	machine_run_as(domain0 && domain0 != d ? domain0->vcpu[0] : NULL, 0);
	tlb_flush_domain(d);
	do
		rc = domain_destroy(d);
	while (rc == -ERESTART);
	MUST(rc == 0);
	tlb_flush_domain(d);
	domain_put(d);
}

/* The table of domains takes a page for each so many ids, and keeps it. */
static void id_pages_make(void)
{
	const struct domain_config small = { .max_vcpus = 1,
					     .max_evtchn_port = 1023,
					     .max_grant_frames = 1 };

	for (unsigned id = 0; id < DOMID_FIRST_RESERVED; id += PAGE_SIZE / sizeof(void *)) {
		struct domain *d;

		MUST(domain_create((domid_t)id, &small, &d) == 0);
		domain_end(d);
	}
}

static uint64_t kept; /* frames that are used all the time */

void machine_begin(void)
{
	hvm = &ops;
	machine_allocs = machine_preempt = machine_access = -1;
	machine_is_32bit = false;
	if (!kept) {
		for (unsigned cpu = 0; cpu < CPUS; cpu++) {
			cpu_array[cpu].id = cpu_array[cpu].apic_id = cpu;
			machine_run_as(NULL, cpu);
			sched_cpu_online(cpu);
		}
		cursor = RAM_GFN + RAM_PAGES;
		id_pages_make();
		kept = nr_used;
	}
	now = SECONDS(1);
	cursor = RAM_GFN + RAM_PAGES;
	for (uint64_t f = RAM_GFN; f < RAM_GFN + RAM_PAGES; f++)
		frame_take(f, PAGE_OWNER_NONE);
	for (domid_t id = 0; id < 3; id++) {
		struct domain *d = domain_new(id);

		if (id == 0)
			domain0 = d;
		ram_fill(d);
		domain_put(d);
	}
}

void machine_end(void)
{
	struct domain *d;

	machine_allocs = machine_preempt = machine_access = -1;
	while ((d = domain_next(1)) != NULL)
		domain_end(d);
	d = domain0;
	atomic_add(&d->refs, 1);
	d->is_control = false;
	domain_end(d);
	domain0 = NULL;
	MUST(list_empty(&timers));
	MUST(!objects);
	MUST(nr_used == kept);
}
