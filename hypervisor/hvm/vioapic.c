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
#define RTE_ACTIVE_LOW  BIT(13)
#define RTE_REMOTE_IRR  BIT(14)
#define RTE_LEVEL       BIT(15)
#define RTE_MASKED      BIT(16)
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

void vioapic_destroy(struct domain *d)
{
	while (d->hvm.nr_vioapics) {
		struct vioapic *io = d->hvm.vioapic[--d->hvm.nr_vioapics];

		for (unsigned pin = 0; pin < io->nr_pins; pin++)
			if (io->bound[pin / 64] & BIT(pin % 64))
				irq_gsi_mask(io->gsi_base + pin, true);
		d->hvm.vioapic[d->hvm.nr_vioapics] = NULL;
		object_free(io, sizeof(*io));
	}
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
	bool bound = io->bound[pin / 64] & BIT(pin % 64);
	int rc;

	if (next & RTE_MASKED) {
		if (bound && changed & RTE_MASKED)
			irq_gsi_mask(gsi, true);
		/* Programmed anew when it is unmasked. */
		if (changed & (RTE_LEVEL | RTE_ACTIVE_LOW))
			io->bound[pin / 64] &= ~BIT(pin % 64);
		return;
	}
	if (!bound || changed & (RTE_LEVEL | RTE_ACTIVE_LOW)) {
		rc = irq_gsi_bind(gsi, next & RTE_LEVEL, next & RTE_ACTIVE_LOW);
		if (rc) {
			log_domain(d, LOG_ERR, "interrupt %u cannot be bound: error %d", gsi, -rc);
			return;
		}
		io->bound[pin / 64] |= BIT(pin % 64);
		irq_gsi_mask(gsi, false);
	} else if (changed & RTE_MASKED) {
		irq_gsi_mask(gsi, false);
	}
}

static void write_entry(struct domain *d, struct vioapic *io, unsigned index, uint32_t value)
{
	unsigned pin = index / 2, shift = index % 2 * 32;
	uint64_t old = io->rte[pin];
	uint64_t next = (old & ~(0xffffffffUL << shift)) | (uint64_t)value << shift;

	next = (next & RTE_DEFINED) | (old & RTE_READ_ONLY);
	io->rte[pin] = next;
	pin_mirror(d, io, pin, old);
	/* An edge entry has no remote IRR; software clears a stuck one by going through edge. */
	if (!(next & RTE_LEVEL))
		pin_end(io, pin);
}

static uint32_t read_register(const struct vioapic *io)
{
	unsigned index = io->regsel - REG_REDIRECTION;

	switch (io->regsel) {
	case REG_ID:
	case REG_ARBITRATION: return io->id << 24;
	case REG_VERSION: return (io->nr_pins - 1) << 16 | IOAPIC_VERSION;
	default: break;
	}
	if (io->regsel < REG_REDIRECTION || index / 2 >= io->nr_pins)
		return 0;
	return (uint32_t)(io->rte[index / 2] >> index % 2 * 32);
}

bool vioapic_mmio_read(struct domain *d, gpaddr_t gpa, uint32_t *value)
{
	struct vioapic *io = find_by_address(d, gpa);

	if (!io)
		return false;
	*value = 0;
	spin_lock(&io->lock);
	if ((gpa & ~PAGE_MASK) == IOREGSEL)
		*value = io->regsel;
	else if ((gpa & ~PAGE_MASK) == IOWIN)
		*value = read_register(io);
	spin_unlock(&io->lock);
	return true;
}

static void write_register(struct domain *d, struct vioapic *io, uint32_t value)
{
	unsigned index = io->regsel - REG_REDIRECTION;

	if (io->regsel == REG_ID)
		io->id = value >> 24 & 0xf;
	else if (io->regsel >= REG_REDIRECTION && index / 2 < io->nr_pins)
		write_entry(d, io, index, value);
}

bool vioapic_mmio_write(struct domain *d, gpaddr_t gpa, uint32_t value)
{
	struct vioapic *io = find_by_address(d, gpa);

	if (!io)
		return false;
	if ((gpa & ~PAGE_MASK) == IOEOI) {
		end_vector(io, (uint8_t)value);
		return true;
	}
	spin_lock(&io->lock);
	if ((gpa & ~PAGE_MASK) == IOREGSEL)
		io->regsel = value & 0xff;
	else if ((gpa & ~PAGE_MASK) == IOWIN)
		write_register(d, io, value);
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
