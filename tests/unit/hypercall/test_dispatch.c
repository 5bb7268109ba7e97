// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From VMMCALL to function and back: who may call, what reaches the function, what is left in the
 * registers when a call is to be repeated, multicalls that are interrupted in the middle.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/grant_table.h"
#include "domain.h"
#include "guest_access.h"
#include "host.h"
#include "hvm.h"
#include "hypercall.h"
#include "log.h"

#define RIP 0xffffffff81000100UL

/* --- fakes ------------------------------------------------------------------------------------ */

static struct domain d;
static struct vcpu v;
static enum cpu_mode mode;
static unsigned cpl, skips, log_lines;
static time_ns_t now;
static bool work_pending;

/* What the function called saw, and what it is to do. */
static struct {
	const char *name;
	uint64_t a[3];
	unsigned calls;
	long answer;
	unsigned restarts; /* answer -ERESTART so often first */
	int set_arg;       /* ... having set this argument */
	uint64_t set_value;
	unsigned grant_done;
} seen;

struct vcpu *vcpu_current(void)
{
	return &v;
}

unsigned cpu_this(void)
{
	return 3;
}

time_ns_t time_now(void)
{
	return now;
}

bool cpu_work_pending(void)
{
	return work_pending;
}

void log_domain(const struct domain *dom, enum log_level level, const char *fmt, ...)
{
	log_lines++;
}

void panic(const char *fmt, ...)
{
	fail_msg("panic: %s", fmt);
	__builtin_trap();
}

static enum cpu_mode get_mode(struct vcpu *vcpu, uint64_t *cs_base)
{
	return mode;
}

static unsigned get_cpl(struct vcpu *vcpu)
{
	return cpl;
}

void hvm_skipped(struct vcpu *vcpu)
{
	skips++;
}

static const struct hvm_ops ops = { .get_mode = get_mode, .get_cpl = get_cpl };
const struct hvm_ops *hvm = &ops;

static long note(const char *name, uint64_t a0, uint64_t a1, uint64_t a2)
{
	seen.name = name;
	seen.a[0] = a0;
	seen.a[1] = a1;
	seen.a[2] = a2;
	seen.calls++;
	if (seen.restarts) {
		seen.restarts--;
		if (seen.set_arg >= 0)
			hypercall_set_arg((unsigned)seen.set_arg, seen.set_value);
		return -ERESTART;
	}
	return seen.answer;
}

long do_memory_op(unsigned cmd, uint64_t arg)
{
	return note("memory", cmd, arg, 0);
}
long do_xen_version(unsigned cmd, uint64_t arg)
{
	return note("version", cmd, arg, 0);
}
long do_console_io(unsigned cmd, unsigned n, uint64_t b)
{
	return note("console", cmd, n, b);
}
long do_vcpu_op(unsigned cmd, unsigned id, uint64_t arg)
{
	return note("vcpu", cmd, id, arg);
}
long do_sched_op(unsigned cmd, uint64_t arg)
{
	return note("sched", cmd, arg, 0);
}
long do_event_channel_op(unsigned cmd, uint64_t arg)
{
	return note("event", cmd, arg, 0);
}
long do_physdev_op(unsigned cmd, uint64_t arg)
{
	return note("physdev", cmd, arg, 0);
}
long do_hvm_op(unsigned cmd, uint64_t arg)
{
	return note("hvm", cmd, arg, 0);
}
long do_dm_op(unsigned id, unsigned nr, uint64_t list)
{
	return note("dm", id, nr, list);
}
long do_platform_op(uint64_t op)
{
	return note("platform", op, 0, 0);
}
long do_sysctl(uint64_t op)
{
	return note("sysctl", op, 0, 0);
}
long do_domctl(uint64_t op)
{
	return note("domctl", op, 0, 0);
}
long do_set_timer_op(uint64_t t)
{
	return note("timer", t, 0, 0);
}
long do_vm_assist(unsigned cmd, uint64_t type)
{
	return note("assist", cmd, type, 0);
}

size_t grant_element_size(unsigned cmd)
{
	return cmd == GNTTABOP_copy ? sizeof(struct gnttab_copy) : 0;
}
long do_grant_table_op(unsigned cmd, uint64_t arg, unsigned count, unsigned *done)
{
	*done = seen.grant_done;
	return note("grant", cmd, arg, count);
}

/* The guest's memory: one array, at an address of its own. */
#define MEMORY 0xffff888000000000UL
static uint8_t memory[8192];

static uint8_t *at(uint64_t va, size_t len)
{
	if (mode == CPU_MODE_32)
		va += MEMORY;
	if (va < MEMORY || va - MEMORY > sizeof(memory) || len > sizeof(memory) - (va - MEMORY))
		return NULL;
	return memory + (va - MEMORY);
}

