// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rights of protection keys (PKRU) are a vCPU's own, on a CPU that has them: what another
 * domain leaves in the register is not seen.
 */
#include "clock.h"
#include "cpu.h"
#include "domain.h"
#include "event.h"
#include "hypercall.h"
#include "test.h"

MACHINE("-cpu qemu64,+svm,+npt,+xsave,+xsaveopt,+pku -smp 1");

#define CPUID_PKU   (1u << 3)
#define CR4_PKE     (1UL << 22)
#define CR4_OSXSAVE (1UL << 18)
#define RIGHTS      0x55555550u

static void write_pkru(uint32_t value)
{
	asm volatile(".byte 0x0f, 0x01, 0xef" : : "a"(value), "c"(0), "d"(0) : "memory");
}

static uint32_t read_pkru(void)
{
	uint32_t value;

	asm volatile(".byte 0x0f, 0x01, 0xee" : "=a"(value) : "c"(0) : "edx");
	return value;
}

TEST(rights_survive_other_domains)
{
	domid_t domid = domain_create();
	evtchn_port_t port;
	uint64_t cr4;

	if (!(cpuid(7, 0).c & CPUID_PKU))
		test_fail("protection keys are not offered");
	asm volatile("mov %%cr4, %0" : "=r"(cr4));
	asm volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_PKE | CR4_OSXSAVE));
	asm volatile("xsetbv" : : "a"(0x203), "c"(0), "d"(0));
	write_pkru(RIGHTS);
	domain_load(domid, payload_spin, payload_spin_end);
	domain_unpause(domid);
	event_init();
	port = event_bind_virq(VIRQ_TIMER, 0);
	for (unsigned i = 0; i < 5; i++) {
		event_count_reset(port);
		hypercall1(__HYPERVISOR_set_timer_op, clock_now() + 20 * MS);
		event_sleep(port);
		CHECK_EQ(read_pkru(), RIGHTS);
	}
	event_close(port);
	CHECK(domain_cpu_time(domid) > 0, "the other domain did not run");
	domain_destroy(domid);
}
