// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exceptions and interrupts. A test that expects a fault runs the instruction through FAULTS; any
 * other exception ends the running test with a verdict that says where. Interrupt vectors and NMIs
 * have one handler each.
 */
#ifndef GUEST_TRAP_H
#define GUEST_TRAP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	TRAP_DE = 0,
	TRAP_DB = 1,
	TRAP_NMI = 2,
	TRAP_BP = 3,
	TRAP_UD = 6,
	TRAP_DF = 8,
	TRAP_GP = 13,
	TRAP_PF = 14
};

struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error_code;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Where to go on after a fault, or 0; set by FAULTS, read by trap_dispatch. */
extern volatile uint64_t fault_resume;
extern volatile int fault_vector;
extern volatile uint64_t fault_address, fault_error;

/*
 * Runs one instruction (outputs, inputs and clobbers as for asm) and tells the vector that it
 * raised, or -1.
 */
#define FAULTS(instruction, ...)                                         \
	({                                                               \
		fault_vector = -1;                                       \
		asm volatile("movq $1f, fault_resume\n\t" instruction    \
			     "\n1:\tmovq $0, fault_resume" __VA_ARGS__); \
		fault_vector;                                            \
	})

typedef void irq_handler_t(struct trap_frame *frame);

void trap_init(void); /* builds the IDT and loads it on this CPU */
void trap_load(void); /* loads it on a further CPU */
void irq_set_handler(uint8_t vector, irq_handler_t *handler);
unsigned irq_count(uint8_t vector); /* how often the vector arrived since it got its handler */

#endif
