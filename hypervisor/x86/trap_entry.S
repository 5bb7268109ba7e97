/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where exceptions and interrupts enter: 256 stubs of equal size that leave a struct trap_frame on
 * the stack and call trap_handle. Never from another privilege level, so neither stack nor GS
 * change.
 */
	.text
	.balign 16
	.globl trap_stubs
trap_stubs:
	vector = 0
	.rept 256
	.balign 16
	.if !((vector == 8) || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || \
		vector == 29 || vector == 30)
	push $0
	.endif
	push $vector
	jmp trap_common
	vector = vector + 1
	.endr

trap_common:
	.irp reg, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax
	push %\reg
	.endr
	cld
	mov %rsp, %rdi
	mov %rsp, %rbp
	and $-16, %rsp
	call trap_handle
	mov %rbp, %rsp
	.irp reg, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	pop %\reg
	.endr
	add $16, %rsp
	iretq

/* bool rdmsr_safe(uint32_t msr, uint64_t *value); bool wrmsr_safe(uint32_t msr, uint64_t value) */
	.globl rdmsr_safe, wrmsr_safe
rdmsr_safe:
	mov %edi, %ecx
1:	rdmsr
	shl $32, %rdx
	or %rdx, %rax
	mov %rax, (%rsi)
	mov $1, %eax
	ret
wrmsr_safe:
	mov %edi, %ecx
	mov %esi, %eax
	mov %rsi, %rdx
	shr $32, %rdx
2:	wrmsr
	mov $1, %eax
	ret
3:	xor %eax, %eax
	ret
	.section .fixup_table, "a"
	.quad 1b, 3b
	.quad 2b, 3b
	.section .note.GNU-stack, "", @progbits
