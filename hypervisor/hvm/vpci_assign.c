// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Giving a PCI function to a guest, and taking it back: who owns it, what its BARs and
 * capabilities are, and through whose tables its DMA goes. Called under domctl, and when a domain
 * ends. Where it goes back it can do no DMA and send no message; what else it was programmed to do
 * is for domain 0 to reset.
 */
#include "abi/errno.h"
#include "domain.h"
#include "iommu.h"
#include "log.h"
#include "mm.h"
#include "vpci_private.h"

#define CLASS_IOMMU  0x0806u

#define CAP_VENDOR   0x09u

#define BAR_IO       1u
#define BAR_FLAGS    0xfu
#define BAR_SIZE_MAX (64UL << 20) /* each page is looked at when a guest moves it */
#define HOST_LIMIT   (1UL << 52)

/* --- what it has ------------------------------------------------------------------------------ */

/* Pages of its own and no RAM: what shares a page with another device cannot be mapped. */
static bool bar_usable(const struct vpci_bar *b)
{
	if (b->size < PAGE_SIZE || b->size > BAR_SIZE_MAX || b->size & (b->size - 1) || !b->host ||
	    b->host & (b->size - 1) || b->host >= HOST_LIMIT)
		return false;
	for (uint64_t at = b->host; at < b->host + b->size; at += PAGE_SIZE)
		if (mfn_to_page(MFN(at >> PAGE_SHIFT)))
			return false;
	return true;
}

/* The device decodes nothing meanwhile. */
static void bar_measure(struct pci_address a, unsigned n, struct vpci_bar *b)
{
	unsigned at = PCI_BAR0 + 4 * n;
	uint32_t low = pci_raw_read(a, at, 4), high = 0, mask, mask_high = ~0u;
	bool wide = (low & (PCI_BAR_64 | BAR_IO)) == PCI_BAR_64 && n + 1 < VPCI_BARS;

	pci_raw_write(a, at, 4, ~0u);
	mask = pci_raw_read(a, at, 4) & ~BAR_FLAGS;
	pci_raw_write(a, at, 4, low);
	if (wide) {
		high = pci_raw_read(a, at + 4, 4);
		pci_raw_write(a, at + 4, 4, ~0u);
		mask_high = pci_raw_read(a, at + 4, 4);
		pci_raw_write(a, at + 4, 4, high);
	}
	b->flags = wide ? low & BAR_FLAGS : low & BAR_FLAGS & ~PCI_BAR_64;
	b->host = (paddr_t)high << 32 | (low & ~BAR_FLAGS);
	b->size = -((uint64_t)mask_high << 32 | mask);
	if (low & BAR_IO || !bar_usable(b))
		b->size = 0;
	if (low && !(low & BAR_IO) && !b->size)
		log_warn("pci " PCI_FORMAT ": no guest sees BAR %u: its size or place is odd",
			 PCI_ARGS(a), n);
}

static bool is_shown(const struct vpci_guest *g, const struct vpci_capability *c)
{
	const struct vpci_function *f = g->f;

	return c->id == CAP_VENDOR || c->id == PCI_CAP_EXPRESS || c->at == f->msi.at ||
	       (f->msix && c->at == f->msix->at && g->bar[f->msix->bar].size);
}

/* The last entry of g->cap stays 0. */
static void capabilities_list(struct vpci_guest *g)
{
	struct vpci_capability list[VPCI_CAPS];
	unsigned nr = vpci_capabilities(g->f->address, list);

	for (unsigned i = 0; i < nr; i++)
		if (is_shown(g, &list[i]))
			g->cap[g->nr_caps++] = list[i].at;
}

/* --- whether ---------------------------------------------------------------------------------- */

static bool is_bridge(struct pci_address a)
{
	return pci_raw_read(a, PCI_HEADER_TYPE, 1) & 0x7f;
}

/* Whether another than bridges does DMA by its name. vpci_lock is held. */
static bool has_siblings(struct pci_address a)
{
	struct pci_address group = iommu_group(a);

	for (struct vpci_function *s = vpci_next(NULL); s; s = vpci_next(s))
		if (!same_address(a, s->address) && !is_bridge(s->address) &&
		    same_address(iommu_group(s->address), group))
			return true;
	return false;
}

/* vpci_lock is held. */
static int check(const struct vpci_function *f)
{
	uint32_t class;

	if (!f || (pci_raw_read(f->address, 0, 2) & 0xffff) == 0xffff)
		return -ENODEV;
	if (f->owner)
		return -EBUSY;
	class = pci_raw_read(f->address, PCI_CLASS, 4) >> 16;
	if (is_bridge(f->address) || class >> 8 == PCI_CLASS_BRIDGE || class == CLASS_IOMMU)
		return -EPERM;
	return has_siblings(f->address) ? -EXDEV : 0;
}

