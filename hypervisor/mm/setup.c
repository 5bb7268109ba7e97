// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Start-up of memory, once: who gets which RAM. Domain 0 takes the lowest, because it is mapped one
 * to one and old devices reach only low addresses; the rest is the heap. Until the heap is there,
 * memory is taken from the top of RAM, downwards.
 */
#include "boot_info.h"
#include "kept_log.h"
#include "lib.h"
#include "log.h"
#include "lz4.h"
#include "private.h"
#include "processor.h"

#define MIN_HEAP             (24UL << 20)
#define CPUID_ECX_HYPERVISOR BIT(31) /* of leaf 1 */

static paddr_t dom0_end, ram_end, early_top, early_floor;
static uint64_t total_frames;

paddr_t memory_dom0_end(void)
{
	return dom0_end;
}

uint64_t memory_total_frames(void)
{
	return total_frames;
}

/* Below the top of the highest mapped region that is large enough; never given back. */
paddr_t early_alloc(uint64_t size)
{
	size = ROUND_UP(size, PAGE_SIZE);
	if (early_top - early_floor < size)
		panic("no room for %lu KB of boot modules and tables between domain 0's memory and %#lx: "
		      "more RAM, or a lower dom0_mem, is needed",
		      size >> 10, early_top);
	early_top -= size;
	return early_top;
}

static void early_region_choose(const struct boot_info *bi)
{
	struct ram_range r = ram_largest(bi, MAX(dom0_end, IMAGE_HOLE_END), BOOT_MAPPED);

	if (r.start == r.end)
		panic("domain 0's share, up to %#lx, leaves no RAM below 4 GiB for the hypervisor to "
		      "start with: lower dom0_mem",
		      dom0_end);
	early_floor = r.start;
	early_top = r.end;
}

/*
 * One that a panic before this start has left: at any of the places where one may begin, since the
 * command line may have been another.
 */
static void kept_log_find(const struct boot_info *bi)
{
	const struct mem_region *r;

	for_each_ram(bi, r) {
		paddr_t end = MIN(r->start + r->size, BOOT_MAPPED);

		for (paddr_t at = MAX(ROUND_UP(r->start, KEPT_LOG_ALIGN), IMAGE_HOLE_END);
		     at + KEPT_LOG_SIZE <= end; at += KEPT_LOG_ALIGN)
			kept_log_tell(paddr_to_virt(at), at);
	}
}

/* At the lower end of the early region, which is used from its top; none if that is very small. */
static struct ram_range kept_log_place(void)
{
	paddr_t at = ROUND_UP(early_floor, KEPT_LOG_ALIGN);

	if (at + MIN_HEAP > early_top)
		return (struct ram_range){ 0, 0 };
	early_floor = at + KEPT_LOG_SIZE;
	return (struct ram_range){ at, early_floor };
}

static void dom0_share_choose(const struct boot_info *bi, uint64_t bytes)
{
	const struct mem_region *r;
	uint64_t found = 0;

	for_each_ram(bi, r) {
		if (found + r->size >= bytes) {
			dom0_end = ROUND_DOWN(r->start + (bytes - found), 2UL << 20);
			return;
		}
		found += r->size;
	}
	panic("domain 0 was to have %lu MB (dom0_mem) but the machine has only %lu MB of RAM",
	      bytes >> 20, found >> 20);
}

/* True for a packed module, which is then open as *frame. */
static bool module_is_packed(const struct boot_module *m, unsigned nr, struct lz4_frame *frame)
{
	const void *data = paddr_to_virt(m->start);
	const char *why;

	if (!lz4_is_frame(data, m->size))
		return false;
	if (lz4_frame_open(frame, data, m->size, &why))
		panic("boot module %u is an LZ4 frame, but %s", nr, why);
	if (frame->content_size > BOOT_MAPPED)
		panic("boot module %u claims to have %lu MB unpacked", nr,
		      frame->content_size >> 20);
	return true;
}

/* Where size bytes for module nr are not in the way of any module that is still to be moved. */
static paddr_t module_place(const struct boot_info *bi, unsigned nr, uint64_t size)
{
	paddr_t to = early_alloc(size);

	for (unsigned i = nr; i < bi->nr_modules; i++)
		if (bi->module[i].start < to + size &&
		    to < bi->module[i].start + bi->module[i].size)
			panic("boot module %u is in the way of module %u's new place: more RAM is needed",
			      i, nr);
	return to;
}

/*
 * Out of domain 0's share, so that its kernel can be put where it belongs. Packed modules are
 * unpacked on the way.
 */
