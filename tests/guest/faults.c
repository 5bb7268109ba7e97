// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest is not offered: unknown MSRs, instructions it may not use, ports and addresses
 * where nothing is.
 */
#include "clock.h"
#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"
#include "trap.h"

#define APIC_VERSION_AT 0xfee00030UL

static int rdmsr_faults(uint32_t msr)
{
	return FAULTS("rdmsr", : : "c"(msr) : "eax", "edx", "memory");
}

static int wrmsr_faults(uint32_t msr, uint64_t value)
{
	return FAULTS("wrmsr",
		      :
		      : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
		      : "memory");
}

TEST(unknown_msrs_fault)
{
	CHECK_EQ(rdmsr_faults(0x12345678), TRAP_GP);
	CHECK_EQ(wrmsr_faults(0x12345678, 0), TRAP_GP);
	CHECK_EQ(rdmsr_faults(0xc0011fff), TRAP_GP);
	CHECK_EQ(fault_error, 0);
}

TEST(bad_msr_values_fault)
{
	CHECK_EQ(wrmsr_faults(0xc0000080, ~0UL), TRAP_GP);
	CHECK_EQ(wrmsr_faults(MSR_APIC_BASE, ~0UL), TRAP_GP);
}

TEST(svm_instructions_fault)
{
	CHECK_EQ(FAULTS("vmrun %%rax", : : "a"(0) : "memory"), TRAP_UD);
	CHECK_EQ(FAULTS("vmload %%rax", : : "a"(0) : "memory"), TRAP_UD);
	CHECK_EQ(FAULTS("stgi", : : : "memory"), TRAP_UD);
}

TEST(our_own_faults_are_ours)
{
	CHECK_EQ(FAULTS("ud2", : : : "memory"), TRAP_UD);
	CHECK_EQ(FAULTS("div %%ecx", : : "a"(1), "c"(0), "d"(0) : "memory"), TRAP_DE);
	page_unmap_2m(0x50000000);
	CHECK_EQ(FAULTS("movl %%eax, 0x50000123", : : : "memory"), TRAP_PF);
	CHECK_EQ(fault_address, 0x50000123);
	CHECK_EQ(fault_error, 2);
}

/* Emulated, for the sake of one operand; the other is where nothing is mapped. */
TEST(string_moves_between_devices_and_nowhere_fault)
{
	page_unmap_2m(0x50000000);
	CHECK_EQ(FAULTS("movsl", : : "S"(APIC_VERSION_AT), "D"(0x50000124) : "memory"), TRAP_PF);
	CHECK_EQ(fault_address, 0x50000124);
	CHECK_EQ(fault_error, 2);
	CHECK_EQ(FAULTS("movsl", : : "S"(0x50000124), "D"(APIC_VERSION_AT) : "memory"), TRAP_PF);
	CHECK_EQ(fault_address, 0x50000124);
	CHECK_EQ(fault_error, 0);
	/* Half of it: the page behind is the one that is missing. */
	CHECK_EQ(FAULTS("movsl", : : "S"(APIC_VERSION_AT), "D"(0x4ffffffe) : "memory"), TRAP_PF);
	CHECK_EQ(fault_address, 0x50000000);
}

/* One instruction with the trap flag on: the trap comes before the next one, which counts up. */
#define STEP(instruction)                                          \
	FAULTS("xor %%ebx, %%ebx; pushfq; orl $0x100, (%%rsp)\n\t" \
	       "popfq\n\t" instruction "\n\tinc %%ebx; nop",       \
	       : "=&b"(after)                                      \
	       : "S"(APIC_VERSION_AT), "d"(0x42e8)                 \
	       : "rax", "memory", "cc")

TEST(single_step_over_what_is_emulated)
{
	uint32_t after = 1;
	uint64_t dr6;

	CHECK_EQ(STEP("nop"), TRAP_DB);
	CHECK_EQ(after, 0);
	asm volatile("mov %0, %%dr6" : : "r"(0xffff0ff0UL));
	CHECK_EQ(STEP("inb %%dx, %%al"), TRAP_DB);
	CHECK_EQ(after, 0);
	asm volatile("mov %%dr6, %0" : "=r"(dr6));
	CHECK(dr6 & 1 << 14, "dr6 %lx", dr6);
	CHECK_EQ(STEP("movl (%%rsi), %%eax"), TRAP_DB);
	CHECK_EQ(after, 0);
}

TEST(empty_ports_read_ones)
{
	CHECK_EQ(in8(0x2e8 + 0x4000), 0xff);
	CHECK_EQ(in16(0x42e8), 0xffff);
	CHECK_EQ(in32(0x42e8), 0xffffffff);
	out8(0x42e8, 0x55);
}

TEST(string_io_on_an_empty_port)
{
	uint8_t bytes[8] = { 0 };
	void *to = bytes;
	uint64_t count = sizeof(bytes);

	asm volatile("rep insb" : "+D"(to), "+c"(count) : "d"(0x42e8) : "memory");
	CHECK_EQ(count, 0);
	CHECK_EQ((uint64_t)to, (uint64_t)bytes + 8);
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(bytes[i], 0xff);
}

/* The control domain may see the machine itself there: ones on a PC, zeroes in QEMU. */
TEST(empty_addresses_keep_nothing)
{
	volatile uint32_t *nowhere = (void *)0x70000000;

	CHECK(*nowhere == 0xffffffff || *nowhere == 0, "%x", *nowhere);
	*nowhere = 0x1234;
	CHECK(*nowhere != 0x1234, "there is memory");
}

TEST(cpuid_hides_virtualisation)
{
	CHECK(!(cpuid(0x80000001, 0).c & 1 << 2), "SVM is offered");
	CHECK(cpuid(1, 0).d & 1 << 9, "no local APIC");
	CHECK(cpuid(0x80000000, 0).a >= 0x80000008, "highest extended leaf %x",
	      cpuid(0x80000000, 0).a);
	CHECK((cpuid(0x80000008, 0).a & 0xff) >= 36, "%u physical address bits",
	      cpuid(0x80000008, 0).a & 0xff);
	CHECK(!(cpuid(1, 0).c & 1 << 27), "OSXSAVE without CR4.OSXSAVE");
}

TEST(tsc_advances)
{
	uint64_t a = rdtsc(), b = rdtsc();

	CHECK(b > a, "%lx then %lx", a, b);
}
