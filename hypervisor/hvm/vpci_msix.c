// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MSI-X capability of a function (PCI Local Bus 3.0, 6.8.2) and its table in device memory,
 * which is kept out of the control domain's reach: an entry holds a message of ours from when it
 * is first unmasked, while the capability is enabled. Under vpci_lock.
 */
#include "irq.h"
#include "lib.h"
#include "log.h"
#include "mm.h"
#include "vpci_private.h"

#define MSIX_CONTROL 0x02u
#define MSIX_TABLE   0x04u

#define MSIX_ENABLE  0x8000u
#define MSIX_SIZE    0x07ffu

/* Offsets in a table entry. */
#define ENTRY_ADDRESS 0x0u
#define ENTRY_UPPER   0x4u
#define ENTRY_DATA    0x8u
#define ENTRY_CONTROL 0xcu
#define ENTRY_SIZE    16u

#define ENTRY_MASKED  1u

static struct vpci_function *functions; /* linked through next_msix */

static uint16_t control_read(const struct vpci_function *f)
{
	return (uint16_t)pci_raw_read(f->address, f->msix->at + MSIX_CONTROL, 2);
}

static void control_write(const struct vpci_function *f, uint16_t value)
{
	pci_raw_write(f->address, f->msix->at + MSIX_CONTROL, 2, value);
}

bool vpci_msix_init(struct vpci_function *f, uint8_t at)
{
	uint32_t table = pci_raw_read(f->address, at + MSIX_TABLE, 4);
	uint16_t control = (uint16_t)pci_raw_read(f->address, at + MSIX_CONTROL, 2);

	if ((table & 7) > 5)
		return false;
	f->msix = object_alloc(sizeof(*f->msix));
	if (!f->msix)
		return false;
	f->msix->at = at;
	f->msix->bar = table & 7;
	f->msix->offset = table & ~7u;
	f->msix->entries = (control & MSIX_SIZE) + 1;
	f->next_msix = functions;
	functions = f;
	if (control & MSIX_ENABLE)
		control_write(f, control & ~MSIX_ENABLE);
	return true;
}

/* --- where the table is ----------------------------------------------------------------------- */

/*
 * A BAR's address; 0 when there is none, or while it is being sized: all ones written into it
 * while the device decodes is a question and not an address.
 */
static paddr_t bar_address(const struct vpci_function *f, unsigned n)
{
	uint32_t low = pci_raw_read(f->address, PCI_BAR0 + 4 * n, 4), high = 0;

	if (low & 1) /* I/O ports */
		return 0;
	if ((low & 6) == 4 && n < 5)
		high = pci_raw_read(f->address, PCI_BAR0 + 4 * n + 4, 4);
	if (high >= 1u << 20) /* beyond any physical address: sizing */
		return 0;
	return (paddr_t)high << 32 | (low & ~0xfu);
}

void vpci_msix_locate(struct vpci_function *f, struct vpci_trap_change *change)
{
	struct vpci_msix *x = f->msix;
	paddr_t bar = 0, old = x->table;
	uint64_t bytes;

	if (pci_raw_read(f->address, PCI_COMMAND, 2) & PCI_COMMAND_MEM)
		bar = bar_address(f, x->bar);
	x->table = bar ? bar + x->offset : 0;
	bytes = (x->table & ~PAGE_MASK) + ENTRY_SIZE * x->entries;
	if (x->table && x->table != old)
		vpci_trap_note(change, MFN(x->table >> PAGE_SHIFT),
			       (unsigned)DIV_ROUND_UP(bytes, PAGE_SIZE));
}

struct vpci_function *vpci_msix_at(paddr_t pa, bool *in_frame)
{
	struct vpci_function *f;

