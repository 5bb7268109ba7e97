// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boot code of a disk while Socle is being installed on it: says so, and stops. The installer
 * puts the boot loader in its place as its last act.
 */
	.code16
	.globl _start
_start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$0x7c00, %sp
	sti
	cld
	movw	$0x7c00 + (text - _start), %si
1:	lodsb
	testb	%al, %al
	jz	2f
	movb	$0x0e, %ah		/* teletype output, page 0, grey */
	movw	$0x0007, %bx
	pushw	%ax
	int	$0x10
	popw	%ax
	movb	$0x01, %ah		/* the same to the first serial line */
	xorw	%dx, %dx
	int	$0x14
	jmp	1b
2:	hlt
	jmp	2b
text:
	.ascii	"\r\nThe installation of Socle on this disk was not completed.\r\n"
	.asciz	"Please start it again from the installation medium.\r\n"
	/* Behind 440 bytes there are the disk's signature and its partition table. */
	.org	440
