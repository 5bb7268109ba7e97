// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MSI-X capability of a function (PCI Local Bus 3.0, 6.8.2) and its table in device memory,
 * which is kept out of the control domain's reach: an entry holds a message of ours from when it
 * is first unmasked, while the capability is enabled. Under vpci_lock.
 */
#include "log.h"
#include "mm.h"
#include "vpci_private.h"

#define MSIX_TABLE   0x04u

#define MSIX_ENABLE  0x8000u
#define MSIX_SIZE    0x07ffu

#define ENTRY_SIZE   (MESSAGE_WORDS * 4u)
#define ENTRY_MASKED 1u

static size_t bytes_for(unsigned entries)
{
	return sizeof(struct vpci_msix) + entries * sizeof(struct vpci_message);
}

/* As after a reset of the device. */
static void entries_reset(struct vpci_msix *x)
{
	for (unsigned i = 0; i < x->entries; i++)
		x->entry[i] = (struct vpci_message){ .word[MESSAGE_CONTROL] = ENTRY_MASKED,
						     .handle = VPCI_NO_HANDLE };
}

bool vpci_msix_init(struct vpci_function *f, uint8_t at)
{
	uint32_t table = pci_raw_read(f->address, at + MSIX_TABLE, 4);
	uint16_t control = vpci_control_read(f, at), entries = (control & MSIX_SIZE) + 1;
	struct vpci_msix *x = (table & 7) > 5 ? NULL : object_alloc(bytes_for(entries));

	if (!x)
		return false;
	x->at = at;
	x->bar = table & 7;
	x->offset = table & ~7u;
	x->entries = entries;
	entries_reset(x);
	f->msix = x;
	if (control & MSIX_ENABLE)
		vpci_control_write(f, at, control & ~MSIX_ENABLE);
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
	for (f = vpci_next(NULL); f; f = vpci_next(f)) {
		paddr_t first = f->msix ? f->msix->table : 0;
		paddr_t last = first ? first + ENTRY_SIZE * f->msix->entries - 1 : 0;

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

static void device_write(const struct vpci_msix *x, unsigned entry, unsigned word, uint32_t value)
{
	if (x->table)
		mmio_raw_write(x->table + entry * ENTRY_SIZE + word * 4, 4, value);
}

/* Makes the device's entry follow ours, while the capability is enabled. */
static void entry_apply(const struct vpci_function *f, unsigned n)
{
	struct vpci_msix *x = f->msix;
	struct vpci_message *m = &x->entry[n];
	uint32_t control = m->word[MESSAGE_CONTROL], device[3];

	if (!(control & ENTRY_MASKED) && m->handle < 0 && vpci_message_bind(f, m, device)) {
		/* The message is complete before the device may use it. */
		device_write(x, n, MESSAGE_CONTROL, ENTRY_MASKED);
		for (unsigned i = 0; i < ARRAY_SIZE(device); i++)
			device_write(x, n, i, device[i]);
	}
	device_write(x, n, MESSAGE_CONTROL, m->handle < 0 ? control | ENTRY_MASKED : control);
}

static void entries_unbind(struct vpci_msix *x)
{
	for (unsigned i = 0; i < x->entries; i++)
		vpci_message_unbind(&x->entry[i]);
}

void vpci_msix_control_write(struct vpci_function *f, uint16_t value)
{
	struct vpci_msix *x = f->msix;
	bool enable = value & MSIX_ENABLE;

	/* Enabled for us, but not for the device: it was reset, and has lost its table. */
	if (x->enabled && (!enable || !(vpci_control_read(f, x->at) & MSIX_ENABLE))) {
		if (!enable)
			vpci_control_write(f, x->at, value);
		entries_unbind(x);
		x->enabled = false;
	}
	if (enable && !x->enabled) {
		if (!x->table) { /* what the device holds now would go out */
			log_domain(vpci_owner(f), LOG_WARN,
				   "pci " PCI_FORMAT ": MSI-X not enabled: its table is nowhere",
				   PCI_ARGS(f->address));
			return;
		}
		x->enabled = true;
		for (unsigned i = 0; i < x->entries; i++)
			entry_apply(f, i);
	}
	vpci_control_write(f, x->at, value);
}

/* --- the table as the control domain sees it -------------------------------------------------- */

static uint32_t read_dword(const struct vpci_msix *x, unsigned offset)
{
	return x->entry[offset / ENTRY_SIZE].word[offset % ENTRY_SIZE / 4];
}

static void write_dword(const struct vpci_function *f, unsigned offset, uint32_t value)
{
	unsigned word = offset % ENTRY_SIZE / 4, n = offset / ENTRY_SIZE;
	struct vpci_message *m = &f->msix->entry[n];

	m->word[word] = word == MESSAGE_ADDRESS ? value & ~3u : value;
	if (word != MESSAGE_CONTROL)
		vpci_message_changed(m);
	else if (f->msix->enabled)
		entry_apply(f, n);
}

static void table_access(const struct vpci_function *f, unsigned offset, unsigned size, bool write,
			 uint64_t *value)
{
	struct vpci_msix *x = f->msix;
	bool wide = size == 8 && !(offset & 7);

	if (!write) {
		*value = read_dword(x, offset & ~3u) >> 8 * (offset & 3);
		if (wide)
			*value |= (uint64_t)read_dword(x, offset + 4) << 32;
	} else if (wide || (size == 4 && !(offset & 3))) {
		write_dword(f, offset, (uint32_t)*value);
		if (wide)
			write_dword(f, offset + 4, (uint32_t)(*value >> 32));
	}
}

bool vpci_msix_access(const struct vpci_function *owned, paddr_t pa, unsigned size, bool write,
		      uint64_t *value)
{
	bool in_frame;
	const struct vpci_function *f = vpci_msix_at(pa, &in_frame);

	if (f && (!owned || f == owned))
		table_access(f, (unsigned)(pa - f->msix->table), size, write, value);
	else if (!f && in_frame && write)
		mmio_raw_write(pa, size, *value);
	else if (!f && in_frame)
		*value = mmio_raw_read(pa, size);
	return in_frame;
}

void vpci_msix_reset(struct vpci_function *f)
{
	vpci_msix_control_write(f, 0);
	entries_reset(f->msix);
}

void vpci_msix_release(struct vpci_function *f)
{
	if (!f->msix)
		return;
	entries_unbind(f->msix);
	object_free(f->msix, bytes_for(f->msix->entries));
	f->msix = NULL;
}
