// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What runs inside the domains that tests create: a few lines of code each, at 0x1000, in 64-bit
 * mode with the first 2 MiB mapped one to one (all but calls_32, which has 32-bit mode without
 * paging). The page at 0x2000 is shared with the test. Addresses inside a payload are relative to
 * where it will be (AT).
 */
#define DATA 0x2000
#define SHARED_INFO 0x3000
#define NOWHERE 0x1ff000
#define SCHED_OP 29
#define XEN_VERSION 17
#define MEMORY_OP 12
#define CONSOLE_IO 18
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

	payload spin
1:	incl DATA
	jmp 1b
	end spin

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
	call EVENT_CHANNEL_OP, 4, DATA + 4, 0
	jmp 1b
	end echo_events

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

	.section .note.GNU-stack, "", @progbits
