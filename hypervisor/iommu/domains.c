// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains' tables, and whose each device is. A device that is not on the list is domain 0's. Locks:
 * devices (the list, and the units' device entries), in it p2m.lock (a domain's tables), in that
 * the units' own.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "domain.h"
#include "log.h"
#include "mm.h"
#include "private.h"

#define MAX_IDS      256u /* 0 is no domain's: VT-d keeps it for itself */
#define MAX_ASSIGNED 256u

#define HOPS_MAX     8u
#define CAPS_MAX     48u
#define FUNCTIONS    8u
#define ACS_WANTED   0x1du /* source validation, redirects both ways, upstream forwarding */

static struct spinlock devices;
static struct {
	uint16_t segment;
	devid_t id;
	const struct domain *d; /* NULL: nobody's */
} assigned[MAX_ASSIGNED];
static unsigned nr_assigned;
static uint64_t ids[MAX_IDS / 64]; /* atomic */

/* --- tables ----------------------------------------------------------------------------------- */

static unsigned access_of(enum p2m_type type)
{
	switch (type) {
	case P2M_RAM_RW:
	case P2M_MMIO_DIRECT:
	case P2M_FOREIGN:
	case P2M_GRANT_RW: return DMA_READ | DMA_WRITE;
	case P2M_RAM_RO:
	case P2M_GRANT_RO: return DMA_READ;
	default: return 0; /* configuration space is no memory */
	}
}

int iommu_p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned level, enum p2m_type type)
{
	if (!d->iommu.root)
		return 0;
	return iommu_table_set(iommu_ops->format, d->iommu.root, gfn.n, mfn, level,
			       access_of(type));
}

static void flush_units(uint16_t domain)
{
	for_each_unit(u)
		iommu_ops->flush(u, domain);
}

void iommu_p2m_flush(struct domain *d)
{
	if (d->iommu.root)
		flush_units(d->iommu.id);
}

static void tables_free(struct iommu_domain *t)
{
	if (t->root)
		iommu_table_free(iommu_ops->format, t->root);
	bit_test_and_clear(t->id, ids);
	t->root = NULL;
}

/* p2m.lock is held. */
static int tables_make(struct domain *d)
{
	unsigned id = 1, end = MIN(MAX_IDS, iommu_ops->max_domains);
	int rc;

	if (READ_ONCE(d->is_dying))
		return -EINVAL; /* iommu_domain_destroy may have been here */
	while (id < end && bit_test_and_set(id, ids))
		id++;
	if (id == end)
		return -ENOSPC;
	d->iommu.id = (uint16_t)id;
	d->iommu.root = iommu_table_alloc(iommu_ops->format);
	rc = d->iommu.root ? p2m_tell_iommu(d) : -ENOMEM;
	if (rc)
		tables_free(&d->iommu);
	return rc;
}

int iommu_domain_enable(struct domain *d)
{
	int rc = 0;

	if (!iommu_nr_units)
		return -ENODEV;
	spin_lock(&d->p2m.lock);
	if (!d->iommu.root)
		rc = tables_make(d);
	spin_unlock(&d->p2m.lock);
	return rc;
}

/* --- devices ---------------------------------------------------------------------------------- */

/* Where a capability is in the list that begins at `at`; 0: nowhere. */
static unsigned capability(struct pci_address a, unsigned at, unsigned id)
{
	bool extended = at >= PCI_EXTENDED;

	for (unsigned n = 0; n < CAPS_MAX && at >= 0x40; n++) {
		uint32_t head = pci_raw_read(a, at, 4);

		if ((head & (extended ? 0xffff : 0xff)) == id)
			return at;
		at = extended ? head >> 20 & 0xffc : head >> 8 & 0xfc;
	}
	return 0;
}

/* Negative: not Express. */
static int express_type(struct pci_address a)
{
	unsigned at = capability(a, pci_raw_read(a, PCI_CAPS, 1) & 0xfc, PCI_CAP_EXPRESS);

	return at ? (int)(pci_raw_read(a, at, 4) >> 20 & 15) : -1;
}

/* Requests of what is below the port go up to a unit, and not across to its neighbours. */
static void acs_enable(struct pci_address port)
{
	unsigned at = capability(port, PCI_EXTENDED, PCI_EXTENDED_ACS);
	unsigned able = at ? pci_raw_read(port, at + 4, 2) & ACS_WANTED : 0;

	if (at)
		pci_raw_write(port, at + 6, 2, able);
	if (able != ACS_WANTED)
		log_warn("iommu: port " PCI_FORMAT " has no ACS that keeps what is below it apart",
			 PCI_ARGS(port));
}

static bool leads_to(struct pci_address b, uint8_t bus)
{
	return (pci_raw_read(b, PCI_HEADER_TYPE, 1) & 0x7f) == 1 &&
	       (pci_raw_read(b, PCI_SECONDARY_BUS, 1) & 0xff) == bus;
}

/* How many functions to look at there: without the first one there is no device. */
static unsigned functions_at(struct pci_address a)
{
	if ((pci_raw_read(a, 0, 2) & 0xffff) == 0xffff)
		return 0;
	return pci_raw_read(a, PCI_HEADER_TYPE, 1) & HEADER_MULTIFUNCTION ? FUNCTIONS : 1;
}

