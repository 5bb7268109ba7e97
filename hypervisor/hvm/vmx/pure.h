// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What VT-x needs that touches no hardware, so that unit tests run it: which control bits a CPU
 * takes, segments between the VMCB's form (struct hvm_segment) and the VMCS's, the encoding of EPT
 * entries, and an exit's numbers made neutral.
 */
#ifndef SOCLE_VMX_PURE_H
#define SOCLE_VMX_PURE_H

#include "hvm.h"
#include "p2m.h"
#include "types.h"
#include "vmcs.h"

/* --- controls.c ------------------------------------------------------------------------------- */

struct vmx_control {
	uint32_t needed, wanted; /* bits to be 1: without fail, and if the CPU can */
	uint32_t refused;        /* bits that must be 0 */
};

/*
 * The value for a capability register (low half: bits that must be 1, high half: bits that may be
 * 1). False: *lacking has the bits that cannot be as needed.
 */
bool vmx_control_choose(const struct vmx_control *c, uint64_t capability, uint32_t *value,
			uint32_t *lacking);

/* --- segment.c -------------------------------------------------------------------------------- */

#define RIGHTS_UNUSABLE (1u << 16)

/* Access rights as the VMCS has them, of a form that an entry takes where there is a choice. */
uint32_t vmx_rights_from(enum vmx_segment segment, uint16_t attributes);
uint16_t vmx_rights_to(uint32_t rights);

/* --- ept.c ------------------------------------------------------------------------------------ */

#define EPT_READ    1u
#define EPT_WRITE   2u
#define EPT_EXECUTE 4u
#define EPT_UC      (0u << 3)
#define EPT_WB      (6u << 3)
#define EPT_LARGE   0x80u

/* By MSR_VMX_EPT_VPID_CAP. */
void ept_format_choose(struct p2m_format *f, uint64_t capability);
uint64_t ept_pointer(mfn_t root);

/* --- exit.c ----------------------------------------------------------------------------------- */

/* An exit as the VMCS tells of it. */
struct vmx_exit_info {
	uint32_t reason, event, idt_event, length;
	uint64_t qualification, gpa;
};

void vmx_decode_exit(const struct vmx_exit_info *i, struct vmexit *e);
/* An IRET that faulted has ended the blocking of NMIs, but will be executed again. */
bool vmx_iret_faulted(const struct vmx_exit_info *i);

#endif
