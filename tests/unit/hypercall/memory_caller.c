// SPDX-License-Identifier: GPL-2.0-or-later
/* Sets the machine up for memory_op, and makes the calls that several tests make. */
#include "memory_caller.h"

#include <string.h>

struct domain *dom0, *guest, *other;

int setup(void **state)
{
	machine_reset();
	dom0 = machine_domain(0);
	guest = machine_domain(1);
	other = machine_domain(2);
	run_as(dom0);
	return 0;
}

int teardown(void **state)
{
	run_as(dom0);
	machine_check_no_leaks();
	return 0;
}

uint64_t list_at(unsigned n)
{
	return MEMORY + 4096 * (n + 1);
}

long reservation(unsigned op, domid_t domid, uint64_t nr, unsigned order)
{
	struct xen_memory_reservation r = {
		.extent_start = list_at(0), .nr_extents = nr, .extent_order = order, .domid = domid
	};

	memcpy(memory, &r, sizeof(r));
	return do_memory_op(op, MEMORY);
}

void gfns(const uint64_t *list, unsigned nr)
{
	memcpy(LIST(uint64_t, 0), list, nr * sizeof(*list));
}

long unplace(domid_t domid, uint64_t gpfn)
{
	struct xen_remove_from_physmap r = { .domid = domid, .gpfn = gpfn };

	memcpy(memory, &r, sizeof(r));
	return do_memory_op(XENMEM_remove_from_physmap, MEMORY);
}
