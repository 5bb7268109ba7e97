// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which PCI functions there are, and where their MSI and MSI-X capabilities lie. Walks the buses
 * that can be reached from bus 0 once at start-up; what appears later (other root buses,
 * hot-plugged and virtual functions) is noted when the control domain first touches it. Under
 * vpci_lock.
 */
#include "log.h"
#include "mm.h"
#include "vpci_private.h"

#define PCI_CAP_MSI    0x05u
#define PCI_CAP_MSIX   0x11u

#define HEADER_BRIDGE  0x01u
#define HEADER_CARDBUS 0x02u

static struct vpci_function *functions;

struct vpci_function *vpci_find(struct pci_address a)
{
	struct vpci_function *f = functions;

	while (f && !same_address(f->address, a))
		f = f->next;
	return f;
}

struct vpci_function *vpci_next(const struct vpci_function *f)
{
	return f ? f->next : functions;
}

/* The vendor of a virtual function reads as all ones; its class does not. */
static bool is_present(struct pci_address a)
{
	return (pci_raw_read(a, 0, 2) & 0xffff) != 0xffff || pci_raw_read(a, PCI_CLASS, 4) != ~0u;
}

unsigned vpci_capabilities(struct pci_address a, struct vpci_capability list[VPCI_CAPS])
{
	unsigned at = 0, nr = 0;

	if ((pci_raw_read(a, PCI_STATUS, 2) & PCI_STATUS_CAPS) &&
	    (pci_raw_read(a, PCI_HEADER_TYPE, 1) & 0x7f) < HEADER_CARDBUS)
		at = pci_raw_read(a, PCI_CAPS, 1) & 0xfc;
	for (; nr < VPCI_CAPS && at >= PCI_HEADER_END; nr++) {
		uint32_t head = pci_raw_read(a, at, 2);

		list[nr] = (struct vpci_capability){ (uint8_t)at, (uint8_t)head };
		at = head >> 8 & 0xfc;
	}
	return nr;
}

static void find_messages(struct vpci_function *f)
{
	struct vpci_capability list[VPCI_CAPS], *c = list,
						*end = c + vpci_capabilities(f->address, c);

	for (; c < end; c++)
		if (c->id == PCI_CAP_MSI && !f->msi.at)
			vpci_msi_init(f, c->at);
		else if (c->id == PCI_CAP_MSIX && !f->msix && !vpci_msix_init(f, c->at))
			log_warn("pci " PCI_FORMAT ": MSI-X capability not usable",
				 PCI_ARGS(f->address));
}

struct vpci_function *vpci_probe(struct pci_address a, struct vpci_trap_change *change)
{
	struct vpci_function *f;

	if (!is_present(a))
		return NULL;
	f = object_alloc(sizeof(*f));
	if (!f) {
		log_err("pci " PCI_FORMAT ": no memory, its MSI will not work", PCI_ARGS(a));
		return NULL;
	}
	f->address = a;
	find_messages(f);
	if (f->msi.at && mfn_valid_number(vpci_ecam_frame(a)))
		vpci_trap_note(change, vpci_ecam_frame(a), 1); /* could be read directly so far */
	if (f->msix)
		vpci_msix_locate(f, change);
	f->next = functions;
	functions = f;
	return f;
}

void vpci_remove_absent(struct vpci_function *f)
{
	struct vpci_function **link = &functions;

	if (f->owner || is_present(f->address))
		return;
	while (*link != f)
		link = &(*link)->next;
	*link = f->next;
	if (f->msi.at)
		vpci_message_unbind(&f->msi.message);
	vpci_msix_release(f);
	object_free(f, sizeof(*f));
}

/*
 * Notes a function, and the bus behind it if it is a bridge. Returns its header type, ~0 if none.
 */
static unsigned scan_function(struct pci_address a, uint64_t buses[4])
{
	struct vpci_trap_change unused = { 0 }; /* nothing is mapped yet */
	unsigned header, secondary;

	if ((pci_raw_read(a, 0, 2) & 0xffff) == 0xffff || !vpci_probe(a, &unused))
		return ~0u;
	header = pci_raw_read(a, PCI_HEADER_TYPE, 1) & 0xff;
	if ((header & 0x7f) == HEADER_BRIDGE) {
		secondary = pci_raw_read(a, PCI_SECONDARY_BUS, 1) & 0xff;
		if (secondary > a.bus) /* upwards only: it comes to an end whatever bridges say */
			buses[secondary / 64] |= BIT(secondary % 64);
	}
	return header;
}

static void scan_bus(uint16_t segment, uint8_t bus, uint64_t buses[4])
{
	unsigned first = 0; /* header type of the device's function 0 */

	for (unsigned devfn = 0; devfn < 256; devfn++) {
		struct pci_address a = { segment, bus, (uint8_t)devfn };

		if (!(devfn & 7))
			first = scan_function(a, buses);
		else if (first != ~0u && first & HEADER_MULTIFUNCTION)
			scan_function(a, buses);
	}
}

static void scan_segment(uint16_t segment, uint8_t first_bus)
{
	uint64_t buses[4] = { 0 };

	buses[first_bus / 64] |= BIT(first_bus % 64);
	for (unsigned bus = first_bus; bus < 256; bus++)
		if (buses[bus / 64] & BIT(bus % 64))
			scan_bus(segment, (uint8_t)bus, buses);
}

void vpci_scan(void)
{
	unsigned functions = 0, msi = 0, msix = 0;

	spin_lock(&vpci_lock);
	scan_segment(0, 0);
	for (const struct vpci_ecam *e = vpci_ecam; e < vpci_ecam + vpci_nr_ecam; e++)
		if (e->segment)
			scan_segment(e->segment, e->first_bus);
	for (struct vpci_function *f = vpci_next(NULL); f; f = vpci_next(f)) {
		functions++;
		msi += f->msi.at != 0;
		msix += f->msix != NULL;
	}
	spin_unlock(&vpci_lock);
	log_info("pci: %u functions, %u with MSI, %u with MSI-X", functions, msi, msix);
}

bool vpci_first_that(bool (*fn)(struct pci_address a), struct pci_address *found)
{
	struct vpci_function *f;

	spin_lock(&vpci_lock);
	f = vpci_next(NULL);
	while (f && !fn(f->address))
		f = vpci_next(f);
	if (f)
		*found = f->address;
	spin_unlock(&vpci_lock);
	return f;
}
