// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a micro-guest begins: entered as PVH says (32-bit, flat segments, paging off, EBX = start
 * info), it maps the first 4 GiB one to one with 2 MiB pages, switches to long mode and calls
 * guest_main. The real-mode start of further CPUs (copied to a page below 1 MiB, see smp.c) joins
 * the same road.
 */
#define PHYS32_ENTRY 18

	.section .note.Xen, "a", @note
	.align 4
	.long 4, 4, PHYS32_ENTRY
	.asciz "Xen"
	.long start32

	.section .text.start32, "ax"
	.code32
	.globl start32
start32:
	cld
	movl $boot_stack_end, %esp
	movl %ebx, start_info_paddr
	movl $guest_main, start64_target

	/* PML4[0] -> PDPT; PDPT[0..3] -> four directories of 2 MiB pages */
	movl $pdpt + 0x3, pml4
	movl $4, %ecx
	movl $directories + 0x3, %eax
	movl $pdpt, %edi
1:	movl %eax, (%edi)
	addl $4096, %eax
	addl $8, %edi
	loop 1b
	movl $2048, %ecx
	movl $0x83, %eax
	movl $directories, %edi
2:	movl %eax, (%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 2b

	/* Every CPU comes through here with its stack in ESP. */
	.globl start32_paged
start32_paged:
	lgdt gdt_pointer
	movl $0x620, %eax		/* CR4: PAE, OSFXSR, OSXMMEXCPT */
	movl %eax, %cr4
	movl $pml4, %eax
	movl %eax, %cr3
	movl $0xc0000080, %ecx		/* EFER.LME */
	rdmsr
	orl $0x100, %eax
	wrmsr
	movl $0x80000033, %eax		/* CR0: PG, NE, ET, MP, PE */
	movl %eax, %cr0
	ljmp $0x08, $start64

	.code64
start64:
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movl %esp, %esp			/* the upper half is undefined after the switch */
	xorl %ebp, %ebp
	movq start64_target, %rax
	call *%rax
1:	hlt
	jmp 1b

	/* Real mode, at 0x8000 when it runs: see ap_start in smp.c. */
	.code16
	.globl ap_start16, ap_start16_end
ap_start16:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl 0x8000 + ap_gdt_pointer - ap_start16
	movl $0x11, %eax
	movl %eax, %cr0
	ljmpl $0x18, $ap_start32
ap_gdt_pointer:
	.word gdt_end - gdt - 1
	.long gdt
ap_start16_end:

	.code32
ap_start32:
	movl $0x20, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl ap_stack, %esp
	jmp start32_paged

	.section .data
	.align 16
	.globl gdt_pointer
gdt_pointer:
	.word gdt_end - gdt - 1
	.quad gdt
	.align 8
gdt:	.quad 0
	.quad 0x00af9a000000ffff	/* 0x08: 64-bit code */
	.quad 0x00cf92000000ffff	/* 0x10: data */
	.quad 0x00cf9a000000ffff	/* 0x18: 32-bit code */
	.quad 0x00cf92000000ffff	/* 0x20: data */
gdt_end:
	.globl start_info_paddr, start64_target, ap_stack
start_info_paddr: .quad 0
start64_target: .quad 0
ap_stack: .quad 0

	.section .bss
	.align 4096
	.globl pml4
pml4:	.skip 4096
pdpt:	.skip 4096
directories: .skip 4 * 4096
	.skip 16384
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
