// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IDT and what happens behind it. All CPUs share one table and one set of counters.
 */
#include "trap.h"

#include "print.h"
#include "test.h"

#define CODE_SELECTOR  0x08
#define INTERRUPT_GATE 0x8e00
#define RFLAGS_TF      0x100UL

struct gate {
	uint16_t offset_low, selector, flags, offset_mid;
	uint32_t offset_high, zero;
};

extern char trap_entries[];                   /* 256 entries of 16 bytes */
void trap_dispatch(struct trap_frame *frame); /* called by traps.S only */

volatile uint64_t fault_resume;
volatile int fault_vector;
volatile uint64_t fault_address, fault_error;

static struct gate idt[256] __attribute__((aligned(16)));
static irq_handler_t *handlers[256];
static volatile unsigned counts[256];

void trap_dispatch(struct trap_frame *frame)
{
	unsigned vector = frame->vector;

	if (vector >= 32 || handlers[vector]) {
		counts[vector]++;
		if (handlers[vector])
			handlers[vector](frame);
		return;
	}
	asm volatile("mov %%cr2, %0" : "=r"(*(uint64_t *)&fault_address));
	fault_error = frame->error_code;
	fault_vector = vector;
	if (fault_resume) {
		frame->rip = fault_resume;
		frame->rflags &= ~RFLAGS_TF;
		fault_resume = 0;
		return;
	}
	test_fail("exception %u, error %lx, at %lx, cr2 %lx", vector, frame->error_code, frame->rip,
		  fault_address);
}

void trap_load(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof(idt) - 1, (uint64_t)idt };

	asm volatile("lidt %0" ::"m"(pointer));
}

void trap_init(void)
{
	for (unsigned i = 0; i < 256; i++) {
		uint64_t entry = (uint64_t)trap_entries + 16 * i;

		idt[i] = (struct gate){ .offset_low = entry,
					.selector = CODE_SELECTOR,
					.flags = INTERRUPT_GATE,
					.offset_mid = entry >> 16,
					.offset_high = entry >> 32 };
	}
	trap_load();
}

void irq_set_handler(uint8_t vector, irq_handler_t *handler)
{
	counts[vector] = 0;
	handlers[vector] = handler;
}

unsigned irq_count(uint8_t vector)
{
	return counts[vector];
}
