// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control domain's IO-APICs (82093AA, version 0x20). Entries are the guest's; the real pin
 * behind each gets trigger, polarity and mask from here, and its own vector and destination from
 * irq.c. Each IO-APIC has its lock; messages to local APICs leave without it.
 */
#include "vioapic.h"

#include "abi/errno.h"
#include "domain.h"
#include "irq.h"
#include "log.h"
#include "mm.h"
#include "vlapic.h"

/* Offsets in the page. */
#define IOREGSEL 0x00u
#define IOWIN    0x10u
#define IOEOI    0x40u

/* Indirect registers. */
#define REG_ID          0x00u
#define REG_VERSION     0x01u
#define REG_ARBITRATION 0x02u
#define REG_REDIRECTION 0x10u /* two per pin */

#define IOAPIC_VERSION  0x20u

#define RTE_VECTOR      0xffUL
#define RTE_MODE(rte)   ((rte) >> 8 & 7)
#define RTE_LOGICAL     BIT(11)
#define RTE_STATUS      BIT(12)
#define RTE_REMOTE_IRR  BIT(14)
#define RTE_DEST(rte)   ((uint32_t)((rte) >> 56))
#define RTE_READ_ONLY   (RTE_STATUS | RTE_REMOTE_IRR)
#define RTE_DEFINED     (0xff0000000001ffffUL & ~RTE_READ_ONLY)

int vioapic_create(struct domain *d, paddr_t base, uint32_t gsi_base, uint32_t nr_pins)
{
	struct vioapic *io;

	if (nr_pins == 0 || nr_pins > VIOAPIC_MAX_PINS || base & ~PAGE_MASK)
		return -EINVAL;
	if (d->hvm.nr_vioapics == ARRAY_SIZE(d->hvm.vioapic))
		return -ENOSPC;
	io = object_alloc(sizeof(*io));
	if (!io)
		return -ENOMEM;
	io->id = d->hvm.nr_vioapics;
	io->base = base;
	io->gsi_base = gsi_base;
	io->nr_pins = nr_pins;
	for (unsigned pin = 0; pin < nr_pins; pin++)
		io->rte[pin] = RTE_MASKED;
	d->hvm.vioapic[d->hvm.nr_vioapics++] = io;
	return 0;
}

static struct vioapic *find_by_address(struct domain *d, gpaddr_t gpa)
{
	for (unsigned i = 0; i < d->hvm.nr_vioapics; i++)
		if (d->hvm.vioapic[i]->base == (gpa & PAGE_MASK))
			return d->hvm.vioapic[i];
	return NULL;
}

/* The guest is done with a level interrupt: the line may raise it again. Under io->lock. */
static void pin_end(struct vioapic *io, unsigned pin)
{
	if (!(io->rte[pin] & RTE_REMOTE_IRR))
		return;
	io->rte[pin] &= ~RTE_REMOTE_IRR;
	irq_gsi_eoi(io->gsi_base + pin);
}

static void end_vector(struct vioapic *io, uint8_t vector)
{
	spin_lock(&io->lock);
	for (unsigned pin = 0; pin < io->nr_pins; pin++)
		if ((io->rte[pin] & (RTE_LEVEL | RTE_VECTOR)) == (RTE_LEVEL | vector))
			pin_end(io, pin);
	spin_unlock(&io->lock);
}

/* Makes the real pin follow its entry. Under io->lock. */
static void pin_mirror(struct domain *d, struct vioapic *io, unsigned pin, uint64_t old)
{
	uint64_t next = io->rte[pin], changed = old ^ next;
	uint32_t gsi = io->gsi_base + pin;
	int rc;

	if (next & RTE_MASKED) {
		if (io->bound[pin] && changed & RTE_MASKED)
			irq_gsi_mask(gsi, true);
		/* Programmed anew when it is unmasked. */
		if (changed & (RTE_LEVEL | RTE_ACTIVE_LOW))
			io->bound[pin] = false;
		return;
	}
	if (!io->bound[pin] || changed & (RTE_LEVEL | RTE_ACTIVE_LOW)) {
		rc = irq_gsi_bind(gsi, next & RTE_LEVEL, next & RTE_ACTIVE_LOW);
		if (rc) {
			log_domain(d, LOG_ERR, "interrupt %u cannot be bound: error %d", gsi, -rc);
			return;
		}
		io->bound[pin] = true;
		irq_gsi_mask(gsi, false);
	} else if (changed & RTE_MASKED) {
		irq_gsi_mask(gsi, false);
	}
}

