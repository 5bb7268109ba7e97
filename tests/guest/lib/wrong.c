// SPDX-License-Identifier: GPL-2.0-or-later
/* See wrong.h. */
#include "wrong.h"

#include "abi/console.h"
#include "abi/domctl.h"
#include "abi/physdev.h"
#include "abi/platform.h"
#include "abi/sched.h"
#include "abi/sysctl.h"
#include "abi/vcpu.h"
#include "abi/version.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"

#define UNMAPPED  0x50000000UL /* not in our page tables */
#define NO_MEMORY 0xb0000000UL /* in our page tables, but nothing is there */
#define HUGE      0xffffffffu
#define FIRST     96u /* operations with the lowest numbers */

/* What says in its first word which operation it is, and in its second of which version. */
static uint32_t version_of(unsigned call)
{
	switch (call) {
	case __HYPERVISOR_platform_op: return XENPF_INTERFACE_VERSION;
	case __HYPERVISOR_sysctl: return XEN_SYSCTL_INTERFACE_VERSION;
	case __HYPERVISOR_domctl: return XEN_DOMCTL_INTERFACE_VERSION;
	default: return 0;
	}
}

unsigned wrong_operations(unsigned call)
{
	switch (call) {
	case __HYPERVISOR_set_timer_op:
	case __HYPERVISOR_multicall: return 1;
	default: return FIRST + 4;
	}
}

unsigned wrong_operation(unsigned call, unsigned n)
{
	return call == __HYPERVISOR_domctl && n >= FIRST ? 1000 + n - FIRST : n;
}

/* By way of the 32-bit code segment; what is more than 32 bits of an argument is lost. */
static long hypercall3_in_32(unsigned call, uint64_t a, uint64_t b, uint64_t c)
{
	int64_t rc = call;

	asm volatile("lea 1f(%%rip), %%r8\n\t"
		     "push $0x18\n\t"
		     "push %%r8\n\t"
		     "lretq\n\t"
		     ".code32\n"
		     "1:\n\t"
		     "test %%esi, %%esi\n\t"
		     "jnz 2f\n\t"
		     "vmmcall\n\t"
		     "jmp 3f\n"
		     "2:\n\t"
		     "vmcall\n"
		     "3:\n\t"
		     "ljmp $0x08, $4f\n\t"
		     ".code64\n"
		     "4:\n"
		     : "+a"(rc), "+b"(a), "+c"(b), "+d"(c)
		     : "S"((uint64_t)hypercall_intel)
		     : "rdi", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc",
		       "memory");
	return (int32_t)rc;
}

static long hypercall_as(bool in_32, unsigned call, uint64_t a, uint64_t b, uint64_t c)
{
	return in_32 ? hypercall3_in_32(call, a, b, c) : hypercall3(call, a, b, c);
}

long wrong_call(unsigned call, unsigned operation, uint64_t argument, uint32_t count, bool in_32)
{
	switch (call) {
	case __HYPERVISOR_platform_op:
	case __HYPERVISOR_sysctl:
	case __HYPERVISOR_domctl: return hypercall_as(in_32, call, argument, 0, 0);
	case __HYPERVISOR_multicall: return hypercall_as(in_32, call, argument, count, 0);
	case __HYPERVISOR_grant_table_op:
		return hypercall_as(in_32, call, operation, argument, count);
	case __HYPERVISOR_console_io: return hypercall_as(in_32, call, operation, count, argument);
	case __HYPERVISOR_vcpu_op: return hypercall_as(in_32, call, operation, 0, argument);
	case __HYPERVISOR_set_timer_op: return hypercall_as(in_32, call, 0, 0, 0);
	default: return hypercall_as(in_32, call, operation, argument, 0);
	}
}

