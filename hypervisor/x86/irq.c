// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real interrupts: which host vector stands for what, and where it goes: to a function of ours, to
 * a line of domain 0's IO-APIC, or to a domain as the message that its driver programmed. One lock
 * for the vector table; handlers run with interrupts off, on whatever CPU was interrupted.
 */
#include "irq.h"

#include "abi/errno.h"
#include "atomic.h"
#include "cpu.h"
#include "domain.h"
#include "io.h"
#include "iommu.h"
#include "private.h"
#include "vioapic.h"

enum irq_kind { IRQ_FREE, IRQ_HOST, IRQ_GSI, IRQ_MSI };

/* Of the 176 that devices have: what one guest gets at most, and all of them together. */
#define GUEST_VECTORS  32u
#define GUESTS_VECTORS 128u

struct irq {
	enum irq_kind kind;
	uint32_t gsi;
	bool level, in_service; /* a level interrupt given to domain 0, masked until its EOI */
	bool masked;            /* as domain 0 wants it */
	struct domain *domain;  /* whose MSI it is */
	uint64_t address;       /* its message */
	uint32_t data;
	void (*fn)(void);
};

static struct irq irqs[256];
static struct spinlock lock;

/* NULL: there is no vector left. */
static struct irq *irq_alloc(enum irq_kind kind)
{
	static unsigned next = VECTOR_DEVICE_FIRST;

	for (unsigned i = VECTOR_DEVICE_FIRST; i <= VECTOR_DEVICE_LAST; i++) {
		struct irq *irq = &irqs[next];

		next = next == VECTOR_DEVICE_LAST ? VECTOR_DEVICE_FIRST : next + 1;
		if (irq->kind == IRQ_FREE) {
			*irq = (struct irq){ .kind = kind };
			return irq;
		}
	}
	return NULL;
}

static uint8_t vector_of(const struct irq *irq)
{
	return (uint8_t)(irq - irqs);
}

/* NULL: nobody has bound it. */
static struct irq *irq_of_gsi(uint32_t gsi)
{
	for (unsigned v = VECTOR_DEVICE_FIRST; v <= VECTOR_DEVICE_LAST; v++)
		if ((irqs[v].kind == IRQ_GSI || irqs[v].kind == IRQ_HOST) && irqs[v].gsi == gsi)
			return &irqs[v];
	return NULL;
}

/* Where a device interrupt should arrive: at the CPU that runs the vCPU it is for. */
static uint32_t cpu_for(const struct vcpu *v)
{
	return cpus[v ? v->processor : 0]->apic_id;
}

int irq_gsi_bind(uint32_t gsi, bool level, bool active_low)
{
	struct irq *irq;
	int rc = 0;

	spin_lock(&lock);
	irq = irq_of_gsi(gsi);
	if (!irq)
		irq = irq_alloc(IRQ_GSI);
	if (!irq) {
		rc = -ENOSPC;
	} else if (irq->kind == IRQ_HOST) {
		rc = -EBUSY;
	} else {
		*irq = (struct irq){ .kind = IRQ_GSI, .gsi = gsi, .level = level, .masked = true };
		if (!ioapic_program(gsi, vector_of(irq), level, active_low,
				    cpu_for(domain_vcpu(domain0, 0)), true))
			rc = -EINVAL;
	}
	spin_unlock(&lock);
	return rc;
}

void irq_gsi_mask(uint32_t gsi, bool masked)
{
	struct irq *irq;

	spin_lock(&lock);
	irq = irq_of_gsi(gsi);
	if (irq && irq->kind == IRQ_GSI) {
		irq->masked = masked;
		ioapic_mask(gsi, masked || irq->in_service);
	}
	spin_unlock(&lock);
}

void irq_gsi_eoi(uint32_t gsi)
{
	struct irq *irq;

	spin_lock(&lock);
	irq = irq_of_gsi(gsi);
	if (irq && irq->in_service) {
		irq->in_service = false;
		ioapic_mask(gsi, irq->masked);
	}
	spin_unlock(&lock);
}