static void write_entry(struct domain *d, struct vioapic *io, unsigned pin, unsigned shift,
			uint32_t value)
{
	uint64_t old = io->rte[pin];
	uint64_t next = (old & ~(0xffffffffUL << shift)) | (uint64_t)value << shift;

	next = (next & RTE_DEFINED) | (old & RTE_READ_ONLY);
	io->rte[pin] = next;
	pin_mirror(d, io, pin, old);
	/* An edge entry has no remote IRR; software clears a stuck one by going through edge. */
	if (!(next & RTE_LEVEL))
		pin_end(io, pin);
}

/* Of the register that is selected. */
static void window_access(struct domain *d, struct vioapic *io, bool write, uint64_t *value)
{
	unsigned reg = io->regsel, pin = (reg - REG_REDIRECTION) / 2, shift = reg % 2 * 32;
	bool is_entry = reg >= REG_REDIRECTION && pin < io->nr_pins;

	if (is_entry && write)
		write_entry(d, io, pin, shift, (uint32_t)*value);
	else if (is_entry)
		*value = (uint32_t)(io->rte[pin] >> shift);
	else if (reg == REG_ID && write)
		io->id = *value >> 24 & 0xf;
	else if (reg == REG_ID || reg == REG_ARBITRATION)
		*value = io->id << 24;
	else
		*value = reg == REG_VERSION ? (io->nr_pins - 1) << 16 | IOAPIC_VERSION : 0;
}

bool vioapic_mmio(struct domain *d, gpaddr_t gpa, bool write, uint64_t *value)
{
	struct vioapic *io = find_by_address(d, gpa);
	unsigned offset = gpa & ~PAGE_MASK;

	if (!io)
		return false;
	if (offset == IOEOI && write) {
		end_vector(io, (uint8_t)*value);
		return true;
	}
	spin_lock(&io->lock);
	if (offset == IOREGSEL && write)
		io->regsel = *value & 0xff;
	else if (offset == IOWIN)
		window_access(d, io, write, value);
	else
		*value = offset == IOREGSEL ? io->regsel : 0;
	spin_unlock(&io->lock);
	return true;
}

void vioapic_eoi(struct domain *d, uint8_t vector)
{
	for (unsigned i = 0; i < d->hvm.nr_vioapics; i++)
		end_vector(d->hvm.vioapic[i], vector);
}

/*
 * What the entry makes of its line having fired; false: nothing to deliver. A level interrupt
 * that nobody will end is ended at once: the line is masked then, or fires again.
 */
static bool pin_fire(struct vioapic *io, unsigned pin, uint64_t *rte)
{
	*rte = io->rte[pin];
	if (!(*rte & RTE_LEVEL))
		return !(*rte & RTE_MASKED);
	if (*rte & RTE_REMOTE_IRR)
		return false;
	if (*rte & RTE_MASKED) {
		irq_gsi_eoi(io->gsi_base + pin);
		return false;
	}
	io->rte[pin] |= RTE_REMOTE_IRR;
	return true;
}

void vioapic_gsi_fired(struct domain *d, uint32_t gsi)
{
	for (unsigned i = 0; i < d->hvm.nr_vioapics; i++) {
		struct vioapic *io = d->hvm.vioapic[i];
		uint64_t rte;
		bool fires;

		if (gsi < io->gsi_base || gsi - io->gsi_base >= io->nr_pins)
			continue;
		spin_lock(&io->lock);
		fires = pin_fire(io, gsi - io->gsi_base, &rte);
		spin_unlock(&io->lock);
		if (fires)
			vlapic_deliver(d, RTE_DEST(rte), rte & RTE_LOGICAL, RTE_MODE(rte),
				       rte & RTE_VECTOR, rte & RTE_LEVEL);
		return;
	}
}
