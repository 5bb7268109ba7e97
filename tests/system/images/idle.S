// SPDX-License-Identifier: GPL-2.0-or-later
/* A PVH kernel that waits for ever for an event: SCHEDOP_block, by AMD's instruction. */
#include "pvh.inc"
	.set sched_op, 29
	.set block, 1
_start:
	cli
1:	mov $sched_op, %eax
	mov $block, %ebx
	xor %ecx, %ecx
	vmmcall
	jmp 1b
	.section .note.GNU-stack, "", @progbits
