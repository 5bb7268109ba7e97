// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual CPU's state between the neutral form and the VMCS, and the MSRs that the VMCS keeps.
 */
#include "cpu.h"
#include "lib.h"
#include "private.h"
#include "processor.h"

#define PAT_POWER_ON 0x0007040600070406UL
#define DR7_FIXED    0x400UL
#define TABLE_LIMIT  0xffffu
/* IA32_MISC_ENABLE: fast strings; no branch trace store, no PEBS. */
#define MISC_ENABLE (BIT(0) | BIT(11) | BIT(12))

/* --- segments --------------------------------------------------------------------------------- */

static const uint8_t segment_of[VMX_SEGMENTS] = {
	[VMX_ES] = SEG_ES, [VMX_CS] = SEG_CS, [VMX_SS] = SEG_SS,     [VMX_DS] = SEG_DS,
	[VMX_FS] = SEG_FS, [VMX_GS] = SEG_GS, [VMX_LDTR] = SEG_LDTR, [VMX_TR] = SEG_TR,
};

static void segments_get(struct hvm_segment *seg)
{
	for (unsigned i = 0; i < VMX_SEGMENTS; i++) {
		uint32_t rights = (uint32_t)vmread(SEGMENT_FIELD(VMCS_GUEST_RIGHTS, i));

		seg[segment_of[i]] = (struct hvm_segment){
			.selector = (uint16_t)vmread(SEGMENT_FIELD(VMCS_GUEST_SELECTOR, i)),
			.attributes = vmx_rights_to(rights),
			.limit = (uint32_t)vmread(SEGMENT_FIELD(VMCS_GUEST_LIMIT, i)),
			.base = vmread(SEGMENT_FIELD(VMCS_GUEST_BASE, i)),
		};
	}
	seg[SEG_GDTR] = (struct hvm_segment){ .limit = (uint32_t)vmread(VMCS_GUEST_GDTR_LIMIT),
					      .base = vmread(VMCS_GUEST_GDTR_BASE) };
	seg[SEG_IDTR] = (struct hvm_segment){ .limit = (uint32_t)vmread(VMCS_GUEST_IDTR_LIMIT),
					      .base = vmread(VMCS_GUEST_IDTR_BASE) };
}

static void segments_set(const struct hvm_segment *seg)
{
	for (unsigned i = 0; i < VMX_SEGMENTS; i++) {
		const struct hvm_segment *s = &seg[segment_of[i]];

		vmwrite(SEGMENT_FIELD(VMCS_GUEST_RIGHTS, i),
			vmx_rights_from((enum vmx_segment)i, s->attributes));
		vmwrite(SEGMENT_FIELD(VMCS_GUEST_SELECTOR, i), s->selector);
		vmwrite(SEGMENT_FIELD(VMCS_GUEST_LIMIT, i), s->limit);
		vmwrite(SEGMENT_FIELD(VMCS_GUEST_BASE, i), s->base);
	}
	vmwrite(VMCS_GUEST_GDTR_LIMIT, seg[SEG_GDTR].limit & TABLE_LIMIT);
	vmwrite(VMCS_GUEST_GDTR_BASE, seg[SEG_GDTR].base);
	vmwrite(VMCS_GUEST_IDTR_LIMIT, seg[SEG_IDTR].limit & TABLE_LIMIT);
	vmwrite(VMCS_GUEST_IDTR_BASE, seg[SEG_IDTR].base);
}

/* --- all of it -------------------------------------------------------------------------------- */

void vmx_get_state(struct vcpu *v, struct hvm_state *s)
{
	struct vmx_vcpu *x = vmx_of(v);

	vmx_open(v);
	if (v == this_cpu()->vmcs_loaded)
		vmx_registers_save(v);
	segments_get(s->seg);
	s->cr0 = vmx_cr0_get();
	s->cr2 = x->cr2;
	s->cr3 = vmread(VMCS_GUEST_CR3);
	s->cr4 = vmx_cr4_get();
	s->efer = vmread(VMCS_GUEST_EFER);
	memcpy(s->dr, x->dr, sizeof(s->dr));
	s->dr6 = x->dr6;
	s->dr7 = vmread(VMCS_GUEST_DR7);
	s->star = x->star;
	s->lstar = x->lstar;
	s->cstar = x->cstar;
	s->sfmask = x->sfmask;
	s->kernel_gs_base = x->kernel_gs_base;
	s->sysenter_cs = vmread(VMCS_GUEST_SYSENTER_CS);
	s->sysenter_esp = vmread(VMCS_GUEST_SYSENTER_ESP);
	s->sysenter_eip = vmread(VMCS_GUEST_SYSENTER_EIP);
	s->pat = vmread(VMCS_GUEST_PAT);
	vmx_close(v);
}

