// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nested page faults: an emulated device (local APIC, IO-APIC, watched PCI), memory of the machine
 * that domain 0 has not touched yet and is mapped now, or nothing: reads there give all ones,
 * writes are lost.
 */
#include "abi/dm_op.h"
#include "abi/errno.h"
#include "domain.h"
#include "guest_access.h"
#include "guest_walk.h"
#include "hvm.h"
#include "iommu.h"
#include "lib.h"
#include "mm.h"
#include "processor.h"
#include "vioapic.h"
#include "vpci.h"

static bool is_lapic(const struct vcpu *v, gpaddr_t gpa)
{
	/* Enabled, and not in x2APIC mode: then the page is not there. */
	return (v->hvm.vlapic.base_msr & (APIC_BASE_ENABLE | APIC_BASE_EXTD)) == APIC_BASE_ENABLE &&
	       (v->hvm.vlapic.base_msr & PAGE_MASK) == (gpa & PAGE_MASK);
}

/* Where nobody is reads give all ones, and writes are lost. */
static int device_access(void *ctx, gpaddr_t gpa, unsigned size, bool write, uint64_t *value)
{
	struct vcpu *v = ctx;
	struct domain *d = v->domain;
	int rc = 0;

	if (!write)
		*value = ~0UL;
	if (is_lapic(v, gpa)) {
		if (!write)
			*value = (uint64_t)vlapic_mmio_read(v, gpa & 0xffc) >> 8 * (gpa & 3);
		else if (!(gpa & 3))
			vlapic_mmio_write(v, gpa & 0xfff, (uint32_t)*value);
	} else if (d->is_control) {
		if (!vioapic_mmio(d, gpa, write, value))
			vpci_mmio(gpa, size, write, value);
	} else if (!d->hvm.has_pci || !vpci_guest_mmio(d, gpa, size, write, value)) {
		/* Of the next page nobody has said that the guest's program may touch it. */
		if ((gpa & ~PAGE_MASK) + size <= PAGE_SIZE)
			rc = ioreq_access(v, IOREQ_TYPE_COPY, gpa, size, write, value);
	}
	return rc == -ENODEV ? 0 : rc;
}

/*
 * The other operand of MOVS, piece by piece within a page. Not mapped: the guest gets its page
 * fault and -EFAULT ends the emulation. Mapped to where there is no memory: ones, or lost.
 */
static int memory_access(void *ctx, uint64_t linear, unsigned size, bool write, uint64_t *value)
{
	struct vcpu *v = ctx;
	uint8_t *bytes = (uint8_t *)value;

	while (size) {
		unsigned n = (unsigned)MIN(size, PAGE_SIZE - (linear & ~PAGE_MASK));
		uint32_t error;
		gpaddr_t gpa;

		if (!guest_walk(v, linear, write, &gpa, &error)) {
			hvm_inject_pf(v, linear, error);
			return -EFAULT;
		}
		if (write)
			guest_phys_write(v->domain, gpa, bytes, n);
		else if (guest_phys_read(v->domain, gpa, bytes, n))
			memset(bytes, 0xff, n);
		linear += n;
		bytes += n;
		size -= n;
	}
	return 0;
}

static const struct emulate_ops ops = { device_access, memory_access };

static void emulate(struct vcpu *v, const struct vmexit *e)
{
	uint8_t bytes[INSN_MAX] = { 0 };
	unsigned got = INSN_MAX;
	uint64_t cs_base;
	struct insn in;
	int rc;

	if (e->fault.insn)
		memcpy(bytes, e->fault.insn, got);
	else
		got = hvm_fetch_instruction(v, bytes);
	rc = insn_decode(bytes, got, hvm->get_mode(v, &cs_base), &in);
	if (!rc)
		rc = insn_emulate(&in, &v->hvm.regs, e->fault.gpa, e->fault.write, &ops, v);
	if (!rc)
		hvm_skipped(v);
	if (rc == -EAGAIN)
		hvm_handle_later(v, e);
	if (!rc || rc == -EFAULT || rc == -EAGAIN)
		return;
	domain_crash(v->domain,
		     "access to emulated memory at %#lx by an instruction that cannot be emulated "
		     "(%d): rip %#lx, %u bytes: %02x %02x %02x %02x %02x %02x %02x %02x",
		     e->fault.gpa, rc, v->hvm.regs.rip, got, bytes[0], bytes[1], bytes[2], bytes[3],
		     bytes[4], bytes[5], bytes[6], bytes[7]);
}

