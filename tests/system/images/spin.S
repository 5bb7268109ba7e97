// SPDX-License-Identifier: GPL-2.0-or-later
/* A PVH kernel that spins with interrupts off. */
#include "pvh.inc"
_start:
	cli
1:	jmp 1b
	.section .note.GNU-stack, "", @progbits
