// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory_op as a builder needs it. RAM is asked for in 2 MB extents, many per hypercall;
 * where the hypervisor has no such extent left, in single pages.
 */
#include "builder/domain_memory.h"

#include <errno.h>
#include <string.h>

#include "abi/memory.h"
#include "lib/domain.h"
#include "lib/host_memory.h"

#define ORDER_2M 9
#define PAGES_2M 512ULL
/*
 * The hypervisor clears what it hands out, and the kernel runs nobody else on this CPU until the
 * call is over: 64 MB, some milliseconds, in one.
 */
#define LARGE_A_CALL 32
#define SMALL_A_CALL 1024

struct e820_entry {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
} __attribute__((packed));

/* count extents of that order, one after the other from gfn on. Returns how many were populated. */
static long populate(struct xencall *xc, domid_t domid, uint64_t gfn, unsigned int count,
		     unsigned int order)
{
	struct xen_memory_reservation res = {
		.nr_extents = count,
		.extent_order = order,
		.domid = domid,
	};
	size_t mark = xencall_mark(xc);
	uint64_t *frames = xencall_alloc(xc, count * sizeof(*frames));
	long done = -1;

	if (frames) {
		for (unsigned int i = 0; i < count; i++)
			frames[i] = gfn + ((uint64_t)i << order);
		res.extent_start = xencall_handle(frames);
		done = xencall_struct(xc, __HYPERVISOR_memory_op, XENMEM_populate_physmap, &res,
				      sizeof(res));
	}
	xencall_release(xc, mark);
	return done < 0 ? 0 : done;
}

int domain_memory_populate_range(struct xencall *xc, domid_t domid, uint64_t gfn, uint64_t pages)
{
	/* Set when 2 MB extents ran out: then single pages up to here. */
	uint64_t small_until = 0;

	while (pages) {
		bool large = gfn % PAGES_2M == 0 && pages >= PAGES_2M && gfn >= small_until;
		unsigned int order = large ? ORDER_2M : 0;
		uint64_t count = large ? pages / PAGES_2M : pages;
		uint64_t most = large ? LARGE_A_CALL : SMALL_A_CALL;
		long done;

		if (!large && PAGES_2M - gfn % PAGES_2M < count)
			count = PAGES_2M - gfn % PAGES_2M;
		if (count > most)
			count = most;
		done = populate(xc, domid, gfn, (unsigned int)count, order);
		if (done < (long)count && !large)
			return -1;
		if (done < (long)count)
			small_until = gfn + ((uint64_t)done + 1) * PAGES_2M;
		gfn += (uint64_t)done << order;
		pages -= (uint64_t)done << order;
	}
	return 0;
}

static uint64_t layout_bytes(const struct guest_layout *lay)
{
	return lay->tail_end + (lay->high_end - GUEST_HIGH_RAM) + GUEST_ACPI_SIZE + 2 * GUEST_PAGE;
}

int domain_memory_check(struct xencall *xc, const struct guest_layout *lay, struct reason *why)
{
	return host_memory_check(xc, layout_bytes(lay) >> 10, why);
}

int domain_memory_populate(struct xencall *xc, domid_t domid, const struct guest_layout *lay,
			   struct reason *why)
{
	uint64_t high = (lay->high_end - GUEST_HIGH_RAM) / GUEST_PAGE;

	if (domain_memory_populate_range(xc, domid, 0, lay->tail_end / GUEST_PAGE) == 0 &&
	    domain_memory_populate_range(xc, domid, GUEST_HIGH_RAM / GUEST_PAGE, high) == 0 &&
	    domain_memory_populate_range(xc, domid, GUEST_ACPI_BASE / GUEST_PAGE,
					 GUEST_ACPI_SIZE / GUEST_PAGE) == 0 &&
	    domain_memory_populate_range(xc, domid, GUEST_STORE_GFN, 1) == 0 &&
	    domain_memory_populate_range(xc, domid, GUEST_CONSOLE_GFN, 1) == 0)
		return 0;
	return reason_set(why, "the host ran out of memory while the guest was given its %llu MiB",
			  (unsigned long long)layout_bytes(lay) >> 20);
}

/* It has all that it was promised; from now on more needs a new promise. */
int domain_memory_seal(struct xencall *xc, domid_t domid, struct reason *why)
{
	struct xen_domctl_getdomaininfo info;

	if (domain_info(xc, domid, &info) < 0 ||
	    domain_set_max_memory(xc, domid, (info.tot_pages << 2) + HOST_MEMORY_SLACK_KIB) < 0)
		return reason_errno(why, "setting the memory limit");
	return 0;
}

int domain_memory_set_map(struct xencall *xc, domid_t domid, const struct guest_layout *lay,
			  struct reason *why)
{
	struct xen_foreign_memory_map map = { .domid = domid };
	size_t mark = xencall_mark(xc);
	struct e820_entry *e820 = xencall_alloc(xc, GUEST_MAX_RANGES * sizeof(*e820));
	long rc = -1;

	if (e820) {
		for (unsigned int i = 0; i < lay->nr_map; i++)
			e820[i] = (struct e820_entry){ lay->map[i].at, lay->map[i].size,
						       lay->map[i].type };
		map.map.nr_entries = lay->nr_map;
		map.map.buffer = xencall_handle(e820);
		rc = xencall_struct(xc, __HYPERVISOR_memory_op, XENMEM_set_memory_map, &map,
				    sizeof(map));
	}
	if (rc < 0)
		reason_errno(why, "setting the memory map");
	xencall_release(xc, mark);
	return rc < 0 ? -1 : 0;
}
