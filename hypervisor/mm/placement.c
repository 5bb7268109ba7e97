// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where things of start-up go in the firmware's memory map, and what of RAM is left over for the
 * heap. Only arithmetic on the map, which is sorted and without overlaps (boot_info_tidy).
 */
#include "boot_info.h"
#include "private.h"

/* Whole pages of RAM region r within [low, high); empty when there are none. */
static struct ram_range ram_within(const struct mem_region *r, paddr_t low, paddr_t high)
{
	struct ram_range got = {
		.start = ROUND_UP(MAX(r->start, low), PAGE_SIZE),
		.end = ROUND_DOWN(MIN(r->start + r->size, high), PAGE_SIZE),
	};

	if (r->type != MEM_RAM || got.end < got.start)
		got.end = got.start;
	return got;
}

struct ram_range ram_largest(const struct boot_info *bi, paddr_t low, paddr_t high)
{
	struct ram_range best = { 0, 0 };

	for (unsigned i = 0; i < bi->nr_regions; i++) {
		struct ram_range r = ram_within(&bi->region[i], low, high);

		if (r.end > r.start && r.end - r.start >= best.end - best.start)
			best = r;
	}
	return best;
}

paddr_t ram_find_top(const struct boot_info *bi, uint64_t size, paddr_t low, paddr_t high)
{
	for (unsigned i = bi->nr_regions; i--;) {
		struct ram_range r = ram_within(&bi->region[i], low, high);

		if (r.end - r.start >= size)
			return r.end - size;
	}
	return 0;
}

/* [start, end) less what is taken, from the taken range number n on. */
static void free_around(paddr_t start, paddr_t end, const struct ram_range *taken, unsigned nr,
			void (*give)(paddr_t start, paddr_t end))
{
	for (unsigned i = 0; i < nr; i++) {
		if (taken[i].end <= start || taken[i].start >= end)
			continue;
		free_around(start, MAX(start, taken[i].start), taken + i + 1, nr - i - 1, give);
		start = MIN(end, taken[i].end);
	}
	if (start < end)
		give(start, end);
}

void ram_free(const struct boot_info *bi, paddr_t low, const struct ram_range *taken, unsigned nr,
	      void (*give)(paddr_t start, paddr_t end))
{
	for (unsigned i = 0; i < bi->nr_regions; i++) {
		struct ram_range r = ram_within(&bi->region[i], low, ~0UL);

		if (r.end > r.start)
			free_around(r.start, r.end, taken, nr, give);
	}
}
