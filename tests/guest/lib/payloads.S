// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What runs inside the domains that tests create: a few lines of code each, at 0x1000, in 64-bit
 * mode with the first 2 MiB mapped one to one (all but those named _32, which have 32-bit mode
 * without paging). The page at 0x2000 is shared with the test. Addresses inside a payload are
 * relative to where it will be (AT).
 */
#define DATA 0x2000
#define SHARED_INFO 0x3000
#define NOWHERE 0x1ff000
#define SCHED_OP 29
#define XEN_VERSION 17
#define MEMORY_OP 12
#define MULTICALL 13
#define SET_TIMER_OP 15
#define CONSOLE_IO 18
#define GRANT_TABLE_OP 20
#define VCPU_OP 24
#define DOMCTL 36
#define EVENT_CHANNEL_OP 32

	.section .rodata, "a"
	.code64

	.macro payload name
	.globl payload_\name, payload_\name\()_end
payload_\name:
	.set origin, payload_\name
	.endm

	.macro end name
payload_\name\()_end:
	.endm

#define AT(label) (label - origin + 0x1000)

	.macro call number, first, second, third
	movl $\number, %eax
	movl $\first, %edi
	movl $\second, %esi
	movl $\third, %edx
	vmmcall
	.endm

	.macro shutdown reason
	movl $\reason, DATA + 0x800
	call SCHED_OP, 2, DATA + 0x800, 0
1:	hlt
	jmp 1b
	.endm

	payload poweroff
	movl $0x600d, DATA
	shutdown 0
	end poweroff

	payload reboot
	shutdown 1
	end reboot

	payload triple_fault
	lidt DATA + 0x900
	ud2
	end triple_fault

	payload named_triple_fault
	movl $4, DATA + 0x800
	call SCHED_OP, 5, DATA + 0x800, 0
	movl %eax, DATA + 4
	movl $1, DATA + 0x800
	call SCHED_OP, 5, DATA + 0x800, 0
	lidt DATA + 0x900
	ud2
	end named_triple_fault

	payload spin
1:	incl DATA
	jmp 1b
	end spin

	/* Counts up the first word of the page that DATA names, then DATA + 4; DATA is 0 again. */
	payload write_pages
1:	movl DATA, %eax
	testl %eax, %eax
	jz 1b
	shll $12, %eax
	incl (%rax)
	incl DATA + 4
	movl $0, DATA
	jmp 1b
	end write_pages

	payload device_io
	.set MMIO, 0x100000
	movb $0x11, MMIO
	movw $0x2222, MMIO + 0x10
	movl $0x33333333, MMIO + 0x20
	movabsq $0x4444444455555555, %rax
	movq %rax, MMIO + 0x30
	movzbl MMIO + 0x40, %eax
	movl %eax, DATA + 4
	movzwl MMIO + 0x40, %eax
	movl %eax, DATA + 8
	movl MMIO + 0x40, %eax
	movl %eax, DATA + 12
	movq MMIO + 0x40, %rax
	movq %rax, DATA + 16
	addl $5, MMIO + 0x50
	cld
	movl $MMIO + 0x60, %esi
	movl $DATA + 64, %edi
	movl $3, %ecx
	rep movsl
	movl $DATA + 64, %esi
	movl $MMIO + 0x70, %edi
	movw (%rsi), %ax
	movl $2, %ecx
	rep stosw
	movl $0x33445566, %eax
	movl $0x510, %edx
	outb %al, %dx
	incl %edx
	outw %ax, %dx
	decl %edx
	outl %eax, %dx
	movl $0x99999999, %eax
	inb %dx, %al
	movl %eax, DATA + 24
	movl $0x99999999, %eax
	incl %edx
	inw %dx, %ax
	movl %eax, DATA + 28
	decl %edx
	inl %dx, %eax
	movl %eax, DATA + 32
	movl $0x600, %edx
	inl %dx, %eax
	movl %eax, DATA + 36
	movb $0x77, MMIO + 0xfff
	shutdown 0
	end device_io

	payload device_edge
	movl $0x12345678, MMIO + 0xffe
	movl MMIO + 0xffd, %eax
	movl %eax, DATA + 4
	movl $0x600d, MMIO + 0xffc
	shutdown 0
	end device_edge

	payload halt
	sti
	movl $1, DATA
