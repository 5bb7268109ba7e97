// SPDX-License-Identifier: GPL-2.0-or-later
/* A PVH kernel that takes an exception without an IDT as its first act. */
#include "pvh.inc"
_start:
	lidt empty
	ud2
empty:	.word 0
	.long 0
	.section .note.GNU-stack, "", @progbits
