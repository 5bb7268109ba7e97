// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the VMCB's exit code to the neutral record (APM vol. 2, appendix C). Nothing is acted on
 * here.
 */
#include "private.h"

#define OPCODE_HLT 0xf4

/* By exit code; length: of the plain instruction, for CPUs that do not give the next RIP. */
static const struct exit_kind {
	uint8_t reason, length;
} kinds[] = {
	[SVM_EXIT_EXCEPTION0 + EXCEPTION_DB] = { VMEXIT_NOTHING, 0 },
	[SVM_EXIT_EXCEPTION0 + EXCEPTION_TS... SVM_EXIT_EXCEPTION0 +
		EXCEPTION_PF] = { VMEXIT_NOTHING, 0 },
	[SVM_EXIT_EXCEPTION0 + EXCEPTION_AC] = { VMEXIT_NOTHING, 0 },
	[SVM_EXIT_EXCEPTION0 + EXCEPTION_MC] = { VMEXIT_MACHINE_CHECK, 0 },
	[SVM_EXIT_INTR... SVM_EXIT_INIT] = { VMEXIT_NOTHING, 0 },
	[SVM_EXIT_VINTR] = { VMEXIT_INTR_WINDOW, 0 },
	[SVM_EXIT_RDPMC] = { VMEXIT_UNDEFINED, 0 },
	[SVM_EXIT_CPUID] = { VMEXIT_CPUID, 2 },
	[SVM_EXIT_INVD] = { VMEXIT_WBINVD, 2 },
	[SVM_EXIT_HLT] = { VMEXIT_HLT, 1 },
	[SVM_EXIT_INVLPGA] = { VMEXIT_UNDEFINED, 0 },
	[SVM_EXIT_IOIO] = { VMEXIT_IO, 0 },
	[SVM_EXIT_MSR] = { VMEXIT_MSR, 2 },
	[SVM_EXIT_FERR_FREEZE] = { VMEXIT_NOTHING, 0 },
	[SVM_EXIT_SHUTDOWN] = { VMEXIT_SHUTDOWN, 0 },
	[SVM_EXIT_VMRUN] = { VMEXIT_UNDEFINED, 0 },
	[SVM_EXIT_VMMCALL] = { VMEXIT_HYPERCALL, 3 },
	[SVM_EXIT_VMLOAD... SVM_EXIT_SKINIT] = { VMEXIT_UNDEFINED, 0 },
	[SVM_EXIT_WBINVD] = { VMEXIT_WBINVD, 2 },
	[SVM_EXIT_MONITOR... SVM_EXIT_MWAIT] = { VMEXIT_UNDEFINED, 0 },
	[SVM_EXIT_XSETBV] = { VMEXIT_XSETBV, 3 },
	[SVM_EXIT_RDPRU] = { VMEXIT_UNDEFINED, 0 },
	[SVM_EXIT_NPF] = { VMEXIT_NESTED_FAULT, 0 },
};

static void decode_io(const struct vmcb *c, struct vmexit *e)
{
	uint64_t i = c->exit_info1;

	e->io.port = (uint16_t)(i >> 16);
	e->io.size = (uint8_t)(i >> 4 & 7);
	e->io.in = i & 1;
	e->io.string = i & 4;
	e->io.rep = i & 8;
	e->length = (uint8_t)(c->exit_info2 - c->rip); /* always given, 15.10.2 */
}

static void decode_fault(const struct vmcb *c, struct vmexit *e)
{
	e->fault.gpa = c->exit_info2;
	e->fault.present = c->exit_info1 & 1;
	e->fault.write = c->exit_info1 & 2;
	e->fault.fetch = c->exit_info1 & 16;
	e->fault.insn = (svm_features & SVM_DECODE_ASSISTS) && c->fetched == INSN_MAX
				? c->insn_bytes
				: NULL;
}

/* Prefixes are bytes before the plain instruction, which begins with 0f here. */
static uint8_t instruction_length(struct vcpu *v, const struct vmcb *c, uint8_t plain)
{
	uint8_t bytes[INSN_MAX], prefixes = 0;
	unsigned n;

	if ((svm_features & SVM_NEXT_RIP) && c->next_rip > c->rip &&
	    c->next_rip - c->rip <= INSN_MAX)
		return (uint8_t)(c->next_rip - c->rip);
	n = hvm_fetch_instruction(v, bytes);
	while (prefixes + plain < n && bytes[prefixes] != 0x0f)
		prefixes++;
	return prefixes + plain;
}

/*
 * STI holds interrupts off until the next instruction is done, which is what makes STI; HLT safe:
 * nothing is slept over. An exit between the two (an interrupt of the machine's) leaves that in the
 * VMCB, and a processor goes on from there. QEMU 7.2 forgets it: what waits for the guest would
 * arrive before the HLT, and the guest sleep although it has been woken. So such a HLT counts as
 * done; nothing may come before it in any case.
 */
static bool halts_next(struct vcpu *v, const struct vmcb *c)
{
	uint8_t bytes[INSN_MAX];

	return (v->hvm.shadow & SHADOW_STI) && !c->cpl && !(v->hvm.event & EVENT_VALID) &&
	       hvm_fetch_instruction(v, bytes) && bytes[0] == OPCODE_HLT;
}

void svm_decode_exit(struct vcpu *v, struct vmexit *e)
{
	const struct vmcb *c = svm_of(v)->vmcb;
	struct exit_kind kind = { VMEXIT_FAILED, 0 };

	if (c->exit_code < ARRAY_SIZE(kinds))
		kind = kinds[c->exit_code];
	e->reason = kind.reason;
	e->code = c->exit_code;
	e->length = kind.length;
	if (e->reason == VMEXIT_IO)
		decode_io(c, e);
	else if (e->reason == VMEXIT_MSR)
		e->msr.write = c->exit_info1;
	else if (e->reason == VMEXIT_NESTED_FAULT)
		decode_fault(c, e);
	/* CPUID, HLT, RDMSR, WRMSR and VMMCALL with a prefix are not worth a page walk each. */
	if (e->length && ((svm_features & SVM_NEXT_RIP) || e->reason == VMEXIT_XSETBV ||
			  e->reason == VMEXIT_WBINVD))
		e->length = instruction_length(v, c, e->length);
	if (e->reason == VMEXIT_NOTHING && halts_next(v, c)) {
		e->reason = VMEXIT_HLT;
		e->length = 1;
	}
}
