// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control registers (SDM vol. 3, 2.5, 26.3 and 28.2.1). A guest changes most bits without an exit.
 * The hypervisor keeps those that the CPU wants set while a guest runs (CR0.NE, CR4.VMXE),
 * CR0.CD and NW, which would slow down everybody, CR4.MCE, and the bits of CR4 that the domain is
 * not offered; what the guest sees of them is in the shadows. An instruction that changes one of
 * them exits and is carried out here as a whole. CR8 is the local APIC's task priority.
 */
#include "cpuid.h"
#include "guest_access.h"
#include "machine_check.h"
#include "private.h"
#include "processor.h"

#define CR0_UNDEFINED_HIGH 0xffffffff00000000UL
#define CR4_PCIDE          BIT(17)
#define CR4_SMEP           BIT(20)
#define CR3_PCID           0xfffUL
#define CR3_PAE_BASE       0xffffffe0UL

#define PDPTE_PRESENT      1u
#define PDPTE_RESERVED     0x1e6UL

enum cr_access { CR_MOV_TO, CR_MOV_FROM, CR_CLTS, CR_LMSW };

/* --- as the guest sees them ------------------------------------------------------------------- */

uint64_t vmx_cr0_get(void)
{
	uint64_t mask = vmread(VMCS_CR0_MASK);

	return (vmread(VMCS_GUEST_CR0) & ~mask) | (vmread(VMCS_CR0_SHADOW) & mask);
}

uint64_t vmx_cr4_get(void)
{
	uint64_t mask = vmread(VMCS_CR4_MASK);

	return (vmread(VMCS_GUEST_CR4) & ~mask) | (vmread(VMCS_CR4_SHADOW) & mask);
}

void vmx_cr0_put(uint64_t value)
{
	vmwrite(VMCS_CR0_SHADOW, value);
	vmwrite(VMCS_GUEST_CR0, (value & ~(CR0_CD | CR0_NW)) | vmx_config.cr0_fixed);
}

/* The guest's own choice of MCE is not asked: without it a machine check would stop the CPU. */
void vmx_cr4_put(uint64_t value)
{
	vmwrite(VMCS_CR4_SHADOW, value);
	vmwrite(VMCS_GUEST_CR4, value | vmx_config.cr4_fixed | machine_check_cr4());
}

uint64_t vmx_cr4_mask(const struct domain *d)
{
	return ~cpuid_cr4_allowed(d->hvm.cpuid) | vmx_config.cr4_fixed | CR4_MCE;
}

void vmx_efer_put(uint64_t value)
{
	uint64_t entry = vmread(VMCS_ENTRY_CONTROLS) & ~(uint64_t)ENTRY_LONG_MODE;

	vmwrite(VMCS_GUEST_EFER, value);
	vmwrite(VMCS_ENTRY_CONTROLS, entry | (value & EFER_LMA ? ENTRY_LONG_MODE : 0));
}

bool vmx_pdptes_load(struct vcpu *v, uint64_t cr0, uint64_t cr3, uint64_t cr4, uint64_t efer)
{
	uint64_t pdpte[4];

	if (!(cr0 & CR0_PG) || !(cr4 & CR4_PAE) || (efer & EFER_LMA))
		return true;
	if (guest_phys_read(v->domain, cr3 & CR3_PAE_BASE, pdpte, sizeof(pdpte)))
		return false;
	for (unsigned i = 0; i < 4; i++)
		if ((pdpte[i] & PDPTE_PRESENT) &&
		    ((pdpte[i] & PDPTE_RESERVED) ||
		     pdpte[i] >> cpuid_physical_bits(v->domain->hvm.cpuid)))
			return false;
	for (unsigned i = 0; i < 4; i++)
		vmwrite((enum vmcs_field)(VMCS_GUEST_PDPTE0 + 2 * i), pdpte[i]);
	return true;
}

/* --- instructions that exited ----------------------------------------------------------------- */

