// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual CPU's state between the neutral form and the VMCS.
 */
#include "cpu.h"
#include "lib.h"
#include "private.h"
#include "processor.h"

#define DR7_FIXED   0x400UL
#define TABLE_LIMIT 0xffffu

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

/* Registers of struct hvm_state by where they are kept, as they are. */
// clang-format off
#define FOR_EACH_KEPT_OUTSIDE(X) \
	X(cr2) X(dr6) X(star) X(lstar) X(cstar) X(sfmask) X(kernel_gs_base)
#define FOR_EACH_FIELD(X)                                                          \
	X(cr3, VMCS_GUEST_CR3) X(sysenter_cs, VMCS_GUEST_SYSENTER_CS)              \
	X(sysenter_esp, VMCS_GUEST_SYSENTER_ESP) X(sysenter_eip, VMCS_GUEST_SYSENTER_EIP) \
	X(pat, VMCS_GUEST_PAT)
// clang-format on

/* --- all of it -------------------------------------------------------------------------------- */

void vmx_get_state(struct vcpu *v, struct hvm_state *s)
{
	struct vmx_vcpu *x = vmx_of(v);

	vmx_open(v);
	if (v == this_cpu()->vmcs_loaded)
		vmx_registers_save(v);
	segments_get(s->seg);
#define GET(name) s->name = x->name;
	FOR_EACH_KEPT_OUTSIDE(GET)
#undef GET
#define GET(name, field) s->name = vmread(field);
	FOR_EACH_FIELD(GET)
#undef GET
	memcpy(s->dr, x->dr, sizeof(s->dr));
	s->cr0 = vmx_cr0_get();
	s->cr4 = vmx_cr4_get();
	s->efer = vmread(VMCS_GUEST_EFER);
	s->dr7 = vmread(VMCS_GUEST_DR7);
	vmx_close(v);
}

void vmx_set_state(struct vcpu *v, const struct hvm_state *s)
{
	bool long_mode = (s->cr0 & CR0_PG) && (s->efer & EFER_LME);
	uint64_t efer = (s->efer & ~EFER_LMA) | (long_mode ? EFER_LMA : 0);
	struct vmx_vcpu *x = vmx_of(v);

	vmx_open(v);
#define SET(name) x->name = s->name;
	FOR_EACH_KEPT_OUTSIDE(SET)
#undef SET
#define SET(name, field) vmwrite(field, s->name);
	FOR_EACH_FIELD(SET)
#undef SET
	memcpy(x->dr, s->dr, sizeof(x->dr));
	if (v == this_cpu()->vmcs_loaded)
		vmx_registers_load(v);
	segments_set(s->seg);
	vmx_cr0_put(s->cr0);
	vmx_cr4_put(s->cr4);
	vmx_efer_put(efer);
	vmx_pdptes_load(v, s->cr0, s->cr3, s->cr4, efer);
	vmwrite(VMCS_GUEST_DR7, (uint32_t)s->dr7 | DR7_FIXED);
	hvm_asid_forget(v);
	vmx_close(v);
}