int guest_copy_from(void *dst, uint64_t va, size_t len)
{
	if (!at(va, len))
		return -EFAULT;
	memcpy(dst, at(va, len), len);
	return 0;
}

int guest_copy_to(uint64_t va, const void *src, size_t len)
{
	if (!at(va, len))
		return -EFAULT;
	memcpy(at(va, len), src, len);
	return 0;
}

/* --- helpers ---------------------------------------------------------------------------------- */

static int setup(void **state)
{
	memset(&d, 0, sizeof(d));
	memset(&v, 0, sizeof(v));
	memset(&seen, 0, sizeof(seen));
	memset(memory, 0, sizeof(memory));
	seen.set_arg = -1;
	v.domain = &d;
	mode = CPU_MODE_64;
	cpl = skips = log_lines = 0;
	now = 1000;
	work_pending = false;
	return 0;
}

static long call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
	v.hvm.regs = (struct cpu_regs){ .rax = number,
					.rdi = a0,
					.rsi = a1,
					.rdx = a2,
					.r10 = 10,
					.r8 = 8,
					.r9 = 9,
					.rip = RIP };
	hypercall_dispatch(&v);
	return (long)v.hvm.regs.rax;
}

static void assert_completed(void)
{
	assert_int_equal(v.hvm.regs.rip, mode == CPU_MODE_64 ? RIP + 3 : (uint32_t)RIP + 3);
	assert_int_equal(skips, 1);
}

static void assert_repeats(uint64_t number)
{
	assert_int_equal(v.hvm.regs.rip, RIP);
	assert_int_equal(v.hvm.regs.rax, number);
	assert_int_equal(skips, 0);
}

/* --- single calls ----------------------------------------------------------------------------- */

static void test_arguments_and_answer(void **state)
{
	seen.answer = -EINVAL;
	assert_int_equal(call(__HYPERVISOR_vcpu_op, 7, 0x100000002, 0xffff888012345678), -EINVAL);
	assert_string_equal(seen.name, "vcpu");
	assert_int_equal(seen.a[0], 7);
	assert_int_equal(seen.a[1], 2); /* unsigned: the upper half is not looked at */
	assert_int_equal(seen.a[2], 0xffff888012345678);
	assert_completed();
}

