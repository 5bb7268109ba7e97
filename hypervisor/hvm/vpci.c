// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control domain's accesses to PCI: ports, memory-mapped configuration windows, and frames
 * that hold an MSI-X table. Decides whether an access goes to the device as it is or to the MSI
 * and MSI-X models. vpci_lock guards everything but the windows, which are constant after
 * start-up.
 */
#include "vpci.h"

#include "abi/errno.h"
#include "domain.h"
#include "vpci_private.h"

#define CONFIG_ADDRESS 0xcf8u
#define CONFIG_DATA    0xcfcu
#define CONFIG_ENABLE  0x80000000u

#define ECAM_MAX       8u

static struct {
	paddr_t base; /* of bus 0, whether or not the window has it */
	uint16_t segment;
	uint8_t first_bus, last_bus;
} ecam[ECAM_MAX];
static unsigned nr_ecam;

struct spinlock vpci_lock = SPINLOCK_INIT;

static uint32_t size_mask(unsigned size)
{
	return size == 4 ? ~0u : (1u << 8 * size) - 1;
}

/* --- configuration windows -------------------------------------------------------------------- */

int vpci_add_ecam(paddr_t base, uint16_t segment, uint8_t first_bus, uint8_t last_bus)
{
	if (first_bus > last_bus || base & ((1u << 20) - 1))
		return -EINVAL;
	if (nr_ecam == ECAM_MAX)
		return -ENOSPC;
	ecam[nr_ecam].base = base;
	ecam[nr_ecam].segment = segment;
	ecam[nr_ecam].first_bus = first_bus;
	ecam[nr_ecam].last_bus = last_bus;
	nr_ecam++;
	return 0;
}

bool vpci_ecam_window(unsigned n, uint16_t *segment, uint8_t *first_bus)
{
	if (n >= nr_ecam)
		return false;
	*segment = ecam[n].segment;
	*first_bus = ecam[n].first_bus;
	return true;
}

mfn_t vpci_ecam_frame(struct pci_address a)
{
	for (unsigned i = 0; i < nr_ecam; i++)
		if (ecam[i].segment == a.segment && a.bus >= ecam[i].first_bus &&
		    a.bus <= ecam[i].last_bus)
			return MFN((ecam[i].base >> PAGE_SHIFT) + (a.bus << 8 | a.devfn));
	return INVALID_MFN;
}

/* The function whose window pa is in. */
static bool ecam_decode(paddr_t pa, struct pci_address *a)
{
	for (unsigned i = 0; i < nr_ecam; i++) {
		uint64_t offset = pa - ecam[i].base;

		if (offset >> 20 < ecam[i].first_bus || offset >> 20 > ecam[i].last_bus)
			continue;
		a->segment = ecam[i].segment;
		a->bus = (uint8_t)(offset >> 20);
		a->devfn = (uint8_t)(offset >> 12);
		return true;
	}
	return false;
}

/* --- configuration space ---------------------------------------------------------------------- */

void vpci_announce(const struct vpci_trap_change *change)
{
	for (unsigned i = 0; i < change->count; i++)
		vpci_trap_changed(change->range[i].first, change->range[i].nr);
}

uint32_t vpci_config_read(struct pci_address a, unsigned offset, unsigned size)
{
	struct vpci_trap_change change = { 0 };
	struct vpci_function *f;
	uint32_t value;

	spin_lock(&vpci_lock);
	f = vpci_find(a);
	if (f && vpci_msi_covers(f, offset & ~3u)) {
		value = vpci_msi_read(f, offset & ~3u) >> 8 * (offset & 3);
	} else {
		value = pci_raw_read(a, offset, size);
		/*
		 * All ones where the vendor should be: most often nobody, and not worth a second
		 * look.
		 */
		if (!f && !(offset == 0 && (value & 0xffff) == 0xffff))
			vpci_probe(a, &change);
		else if (f && offset == 0 && (value & 0xffff) == 0xffff)
			vpci_remove_absent(f);
	}
	spin_unlock(&vpci_lock);
	vpci_announce(&change);
	return value & size_mask(size);
}

/* All ones are written to a BAR to learn its size, and mean no address. */
static bool moves_table(const struct vpci_function *f, unsigned offset, uint32_t dword)
{
	if (offset == PCI_COMMAND)
		return true;
	return f->msix && offset >= PCI_BAR0 && offset < PCI_BAR_END && dword >> 4 != ~0u >> 4;
}

bool vpci_message_write(struct vpci_function *f, unsigned at, uint32_t value, unsigned bytes)
{
	bool msix = f->msix && at == f->msix->at;

	if (vpci_msi_covers(f, at))
		vpci_msi_write(f, at, value, bytes);
	else if (msix && bytes & 0xc)
		vpci_msix_control_write(f, (uint16_t)(value >> 16));
	else
		return msix;
	return true;
}

static void function_write(struct vpci_function *f, unsigned offset, unsigned size, uint32_t value,
			   struct vpci_trap_change *change)
{
	unsigned at = offset & ~3u, shift = 8 * (offset & 3);
	unsigned bytes = ((1u << size) - 1) << (offset & 3);
	uint32_t mask = size_mask(size) << shift, dword = value << shift & mask, old = 0;

	if (f->owner) /* a guest's: domain 0 may look */
		return;
	if (vpci_msi_covers(f, at))
		old = vpci_msi_read(f, at);
	else if (f->msix && at == f->msix->at)
		old = pci_raw_read(f->address, at, 4);
	if (vpci_message_write(f, at, (old & ~mask) | dword, bytes))
		return;
	pci_raw_write(f->address, offset, size, value);
	if (f->msix && moves_table(f, at, dword))
		vpci_msix_locate(f, change);
}