/* Does the aligned 2 MiB around it hold nothing but untrapped device memory? */
static bool all_device_2m(mfn_t mfn)
{
	mfn_t first = MFN(mfn.n & ~511UL);
	bool readable;

	for (unsigned i = 0; i < 512; i++)
		if (mfn_to_page(MFN(first.n + i)) || vpci_is_trapped(MFN(first.n + i), &readable) ||
		    iommu_is_register_frame(MFN(first.n + i)))
			return false;
	return true;
}

/*
 * Domain 0 touches device or firmware memory for the first time. false: that is emulated, or not
 * its.
 */
static bool map_machine_memory(struct vcpu *v, gpaddr_t gpa)
{
	struct domain *d = v->domain;
	mfn_t mfn = MFN(gpa >> PAGE_SHIFT);
	bool readable = true;

	if (mfn_to_page(mfn) || is_lapic(v, gpa) || mfn.n == VLAPIC_DEFAULT_BASE >> PAGE_SHIFT ||
	    iommu_is_register_frame(mfn))
		return false;
	for (unsigned i = 0; i < d->hvm.nr_vioapics; i++)
		if (d->hvm.vioapic[i]->base >> PAGE_SHIFT == mfn.n)
			return false;
	if (vpci_is_trapped(mfn, &readable))
		return readable && !p2m_map(d, GFN(mfn.n), mfn, ORDER_4K, P2M_MMIO_RO);
	/* Large pages save exits, but must not swallow a page that is watched. */
	if ((mfn.n | 511) < VLAPIC_DEFAULT_BASE >> PAGE_SHIFT && mfn.n >= 0x100000 >> PAGE_SHIFT &&
	    (mfn.n | 511) != (0xfec00000UL >> PAGE_SHIFT | 511) && all_device_2m(mfn))
		return !p2m_map(d, GFN(mfn.n & ~511UL), MFN(mfn.n & ~511UL), ORDER_2M,
				P2M_MMIO_DIRECT);
	return !p2m_map(d, GFN(mfn.n), mfn, ORDER_4K, P2M_MMIO_DIRECT);
}

/* Not the instruction at rip made the access, but the delivery of an event: on no good stack. */
static bool delivery_fails(struct vcpu *v, gpaddr_t gpa)
{
	if (!(v->hvm.event & EVENT_VALID))
		return false;
	domain_crash(v->domain, "vCPU %u cannot take event %#x: no memory to write at %#lx", v->id,
		     v->hvm.event, gpa);
	return true;
}

void hvm_handle_nested_fault(struct vcpu *v, const struct vmexit *e)
{
	gpaddr_t gpa = e->fault.gpa;
	enum p2m_type type;

	if (!e->fault.fetch && p2m_write_fault(v->domain, GFN(gpa >> PAGE_SHIFT)))
		return;
	p2m_lookup(v->domain, GFN(gpa >> PAGE_SHIFT), &type);
	if ((type == P2M_GRANT_RO || type == P2M_RAM_RO) && e->fault.write) {
		if (!delivery_fails(v, gpa))
			hvm_inject_gp(v); /* as Xen answers writes to a read-only grant */
		return;
	}
	if (e->fault.fetch &&
	    (type == P2M_FOREIGN || type == P2M_GRANT_RW || type == P2M_GRANT_RO)) {
		domain_crash(v->domain, "runs code in another domain's memory at %#lx", gpa);
		return;
	}
	if (e->fault.fetch && hvm->p2m_format->small_only && type != P2M_INVALID) {
		if (p2m_split(v->domain, GFN(gpa >> PAGE_SHIFT)))
			domain_crash(v->domain, "no memory for the page tables of code at %#lx",
				     gpa);
		return;
	}
	if (type != P2M_INVALID && type != P2M_MMIO_RO)
		return; /* mapped in the meantime by another CPU */
	if (type == P2M_INVALID && v->domain->is_control && map_machine_memory(v, gpa))
		return;
	if (delivery_fails(v, gpa))
		return;
	if (e->fault.fetch) {
		domain_crash(v->domain, "vCPU %u runs off its memory: fetch from %#lx", v->id, gpa);
		return;
	}
	emulate(v, e);
}

void vpci_trap_changed(mfn_t first, unsigned nr)
{
	for (unsigned i = 0; domain0 && i < nr; i++)
		p2m_unmap(domain0, GFN(first.n + i), ORDER_4K);
	if (domain0)
		p2m_flush(domain0);
}