static void registers_set(struct vmx_vcpu *x, const struct hvm_state *s)
{
	x->cr2 = s->cr2;
	memcpy(x->dr, s->dr, sizeof(x->dr));
	x->dr6 = (uint32_t)s->dr6;
	x->star = s->star;
	x->lstar = s->lstar;
	x->cstar = s->cstar;
	x->sfmask = s->sfmask;
	x->kernel_gs_base = s->kernel_gs_base;
}

void vmx_set_state(struct vcpu *v, const struct hvm_state *s)
{
	bool long_mode = (s->cr0 & CR0_PG) && (s->efer & EFER_LME);
	uint64_t efer = (s->efer & ~EFER_LMA) | (long_mode ? EFER_LMA : 0);

	vmx_open(v);
	registers_set(vmx_of(v), s);
	if (v == this_cpu()->vmcs_loaded)
		vmx_registers_load(v);
	else /* INIT, or a saved state: what ran before blocks nothing any more */
		vmx_of(v)->shadow = 0;
	segments_set(s->seg);
	vmx_cr0_put(s->cr0);
	vmwrite(VMCS_GUEST_CR3, s->cr3);
	vmx_cr4_put(s->cr4);
	vmx_efer_put(efer);
	vmx_pdptes_load(v, s->cr0, s->cr3, s->cr4, efer);
	vmwrite(VMCS_GUEST_DR7, (uint32_t)s->dr7 | DR7_FIXED);
	vmwrite(VMCS_GUEST_SYSENTER_CS, (uint32_t)s->sysenter_cs);
	vmwrite(VMCS_GUEST_SYSENTER_ESP, s->sysenter_esp);
	vmwrite(VMCS_GUEST_SYSENTER_EIP, s->sysenter_eip);
	vmwrite(VMCS_GUEST_PAT, s->pat ? s->pat : PAT_POWER_ON);
	vmx_tlb_forget(v);
	vmx_close(v);
}

/* --- MSRs ------------------------------------------------------------------------------------- */

bool vmx_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
	bool known = true;

	vmx_open(v);
	switch (msr) {
	case MSR_EFER: *value = vmread(VMCS_GUEST_EFER); break;
	case MSR_PAT: *value = vmread(VMCS_GUEST_PAT); break;
	case MSR_DEBUGCTL: *value = 0; break; /* see below */
	case MSR_MISC_ENABLE: *value = MISC_ENABLE; break;
	case MSR_PLATFORM_ID: *value = 0; break;
	default: known = false;
	}
	vmx_close(v);
	return known;
}

bool vmx_msr_write(struct vcpu *v, uint32_t msr, uint64_t value, bool *fault)
{
	bool known = true;
	uint64_t efer;

	vmx_open(v);
	switch (msr) {
	case MSR_EFER:
		efer = vmread(VMCS_GUEST_EFER);
		*fault = !hvm_efer_valid(v, efer, vmx_cr0_get(), value);
		if (!*fault)
			vmx_efer_put((value & ~EFER_LMA) | (efer & EFER_LMA));
		break;
	case MSR_PAT:
		*fault = !hvm_pat_valid(value);
		if (!*fault)
			vmwrite(VMCS_GUEST_PAT, value);
		break;
	case MSR_DEBUGCTL:
		/* Branch recording is not offered: BTF and LBR stay off. */
		*fault = value & ~0x3fUL;
		break;
	case MSR_MISC_ENABLE: *fault = false; break; /* as it is */
	default: known = false;
	}
	vmx_close(v);
	return known;
}
