/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * void svm_enter(struct cpu_regs *regs, paddr_t vmcb): world switch and back. rax, rsp, rip and
 * rflags are the VMCB's. The global interrupt flag is off around VMRUN, so that with interrupts
 * enabled (which lets them end the guest's run) none arrives in between; APM vol. 2, 15.17. An
 * instruction stands between STI and VMRUN, because QEMU 7.2 would take STI's interrupt shadow
 * along into the guest. What VMRUN does not switch (FS, GS, TR, SYSCALL registers) stays the
 * guest's: the hypervisor uses none of it.
 */
	.text
	.globl svm_enter
svm_enter:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
	mov %rsi, %rax
	mov 0x08(%rdi), %rcx
	mov 0x10(%rdi), %rdx
	mov 0x18(%rdi), %rbx
	mov 0x28(%rdi), %rbp
	mov 0x30(%rdi), %rsi
	mov 0x40(%rdi), %r8
	mov 0x48(%rdi), %r9
	mov 0x50(%rdi), %r10
	mov 0x58(%rdi), %r11
	mov 0x60(%rdi), %r12
	mov 0x68(%rdi), %r13
	mov 0x70(%rdi), %r14
	mov 0x78(%rdi), %r15
	clgi
	sti
	mov 0x38(%rdi), %rdi
	vmrun %rax
	cli
	xchg %rdi, (%rsp)
	mov %rcx, 0x08(%rdi)
	mov %rdx, 0x10(%rdi)
	mov %rbx, 0x18(%rdi)
	mov %rbp, 0x28(%rdi)
	mov %rsi, 0x30(%rdi)
	mov %r8, 0x40(%rdi)
	mov %r9, 0x48(%rdi)
	mov %r10, 0x50(%rdi)
	mov %r11, 0x58(%rdi)
	mov %r12, 0x60(%rdi)
	mov %r13, 0x68(%rdi)
	mov %r14, 0x70(%rdi)
	mov %r15, 0x78(%rdi)
	pop %rax
	mov %rax, 0x38(%rdi)
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	stgi
	ret
	.section .note.GNU-stack, "", @progbits