1:	hlt
	jmp 1b
	end halt

	payload halt_for_good
	cli
	movl $1, DATA
1:	hlt
	jmp 1b
	end halt_for_good

	payload wild
	movl $NOWHERE, %eax
	jmp *%rax
	end wild

	payload wild_write
	movl $0x12345678, NOWHERE
	movl NOWHERE, %eax
	movl %eax, DATA + 4
	shutdown 0
	end wild_write

	payload bad_calls
	call 60, 0, 0, 0
	movl %eax, DATA + 4
	call XEN_VERSION, 1, 0x40000000, 0
	movl %eax, DATA + 8
	movl $2, DATA + 0x800		/* destroydomain ... */
	movl $0x17, DATA + 0x804
	movl $0, DATA + 0x808		/* ... of domain 0 */
	call DOMCTL, DATA + 0x800, 0, 0
	movl %eax, DATA + 12
	shutdown 0
	end bad_calls

	payload console
	call CONSOLE_IO, 0, 19, AT(1f)
	movl %eax, DATA + 4
	shutdown 0
1:	.ascii "payload says hello\n"
	end console

	payload echo_events
	movl $0x7ff0, DATA + 0x800	/* xen_add_to_physmap: domid, space, idx, gpfn */
	movl $0, DATA + 0x804
	movq $0, DATA + 0x808
	movq $SHARED_INFO >> 12, DATA + 0x810
	call MEMORY_OP, 7, DATA + 0x800, 0
	movq $DATA + 4, DATA + 0x820	/* sched_poll: ports, nr_ports, timeout */
	movl $1, DATA + 0x828
	movq $0, DATA + 0x830
	movl DATA + 4, %r12d
	lock btsq %r12, SHARED_INFO + 64 * 32 + 64 * 8	/* masked: poll does not need the upcall */
	movl $1, DATA + 8		/* ready */
1:	call SCHED_OP, 3, DATA + 0x820, 0
	lock btrq %r12, SHARED_INFO + 64 * 32	/* evtchn_pending */
	jnc 1b
	incl DATA
	movl DATA + 12, %ebx
2:	subl $1, %ebx
	jc 3f
	movl NOWHERE, %eax
	jmp 2b
3:	call EVENT_CHANNEL_OP, 4, DATA + 4, 0
	jmp 1b
	end echo_events

	/* Two pages, as the gnttab_transfer at DATA + 0x840 say. */
	payload transfer
	call GRANT_TABLE_OP, 4, DATA + 0x840, 2
	movl %eax, DATA + 4
	shutdown 0
	end transfer

	/*
	 * Makes the calls that begin at DATA + 0x100: number, three arguments, and the answer goes
	 * behind them; until a negative number. Then SHUTDOWN_soft_reset, and once more.
	 */
	payload make_calls
1:	incl DATA
	movl $DATA + 0x100, %ebx
2:	movq (%rbx), %rax
	testq %rax, %rax
	js 3f
	movq 8(%rbx), %rdi
	movq 16(%rbx), %rsi
	movq 24(%rbx), %rdx
	vmmcall
	movq %rax, 32(%rbx)
	addl $40, %ebx
	jmp 2b
3:	movl $5, DATA + 0x800
	call SCHED_OP, 2, DATA + 0x800, 0
	jmp 1b
	end make_calls

	/* The 32-bit convention: arguments in EBX, ECX, EDX. */
	.code32
	payload calls_32
	movl $XEN_VERSION, %eax
	xorl %ebx, %ebx
	xorl %ecx, %ecx
	vmmcall
	movl %eax, DATA + 4
	movl $1, DATA + 0x800
	movl $SCHED_OP, %eax
	movl $2, %ebx
	movl $DATA + 0x800, %ecx
	vmmcall
