/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * void svm_enter(struct cpu_regs *regs, paddr_t vmcb, bool forget): world switch and back. rax,
 * rsp, rip and rflags are the VMCB's. forget: what the guest has taught the branch predictors is
 * dropped (IBPB) before the first return or indirect jump. The global interrupt flag is off around
 * VMRUN, so that with interrupts enabled (which lets them end the guest's run) none arrives in
 * between; APM vol. 2, 15.17. An instruction stands between STI and VMRUN, because QEMU 7.2 would
 * take STI's interrupt shadow along into the guest. What VMRUN does not switch (FS, GS, TR, SYSCALL
 * registers) stays the guest's: the hypervisor uses none of it.
 */
#define MSR_PRED_CMD 0x49
#include "../enter.inc"

	.text
	.globl svm_enter
svm_enter:
	callee_saved_push
	push %rdx
	push %rdi
	mov %rsi, %rax
	regs_load
	clgi
	sti
	mov 0x38(%rdi), %rdi
	vmrun %rax
	cli
	xchg %rdi, (%rsp)
	regs_store
	pop %rax
	mov %rax, 0x38(%rdi)
	pop %rdx
	test %dl, %dl
	jz 1f
	mov $MSR_PRED_CMD, %ecx
	mov $1, %eax
	xor %edx, %edx
	wrmsr
1:	returns_forget
	callee_saved_pop
	stgi
	ret
	.section .note.GNU-stack, "", @progbits
