/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bool vmx_enter(struct cpu_regs *regs, bool launched): world switch and back. rsp, rip and rflags
 * are the VMCS's, CR2 and the SYSCALL registers the guest's all the time that its vCPU is switched
 * in. Interrupts stay off: one that comes ends the guest's run by itself. An exit goes to
 * vmx_exited, on the stack as it was at the entry. With SPEC_VERW the CPU's buffers, which may hold
 * what is others', are cleared last.
 */
#define VMCS_HOST_RSP 0x6c14
#define SPEC_VERW     0x10
#include "../enter.inc"

	.text
	.globl vmx_enter, vmx_exited
vmx_enter:
	callee_saved_push
	push %rdi
	mov $VMCS_HOST_RSP, %eax
	vmwrite %rsp, %rax
	jbe 2f
	testb $SPEC_VERW, speculation_on(%rip)
	jz 4f
	verw data_selector(%rip)	/* what is loaded from here on is the guest's own */
4:	test %sil, %sil			/* no instruction below changes ZF */
	mov 0x00(%rdi), %rax
	regs_load
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
	regs_store
	pop %rax
	mov %rax, 0x38(%rdi)
	returns_forget
	mov $1, %eax
3:	callee_saved_pop
	ret
	.section .rodata
data_selector:
	.word 0x10
	.section .note.GNU-stack, "", @progbits
