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
	push %r15
	push %r14
	push %r13
	push %r12
	push %r11
	push %r10
	push %r9
	push %r8
	push %rdi
	push %rsi
	push %rbp
	push %rbx
	push %rdx
	push %rcx
	push %rax
	cld
	mov %rsp, %rdi
	mov %rsp, %rbp
	and $-16, %rsp
	call trap_handle
	mov %rbp, %rsp
	pop %rax
	pop %rcx
	pop %rdx
	pop %rbx
	pop %rbp
	pop %rsi
	pop %rdi
	pop %r8
	pop %r9
	pop %r10
	pop %r11
	pop %r12
	pop %r13
	pop %r14
	pop %r15
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