static void test_every_number_reaches_its_function(void **state)
{
	static const struct {
		unsigned number;
		const char *name;
	} all[] = {
		{ __HYPERVISOR_platform_op, "platform" },
		{ __HYPERVISOR_memory_op, "memory" },
		{ __HYPERVISOR_set_timer_op, "timer" },
		{ __HYPERVISOR_xen_version, "version" },
		{ __HYPERVISOR_console_io, "console" },
		{ __HYPERVISOR_grant_table_op, "grant" },
		{ __HYPERVISOR_vm_assist, "assist" },
		{ __HYPERVISOR_vcpu_op, "vcpu" },
		{ __HYPERVISOR_sched_op, "sched" },
		{ __HYPERVISOR_event_channel_op, "event" },
		{ __HYPERVISOR_physdev_op, "physdev" },
		{ __HYPERVISOR_hvm_op, "hvm" },
		{ __HYPERVISOR_sysctl, "sysctl" },
		{ __HYPERVISOR_domctl, "domctl" },
		{ __HYPERVISOR_dm_op, "dm" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(all); i++) {
		setup(NULL);
		seen.answer = 40 + i;
		assert_int_equal(call(all[i].number, 1, 2, 3), 40 + i);
		assert_string_equal(seen.name, all[i].name);
		assert_completed();
	}
}

static void test_only_a_kernel_may_call(void **state)
{
	cpl = 3;
	assert_int_equal(call(__HYPERVISOR_sched_op, 0, 0, 0), -EPERM);
	assert_completed();
	assert_int_equal(seen.calls, 0);
}

/* The arguments of the 32-bit convention; what only control domains call is not served. */
static void test_32_bit_callers(void **state)
{
	mode = CPU_MODE_32;
	assert_int_equal((int32_t)call(__HYPERVISOR_sysctl, 0, 0, 0), -ENOSYS);
	assert_int_equal((int32_t)call(__HYPERVISOR_domctl, 0, 0, 0), -ENOSYS);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(v.hvm.regs.rax >> 32, 0);
	/* ebx, ecx, edx; the upper halves mean nothing. */
	v.hvm.regs = (struct cpu_regs){ .rax = 0xffull << 32 | __HYPERVISOR_console_io,
					.rbx = 0xffull << 32 | CONSOLEIO_write,
					.rcx = 100,
					.rdx = MEMORY,
					.rip = RIP };
	skips = 0;
	hypercall_dispatch(&v);
	assert_completed();
	assert_int_equal(seen.calls, 1);
}

/* A call that ends at 4 GiB, which needs no privilege; in 64-bit code that is an address. */
static void test_rip_wraps_in_32_bits(void **state)
{
	mode = CPU_MODE_32;
	cpl = 3;
	v.hvm.regs = (struct cpu_regs){ .rax = __HYPERVISOR_sched_op, .rip = 0xfffffffd };
	hypercall_dispatch(&v);
	assert_int_equal((int32_t)v.hvm.regs.rax, -EPERM);
	assert_int_equal(v.hvm.regs.rip, 0);
	mode = CPU_MODE_64;
	v.hvm.regs = (struct cpu_regs){ .rax = __HYPERVISOR_sched_op, .rip = 0xfffffffd };
	hypercall_dispatch(&v);
	assert_int_equal(v.hvm.regs.rip, 1UL << 32);
}

static void test_set_timer_in_32_bits_takes_two_registers(void **state)
{
	mode = CPU_MODE_32;
	v.hvm.regs = (struct cpu_regs){
		.rax = __HYPERVISOR_set_timer_op, .rbx = 0x89abcdef, .rcx = 0x01234567, .rip = RIP
	};
	hypercall_dispatch(&v);
	assert_int_equal(seen.a[0], 0x0123456789abcdef);
}

static void test_multicall_in_32_bits(void **state)
{
	uint32_t entry[3][8] = { { __HYPERVISOR_sched_op, 0, 2, 0x2000 },
				 { __HYPERVISOR_domctl, 0, 0x2000 },
				 { __HYPERVISOR_grant_table_op, 0, 3, 0x3000, 4 } };

	mode = CPU_MODE_32;
	memcpy(memory, entry, sizeof(entry));
	seen.answer = -EINVAL;
	v.hvm.regs =
		(struct cpu_regs){ .rax = __HYPERVISOR_multicall, .rbx = 0, .rcx = 3, .rip = RIP };
	hypercall_dispatch(&v);
	assert_int_equal((int32_t)v.hvm.regs.rax, 0);
	assert_int_equal(seen.calls, 2); /* domctl is not served, here as elsewhere */
	assert_string_equal(seen.name, "grant");
	assert_int_equal(seen.a[2], 4);
	memcpy(entry, memory, sizeof(entry));
	assert_int_equal((int32_t)entry[0][1], -EINVAL);
	assert_int_equal((int32_t)entry[1][1], -ENOSYS);
	assert_int_equal((int32_t)entry[2][1], -EINVAL);
}

static void test_unknown_numbers_are_logged_once(void **state)
{
	static const uint64_t unknown[] = { 0, 5, 27, 42, 48, 62, 63, 64, 1000, 1ul << 32, ~0ul };

	for (unsigned i = 0; i < ARRAY_SIZE(unknown); i++) {
		skips = 0;
		assert_int_equal(call(unknown[i], 0, 0, 0), -ENOSYS);
		assert_completed();
		assert_int_equal(call(unknown[i], 0, 0, 0), -ENOSYS);
	}
	/* 63 and above share a line. */
	assert_int_equal(log_lines, 7);
	assert_int_equal(seen.calls, 0);
}

static void test_a_call_to_be_repeated_keeps_its_place(void **state)
{
	seen.restarts = 1;
	seen.set_arg = 1;
	seen.set_value = 0x1234;
	call(__HYPERVISOR_console_io, 0, 100, MEMORY);
	assert_repeats(__HYPERVISOR_console_io);
	assert_int_equal(v.hvm.regs.rdi, 0);
	assert_int_equal(v.hvm.regs.rsi, 0x1234);
	assert_int_equal(v.hvm.regs.rdx, MEMORY);
	assert_int_equal(v.hvm.regs.r10, 10);
	/* The guest executes the instruction again. */
	seen.answer = 5;
	hypercall_dispatch(&v);
	assert_int_equal(v.hvm.regs.rax, 5);
	assert_int_equal(seen.a[1], 0x1234);
	assert_completed();
}

static void test_grant_progress_moves_pointer_and_count(void **state)
{
	seen.restarts = 1;
	seen.grant_done = 3;
	call(__HYPERVISOR_grant_table_op, GNTTABOP_copy, 0x1000, 10);
	assert_repeats(__HYPERVISOR_grant_table_op);
	assert_int_equal(v.hvm.regs.rdi, GNTTABOP_copy);
	assert_int_equal(v.hvm.regs.rsi, 0x1000 + 3 * sizeof(struct gnttab_copy));
	assert_int_equal(v.hvm.regs.rdx, 7);
}

/* Preemption asks from inside a call: through the fake functions' time. */
static void test_preemption(void **state)
{
	assert_false(hypercall_preempt()); /* in no call */
	work_pending = true;
	assert_true(hypercall_preempt());
}

/* --- multicall -------------------------------------------------------------------------------- */

static struct multicall_entry *entry(unsigned i)
{
	return (struct multicall_entry *)memory + i;
}

static void fill(unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		*entry(i) = (struct multicall_entry){ .op = __HYPERVISOR_memory_op,
						      .args = { i, 100 + i } };
}

static void test_multicall(void **state)
{
	fill(3);
	entry(1)->op = 63;
	seen.answer = 77;
	assert_int_equal(call(__HYPERVISOR_multicall, MEMORY, 3, 0), 0);
	assert_completed();
	assert_int_equal(seen.calls, 2);
	assert_int_equal(entry(0)->result, 77);
	assert_int_equal((long)entry(1)->result, -ENOSYS);
	assert_int_equal(entry(2)->result, 77);
	assert_int_equal(seen.a[1], 102);
}

static void test_multicall_is_interrupted_between_entries(void **state)
{
	fill(4);
	work_pending = true;
	call(__HYPERVISOR_multicall, MEMORY, 4, 0);
	assert_repeats(__HYPERVISOR_multicall);
	assert_int_equal(seen.calls, 1); /* but each try gets on by one */
	assert_int_equal(v.hvm.regs.rdi, MEMORY + sizeof(struct multicall_entry));
	assert_int_equal(v.hvm.regs.rsi, 3);
	work_pending = false;
	hypercall_dispatch(&v);
	assert_int_equal(v.hvm.regs.rax, 0);
	assert_int_equal(seen.calls, 4);
}

static void test_multicall_is_interrupted_inside_an_entry(void **state)
{
	fill(2);
	seen.restarts = 1;
	seen.set_arg = 0;
	seen.set_value = 0x55;
	call(__HYPERVISOR_multicall, MEMORY, 2, 0);
	assert_repeats(__HYPERVISOR_multicall);
	/* The entry's own argument has moved on, not the multicall's. */
	assert_int_equal(entry(0)->args[0], 0x55);
	assert_int_equal(v.hvm.regs.rdi, MEMORY);
	assert_int_equal(v.hvm.regs.rsi, 2);
	seen.answer = 9;
	hypercall_dispatch(&v);
	assert_int_equal(v.hvm.regs.rax, 0);
	assert_int_equal(entry(0)->result, 9);
	assert_int_equal(entry(1)->result, 9);
	assert_int_equal(seen.calls, 3);
}

static void test_hostile_multicalls(void **state)
{
	assert_int_equal(call(__HYPERVISOR_multicall, 0, 1, 0), -EFAULT);
	assert_int_equal(call(__HYPERVISOR_multicall, MEMORY + sizeof(memory) - 8, 1, 0), -EFAULT);
	assert_int_equal(call(__HYPERVISOR_multicall, ~0ul, 2, 0), -EFAULT);
	assert_int_equal(call(__HYPERVISOR_multicall, MEMORY, 0xffffffff, 0), -EINVAL);
	assert_int_equal(call(__HYPERVISOR_multicall, 0, 0, 0), 0);
	/* Itself inside: refused there, and the outer one goes on. */
	fill(2);
	*entry(0) = (struct multicall_entry){ .op = __HYPERVISOR_multicall, .args = { MEMORY, 2 } };
	assert_int_equal(call(__HYPERVISOR_multicall, MEMORY, 2, 0), 0);
	assert_int_equal((long)entry(0)->result, -EINVAL);
	assert_int_equal(seen.calls, 1);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arguments_and_answer),
		TEST(test_every_number_reaches_its_function),
		TEST(test_only_a_kernel_may_call),
		TEST(test_32_bit_callers),
		TEST(test_rip_wraps_in_32_bits),
		TEST(test_set_timer_in_32_bits_takes_two_registers),
		TEST(test_multicall_in_32_bits),
		TEST(test_unknown_numbers_are_logged_once),
		TEST(test_a_call_to_be_repeated_keeps_its_place),
		TEST(test_grant_progress_moves_pointer_and_count),
		TEST(test_preemption),
		TEST(test_multicall),
		TEST(test_multicall_is_interrupted_between_entries),
		TEST(test_multicall_is_interrupted_inside_an_entry),
		TEST(test_hostile_multicalls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
