// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual CPU's state between the neutral form and the VMCB. Half of it (FS, GS, TR, LDTR, the
 * SYSCALL and SYSENTER registers) is in the CPU itself while the vCPU is loaded: svm_sync fetches
 * it first.
 */
#include "cpu.h"
#include "lib.h"
#include "private.h"
#include "processor.h"

void svm_load(struct vcpu *v)
{
	struct svm_vcpu *s = svm_of(v);

	traps_lose_tss();
	__asm__ volatile("vmload %%rax" : : "a"(s->vmcb_pa) : "memory");
	__asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3"
			 :
			 : "r"(s->dr[0]), "r"(s->dr[1]), "r"(s->dr[2]), "r"(s->dr[3]));
}

void svm_sync(struct vcpu *v)
{
	struct svm_vcpu *s = svm_of(v);

	if (!s->loaded)
		return;
	__asm__ volatile("vmsave %%rax" : : "a"(s->vmcb_pa) : "memory");
	__asm__ volatile("mov %%dr0, %0; mov %%dr1, %1; mov %%dr2, %2; mov %%dr3, %3"
			 : "=r"(s->dr[0]), "=r"(s->dr[1]), "=r"(s->dr[2]), "=r"(s->dr[3]));
}

static struct vmcb_segment *segment_of(struct vmcb *c, unsigned i)
{
	static const uint16_t offset[SEG_COUNT] = {
		[SEG_ES] = offsetof(struct vmcb, es),     [SEG_CS] = offsetof(struct vmcb, cs),
		[SEG_SS] = offsetof(struct vmcb, ss),     [SEG_DS] = offsetof(struct vmcb, ds),
		[SEG_FS] = offsetof(struct vmcb, fs),     [SEG_GS] = offsetof(struct vmcb, gs),
		[SEG_GDTR] = offsetof(struct vmcb, gdtr), [SEG_LDTR] = offsetof(struct vmcb, ldtr),
		[SEG_IDTR] = offsetof(struct vmcb, idtr), [SEG_TR] = offsetof(struct vmcb, tr),
	};

	return (struct vmcb_segment *)((char *)c + offset[i]);
}

/* Registers that are the same in both. */
// clang-format off
#define FOR_EACH_REGISTER(X)                                                    \
	X(cr0) X(cr2) X(cr3) X(dr6) X(dr7) X(star) X(lstar) X(cstar) X(sfmask)  \
	X(kernel_gs_base) X(sysenter_cs) X(sysenter_esp) X(sysenter_eip)
// clang-format on

#define SEGMENT_PRESENT   BIT(7)
#define SEGMENT_DPL       0x60u
#define SEGMENT_DPL_SHIFT 5
#define TSS_BUSY          BIT(1)

void svm_get_state(struct vcpu *v, struct hvm_state *s)
{
	struct vmcb *c = svm_of(v)->vmcb;

	svm_sync(v);
	for (unsigned i = 0; i < SEG_COUNT; i++)
		memcpy(&s->seg[i], segment_of(c, i), sizeof(s->seg[i]));
	/* SYSRET leaves SS as the kernel had it: not its DPL but this is the privilege. */
	s->seg[SEG_SS].attributes = (uint16_t)((s->seg[SEG_SS].attributes & ~SEGMENT_DPL) |
					       c->cpl << SEGMENT_DPL_SHIFT);
	/* LTR makes a TSS busy; QEMU does that in memory only, not in what it hands out here. */
	if (s->seg[SEG_TR].attributes & SEGMENT_PRESENT)
		s->seg[SEG_TR].attributes |= TSS_BUSY;
#define GET(name) s->name = c->name;
	FOR_EACH_REGISTER(GET)
#undef GET
	s->cr4 = c->cr4 & ~CR4_MCE; /* ours, see svm_run; a guest is not offered it */
	s->efer = c->efer & ~EFER_SVME;
	s->pat = c->g_pat;
	memcpy(s->dr, svm_of(v)->dr, sizeof(s->dr));
}

void svm_set_state(struct vcpu *v, const struct hvm_state *s)
{
	struct vmcb *c = svm_of(v)->vmcb;

	for (unsigned i = 0; i < SEG_COUNT; i++)
		memcpy(segment_of(c, i), &s->seg[i], sizeof(s->seg[i]));
	c->cpl = (s->seg[SEG_SS].attributes & SEGMENT_DPL) >> SEGMENT_DPL_SHIFT;
#define SET(name) c->name = s->name;
	FOR_EACH_REGISTER(SET)
#undef SET
	c->cr4 = s->cr4;
	c->efer = s->efer | EFER_SVME;
	c->g_pat = s->pat;
	memcpy(svm_of(v)->dr, s->dr, sizeof(s->dr));
	c->clean = 0;
	hvm_asid_forget(v);
	if (svm_of(v)->loaded)
		svm_load(v);
}