int vpci_assignable(struct pci_address a)
{
	int rc;

	if (!iommu_present())
		return -EOPNOTSUPP;
	spin_lock(&vpci_lock);
	rc = check(vpci_find(a));
	spin_unlock(&vpci_lock);
	return rc;
}

/* --- giving and taking ------------------------------------------------------------------------ */

/* vpci_lock is held. */
static void messages_off(struct vpci_function *f)
{
	if (f->msi.at)
		vpci_msi_reset(f);
	if (f->msix)
		vpci_msix_reset(f);
}

/* Nothing of what domain 0 had it do goes on. vpci_lock is held. */
static void take(struct vpci_guest *g, struct domain *d, struct vpci_trap_change *change)
{
	struct vpci_function *f = g->f;

	messages_off(f);
	pci_raw_write(f->address, PCI_COMMAND, 2, PCI_COMMAND_INTX_OFF);
	for (unsigned n = 0; n < VPCI_BARS; n++) {
		bar_measure(f->address, n, &g->bar[n]);
		n += g->bar[n].flags & PCI_BAR_64 ? 1 : 0;
	}
	capabilities_list(g);
	pci_raw_write(f->address, PCI_COMMAND, 2, PCI_COMMAND_MEM | PCI_COMMAND_INTX_OFF);
	if (f->msix)
		vpci_msix_locate(f, change);
	f->owner = d;
}

/* d->hvm.pci_lock is held. First it can do nothing any more, then it is domain 0's. */
static void give_back(struct domain *d, unsigned slot)
{
	struct vpci_guest *g = d->hvm.pci[slot];
	struct pci_address a = g->f->address;
	int rc;

	vpci_guest_command(d, g, 0);
	spin_lock(&vpci_lock);
	messages_off(g->f);
	spin_unlock(&vpci_lock);
	rc = iommu_assign(a, domain0);
	spin_lock(&vpci_lock);
	g->f->owner = NULL; /* only now: domain 0 may let it master the bus */
	spin_unlock(&vpci_lock);
	log_domain(d, rc ? LOG_ERR : LOG_INFO, "PCI device " PCI_FORMAT " is taken from it",
		   PCI_ARGS(a));
	if (rc)
		log_err("it cannot be given back to domain 0: error %d", -rc);
	d->hvm.pci[slot] = NULL;
	object_free(g, sizeof(*g));
}

/* d->hvm.pci_lock is held. g is the slot's, or freed. */
static int give(struct domain *d, unsigned slot, struct vpci_guest *g, struct pci_address a)
{
	struct vpci_trap_change change = { 0 };
	int rc;

	spin_lock(&vpci_lock);
	g->f = vpci_find(a);
	rc = check(g->f);
	if (!rc)
		take(g, d, &change);
	spin_unlock(&vpci_lock);
	if (rc) {
		object_free(g, sizeof(*g));
		return rc;
	}
	vpci_announce(&change);
	d->hvm.pci[slot] = g;
	rc = iommu_assign(a, d);
	if (rc)
		give_back(d, slot);
	return rc;
}

int vpci_assign(struct domain *d, struct pci_address a)
{
	struct vpci_guest *g;
	unsigned slot = 0;
	int rc;

	if (!iommu_present())
		return -EOPNOTSUPP;
	spin_lock(&d->hvm.pci_lock);
	while (slot < VPCI_SLOTS && d->hvm.pci[slot])
		slot++;
	g = slot < VPCI_SLOTS ? object_alloc(sizeof(*g)) : NULL;
	rc = g ? give(d, slot, g, a) : slot < VPCI_SLOTS ? -ENOMEM : -ENOSPC;
	if (!rc)
		d->hvm.has_pci = true;
	spin_unlock(&d->hvm.pci_lock);
	if (!rc)
		log_domain(d, LOG_INFO, "PCI device " PCI_FORMAT " is its 00:%02x.0", PCI_ARGS(a),
			   slot + 1);
	return rc;
}

int vpci_deassign(struct domain *d, const struct pci_address *a)
{
	int rc = -ENODEV;

	spin_lock(&d->hvm.pci_lock);
	for (unsigned slot = 0; slot < VPCI_SLOTS; slot++)
		if (d->hvm.pci[slot] && (!a || same_address(d->hvm.pci[slot]->f->address, *a))) {
			give_back(d, slot);
			rc = 0;
		}
	spin_unlock(&d->hvm.pci_lock);
	return rc;
}