/*
 * The bridge to a's bus, for which a becomes its address; false: that is a root bus. A search takes
 * milliseconds on a large machine, and interrupts are off, so where one was found is kept: as a
 * guess, for domain 0 may number its buses anew.
 */
static bool bridge_to(struct pci_address *a)
{
	static devid_t guesses[256];
	struct pci_address b = address_of(a->segment, READ_ONCE(guesses[a->bus]));
	bool found = leads_to(b, a->bus);

	for (unsigned id = 0; !found && id < (unsigned)a->bus << 8; id += FUNCTIONS) {
		unsigned end = id + functions_at(address_of(a->segment, (devid_t)id));

		for (unsigned f = id; !found && f < end; f++) {
			b = address_of(a->segment, (devid_t)f);
			found = leads_to(b, a->bus);
		}
	}
	if (!found)
		return false;
	WRITE_ONCE(guesses[a->bus], devid_of(b));
	*a = b;
	return true;
}

/* closes: with ACS at the ports above. */
static struct pci_address group_of(struct pci_address a, bool closes)
{
	const struct iommu_range *r;
	struct pci_address up = a;

	for (unsigned hops = 0; hops < HOPS_MAX && up.bus && bridge_to(&up); hops++) {
		int type = express_type(up);

		if (type < 0 || type == EXPRESS_TO_PCI)
			a = up;
		else if (closes && (type == EXPRESS_ROOT || type == EXPRESS_DOWNSTREAM))
			acs_enable(up);
	}
	r = firmware_find(&iommu_firmware, a.segment, devid_of(a));
	return r && r->is_alias ? address_of(a.segment, r->alias) : a;
}

struct pci_address iommu_group(struct pci_address a)
{
	return group_of(a, false);
}

/* Whether its name is domain 0's for good: memory or interrupts of the host's come with it. */
static bool is_kept(uint16_t segment, devid_t id)
{
	for (unsigned i = 0; i < iommu_firmware.nr_ranges; i++) {
		const struct iommu_range *r = &iommu_firmware.range[i];

		if (r->is_special && r->segment == segment && r->first == id)
			return true;
	}
	for (unsigned i = 0; i < iommu_firmware.nr_reserved; i++) {
		const struct iommu_reserved *r = &iommu_firmware.reserved[i];

		if (r->segment == segment && id >= r->first && id <= r->last)
			return true;
	}
	return false;
}

/* devices is held. */
static int assign_one(uint16_t segment, devid_t id, struct domain *d)
{
	const struct domain *before = domain0;
	unsigned i = 0;
	int rc;

	while (i < nr_assigned && (assigned[i].segment != segment || assigned[i].id != id))
		i++;
	if (i == MAX_ASSIGNED)
		return -ENOSPC;
	rc = iommu_ops->assign(segment, id, d ? &d->iommu : NULL);
	if (rc)
		return rc;
	if (i < nr_assigned)
		before = assigned[i].d;
	else
		nr_assigned++;
	if (before)
		flush_units(before->iommu.id);
	assigned[i].segment = segment;
	assigned[i].id = id;
	assigned[i].d = d;
	if (d && d->is_control)
		assigned[i] = assigned[--nr_assigned];
	return 0;
}

int iommu_assign(struct pci_address a, struct domain *d)
{
	struct pci_address group = group_of(a, d && !d->is_control);
	devid_t id[3] = { devid_of(a), devid_of(group) };
	unsigned n = id[1] == id[0] ? 1 : 2;
	int rc = 0;

	if (!iommu_present() || !firmware_find(&iommu_firmware, a.segment, id[n - 1]))
		return -ENODEV;
	/* Behind a bridge, DMA carries the bridge's name or the first one of the bus behind it. */
	if (n == 2 && (pci_raw_read(group, PCI_HEADER_TYPE, 1) & 0x7f) == 1)
		id[n++] = (devid_t)(pci_raw_read(group, PCI_SECONDARY_BUS, 1) << 8);
	for (unsigned i = 0; i < n; i++)
		if (d && !d->is_control && is_kept(a.segment, id[i]))
			return -EPERM;
	spin_lock(&devices);
	if (d && !d->iommu.root)
		rc = -EINVAL;
	for (unsigned i = 0; !rc && i < n; i++)
		rc = assign_one(a.segment, id[i], d);
	for (unsigned i = 0; rc && rc != -EINVAL && i < n; i++)
		assign_one(a.segment, id[i], NULL);
	spin_unlock(&devices);
	return rc;
}

void iommu_domain_destroy(struct domain *d)
{
	struct iommu_domain t;

	spin_lock(&devices);
	for (unsigned i = 0; i < nr_assigned; i++)
		if (assigned[i].d == d)
			assign_one(assigned[i].segment, assigned[i].id, NULL);
	spin_lock(&d->p2m.lock);
	t = d->iommu;
	d->iommu.root = NULL;
	spin_unlock(&d->p2m.lock);
	spin_unlock(&devices);
	if (!t.root)
		return;
	flush_units(t.id);
	tables_free(&t);
}