1:	hlt
	jmp 1b
	end calls_32

	.macro call_32 number, first, second, third
	movl $\number, %eax
	movl $\first, %ebx
	movl $\second, %ecx
	movl $\third, %edx
	vmmcall
	.endm

	/*
	 * Structures as a 32-bit caller has them: words of 4 bytes, 64-bit fields aligned to 4.
	 * Each call's answer goes to the next of DATA + 4, 8, ...; a guard word stands behind each
	 * output.
	 */
	.set GUARD, 0x600d600d
	payload structures_32
	movw $0x7ff0, DATA + 0x800	/* xen_add_to_physmap: domid, size, space, idx, gpfn */
	movl $0, DATA + 0x804
	movl $0, DATA + 0x808
	movl $SHARED_INFO >> 12, DATA + 0x80c
	call_32 MEMORY_OP, 7, DATA + 0x800, 0
	movl %eax, DATA + 4

	movl $DATA + 0x840, DATA + 0x820	/* xen_memory_reservation: a list of two gfns */
	movl $2, DATA + 0x824
	movl $0, DATA + 0x828
	movl $0, DATA + 0x82c
	movw $0x7ff0, DATA + 0x830
	movl $40, DATA + 0x840
	movl $41, DATA + 0x844
	call_32 MEMORY_OP, 1, DATA + 0x820, 0
	movl %eax, DATA + 8
	call_32 MEMORY_OP, 6, DATA + 0x820, 0
	movl %eax, DATA + 12
	movl $0x41414141, 41 << 12
	movl 41 << 12, %eax
	movl %eax, DATA + 16

	movl $1, DATA + 0x804		/* the grant table at gfn 42 */
	movl $42, DATA + 0x80c
	call_32 MEMORY_OP, 7, DATA + 0x800, 0
	movl %eax, DATA + 20
	movw $0x7ff0, DATA + 0x850	/* gnttab_setup_table: dom, nr_frames, status, frame_list */
	movl $1, DATA + 0x854
	movl $-1, DATA + 0x858
	movl $DATA + 28, DATA + 0x85c
	movl $GUARD, DATA + 32
	call_32 GRANT_TABLE_OP, 2, DATA + 0x850, 1
	movswl DATA + 0x858, %eax
	movl %eax, DATA + 24

	movl $DATA >> 12, %eax		/* gnttab_copy, twice: source, dest, len, flags, status */
	movl $0x600dc0de, DATA + 0x8c0
	movl %eax, DATA + 0x880
	movl $0x8c07ff0, DATA + 0x884
	movl %eax, DATA + 0x888
	movl $0x0247ff0, DATA + 0x88c
	movl $4, DATA + 0x890
	movl %eax, DATA + 0x898
	movl $0x8c07ff0, DATA + 0x89c
	movl %eax, DATA + 0x8a0
	movl $0x0287ff0, DATA + 0x8a4
	movl $4, DATA + 0x8a8
	movl $GUARD, DATA + 44
	call_32 GRANT_TABLE_OP, 5, DATA + 0x880, 2	/* to DATA + 36 and + 40 */
	movl %eax, DATA + 48

	movl $999, DATA + 0x8e0		/* sched_poll: ports, nr_ports, timeout */
	movl $DATA + 0x8e0, DATA + 0x8d0
	movl $1, DATA + 0x8d4
	movl $1, DATA + 0x8d8
	movl $0, DATA + 0x8dc
	call_32 SCHED_OP, 3, DATA + 0x8d0, 0
	movl %eax, DATA + 52
	movl $0, DATA + 0x8d4
	call_32 SCHED_OP, 3, DATA + 0x8d0, 0
	movl %eax, DATA + 56

	movl $XEN_VERSION, DATA + 0x900	/* multicall_entry: op, result, args[6], twice */
	movl $0, DATA + 0x908
	movl $60, DATA + 0x920
	movl $GUARD, DATA + 0x940
	call_32 MULTICALL, DATA + 0x900, 2, 0
	movl DATA + 0x904, %eax
	movl %eax, DATA + 60
	movl DATA + 0x924, %eax
	movl %eax, DATA + 64

	movl $GUARD, DATA + 0x950 + 44	/* vcpu_runstate_info: 44 bytes */
	call_32 VCPU_OP, 4, 0, DATA + 0x950
	movl %eax, DATA + 68
	movl DATA + 0x950, %eax
	movl %eax, DATA + 72
	movl DATA + 0x950 + 44, %eax
	movl %eax, DATA + 76
	call_32 SET_TIMER_OP, 0, 0, 0
	movl %eax, DATA + 80

	movl $0, DATA + 0x800
	call_32 SCHED_OP, 2, DATA + 0x800, 0
1:	hlt
	jmp 1b
	end structures_32

	.section .note.GNU-stack, "", @progbits
