// SPDX-License-Identifier: GPL-2.0-or-later
/* A PVH kernel that takes an exception without an IDT as its first act. */
	.section .note.Xen, "a", @note
	.align 4
	.long 4, 4, 18
	.asciz "Xen"
	.long _start
	.text
	.code32
	.globl _start
_start:
	lidt empty
	ud2
empty:	.word 0
	.long 0
	.section .note.GNU-stack, "", @progbits