	*in_frame = false;
	for (f = functions; f; f = f->next_msix) {
		paddr_t first = f->msix->table, last = first + ENTRY_SIZE * f->msix->entries - 1;

		if (!first || pa >> PAGE_SHIFT < first >> PAGE_SHIFT ||
		    pa >> PAGE_SHIFT > last >> PAGE_SHIFT)
			continue;
		*in_frame = true;
		if (pa >= first && pa <= last)
			break;
	}
	return f;
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool entries_alloc(struct vpci_msix *x)
{
	if (x->entry)
		return true;
	x->entry = object_alloc(x->entries * sizeof(*x->entry));
	if (!x->entry) {
		log_warn("no memory for an MSI-X table of %u entries", x->entries);
		return false;
	}
	for (unsigned i = 0; i < x->entries; i++) {
		x->entry[i].control = ENTRY_MASKED;
		x->entry[i].handle = VPCI_NO_HANDLE;
	}
	return true;
}

static void device_write(const struct vpci_msix *x, unsigned entry, unsigned offset, uint32_t value)
{
	if (x->table)
		mmio_raw_write(x->table + entry * ENTRY_SIZE + offset, 4, value);
}

/* Makes the device's entry follow ours, while the capability is enabled. */
static void entry_apply(struct vpci_function *f, unsigned n)
{
	struct vpci_msix *x = f->msix;
	struct vpci_msix_entry *entry = &x->entry[n];
	uint64_t address;
	uint32_t data;

	if (!(entry->control & ENTRY_MASKED) && entry->handle < 0) {
		entry->handle = irq_msi_bind(f->owner, entry->address, entry->data, &address,
					     &data);
		if (entry->handle < 0) {
			log_warn("pci %04x:%02x:%02x.%u: no vector for MSI-X entry %u: error %d",
				 f->address.segment, f->address.bus, f->address.devfn >> 3,
				 f->address.devfn & 7, n, -entry->handle);
			entry->handle = VPCI_NO_HANDLE;
		} else { /* the message is complete before the device may use it */
			device_write(x, n, ENTRY_CONTROL, ENTRY_MASKED);
			device_write(x, n, ENTRY_ADDRESS, (uint32_t)address);
			device_write(x, n, ENTRY_UPPER, (uint32_t)(address >> 32));
			device_write(x, n, ENTRY_DATA, data);
		}
	}
	device_write(x, n, ENTRY_CONTROL,
		     entry->handle < 0 ? entry->control | ENTRY_MASKED : entry->control);
}

static void entries_unbind(struct vpci_msix *x)
{
	for (unsigned i = 0; x->entry && i < x->entries; i++) {
		if (x->entry[i].handle >= 0)
			irq_msi_unbind(x->entry[i].handle);
		x->entry[i].handle = VPCI_NO_HANDLE;
	}
}

static void entries_free(struct vpci_msix *x)
{
	entries_unbind(x);
	if (x->entry)
		object_free(x->entry, x->entries * sizeof(*x->entry));
	x->entry = NULL;
}

void vpci_msix_control_write(struct vpci_function *f, uint16_t value)
{
	struct vpci_msix *x = f->msix;
	bool enable = value & MSIX_ENABLE;

	/* Enabled for us, but not for the device: it was reset, and has lost its table. */
	if (x->enabled && (!enable || !(control_read(f) & MSIX_ENABLE))) {
		if (!enable)
			control_write(f, value);
		entries_unbind(x);
		x->enabled = false;
	}
	if (enable && !x->enabled) {
		if (!x->table) { /* what the device holds now would go out */
			log_warn("pci %04x:%02x:%02x.%u: MSI-X not enabled: its table is nowhere",
				 f->address.segment, f->address.bus, f->address.devfn >> 3,
				 f->address.devfn & 7);
			return;
		}
		if (!entries_alloc(x))
			return;
		x->enabled = true;
		for (unsigned i = 0; i < x->entries; i++)
			entry_apply(f, i);
	}
	control_write(f, value);
}

/* --- the table as the control domain sees it -------------------------------------------------- */

static uint32_t read_dword(const struct vpci_msix *x, unsigned offset)
{
	const struct vpci_msix_entry *entry;

	if (!x->entry)
		return (offset & 0xc) == ENTRY_CONTROL ? ENTRY_MASKED : 0;
	entry = &x->entry[offset / ENTRY_SIZE];
	switch (offset & 0xc) {
	case ENTRY_ADDRESS: return (uint32_t)entry->address;
	case ENTRY_UPPER: return (uint32_t)(entry->address >> 32);
	case ENTRY_DATA: return entry->data;
	default: return entry->control;
	}
}

static void write_dword(struct vpci_function *f, unsigned offset, uint32_t value)
{
	struct vpci_msix *x = f->msix;
	struct vpci_msix_entry *entry = &x->entry[offset / ENTRY_SIZE];

	switch (offset & 0xc) {
	case ENTRY_ADDRESS:
		entry->address = (entry->address & ~0xffffffffUL) | (value & ~3u);
		break;
	case ENTRY_UPPER: entry->address = (uint64_t)value << 32 | (uint32_t)entry->address; break;
	case ENTRY_DATA: entry->data = value; break;
	default:
		entry->control = value;
		if (x->enabled)
			entry_apply(f, offset / ENTRY_SIZE);
		return;
	}
	if (entry->handle >= 0)
		irq_msi_update(entry->handle, entry->address, entry->data);
}

uint64_t vpci_msix_read(const struct vpci_function *f, unsigned offset, unsigned size)
{
	uint32_t low = read_dword(f->msix, offset & ~3u);

	if (size == 8 && !(offset & 7))
		return (uint64_t)read_dword(f->msix, offset + 4) << 32 | low;
	return low >> 8 * (offset & 3);
}

void vpci_msix_write(struct vpci_function *f, unsigned offset, unsigned size, uint64_t value)
{
	if ((size != 4 && size != 8) || offset & (size - 1) || !entries_alloc(f->msix))
		return;
	write_dword(f, offset, (uint32_t)value);
	if (size == 8)
		write_dword(f, offset + 4, (uint32_t)(value >> 32));
}

void vpci_msix_reset(struct vpci_function *f)
{
	vpci_msix_control_write(f, 0);
	entries_free(f->msix);
}

void vpci_msix_release(struct vpci_function *f)
{
	struct vpci_function **link = &functions;
	struct vpci_msix *x = f->msix;

	if (!x)
		return;
	while (*link != f)
		link = &(*link)->next_msix;
	*link = f->next_msix;
	entries_free(x);
	object_free(x, sizeof(*x));
	f->msix = NULL;
}
