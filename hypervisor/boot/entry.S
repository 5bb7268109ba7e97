/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first instructions: the multiboot headers (a flat image, so that every loader agrees on what
 * goes where), the way from 32-bit protected mode to the C code at its linked address, and the same
 * way for the other CPUs from their real-mode start. Clobbers no multiboot data: that is parsed in
 * C.
 *
 * Version 1 is for isolinux, syslinux and QEMU, version 2 for GRUB on UEFI: only there the loader
 * tells where ACPI's tables and the screen are. GRUB has ended the firmware's boot services by
 * then, so that both versions enter in the same state.
 */
#define BASE 0xffffffff80000000
#define PHYS(x) ((x) - BASE)
#define MAGIC 0x1badb002
#define MAGIC2 0xe85250d6
#define FLAGS 0x00010003 /* page-aligned modules, memory map, addresses below are valid */
#define STACK_SIZE 32768 /* include/cpu.h */

	.section .head, "ax"
	.code32
	.balign 4
header:
	.long MAGIC, FLAGS, -(MAGIC + FLAGS)
	.long PHYS(header), PHYS(_image_start), PHYS(_data_end), PHYS(_image_end)
	.long PHYS(multiboot_entry)

	.macro tag type, flags, size_and_content:vararg
	.balign 8
	.word \type, \flags
	.long \size_and_content
	.endm
	.balign 8
header2:
	.long MAGIC2, 0, header2_end - header2, -(MAGIC2 + header2_end - header2)
	/* where the image goes; the entry */
	tag 2, 0, 24, PHYS(header2), PHYS(_image_start), PHYS(_data_end), PHYS(_image_end)
	tag 3, 0, 12, PHYS(multiboot_entry)
	tag 5, 1, 20, 0, 0, 32		/* a screen with pixels will do, of any size */
	tag 6, 0, 8			/* modules begin with a page */
	tag 0, 0, 8			/* the end */
header2_end:

	.globl multiboot_entry
multiboot_entry:
	cli
	cld
	mov %eax, %ebp			/* magic; ebx: the information structure */
	mov $PHYS(boot_stack_top) - 1024, %esp
	mov $0x80000001, %eax		/* long mode is needed, or nothing of ours runs */
	push %ebx
	cpuid
	pop %ebx
	test $(1 << 29), %edx
	jz no_long_mode

	/* 4 GiB with 2 MiB pages, seen at 0, at the direct map and (the first) at the image. */
	mov $PHYS(boot_pd), %edi
	mov $0x83, %eax
	xor %edx, %edx
	mov $2048, %ecx
1:	mov %eax, (%edi)
	mov %edx, 4(%edi)
	add $0x200000, %eax
	adc $0, %edx
	add $8, %edi
	loop 1b
	mov $PHYS(boot_pdpt), %edi
	mov $PHYS(boot_pd) + 3, %eax
	mov $4, %ecx
2:	mov %eax, (%edi)
	add $4096, %eax
	add $8, %edi
	loop 2b
	movl $PHYS(boot_pd) + 3, PHYS(boot_pdpt_image) + 510 * 8
	movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4)
	movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4) + 256 * 8
	movl $PHYS(boot_pdpt_image) + 3, PHYS(boot_pml4) + 511 * 8
	call long_mode
	.code64
	movabs $1f, %rax
	jmp *%rax
1:	movabs $boot_stack_top, %rsp	/* below the CPU's record */
	xor %eax, %eax
	mov %ebp, %edi
	mov %ebx, %esi
	xor %ebp, %ebp
	call start
	ud2

/* Called and returning in 32-bit code, but returns in long mode, still at physical addresses. */
	.code32
long_mode:
	mov $0x6a0, %eax		/* PAE, PGE, OSFXSR, OSXMMEXCPT */
	mov %eax, %cr4
	mov $PHYS(boot_pml4), %eax
	mov %eax, %cr3
	mov $0xc0000080, %ecx
	rdmsr
	or $0x900, %eax			/* LME, NXE */
	wrmsr
	mov $0x80010033, %eax		/* PG, WP, NE, ET, MP, PE */
	mov %eax, %cr0
	lgdt PHYS(boot_gdt_pointer)
	pop %edx
	ljmp $8, $PHYS(1f)
	.code64
1:	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	mov %edx, %edx
	jmp *%rdx

/* No long mode, no log: the two consoles are written by hand. */
	.code32
no_long_mode:
	mov $PHYS(no_long_mode_text), %esi
	mov $0xb8000, %edi
3:	lodsb
	test %al, %al
	jz 5f
	mov $0x4f, %ah
	stosw
	mov %al, %bl
	mov $0x3fd, %edx
	mov $0xffff, %ecx
4:	in %dx, %al
	test $0x20, %al
	loopz 4b
	mov $0x3f8, %edx
	mov %bl, %al
	out %al, %dx
	jmp 3b
5:	hlt
	jmp 5b
no_long_mode_text:
	.ascii "Socle: this CPU has no 64-bit long mode; an x86-64 CPU with AMD-V or VT-x is "
	.asciz "needed. Stopped.\r\n"

	.balign 8
boot_gdt:
	.quad 0
	.quad 0x00af9b000000ffff	/* 8: 64-bit code */
	.quad 0x00cf93000000ffff	/* 16: data */
	.quad 0x00cf9b000000ffff	/* 24: 32-bit code, for the trampoline */
boot_gdt_pointer:
	.word . - boot_gdt - 1
	.long PHYS(boot_gdt)

/*
 * Another CPU starts here, in real mode: this piece is copied to the page named in the start-up
 * IPI and runs wherever that is. The page's last 8 bytes hold the stack top that the CPU shall use.
 */
	.code16
	.globl trampoline_start, trampoline_end
trampoline_start:
	cli
	cld
	xor %ebp, %ebp
	mov %cs, %bp
	mov %bp, %ds
	shl $4, %ebp
	lgdtl trampoline_gdt_pointer - trampoline_start
	mov $0x11, %eax
	mov %eax, %cr0
	ljmpl $24, $PHYS(1f)
	.code32
1:	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov 4096 - 8(%ebp), %ebx
	mov 4096 - 4(%ebp), %esi
	lea 2048(%ebp), %esp
	call long_mode
	.code64
	shl $32, %rsi
	mov %ebx, %ebx
	lea (%rsi, %rbx), %rsp
	movabs $start_secondary, %rax
	xor %ebp, %ebp
	call *%rax
	ud2
trampoline_gdt_pointer:
	.word 31
	.long PHYS(boot_gdt)
trampoline_end:

	.bss
	.balign STACK_SIZE	/* its guard pages go with mm/kernel_map.c */
	.globl boot_stack
boot_stack:
	.skip STACK_SIZE - 1024
boot_stack_top:
	.skip 1024			/* the boot CPU's struct cpu lives at the very end */
	.balign 4096
	.globl boot_pml4, boot_pdpt
boot_pml4:	.skip 4096
boot_pdpt:	.skip 4096
boot_pdpt_image: .skip 4096
boot_pd:	.skip 4 * 4096
	.section .note.GNU-stack, "", @progbits
