// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI as a guest sees it that was given devices: bus 0 with a host bridge in slot 0, and each
 * device as a function alone in its slot. What a guest may write of configuration space is listed
 * here: two bits of the command register, BARs (which stay where they are in the machine and are
 * mapped where the guest puts them), MSI and MSI-X. d->hvm.pci_lock guards all of it.
 */
#include "domain.h"
#include "lib.h"
#include "log.h"
#include "vpci_private.h"

#define HOST_BRIDGE_ID     0x00081b36u /* QEMU's of no particular chipset: no driver wants it */
#define HOST_BRIDGE_CLASS  0x06000000u

#define PCI_REVISION_CLASS 0x08u
#define PCI_SUBSYSTEM      0x2cu

/* Linux does without; then no register of the device's own needs to be written. In a dword. */
#define MSI_MASKABLE 0x01000000u

/* --- where BARs are --------------------------------------------------------------------------- */

/*
 * As far as nothing else of the guest's is there. Frames that hold an MSI-X table are left out: an
 * access there exits, and ends in vpci_guest_mmio.
 */
static void bar_map(struct domain *d, const struct vpci_bar *b)
{
	for (uint64_t i = 0; i < b->size >> PAGE_SHIFT; i++) {
		gfn_t gfn = GFN((b->gpa >> PAGE_SHIFT) + i);
		mfn_t mfn = MFN((b->host >> PAGE_SHIFT) + i);
		enum p2m_type type;
		bool readable;

		p2m_lookup(d, gfn, &type);
		if (type != P2M_INVALID || vpci_is_trapped(mfn, &readable) ||
		    !p2m_map(d, gfn, mfn, ORDER_4K, P2M_MMIO_DIRECT))
			continue;
		log_domain(d, LOG_WARN, "a PCI device's memory cannot be mapped at %#lx",
			   gfn.n << PAGE_SHIFT);
		return;
	}
}

static void bar_unmap(struct domain *d, const struct vpci_bar *b)
{
	for (uint64_t i = 0; i < b->size >> PAGE_SHIFT; i++) {
		gfn_t gfn = GFN((b->gpa >> PAGE_SHIFT) + i);
		enum p2m_type type;

		if (p2m_lookup(d, gfn, &type).n == (b->host >> PAGE_SHIFT) + i &&
		    type == P2M_MMIO_DIRECT)
			p2m_unmap(d, gfn, ORDER_4K);
	}
	p2m_flush(d);
}

/* The BAR that register n is of; *upper: it is the upper half of its address. */
static struct vpci_bar *bar_of(struct vpci_guest *g, unsigned n, bool *upper)
{
	*upper = n && g->bar[n - 1].flags & PCI_BAR_64;
	return &g->bar[n - *upper];
}

static uint32_t bar_read(struct vpci_guest *g, unsigned n)
{
	bool upper;
	const struct vpci_bar *b = bar_of(g, n, &upper);

	if (!b->size)
		return 0;
	return upper ? (uint32_t)(b->gpa >> 32) : (uint32_t)b->gpa | b->flags;
}

static void bar_write(struct domain *d, struct vpci_guest *g, unsigned n, uint32_t value)
{
	bool upper, decoded = g->command & PCI_COMMAND_MEM;
	struct vpci_bar *b = bar_of(g, n, &upper);

	if (!b->size)
		return;
	if (decoded)
		bar_unmap(d, b);
	b->gpa = upper ? (uint64_t)value << 32 | (uint32_t)b->gpa
		       : (b->gpa & ~0xffffffffUL) | value;
	b->gpa &= ~(b->size - 1);
	if (decoded)
		bar_map(d, b);
}

/* --- configuration space ---------------------------------------------------------------------- */

void vpci_guest_command(struct domain *d, struct vpci_guest *g, uint16_t value)
{
	uint16_t changed = g->command ^ value;

	g->command = value & (PCI_COMMAND_MEM | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_OFF);
	/* The device itself always decodes: what the guest reaches of it is up to its p2m. */
	pci_raw_write(g->f->address, PCI_COMMAND, 2,
		      PCI_COMMAND_MEM | PCI_COMMAND_INTX_OFF | (value & PCI_COMMAND_MASTER));
	for (unsigned n = 0; changed & PCI_COMMAND_MEM && n < VPCI_BARS; n++)
		if (value & PCI_COMMAND_MEM)
			bar_map(d, &g->bar[n]);
		else
			bar_unmap(d, &g->bar[n]);
}

