// SPDX-License-Identifier: GPL-2.0-or-later
/* A PVH kernel that waits for ever for an event: SCHEDOP_block, by AMD's instruction. */
	.set sched_op, 29
	.set block, 1
	.section .note.Xen, "a", @note
	.align 4
	.long 4, 4, 18
	.asciz "Xen"
	.long _start
	.text
	.code32
	.globl _start
_start:
	cli
1:	mov $sched_op, %eax
	mov $block, %ebx
	xor %ecx, %ecx
	vmmcall
	jmp 1b
	.section .note.GNU-stack, "", @progbits
