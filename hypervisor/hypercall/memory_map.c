// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The E820 maps that go through memory_op: a domain's own, set by the toolstack and read by the
 * guest, and the machine's, for domain 0. d->e820 is under d->lock.
 */
#include "memory_map.h"

#include "abi/memory.h"
#include "boot_info.h"
#include "mm.h"
#include "private.h"

static bool entry_plausible(const struct e820_entry *e)
{
	uint64_t end;

	return !add_overflows(e->addr, e->size, &end);
}

int domain_set_memory_map(struct domain *d, const struct e820_entry *entries, unsigned nr)
{
	struct e820_map *map, *old;

	if (nr > E820_MAX_ENTRIES)
		return -E2BIG;
	for (unsigned i = 0; i < nr; i++)
		if (!entry_plausible(&entries[i]))
			return -EINVAL;
	map = object_alloc(sizeof(*map));
	if (!map)
		return -ENOMEM;
	map->nr = nr;
	memcpy(map->entry, entries, nr * sizeof(*entries));

	spin_lock(&d->lock);
	old = d->e820;
	d->e820 = map;
	spin_unlock(&d->lock);
	if (old)
		object_free(old, sizeof(*old));
	return 0;
}

void domain_free_memory_map(struct domain *d)
{
	if (d->e820)
		object_free(d->e820, sizeof(*d->e820));
	d->e820 = NULL;
	if (d->vnuma)
		object_free(d->vnuma, sizeof(*d->vnuma));
	d->vnuma = NULL;
}

long memory_set_map(uint64_t arg)
{
	struct e820_entry entries[E820_MAX_ENTRIES];
	struct xen_foreign_memory_map f;
	struct domain *d;
	long rc;

	if (guest_struct_from(&f, arg, FIELDS_foreign_memory_map))
		return -EFAULT;
	if (f.map.nr_entries > E820_MAX_ENTRIES)
		return -E2BIG;
	if (guest_copy_from(entries, f.map.buffer, f.map.nr_entries * sizeof(entries[0])))
		return -EFAULT;
	rc = target_get_live(f.domid, &d);
	if (rc)
		return rc;
	rc = domain_set_memory_map(d, entries, f.map.nr_entries);
	domain_put(d);
	return rc;
}

/* As many as there is room for; nr_entries comes back as how many there are, or were written. */
long memory_get_map(uint64_t arg)
{
	struct domain *d = domain_current();
	struct e820_entry entries[E820_MAX_ENTRIES];
	struct xen_memory_map m;
	unsigned nr = 0;
	bool set;

	if (guest_struct_from(&m, arg, FIELDS_memory_map))
		return -EFAULT;
	spin_lock(&d->lock);
	set = d->e820;
	if (set) {
		nr = d->e820->nr;
		memcpy(entries, d->e820->entry, nr * sizeof(entries[0]));
	}
	spin_unlock(&d->lock);
	if (!set)
		return -ENOSYS;
	if (m.buffer) {
		nr = MIN(nr, m.nr_entries);
		if (guest_copy_to(m.buffer, entries, nr * sizeof(entries[0])))
			return -EFAULT;
	}
	m.nr_entries = nr;
	return guest_struct_to(arg, &m, FIELDS_memory_map);
}

long memory_get_machine_map(uint64_t arg)
{
	const struct mem_region *region = boot_info.region;
	unsigned nr = boot_info.nr_regions;
	struct xen_memory_map m;

	if (!domain_current()->is_control)
		return -EPERM;
	if (guest_copy_from(&m, arg, sizeof(m)))
		return -EFAULT;
	/* Half a map of a machine would be a wrong one. */
	if (m.buffer && nr > m.nr_entries)
		return -EINVAL;
	for (unsigned i = 0; m.buffer && i < nr; i++) {
		struct e820_entry e = { region[i].start, region[i].size, region[i].type };

		if (guest_array_to(m.buffer, i, &e))
			return -EFAULT;
	}
	m.nr_entries = nr;
	return guest_copy_to(arg, &m, sizeof(m));
}
