/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bool vmx_enter(struct cpu_regs *regs, bool launched): world switch and back. rsp, rip and rflags
 * are the VMCS's, CR2 and the SYSCALL registers the guest's all the time that its vCPU is switched
 * in. Interrupts stay off: one that comes ends the guest's run by itself. An exit goes to
 * vmx_exited, on the stack as it was at the entry.
 */
#define VMCS_HOST_RSP 0x6c14
	.text
	.globl vmx_enter, vmx_exited
vmx_enter:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	push %rdi
	mov $VMCS_HOST_RSP, %eax
	vmwrite %rsp, %rax
	jbe 2f
	test %sil, %sil			/* no instruction below changes ZF */
	mov 0x00(%rdi), %rax
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
	mov 0x38(%rdi), %rdi
	jnz 1f
	vmlaunch
	jmp 2f
1:	vmresume
	/* Here only when there was no entry. The registers are lost: the domain is crashed. */
2:	pop %rdi
	xor %eax, %eax
	jmp 3f
vmx_exited:
	xchg %rdi, (%rsp)
	mov %rax, 0x00(%rdi)
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
	mov $1, %eax
3:	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret
	.section .note.GNU-stack, "", @progbits