/* A capability's head leads to the next of those that are shown. */
static uint32_t capability_read(const struct vpci_guest *g, unsigned at)
{
	const struct vpci_function *f = g->f;
	uint32_t value;

	spin_lock(&vpci_lock);
	value = vpci_msi_covers(f, at) ? vpci_msi_read(f, at) : pci_raw_read(f->address, at, 4);
	spin_unlock(&vpci_lock);
	if (at == f->msi.at)
		value &= ~MSI_MASKABLE;
	for (unsigned i = 0; i < g->nr_caps; i++)
		if (g->cap[i] == at)
			value = (value & ~0xff00u) | (uint32_t)g->cap[i + 1] << 8;
	return value;
}

static uint32_t function_read(struct vpci_guest *g, unsigned at)
{
	uint32_t raw;

	if (at >= PCI_HEADER_END)
		return capability_read(g, at);
	if (at >= PCI_BAR0 && at < PCI_BAR_END)
		return bar_read(g, (at - PCI_BAR0) / 4);
	raw = pci_raw_read(g->f->address, at, 4);
	switch (at) {
	case 0:
	case PCI_REVISION_CLASS:
	case PCI_SUBSYSTEM: return raw;
	case PCI_COMMAND: return (raw & 0xffff0000u) | g->command;
	case PCI_HEADER_TYPE & ~3u: return raw & ~(HEADER_MULTIFUNCTION << 16); /* one by one */
	case PCI_CAPS: return g->cap[0];
	default: return 0;
	}
}

static void function_write(struct domain *d, struct vpci_guest *g, unsigned at, uint32_t value,
			   unsigned bytes)
{
	if (at == PCI_COMMAND) {
		vpci_guest_command(d, g, (uint16_t)value);
	} else if (at >= PCI_BAR0 && at < PCI_BAR_END) {
		bar_write(d, g, (at - PCI_BAR0) / 4, value);
	} else if (at >= PCI_HEADER_END) {
		spin_lock(&vpci_lock);
		vpci_message_write(g->f, at, value, bytes);
		spin_unlock(&vpci_lock);
	}
}

/* NULL: there is none, or it is the host bridge. */
static struct vpci_guest *function_at(const struct domain *d, struct pci_address a)
{
	unsigned slot = a.devfn >> 3;

	return a.bus || a.devfn & 7 || !slot || slot > VPCI_SLOTS ? NULL : d->hvm.pci[slot - 1];
}

/* g: the function at a, if it is one of a device. */
static uint32_t dword_read(struct vpci_guest *g, struct pci_address a, unsigned at)
{
	if (g)
		return function_read(g, at);
	if (a.bus || a.devfn)
		return ~0u;
	return at == 0 ? HOST_BRIDGE_ID : at == PCI_REVISION_CLASS ? HOST_BRIDGE_CLASS : 0;
}

void vpci_guest_access(struct domain *d, struct pci_address a, unsigned offset, unsigned size,
		       bool write, uint32_t *value)
{
	unsigned at = offset & ~3u, shift = 8 * (offset & 3);
	uint32_t mask = (uint32_t)bytes_mask(size), old;
	struct vpci_guest *g;

	spin_lock(&d->hvm.pci_lock);
	g = function_at(d, a);
	old = dword_read(g, a, at);
	if (!write)
		*value = old >> shift & mask;
	else if (g)
		function_write(d, g, at, (old & ~(mask << shift)) | (*value & mask) << shift,
			       ((1u << size) - 1) << (offset & 3));
	spin_unlock(&d->hvm.pci_lock);
}

/* --- memory ----------------------------------------------------------------------------------- */

/* The device that has gpa in a BAR, and where that is in the machine. */
static struct vpci_guest *device_at(const struct domain *d, gpaddr_t gpa, paddr_t *host)
{
	for (unsigned i = 0; i < VPCI_SLOTS; i++) {
		struct vpci_guest *g = d->hvm.pci[i];

		for (unsigned n = 0; g && g->command & PCI_COMMAND_MEM && n < VPCI_BARS; n++) {
			if (gpa - g->bar[n].gpa >= g->bar[n].size)
				continue;
			*host = g->bar[n].host + (gpa - g->bar[n].gpa);
			return g;
		}
	}
	return NULL;
}

bool vpci_guest_mmio(struct domain *d, gpaddr_t gpa, unsigned size, bool write, uint64_t *value)
{
	struct vpci_guest *g;
	paddr_t host;

	spin_lock(&d->hvm.pci_lock);
	g = device_at(d, gpa, &host);
	/* Aligned accesses only: they are in the table or beside it, never both. */
	if (g && !(host & (size - 1))) {
		spin_lock(&vpci_lock);
		vpci_msix_access(g->f, host, size, write, value);
		spin_unlock(&vpci_lock);
	}
	spin_unlock(&d->hvm.pci_lock);
	return g;
}
