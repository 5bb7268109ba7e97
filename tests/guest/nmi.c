// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NMIs that a CPU sends to itself: one that comes in the handler of another waits for the end of
 * that, and the guest sees nothing of how it is made to wait.
 */
#include <stdbool.h>

#include "apic.h"
#include "cpu.h"
#include "test.h"
#include "trap.h"

#define FLAG_TF      0x100UL
#define DR6_REST     0xffff0ff0UL
#define DR6_STEP     0x4000UL
#define BAD_SELECTOR 0x1238UL
#define CPUIDS       20u

static volatile unsigned depth, deepest, faults;
static volatile uint64_t rip[2], flags[2];
static volatile uint64_t fault_flags, fault_code, step_rip, step_dr6;
static volatile bool step_on, return_badly;

static uint64_t dr6_get(void)
{
	uint64_t value;

	asm volatile("mov %%dr6, %0" : "=r"(value));
	return value;
}

static void dr6_put(uint64_t value)
{
	asm volatile("mov %0, %%dr6" : : "r"(value));
}

static void send_nmi(void)
{
	apic_send(apic_id(), APIC_ICR_NMI | APIC_ICR_ASSERT);
	for (unsigned i = 0; i < CPUIDS; i++) /* an exit each: a chance for it to arrive */
		cpuid(0, 0);
}

static void nmi(struct trap_frame *frame)
{
	unsigned n = irq_count(TRAP_NMI) - 1;

	if (++depth > deepest)
		deepest = depth;
	if (n < 2) {
		rip[n] = frame->rip;
		flags[n] = frame->rflags;
	}
	if (!n) {
		send_nmi();
		if (step_on)
			frame->rflags |= FLAG_TF;
		if (return_badly)
			frame->cs = BAD_SELECTOR;
	}
	depth--;
}

/* Repairs the frame that an IRET did not like, which then runs again. */
static void repair(struct trap_frame *frame)
{
	faults++;
	fault_flags = frame->rflags;
	fault_code = frame->error_code;
	((uint64_t *)frame->rsp)[1] = frame->cs;
}

static void stepped(struct trap_frame *frame)
{
	step_rip = frame->rip;
	step_dr6 = dr6_get();
	frame->rflags &= ~FLAG_TF;
}

static void prepare(void)
{
	apic_init();
	depth = deepest = faults = 0;
	step_on = return_badly = false;
	irq_set_handler(TRAP_NMI, nmi);
	irq_set_handler(TRAP_DB, stepped);
	irq_set_handler(TRAP_GP, repair);
	dr6_put(DR6_REST);
}

static void restore(void)
{
	irq_set_handler(TRAP_NMI, 0);
	irq_set_handler(TRAP_DB, 0);
	irq_set_handler(TRAP_GP, 0);
}

/* Xen 4.20 delivers it before the IRET, where the exit is. */
TEST(nmi_in_its_handler_comes_right_after_iret)
{
	need_ours();
	prepare();
	send_nmi();
	CHECK_EQ(irq_count(TRAP_NMI), 2);
	CHECK_EQ(deepest, 1);
	CHECK_EQ(rip[1], rip[0]);
	CHECK_EQ(flags[1], flags[0]);
	CHECK_EQ(irq_count(TRAP_DB), 0);
	CHECK_EQ(dr6_get(), DR6_REST);
	send_nmi();
	CHECK_EQ(irq_count(TRAP_NMI), 3);
	restore();
}

/* A debugger's step from the interrupted place is a step of the guest's own. */
TEST(single_step_after_iret_is_the_guests)
{
	need_ours();
	prepare();
	step_on = true;
	send_nmi();
	CHECK_EQ(irq_count(TRAP_NMI), 2);
	CHECK_EQ(deepest, 1);
	CHECK_EQ(rip[1], rip[0]);
	CHECK_EQ(flags[1], flags[0] | FLAG_TF);
	CHECK_EQ(irq_count(TRAP_DB), 1);
	CHECK(step_rip > rip[0], "at %lx, NMI at %lx", step_rip, rip[0]);
	CHECK_EQ(step_dr6, DR6_REST | DR6_STEP);
	restore();
}

TEST(iret_that_faults_does_so_as_ever)
{
	prepare();
	return_badly = true;
	send_nmi();
	CHECK_EQ(faults, 1);
	CHECK_EQ(fault_code, BAD_SELECTOR);
	CHECK_EQ(fault_flags & FLAG_TF, 0);
	CHECK_EQ(irq_count(TRAP_NMI), 2);
	CHECK_EQ(irq_count(TRAP_DB), 0);
	CHECK_EQ(dr6_get(), DR6_REST);
	restore();
}