void vpci_config_write(struct pci_address a, unsigned offset, unsigned size, uint32_t value)
{
	struct vpci_trap_change change = { 0 };
	struct vpci_function *f;

	spin_lock(&vpci_lock);
	f = vpci_find(a);
	if (!f)
		f = vpci_probe(a, &change);
	if (f)
		function_write(f, offset, size, value, &change);
	else
		pci_raw_write(a, offset, size, value);
	spin_unlock(&vpci_lock);
	vpci_announce(&change);
}

/* --- ports ------------------------------------------------------------------------------------ */

/* What the address port points at; false: nothing that this mechanism reaches. */
static bool port_decode(const struct domain *d, unsigned port, struct pci_address *a,
			unsigned *offset)
{
	uint32_t address = d->hvm.pci_address;

	if (!(address & CONFIG_ENABLE) || address & 0x7f000000u)
		return false;
	a->segment = 0;
	a->bus = (uint8_t)(address >> 16);
	a->devfn = (uint8_t)(address >> 8);
	*offset = (address & 0xfc) | (port & 3);
	return true;
}

static uint32_t read_for(struct domain *d, struct pci_address a, unsigned offset, unsigned size)
{
	return d->is_control ? vpci_config_read(a, offset, size)
			     : vpci_guest_read(d, a, offset, size);
}

static void write_for(struct domain *d, struct pci_address a, unsigned offset, unsigned size,
		      uint32_t value)
{
	if (d->is_control)
		vpci_config_write(a, offset, size, value);
	else
		vpci_guest_write(d, a, offset, size, value);
}

uint32_t vpci_port_read(struct domain *d, unsigned port, unsigned size)
{
	struct pci_address a;
	unsigned offset;
	uint32_t value;

	if (port == CONFIG_ADDRESS && size == 4)
		return d->hvm.pci_address;
	if (port < CONFIG_DATA || (port & 3) + size > 4 || !port_decode(d, port, &a, &offset))
		return size_mask(size);
	if (!(offset & (size - 1)))
		return read_for(d, a, offset, size);
	value = read_for(d, a, offset, 1); /* two bytes in the middle */
	return value | read_for(d, a, offset + 1, 1) << 8;
}

void vpci_port_write(struct domain *d, unsigned port, unsigned size, uint32_t value)
{
	struct pci_address a;
	unsigned offset;

	if (port == CONFIG_ADDRESS && size == 4) {
		d->hvm.pci_address = value;
		return;
	}
	if (port < CONFIG_DATA || (port & 3) + size > 4 || !port_decode(d, port, &a, &offset))
		return;
	if (!(offset & (size - 1))) {
		write_for(d, a, offset, size, value);
		return;
	}
	write_for(d, a, offset, 1, value & 0xff);
	write_for(d, a, offset + 1, 1, value >> 8 & 0xff);
}

/* --- memory ----------------------------------------------------------------------------------- */

static uint64_t ecam_read(struct pci_address a, unsigned offset, unsigned size)
{
	if (offset & (size - 1))
		return ~0UL;
	if (size < 8)
		return vpci_config_read(a, offset, size);
	return vpci_config_read(a, offset, 4) | (uint64_t)vpci_config_read(a, offset + 4, 4) << 32;
}

bool vpci_mmio_read(gpaddr_t gpa, unsigned size, uint64_t *value)
{
	struct vpci_function *f;
	struct pci_address a;
	bool in_frame;

	if (ecam_decode(gpa, &a)) {
		*value = ecam_read(a, gpa & ~PAGE_MASK, size);
		return true;
	}
	spin_lock(&vpci_lock);
	f = vpci_msix_at(gpa, &in_frame);
	if (f)
		*value = vpci_msix_read(f, (unsigned)(gpa - f->msix->table), size);
	else if (in_frame)
		*value = mmio_raw_read(gpa, size);
	spin_unlock(&vpci_lock);
	return in_frame;
}

bool vpci_mmio_write(gpaddr_t gpa, unsigned size, uint64_t value)
{
	unsigned offset = gpa & ~PAGE_MASK;
	struct vpci_function *f;
	struct pci_address a;
	bool in_frame;

	if (ecam_decode(gpa, &a)) {
		if (offset & (size - 1))
			return true;
		vpci_config_write(a, offset, MIN(size, 4u), (uint32_t)value);
		if (size == 8)
			vpci_config_write(a, offset + 4, 4, (uint32_t)(value >> 32));
		return true;
	}
	spin_lock(&vpci_lock);
	f = vpci_msix_at(gpa, &in_frame);
	if (f)
		vpci_msix_write(f, (unsigned)(gpa - f->msix->table), size, value);
	else if (in_frame)
		mmio_raw_write(gpa, size, value);
	spin_unlock(&vpci_lock);
	return in_frame;
}

bool vpci_is_trapped(mfn_t mfn, bool *readable)
{
	struct vpci_function *f;
	struct pci_address a;
	bool trapped;

	if (ecam_decode(mfn.n << PAGE_SHIFT, &a)) {
		spin_lock(&vpci_lock);
		f = vpci_find(a);
		*readable = !f || !f->msi.at;
		spin_unlock(&vpci_lock);
		return true;
	}
	*readable = false;
	spin_lock(&vpci_lock);
	vpci_msix_at(mfn.n << PAGE_SHIFT, &trapped);
	spin_unlock(&vpci_lock);
	return trapped;
}
