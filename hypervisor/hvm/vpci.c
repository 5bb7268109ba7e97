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
#include "lib.h"
#include "vpci_private.h"

#define CONFIG_ADDRESS 0xcf8u
#define CONFIG_DATA    0xcfcu
#define CONFIG_ENABLE  0x80000000u

#define ECAM_MAX       8u

struct vpci_ecam vpci_ecam[ECAM_MAX];
unsigned vpci_nr_ecam;

struct spinlock vpci_lock = SPINLOCK_INIT;

/* --- configuration windows -------------------------------------------------------------------- */

int vpci_add_ecam(paddr_t base, uint16_t segment, uint8_t first_bus, uint8_t last_bus)
{
	if (first_bus > last_bus || base & ((1u << 20) - 1))
		return -EINVAL;
	if (vpci_nr_ecam == ECAM_MAX)
		return -ENOSPC;
	vpci_ecam[vpci_nr_ecam++] = (struct vpci_ecam){ base, segment, first_bus, last_bus };
	return 0;
}

mfn_t vpci_ecam_frame(struct pci_address a)
{
	for (const struct vpci_ecam *e = vpci_ecam; e < vpci_ecam + vpci_nr_ecam; e++)
		if (e->segment == a.segment && a.bus >= e->first_bus && a.bus <= e->last_bus)
			return MFN((e->base >> PAGE_SHIFT) + (a.bus << 8 | a.devfn));
	return INVALID_MFN;
}

/* The function whose window pa is in. */
static bool ecam_decode(paddr_t pa, struct pci_address *a)
{
	for (const struct vpci_ecam *e = vpci_ecam; e < vpci_ecam + vpci_nr_ecam; e++) {
		uint64_t offset = pa - e->base;

		if (offset >> 20 < e->first_bus || offset >> 20 > e->last_bus)
			continue;
		*a = (struct pci_address){ e->segment, (uint8_t)(offset >> 20),
					   (uint8_t)(offset >> 12) };
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

static uint32_t function_read(struct pci_address a, struct vpci_function *f, unsigned offset,
			      unsigned size, struct vpci_trap_change *change)
{
	bool nobody;
	uint32_t value;

	if (f && vpci_msi_covers(f, offset & ~3u))
		return vpci_msi_read(f, offset & ~3u) >> 8 * (offset & 3);
	value = pci_raw_read(a, offset, size);
	/* All ones where the vendor should be: most often nobody, and not worth a second look. */
	nobody = offset == 0 && (value & 0xffff) == 0xffff;
	if (!f && !nobody)
		vpci_probe(a, change);
	else if (f && nobody)
		vpci_remove_absent(f);
	return value;
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
	uint32_t mask = (uint32_t)(bytes_mask(size) << shift), dword = value << shift & mask;
	uint32_t old = 0;

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

/* Of domain 0's: size 1, 2 or 4, naturally aligned. */
static void config_access(struct pci_address a, unsigned offset, unsigned size, bool write,
			  uint32_t *value)
{
	struct vpci_trap_change change = { 0 };
	struct vpci_function *f;

	spin_lock(&vpci_lock);
	f = vpci_find(a);
	if (!f && write)
		f = vpci_probe(a, &change);
	if (!write)
		*value = function_read(a, f, offset, size, &change) & (uint32_t)bytes_mask(size);
	else if (f)
		function_write(f, offset, size, *value, &change);
	else
		pci_raw_write(a, offset, size, *value);
	spin_unlock(&vpci_lock);
	vpci_announce(&change);
}

/* --- ports ------------------------------------------------------------------------------------ */

/* To what the address port points at; false: to nothing that this mechanism reaches. */
static bool data_access(struct domain *d, unsigned port, unsigned size, bool write, uint32_t *value)
{
	uint32_t address = d->hvm.pci_address;
	struct pci_address a = { 0, (uint8_t)(address >> 16), (uint8_t)(address >> 8) };
	unsigned offset = (address & 0xfc) | (port & 3);

	if (port < CONFIG_DATA || (port & 3) + size > 4 || (address & 0xff000000u) != CONFIG_ENABLE)
		return false;
	if (d->is_control)
		config_access(a, offset, size, write, value);
	else
		vpci_guest_access(d, a, offset, size, write, value);
	return true;
}

void vpci_port_access(struct domain *d, unsigned port, unsigned size, bool write, uint32_t *value)
{
	uint32_t low = *value & 0xff, high = *value >> 8 & 0xff;

	if (port == CONFIG_ADDRESS && size == 4 && write) {
		d->hvm.pci_address = *value;
	} else if (port == CONFIG_ADDRESS && size == 4) {
		*value = d->hvm.pci_address;
	} else if (size == 2 && (port & 3) == 1) { /* two bytes in the middle */
		vpci_port_access(d, port, 1, write, &low);
		vpci_port_access(d, port + 1, 1, write, &high);
		*value = low | high << 8;
	} else if (!data_access(d, port, size, write, value)) {
		*value = (uint32_t)bytes_mask(size);
	}
}

/* --- memory ----------------------------------------------------------------------------------- */

static void ecam_access(struct pci_address a, unsigned offset, unsigned size, bool write,
			uint64_t *value)
{
	uint32_t low = (uint32_t)*value, high = size == 8 ? (uint32_t)(*value >> 32) : 0;

	if (offset & (size - 1)) {
		*value = ~0UL;
		return;
	}
	config_access(a, offset, MIN(size, 4u), write, &low);
	if (size == 8)
		config_access(a, offset + 4, 4, write, &high);
	*value = low | (uint64_t)high << 32;
}

bool vpci_mmio(gpaddr_t gpa, unsigned size, bool write, uint64_t *value)
{
	struct pci_address a;
	bool done = ecam_decode(gpa, &a);

	if (done) {
		ecam_access(a, gpa & ~PAGE_MASK, size, write, value);
		return true;
	}
	spin_lock(&vpci_lock);
	done = vpci_msix_access(NULL, gpa, size, write, value);
	spin_unlock(&vpci_lock);
	return done;
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