/* Domain 0 must find vectors, whatever guests do with their devices. */
static bool has_its_share(const struct domain *d)
{
	unsigned nr = 0, guests = 0;

	for (unsigned i = VECTOR_DEVICE_FIRST; i <= VECTOR_DEVICE_LAST; i++) {
		nr += irqs[i].kind == IRQ_MSI && irqs[i].domain == d;
		guests += irqs[i].kind == IRQ_MSI && irqs[i].domain != domain0;
	}
	return d != domain0 && (nr >= GUEST_VECTORS || guests >= GUESTS_VECTORS);
}

int irq_msi_bind(struct domain *d, uint64_t guest_address, uint32_t guest_data, uint64_t *address,
		 uint32_t *data)
{
	struct irq *irq;
	uint32_t cpu;

	d = d ? d : domain0;
	spin_lock(&lock);
	irq = has_its_share(d) ? NULL : irq_alloc(IRQ_MSI);
	if (irq) {
		irq->domain = d;
		irq->address = guest_address;
		irq->data = guest_data;
		cpu = cpu_for(vlapic_target(d, guest_address >> 12 & 0xff, guest_address & 4));
		*address = 0xfee00000UL | (uint64_t)cpu << 12;
		*data = vector_of(irq);
		if (d != domain0)
			iommu_interrupt(vector_of(irq), cpu, true);
	}
	spin_unlock(&lock);
	return irq ? vector_of(irq) : -ENOSPC;
}

void irq_msi_update(int handle, uint64_t guest_address, uint32_t guest_data)
{
	spin_lock(&lock);
	irqs[handle].address = guest_address;
	irqs[handle].data = guest_data;
	spin_unlock(&lock);
}

void irq_msi_unbind(int handle)
{
	spin_lock(&lock);
	if (irqs[handle].domain != domain0)
		iommu_interrupt((uint8_t)handle, 0, false);
	irqs[handle].kind = IRQ_FREE;
	spin_unlock(&lock);
}

bool irq_host_bind(uint32_t isa_irq, void (*fn)(void))
{
	struct acpi_override line = { .gsi = isa_irq };
	struct irq *irq;
	bool bound;

	for (unsigned i = 0; i < acpi.nr_overrides; i++)
		if (acpi.override[i].irq == isa_irq)
			line = acpi.override[i];
	spin_lock(&lock);
	irq = irq_alloc(IRQ_HOST);
	if (irq) {
		irq->gsi = line.gsi;
		irq->fn = fn;
	}
	bound = irq && ioapic_program(line.gsi, vector_of(irq), line.level, line.active_low,
				      cpus[0]->apic_id, false);
	spin_unlock(&lock);
	return bound;
}

static void device_interrupt(uint8_t vector)
{
	struct irq irq;

	spin_lock(&lock);
	if (irqs[vector].kind == IRQ_GSI && irqs[vector].level) {
		irqs[vector].in_service = true;
		ioapic_mask(irqs[vector].gsi, true);
	}
	irq = irqs[vector];
	if (irq.kind == IRQ_MSI) /* it may be unbound now, and its domain go */
		atomic_add(&irq.domain->refs, 1);
	spin_unlock(&lock);

	switch (irq.kind) {
	case IRQ_HOST: irq.fn(); break;
	case IRQ_GSI: vioapic_gsi_fired(domain0, irq.gsi); break;
	case IRQ_MSI:
		vlapic_deliver_msi(irq.domain, irq.address, irq.data);
		domain_put(irq.domain);
		break;
	case IRQ_FREE: break; /* was on its way while it was unbound */
	}
}

void irq_handle(uint8_t vector)
{
	switch (vector) {
	case VECTOR_SPURIOUS: return;
	case VECTOR_TIMER: timer_fired(); break;
	case VECTOR_KICK:
	case VECTOR_ERROR: break;
	default: device_interrupt(vector);
	}
	apic_eoi();
}

void irq_init(void)
{
	/* The 8259s are not used: all lines masked, and out of the way of exceptions. */
	static const struct {
		uint8_t port, value;
	} pic[] = {
		{ 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, 0x20 }, { 0xa1, 0x28 }, { 0x21, 4 },
		{ 0xa1, 2 },    { 0x21, 1 },    { 0xa1, 1 },    { 0x21, 0xff }, { 0xa1, 0xff }
	};

	for (unsigned i = 0; i < ARRAY_SIZE(pic); i++)
		out8(pic[i].port, pic[i].value);
	ioapics_init();
}