static void modules_move(struct boot_info *bi)
{
	for (unsigned i = 0; i < bi->nr_modules; i++) {
		struct boot_module *m = &bi->module[i];
		struct lz4_frame frame;
		const char *why;
		uint64_t size = m->size;
		paddr_t to;
		bool packed;

		if (m->start + m->size > BOOT_MAPPED || m->start + m->size < m->start)
			panic("boot module %u lies beyond 4 GiB", i);
		packed = module_is_packed(m, i, &frame);
		if (packed)
			size = frame.content_size;
		to = module_place(bi, i, size);
		if (!packed)
			memcpy(paddr_to_virt(to), paddr_to_virt(m->start), size);
		else if (lz4_frame_unpack(&frame, paddr_to_virt(to), &why))
			panic("boot module %u is an LZ4 frame, but %s", i, why);
		m->start = to;
		m->size = size;
	}
}

/*
 * 16 bytes for each frame: gigabytes where there are hundreds of them. So above 4 GiB if there is
 * RAM, else below the modules.
 */
static struct ram_range frame_table_place(const struct boot_info *bi, uint64_t size)
{
	paddr_t at;

	size = ROUND_UP(size, PAGE_SIZE);
	at = ram_find_top(bi, size, MAX(dom0_end, BOOT_MAPPED), ~0UL);
	if (!at)
		at = early_alloc(size);
	return (struct ram_range){ at, at + size };
}

static struct ram_range frame_table_build(const struct boot_info *bi)
{
	const struct mem_region *r;
	struct ram_range at;
	uint64_t size;

	frame_table_entries = ram_end >> PAGE_SHIFT;
	size = frame_table_entries * sizeof(struct page_info);
	at = frame_table_place(bi, size);
	frame_table = paddr_to_virt(at.start);
	memset(frame_table, 0, size);
	for_each_ram(bi, r) {
		for (uint64_t f = DIV_ROUND_UP(r->start, PAGE_SIZE);
		     f < (r->start + r->size) >> PAGE_SHIFT; f++) {
			frame_table[f].flags = PAGE_RAM;
			frame_table[f].owner = PAGE_OWNER_HYPERVISOR;
			total_frames++;
		}
	}
	return at;
}

/* A machine that is virtual itself gets its memory from its host as it touches it. */
static bool scrub_when_idle(void)
{
	uint32_t features[4];

	cpuid_count(1, 0, features);
	if (cmdline.bootscrub == BOOTSCRUB_DEFAULT)
		return !(features[2] & CPUID_ECX_HYPERVISOR);
	return cmdline.bootscrub == BOOTSCRUB_IDLE;
}

void memory_free_range(paddr_t start, paddr_t end)
{
	heap_add_range(DIV_ROUND_UP(start, PAGE_SIZE), end >> PAGE_SHIFT,
		       scrub_when_idle() ? PAGE_OWNER_STALE : PAGE_OWNER_NONE);
}

void memory_setup(struct boot_info *bi, uint64_t dom0_bytes)
{
	struct ram_range taken[3];
	paddr_t early_start;

	for (unsigned i = 0; i < bi->nr_regions; i++)
		if (bi->region[i].type == MEM_RAM)
			ram_end = ROUND_DOWN(bi->region[i].start + bi->region[i].size, PAGE_SIZE);
	dom0_share_choose(bi, dom0_bytes);
	early_region_choose(bi);
	kept_log_find(bi);
	taken[2] = kept_log_place();
	early_start = early_top;
	modules_move(bi);
	if (taken[2].end)
		kept_log_use(paddr_to_virt(taken[2].start), taken[2].start);
	kernel_map_build();
	direct_map_ram(ram_end);
	kernel_map_enter();
	taken[0] = frame_table_build(bi);
	/* Modules are given back when domain 0 is built. */
	taken[1] = (struct ram_range){ early_top, early_start };
	ram_free(bi, MAX(dom0_end, IMAGE_HOLE_END), taken, ARRAY_SIZE(taken), memory_free_range);
	if (heap_free_frames() < MIN_HEAP >> PAGE_SHIFT)
		panic("only %lu MB are left beside domain 0; at least %lu MB are needed: lower dom0_mem",
		      heap_free_frames() >> 8, MIN_HEAP >> 20);
	log_info("RAM %lu MB: domain 0 %lu MB, heap %lu MB, frame table %lu KB", total_frames >> 8,
		 dom0_bytes >> 20, heap_free_frames() >> 8,
		 frame_table_entries * sizeof(struct page_info) >> 10);
}
