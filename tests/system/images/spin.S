// SPDX-License-Identifier: GPL-2.0-or-later
/* A PVH kernel that spins with interrupts off. */
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
1:	jmp 1b
	.section .note.GNU-stack, "", @progbits
