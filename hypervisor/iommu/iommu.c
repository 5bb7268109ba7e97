// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Start-up of DMA remapping: which of the two drivers, what `iommu=` wants, domain 0's own, and the
 * log of what devices were refused. Once it has started it goes on until the machine stops.
 */
#include "acpi.h"
#include "boot_info.h"
#include "domain.h"
#include "log.h"
#include "mm.h"
#include "private.h"
#include "timer.h"

#define FAULT_INTERVAL SECONDS(1)
#define FAULTS_TOLD    8u    /* of one look; those beyond are counted */
#define CLASS_SYSTEM   0x08u /* timers, interrupt controllers, units themselves */
#define VIRTIO_VENDOR  0x1af4u
#define VIRTIO_FIRST   0x1000u
#define VIRTIO_LAST    0x107fu

struct iommu_ops *iommu_ops;
struct iommu_firmware iommu_firmware;
static bool started;
static struct timer fault_timer;

bool iommu_present(void)
{
	return started;
}

/* --- finding units ---------------------------------------------------------------------------- */

static int units_map(void)
{
	for (unsigned i = 0; i < iommu_firmware.nr_units; i++) {
		struct iommu_unit *u = &iommu_units[i];

		u->base = iommu_firmware.unit[i].base;
		u->segment = iommu_firmware.unit[i].segment;
		u->flags = iommu_firmware.unit[i].flags;
		u->regs = device_to_virt(u->base);
		u->queue = heap_alloc(0);
		if (!u->regs || !u->queue)
			return -1;
	}
	iommu_nr_units = iommu_firmware.nr_units;
	return 0;
}

/* What is in the way; NULL: the units are ready to be started. */
static const char *prepare(const struct acpi_info *info)
{
	const uint8_t *table = info->ivrs ? info->ivrs : info->dmar;
	int rc;

	if (cmdline.iommu_off)
		return "switched off by iommu=";
	if (!table)
		return "the firmware names none; it may have to be enabled in its set-up";
	iommu_ops = info->ivrs ? &amd_iommu_ops : &vtd_ops;
	rc = info->ivrs ? ivrs_parse(table, &iommu_firmware) : dmar_parse(table, &iommu_firmware);
	if (rc || !iommu_firmware.nr_units)
		return "the firmware's description of it is wrong";
	if (units_map() || iommu_ops->prepare())
		return "it cannot be used";
	return NULL;
}

void iommu_init(const struct acpi_info *info)
{
	const char *why = prepare(info);

	if (why) {
		iommu_nr_units = 0;
		if (cmdline.iommu_required)
			panic("iommu=force, but there is no IOMMU: %s", why);
		log_info("iommu: none: %s", why);
		return;
	}
	if (!cmdline.iommu_verbose)
		return;
	for_each_unit(u)
		log_info("iommu: unit at %#lx for segment %04x", u->base, u->segment);
	log_info("iommu: tables of %u levels, %s2M pages, %ssnooped; %u domains",
		 iommu_ops->format->levels, iommu_ops->format->has_2m ? "" : "no ",
		 iommu_ops->format->is_coherent ? "" : "not ", iommu_ops->max_domains);
}

bool iommu_is_register_frame(mfn_t mfn)
{
	for_each_unit(u)
		if ((mfn.n << PAGE_SHIFT) - u->base < iommu_ops->registers)
			return true;
	return false;
}

/* --- what was refused ------------------------------------------------------------------------- */

static void faults_tell(struct iommu_unit *u)
{
	struct iommu_fault fault[4 * FAULTS_TOLD];
	unsigned n = iommu_ops->faults(u, fault, ARRAY_SIZE(fault));

	for (unsigned i = 0; i < MIN(n, FAULTS_TOLD); i++)
		log_warn("iommu: %04x:%02x:%02x.%u may not %s %#lx: blocked (reason %u)",
			 fault[i].segment, fault[i].device >> 8, fault[i].device >> 3 & 31,
			 fault[i].device & 7, fault[i].is_write ? "write to" : "read",
			 fault[i].address, fault[i].reason);
	if (n > FAULTS_TOLD)
		log_warn("iommu: %s%u more accesses were blocked",
			 n == ARRAY_SIZE(fault) ? "at least " : "", n - FAULTS_TOLD);
}

static void faults_look(void *unused)
{
	for_each_unit(u)
		faults_tell(u);
	timer_set(&fault_timer, time_now() + FAULT_INTERVAL);
}

/* --- domain 0 --------------------------------------------------------------------------------- */

/* Reserved memory is domain 0's at the same address, as far as it is not RAM of somebody else's. */
static void reserved_map(struct domain *d)
{
	for (unsigned i = 0; i < iommu_firmware.nr_reserved; i++) {
		const struct iommu_reserved *r = &iommu_firmware.reserved[i];

		if (cmdline.iommu_verbose)
			log_info("iommu: reserved for devices %04x-%04x: %#lx-%#lx", r->first,
				 r->last, r->start, r->end);
		for (paddr_t pa = r->start; pa < r->end; pa += PAGE_SIZE) {
			enum p2m_type type;
			mfn_t mfn = MFN(pa >> PAGE_SHIFT);

			p2m_lookup(d, GFN(mfn.n), &type);
			if (type != P2M_INVALID)
				continue;
			if (mfn_to_page(mfn) || iommu_is_register_frame(mfn)) {
				log_warn("iommu: the firmware reserves %#lx-%#lx for devices, but "
					 "%#lx is not its",
					 r->start, r->end, pa);
				break;
			}
			if (p2m_map(d, GFN(mfn.n), mfn, ORDER_4K, P2M_MMIO_DIRECT))
				panic("no memory for domain 0's page tables");
		}
	}
}

void iommu_interrupt(uint8_t vector, uint32_t apic_id, bool allowed)
{
	if (iommu_ops->interrupt)
		iommu_ops->interrupt(vector, apic_id, allowed);
}

void iommu_start(struct domain *dom0)
{
	if (!iommu_nr_units)
		return;
	if (iommu_domain_enable(dom0))
		panic("no memory for domain 0's DMA tables");
	reserved_map(dom0);
	iommu_ops->start(&dom0->iommu);
	started = true;
	log_info("iommu: %s, %u unit%s: devices reach domain 0's memory only", iommu_ops->name,
		 iommu_nr_units, iommu_nr_units == 1 ? "" : "s");
	timer_init(&fault_timer, faults_look, NULL, 0);
	timer_set(&fault_timer, time_now() + FAULT_INTERVAL);
}

/*
 * Behind no unit; or a virtio device, which an emulator lets past its unit unless it was told
 * otherwise, and that shows only once a driver talks to it.
 */
static bool is_outside(struct pci_address a)
{
	uint32_t id = pci_raw_read(a, 0, 4);
	unsigned class = pci_raw_read(a, PCI_CLASS + 3, 1);

	if ((id & 0xffff) == VIRTIO_VENDOR && id >> 16 >= VIRTIO_FIRST && id >> 16 <= VIRTIO_LAST)
		return true;
	return class != PCI_CLASS_BRIDGE && class != CLASS_SYSTEM &&
	       !firmware_find(&iommu_firmware, a.segment, devid_of(a));
}

bool iommu_covers_all(struct pci_address *outside)
{
	return !vpci_first_that(is_outside, outside);
}
