// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What runs inside the domains that tests create: a few lines of 32-bit code each, at 0x1000, with flat segments and
 * no paging. The page at 0x2000 is shared with the test. Hypercalls follow the 32-bit convention: number in EAX,
 * arguments in EBX, ECX, EDX. Addresses inside a payload are relative to where it will be (AT).
 */
#define DATA 0x2000
#define SHARED_INFO_GFN 3
#define SCHED_OP 29
#define XEN_VERSION 17
#define MEMORY_OP 12
#define CONSOLE_IO 18
#define DOMCTL 36
#define EVENT_CHANNEL_OP 32

	.section .rodata, "a"
	.code32

	.macro payload name
	.globl payload_\name, payload_\name\()_end
payload_\name:
	.set origin, payload_\name
	.endm

	.macro end name
payload_\name\()_end:
	.endm

#define AT(label) (label - origin + 0x1000)

	.macro shutdown reason
	movl $\reason, DATA + 0x800
	movl $SCHED_OP, %eax
	movl $2, %ebx
	movl $DATA + 0x800, %ecx
	vmmcall
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
	movl $0xd0000000, %eax
	jmp *%eax
	end wild

	payload wild_write
	movl $0x12345678, 0xd0000000
	movl 0xd0000000, %eax
	movl %eax, DATA + 4
	shutdown 0
	end wild_write

	payload bad_calls
	movl $60, %eax
	vmmcall
	movl %eax, DATA + 4
	movl $XEN_VERSION, %eax
	movl $1, %ebx
	movl $0xd0000000, %ecx
	vmmcall
	movl %eax, DATA + 8
	movl $DOMCTL, %eax
	movl $DATA + 0x800, %ebx
	movl $2, DATA + 0x800		/* destroydomain ... */
	movl $0x17, DATA + 0x804
	movl $0, DATA + 0x808		/* ... of domain 0 */
	vmmcall
	movl %eax, DATA + 12
	shutdown 0
	end bad_calls

	payload console
	movl $CONSOLE_IO, %eax
	movl $0, %ebx
	movl $19, %ecx
	movl $AT(1f), %edx
	vmmcall
	movl %eax, DATA + 4
	shutdown 0
1:	.ascii "payload says hello\n"
	end console

	payload echo_events
	/* shared info to 0x3000: a compat xen_add_to_physmap at DATA + 0x800 */
	movl $0x7ff0, DATA + 0x800
	movl $0, DATA + 0x804
	movl $0, DATA + 0x808
	movl $SHARED_INFO_GFN, DATA + 0x80c
	movl $MEMORY_OP, %eax
	movl $7, %ebx
	movl $DATA + 0x800, %ecx
	vmmcall
	/* sched_poll at DATA + 0x810: ports, nr_ports, timeout; the port itself at DATA + 4 */
	movl $DATA + 4, DATA + 0x810
	movl $1, DATA + 0x814
	movl $0, DATA + 0x818
	movl $0, DATA + 0x81c
	movl DATA + 4, %esi
	lock btsl %esi, 0x3000 + 64 * 32 + 32 * 4	/* 32-bit layout: mask the port, poll does not need the upcall */
	movl $1, DATA + 8		/* ready */
1:	movl $SCHED_OP, %eax
	movl $3, %ebx
	movl $DATA + 0x810, %ecx
	vmmcall
	lock btrl %esi, 0x3000 + 64 * 32	/* evtchn_pending */
	jnc 1b
	incl DATA
	movl $EVENT_CHANNEL_OP, %eax
	movl $4, %ebx
	movl $DATA + 4, %ecx
	vmmcall
	jmp 1b
	end echo_events

	.section .note.GNU-stack, "", @progbits
