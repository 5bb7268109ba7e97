// SPDX-License-Identifier: GPL-2.0-or-later
/* How a hand-made PVH kernel begins: the note that names its entry, _start, in 32-bit mode. */
	.section .note.Xen, "a", @note
	.align 4
	.long 4, 4, 18
	.asciz "Xen"
	.long _start
	.text
	.code32
	.globl _start
