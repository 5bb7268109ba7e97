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

int domain_set_memory_map(struct domain *d, const struct e820_entry *entries, unsigned nr)
{
	struct e820_map *map, *old;
	uint64_t end;

	if (nr > E820_MAX_ENTRIES)
		return -E2BIG;
	for (unsigned i = 0; i < nr; i++)
		if (add_overflows(entries[i].addr, entries[i].size, &end))
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
	object_free(old, sizeof(*old));
	return 0;
}

void domain_free_memory_map(struct domain *d)
{
	object_free(d->e820, sizeof(*d->e820));
	object_free(d->vnuma, sizeof(*d->vnuma));
}

long memory_set_map(struct request *q)
{
	struct e820_entry entries[E820_MAX_ENTRIES];
	const struct xen_memory_map *m = &((struct xen_foreign_memory_map *)q->arg)->map;

	if (m->nr_entries > E820_MAX_ENTRIES)
		return -E2BIG;
	if (guest_copy_from(entries, m->buffer, m->nr_entries * sizeof(entries[0])))
		return -EFAULT;
	return domain_set_memory_map(q->d, entries, m->nr_entries);
}

/* As many as there is room for; nr_entries comes back as how many there are, or were written. */
long memory_get_map(struct request *q)
{
	struct e820_entry entries[E820_MAX_ENTRIES];
	struct xen_memory_map *m = q->arg;
	unsigned nr = 0;
	bool set;

	spin_lock(&q->d->lock);
	set = q->d->e820;
	if (set) {
		nr = q->d->e820->nr;
		memcpy(entries, q->d->e820->entry, nr * sizeof(entries[0]));
	}
	spin_unlock(&q->d->lock);
	if (!set)
		return -ENOSYS;
	m->nr_entries = m->buffer ? MIN(nr, m->nr_entries) : nr;
	return m->buffer ? guest_copy_to(m->buffer, entries, m->nr_entries * sizeof(entries[0]))
			 : 0;
}

long memory_get_machine_map(struct request *q)
{
	struct xen_memory_map *m = q->arg;
	const struct mem_region *region = boot_info.region;
	unsigned nr = boot_info.nr_regions;

	/* Half a map of a machine would be a wrong one. */
	if (m->buffer && nr > m->nr_entries)
		return -EINVAL;
	for (unsigned i = 0; m->buffer && i < nr; i++) {
		struct e820_entry e = { region[i].start, region[i].size, region[i].type };

		if (guest_array_to(m->buffer, i, &e))
			return -EFAULT;
	}
	m->nr_entries = nr;
	return 0;
}