static bool cr0_valid(uint64_t value, uint64_t old, uint64_t cr4, uint64_t efer)
{
	bool in_64bit = (efer & EFER_LMA) &&
			(vmread(SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS)) & RIGHTS_LONG);

	if ((value & CR0_UNDEFINED_HIGH) || ((value & CR0_NW) && !(value & CR0_CD)) ||
	    ((value & CR0_PG) && !(value & CR0_PE)))
		return false;
	if ((value & ~old & CR0_PG) && (efer & EFER_LME) &&
	    (!(cr4 & CR4_PAE) || (vmread(SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS)) & RIGHTS_LONG)))
		return false;
	return !(old & ~value & CR0_PG) || (!in_64bit && !(cr4 & CR4_PCIDE));
}

static bool cr0_write(struct vcpu *v, uint64_t value)
{
	uint64_t old = vmx_cr0_get(), cr4 = vmx_cr4_get(), efer = vmread(VMCS_GUEST_EFER);
	uint64_t new_efer = efer & ~EFER_LMA;

	value |= CR0_ET;
	if (!cr0_valid(value, old, cr4, efer))
		return false;
	if ((value & CR0_PG) && (efer & EFER_LME))
		new_efer |= EFER_LMA;
	if (((value ^ old) & (CR0_PG | CR0_CD | CR0_NW)) &&
	    !vmx_pdptes_load(v, value, vmread(VMCS_GUEST_CR3), cr4, new_efer))
		return false;
	vmx_cr0_put(value);
	vmx_efer_put(new_efer);
	if ((value ^ old) & CR0_PG)
		hvm_asid_forget(v);
	return true;
}

static bool cr4_write(struct vcpu *v, uint64_t value)
{
	uint64_t old = vmx_cr4_get(), efer = vmread(VMCS_GUEST_EFER);
	uint64_t cr3 = vmread(VMCS_GUEST_CR3);

	if (value & ~cpuid_cr4_allowed(v->domain->hvm.cpuid))
		return false;
	if ((old & ~value & CR4_PAE) && (efer & EFER_LMA))
		return false;
	if ((value & ~old & CR4_PCIDE) && (!(efer & EFER_LMA) || (cr3 & CR3_PCID)))
		return false;
	if (((value ^ old) & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP)) &&
	    !vmx_pdptes_load(v, vmx_cr0_get(), cr3, value, efer))
		return false;
	vmx_cr4_put(value);
	if ((value ^ old) & (CR4_PAE | CR4_PGE | CR4_PSE | CR4_PCIDE | CR4_SMEP))
		hvm_asid_forget(v);
	return true;
}

static bool cr8_write(struct vcpu *v, uint64_t value)
{
	if (value > 15)
		return false;
	vlapic_set_tpr(v, (uint8_t)(value << 4));
	return true;
}

static bool mov_to(struct vcpu *v, unsigned cr, uint64_t value)
{
	switch (cr) {
	case 0: return cr0_write(v, value);
	case 4: return cr4_write(v, value);
	case 8: return cr8_write(v, value);
	default: return false;
	}
}

void vmx_handle_cr(struct vcpu *v, uint64_t qualification, unsigned length)
{
	unsigned cr = qualification & 15, gpr = qualification >> 8 & 15;
	uint64_t cs_base, low = qualification >> 16 & 15, value = v->hvm.regs.gpr[gpr];
	bool done = false;

	if (value >> 32 && hvm->get_mode(v, &cs_base) != CPU_MODE_64)
		value = (uint32_t)value;
	switch ((enum cr_access)(qualification >> 4 & 3)) {
	case CR_MOV_TO: done = mov_to(v, cr, value); break;
	case CR_MOV_FROM: /* only of CR8 */
		v->hvm.regs.gpr[gpr] = vlapic_get_tpr(v) >> 4;
		done = true;
		break;
	case CR_CLTS: done = cr0_write(v, vmx_cr0_get() & ~CR0_TS); break;
	case CR_LMSW: /* sets PE and never clears it */
		done = cr0_write(v, (vmx_cr0_get() & ~(CR0_TS | CR0_EM | CR0_MP)) | low);
		break;
	}
	if (done)
		hvm_skip(v, length);
	else
		hvm_inject_gp(v);
}