bool wrong_is_pointerless(unsigned call, unsigned operation)
{
	static const struct {
		uint8_t call, operation;
	} pointerless[] = {
		{ __HYPERVISOR_memory_op, XENMEM_maximum_ram_page },
		{ __HYPERVISOR_memory_op, XENMEM_get_sharing_freed_pages },
		{ __HYPERVISOR_memory_op, XENMEM_get_sharing_shared_pages },
		{ __HYPERVISOR_vcpu_op, VCPUOP_up },
		{ __HYPERVISOR_vcpu_op, VCPUOP_down },
		{ __HYPERVISOR_vcpu_op, VCPUOP_is_up },
		{ __HYPERVISOR_vcpu_op, VCPUOP_stop_periodic_timer },
		{ __HYPERVISOR_vcpu_op, VCPUOP_stop_singleshot_timer },
		{ __HYPERVISOR_vcpu_op, VCPUOP_send_nmi },
		{ __HYPERVISOR_sched_op, SCHEDOP_yield },
		{ __HYPERVISOR_sched_op, SCHEDOP_block },
		{ __HYPERVISOR_xen_version, XENVER_version },
		{ __HYPERVISOR_xen_version, XENVER_pagesize },
		{ __HYPERVISOR_console_io, CONSOLEIO_read },
		{ __HYPERVISOR_physdev_op, PHYSDEVOP_manage_pci_add },
		{ __HYPERVISOR_physdev_op, PHYSDEVOP_manage_pci_remove },
		{ __HYPERVISOR_set_timer_op, 0 },
	};

	for (unsigned i = 0; i < sizeof(pointerless) / sizeof(pointerless[0]); i++)
		if (pointerless[i].call == call && pointerless[i].operation == operation)
			return true;
	return false;
}

bool wrong_head(unsigned call, unsigned operation, uint64_t at)
{
	uint32_t *head = (uint32_t *)at;

	if (!version_of(call))
		return false;
	head[0] = operation;
	head[1] = version_of(call);
	return true;
}

bool wrong_is_known(unsigned call, unsigned n)
{
	static uint8_t unknown[CALLS][FIRST + 4];
	static uint32_t head[1024];
	static bool tried;

	for (unsigned c = 0; c < CALLS && !tried; c++)
		for (unsigned i = 0; i < wrong_operations(c); i++) {
			unsigned operation = wrong_operation(c, i);

			memset(head, 0xff, sizeof(head));
			wrong_head(c, operation, (uint64_t)head);
			if (!wrong_is_pointerless(c, operation))
				unknown[c][i] = wrong_call(c, operation, (uint64_t)head, 0,
							   false) == -ENOSYS;
		}
	tried = true;
	return !unknown[call][n];
}

/* What comes first is there, the rest is not. */
static uint64_t at_the_end(unsigned call, unsigned operation, uint64_t end)
{
	wrong_head(call, operation, end - 8);
	if (call == __HYPERVISOR_console_io)
		return end; /* any byte is a whole argument there */
	return version_of(call) ? end - 8 : end - 1;
}

/* False: there is no such operation. */
static bool wrong_address(unsigned call, unsigned operation, uint64_t at, bool in_32)
{
	const uint32_t counts[] = { 1, HUGE };
	long rc = 0;

	for (unsigned i = 0; i < 2 && rc != -ENOSYS; i++) {
		rc = wrong_call(call, operation, at, counts[i], in_32);
		CHECK(rc < 0 && rc >= -4095, "call %u operation %u at %lx, count %u: %ld", call,
		      operation, at, counts[i], rc);
	}
	return rc != -ENOSYS;
}

void wrong_only_here(void)
{
	char text[sizeof(xen_extraversion_t)] = "";

	version_op(XENVER_extraversion, text);
	for (const char *at = text; *at; at++)
		if (string_starts(at, "socle"))
			return;
	test_skip("another hypervisor has other operations");
}

void wrong_addresses(bool in_32)
{
	uint64_t page = (uint64_t)page_alloc_many(1025), end = (page + (2UL << 20)) & -(2UL << 20);
	const uint64_t places[] = { UNMAPPED,     NO_MEMORY,           0xfffffffffffff000UL,
				    1UL << 47,    NO_MEMORY - 4,       0xffff7fffffffffffUL,
				    UNMAPPED - 4, 0xfffffffffffffff8UL };

	page_unmap_2m(UNMAPPED);
	page_unmap_2m(end);
	for (unsigned call = 0; call < CALLS; call++)
		for (unsigned n = 0; n < wrong_operations(call); n++) {
			unsigned operation = wrong_operation(call, n);
			bool known;

			if (wrong_is_pointerless(call, operation))
				continue;
			known = wrong_address(call, operation, at_the_end(call, operation, end),
					      in_32);
			for (unsigned i = 0; known && i < sizeof(places) / sizeof(places[0]); i++)
				if (!in_32 || places[i] >> 32 == 0)
					wrong_address(call, operation, places[i], in_32);
		}
	CHECK_EQ(version_op(XENVER_version, 0), 4 << 16 | 20);
}
