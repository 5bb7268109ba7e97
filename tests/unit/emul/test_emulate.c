// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions on emulated memory. Arithmetic is compared with the machine that the test runs on:
 * the same instruction is executed on ordinary memory, and memory, register and flags must agree.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "emulate.h"

#define GPA 0xfee00300UL

/* The emulated location, the ordinary memory around it, and what was asked for. */
static struct {
	uint64_t mmio, memory;
	uint64_t linear;
	unsigned size, reads, writes, mem_reads, mem_writes;
	bool fail_read, fail_write, fail_memory;
} world;

static int mmio_read(void *ctx, gpaddr_t gpa, unsigned size, uint64_t *value)
{
	assert_ptr_equal(ctx, &world);
	assert_int_equal(gpa, GPA);
	world.size = size;
	world.reads++;
	*value = world.mmio; /* with rubbish above size: the caller must not look there */
	return world.fail_read ? -EFAULT : 0;
}

static int mmio_write(void *ctx, gpaddr_t gpa, unsigned size, uint64_t value)
{
	assert_int_equal(gpa, GPA);
	assert_true(size == 8 || value >> 8 * size == 0);
	world.size = size;
	world.writes++;
	if (world.fail_write)
		return -EIO;
	memcpy(&world.mmio, &value, size);
	return 0;
}

static int mem_read(void *ctx, uint64_t linear, unsigned size, uint64_t *value)
{
	world.linear = linear;
	world.mem_reads++;
	*value = world.memory;
	return world.fail_memory ? -EFAULT : 0;
}

static int mem_write(void *ctx, uint64_t linear, unsigned size, uint64_t value)
{
	world.linear = linear;
	world.mem_writes++;
	memcpy(&world.memory, &value, size);
	return world.fail_memory ? -EFAULT : 0;
}

static int mmio(void *ctx, gpaddr_t gpa, unsigned size, bool write, uint64_t *value)
{
	return write ? mmio_write(ctx, gpa, size, *value) : mmio_read(ctx, gpa, size, value);
}

static int memory(void *ctx, uint64_t linear, unsigned size, bool write, uint64_t *value)
{
	return write ? mem_write(ctx, linear, size, *value) : mem_read(ctx, linear, size, value);
}

static const struct emulate_ops ops = { mmio, memory };
static struct cpu_regs regs;

static int setup(void **state)
{
	memset(&world, 0, sizeof(world));
	memset(&regs, 0, sizeof(regs));
	regs.rip = 0x1000;
	regs.rflags = 2;
	return 0;
}

/* Runs an instruction that must decode. */
static int insn_run(enum cpu_mode mode, bool is_write, const char *bytes, size_t n)
{
	struct insn in;

	assert_int_equal(insn_decode((const uint8_t *)bytes, n, mode, &in), 0);
	assert_int_equal(in.length, n);
	return insn_emulate(&in, &regs, GPA, is_write, &ops, &world);
}

/* rip has moved by its length only if it succeeded. */
static int run_in(enum cpu_mode mode, bool is_write, const char *bytes, size_t n)
{
	uint64_t rip = regs.rip;
	int rc = insn_run(mode, is_write, bytes, n);

	assert_true(regs.rip == rip || (rc == 0 && regs.rip == rip + n));
	return rc;
}

#define RUN(bytes)      run_in(CPU_MODE_64, true, bytes, sizeof(bytes) - 1)
#define RUN_READ(bytes) run_in(CPU_MODE_64, false, bytes, sizeof(bytes) - 1)

static void test_mov_store(void **state)
{
	world.mmio = ~0UL;
	regs.rcx = 0x1122334455667788;
	assert_int_equal(RUN("\x89\x0f"), 0); /* mov %ecx,(%rdi) */
	assert_true(world.mmio == 0xffffffff55667788);
	assert_int_equal(world.size, 4);
	assert_int_equal(world.reads, 0);
	assert_int_equal(regs.rip, 0x1002);
	assert_int_equal(RUN("\x48\x89\x0f"), 0);
	assert_true(world.mmio == 0x1122334455667788);
	assert_int_equal(RUN("\x66\xc7\x07\x01\x80"), 0); /* movw $0x8001 */
	assert_true(world.mmio == 0x1122334455668001);
	assert_int_equal(RUN("\x48\xc7\x07\x01\x00\x00\x80"), 0); /* movq: sign-extended */
	assert_true(world.mmio == 0xffffffff80000001);
	assert_int_equal(RUN("\x88\x2f"), 0); /* mov %ch,(%rdi) */
	assert_true(world.mmio == 0xffffffff80000077);
	assert_int_equal(RUN("\x0f\xc3\x0f"), 0); /* movnti */
	assert_true(world.mmio == 0xffffffff55667788);
}

static void test_mov_load(void **state)
{
	world.mmio = 0x8877665544332281;
	regs.rbx = ~0UL;
	assert_int_equal(RUN_READ("\x8b\x1f"), 0); /* mov (%rdi),%ebx: the upper half is cleared */
	assert_true(regs.rbx == 0x44332281);
	regs.rbx = ~0UL;
	assert_int_equal(RUN_READ("\x66\x8b\x1f"), 0); /* the rest is left alone */
	assert_true(regs.rbx == 0xffffffffffff2281);
	regs.rbx = ~0UL;
	assert_int_equal(RUN_READ("\x8a\x3f"), 0); /* mov (%rdi),%bh */
	assert_true(regs.rbx == 0xffffffffffff81ff);
	assert_int_equal(RUN_READ("\x40\x8a\x3f"), 0); /* mov (%rdi),%dil */
	assert_true(regs.rdi == 0x81);
	assert_int_equal(RUN_READ("\x0f\xb6\x1f"), 0); /* movzbl */
	assert_true(regs.rbx == 0x81);
	assert_int_equal(world.size, 1);
	assert_int_equal(RUN_READ("\x48\x0f\xbe\x1f"), 0); /* movsbq */
	assert_true(regs.rbx == 0xffffffffffffff81);
	assert_int_equal(RUN_READ("\x0f\xbe\x1f"), 0); /* movsbl: 32 bits, then zeros */
	assert_true(regs.rbx == 0xffffff81);
	world.mmio = 0x80000000;
	assert_int_equal(RUN_READ("\x48\x63\x1f"), 0); /* movslq */
	assert_true(regs.rbx == 0xffffffff80000000);
	assert_int_equal(RUN_READ("\xa1\x00\x03\xe0\xfe\x00\x00\x00\x00"), 0);
	assert_true(regs.rax == 0x80000000);
}

/* --- compared with the machine ---------------------------------------------------------------- */

#define FLAGS_ARITHMETIC 0x8d5UL
#define FLAG_AF          0x10UL

struct result {
	uint64_t memory, rcx, rax, flags;
};

static const uint64_t values[] = {
	0,
	1,
	2,
	0xf,
	0x10,
	0x7f,
	0x80,
	0x81,
	0xff,
	0x7fff,
	0x8000,
	0xffff,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffffffffffffffff,
	0x0123456789abcdef,
};

static void compare(const char *name, const struct result *real, uint64_t ignored_flags)
{
	uint64_t wrong = (regs.rflags ^ real->flags) & FLAGS_ARITHMETIC & ~ignored_flags;

	if (world.mmio != real->memory || regs.rcx != real->rcx || regs.rax != real->rax || wrong)
		fail_msg("%s: memory %#lx/%#lx rcx %#lx/%#lx rax %#lx/%#lx flags %#lx/%#lx", name,
			 world.mmio, real->memory, regs.rcx, real->rcx, regs.rax, real->rax,
			 regs.rflags & FLAGS_ARITHMETIC, real->flags & FLAGS_ARITHMETIC);
}

/* One instruction on [rdi], with rcx and rax, here and emulated. */
#define COMPARE_ONE(assembly, bytes, mem, cx, ax, ignored)                                   \
	do {                                                                                 \
		struct result real = { (mem), (cx), (ax), 0 };                               \
		__asm__ volatile("pushf; andq $~0x8d5, (%%rsp); popf\n\t" assembly           \
				 "\n\tpushf; pop %[flags]"                                   \
				 : "+c"(real.rcx), "+a"(real.rax), [flags] "=&r"(real.flags) \
				 : "D"(&real.memory)                                         \
				 : "memory", "cc");                                          \
		setup(NULL);                                                                 \
		world.mmio = (mem);                                                          \
		regs.rcx = (cx);                                                             \
		regs.rax = (ax);                                                             \
		assert_int_equal(RUN(bytes), 0);                                             \
		compare(assembly, &real, ignored);                                           \
	} while (0)

#define COMPARE(assembly, bytes, ignored)                                                     \
	do {                                                                                  \
		for (size_t i = 0; i < ARRAY_SIZE(values); i++)                               \
			for (size_t k = 0; k < ARRAY_SIZE(values); k++)                       \
				COMPARE_ONE(assembly, bytes, values[i], values[k], values[i], \
					    ignored);                                         \
	} while (0)

/* Each size of `op %cl/%cx/%ecx/%rcx,(%rdi)` and of the other direction. */
#define COMPARE_BOTH_WAYS(op, byte_store, store, byte_load, load, ignored)   \
	do {                                                                 \
		COMPARE(op "b %%cl,(%%rdi)", byte_store "\x0f", ignored);    \
		COMPARE(op "w %%cx,(%%rdi)", "\x66" store "\x0f", ignored);  \
		COMPARE(op "l %%ecx,(%%rdi)", store "\x0f", ignored);        \
		COMPARE(op "q %%rcx,(%%rdi)", "\x48" store "\x0f", ignored); \
		COMPARE(op "b (%%rdi),%%ch", byte_load "\x2f", ignored);     \
		COMPARE(op "w (%%rdi),%%cx", "\x66" load "\x0f", ignored);   \
		COMPARE(op "l (%%rdi),%%ecx", load "\x0f", ignored);         \
		COMPARE(op "q (%%rdi),%%rcx", "\x48" load "\x0f", ignored);  \
	} while (0)

static void test_arithmetic_like_the_machine(void **state)
{
	COMPARE_BOTH_WAYS("add", "\x00", "\x01", "\x02", "\x03", 0);
	COMPARE_BOTH_WAYS("sub", "\x28", "\x29", "\x2a", "\x2b", 0);
	COMPARE_BOTH_WAYS("cmp", "\x38", "\x39", "\x3a", "\x3b", 0);
	/* AF is undefined after logic. */
	COMPARE_BOTH_WAYS("and", "\x20", "\x21", "\x22", "\x23", FLAG_AF);
	COMPARE_BOTH_WAYS("or", "\x08", "\x09", "\x0a", "\x0b", FLAG_AF);
	COMPARE_BOTH_WAYS("xor", "\x30", "\x31", "\x32", "\x33", FLAG_AF);
}

static void test_immediates_like_the_machine(void **state)
{
	COMPARE("addl $-2,(%%rdi)", "\x83\x07\xfe", 0);
	COMPARE("subq $0x7f,(%%rdi)", "\x48\x83\x2f\x7f", 0);
	COMPARE("cmpl $0x12345678,(%%rdi)", "\x81\x3f\x78\x56\x34\x12", 0);
	COMPARE("cmpb $0x80,(%%rdi)", "\x80\x3f\x80", 0);
	COMPARE("andl $-256,(%%rdi)", "\x81\x27\x00\xff\xff\xff", FLAG_AF);
	COMPARE("orw $0x8000,(%%rdi)", "\x66\x81\x0f\x00\x80", FLAG_AF);
	COMPARE("xorq $-1,(%%rdi)", "\x48\x83\x37\xff", FLAG_AF);
	COMPARE("testl $0x80000000,(%%rdi)", "\xf7\x07\x00\x00\x00\x80", FLAG_AF);
	COMPARE("testb $0x81,(%%rdi)", "\xf6\x07\x81", FLAG_AF);
	COMPARE("testq %%rcx,(%%rdi)", "\x48\x85\x0f", FLAG_AF);
	COMPARE("testb %%ch,(%%rdi)", "\x84\x2f", FLAG_AF);
}

static void test_exchange_like_the_machine(void **state)
{
	COMPARE("xchgl %%ecx,(%%rdi)", "\x87\x0f", 0);
	COMPARE("xchgb %%ch,(%%rdi)", "\x86\x2f", 0);
	COMPARE("xchgq %%rcx,(%%rdi)", "\x48\x87\x0f", 0);
	COMPARE("lock xaddl %%ecx,(%%rdi)", "\xf0\x0f\xc1\x0f", 0);
	COMPARE("xaddb %%cl,(%%rdi)", "\x0f\xc0\x0f", 0);
	COMPARE("xaddw %%cx,(%%rdi)", "\x66\x0f\xc1\x0f", 0);
	COMPARE("xaddq %%rcx,(%%rdi)", "\x48\x0f\xc1\x0f", 0);
}

static void test_cmpxchg_like_the_machine(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(values); k++) {
			COMPARE_ONE("cmpxchgq %%rcx,(%%rdi)", "\x48\x0f\xb1\x0f", values[i], 77,
				    values[k], 0);
			COMPARE_ONE("lock cmpxchgb %%cl,(%%rdi)", "\xf0\x0f\xb0\x0f", values[i], 77,
				    values[k], 0);
			COMPARE_ONE("cmpxchgw %%cx,(%%rdi)", "\x66\x0f\xb1\x0f", values[i], 77,
				    values[k], 0);
			/* Processors differ in the upper half of rax when it is equal. */
			COMPARE_ONE("cmpxchgl %%ecx,(%%rdi)", "\x0f\xb1\x0f", values[i], 77,
				    (uint32_t)values[k], 0);
		}
	}
}

static void test_bits_like_the_machine(void **state)
{
	uint64_t undefined = FLAGS_ARITHMETIC & ~1UL;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (uint64_t bit = 0; bit < 32; bit++) {
			COMPARE_ONE("btl %%ecx,(%%rdi)", "\x0f\xa3\x0f", values[i], bit, 0,
				    undefined);
			COMPARE_ONE("lock btsl %%ecx,(%%rdi)", "\xf0\x0f\xab\x0f", values[i], bit,
				    0, undefined);
			COMPARE_ONE("btrl %%ecx,(%%rdi)", "\x0f\xb3\x0f", values[i], bit, 0,
				    undefined);
			COMPARE_ONE("btcq %%rcx,(%%rdi)", "\x48\x0f\xbb\x0f", values[i], bit + 32,
				    0, undefined);
		}
		COMPARE_ONE("btsl $31,(%%rdi)", "\x0f\xba\x2f\x1f", values[i], 0, 0, undefined);
		COMPARE_ONE("btrq $33,(%%rdi)", "\x48\x0f\xba\x37\x21", values[i], 0, 0, undefined);
	}
}

static void test_bit_beyond_the_operand(void **state)
{
	/* The access has gone to the word that holds bit 100; there it is bit 4. */
	regs.rcx = 100;
	assert_int_equal(RUN("\x0f\xab\x0f"), 0);
	assert_true(world.mmio == 0x10);
	regs.rcx = (uint64_t)-1;
	assert_int_equal(RUN("\x0f\xab\x0f"), 0);
	assert_true(world.mmio == 0x80000010);
}

static void test_other_flags_stay(void **state)
{
	regs.rflags = ~0UL;
	assert_int_equal(RUN("\x01\x0f"), 0); /* 0 + 0 */
	assert_true(regs.rflags == (~0UL & ~FLAGS_ARITHMETIC) + 0x44);
	regs.rflags = ~0UL;
	assert_int_equal(RUN("\x89\x0f"), 0);
	assert_true(regs.rflags == ~0UL);
}

/* --- strings ---------------------------------------------------------------------------------- */

static void test_stos(void **state)
{
	regs.rax = 0x11223344;
	regs.rdi = 0x2000;
	assert_int_equal(RUN("\xab"), 0);
	assert_true(world.mmio == 0x11223344);
	assert_int_equal(regs.rdi, 0x2004);
	assert_int_equal(regs.rsi, 0);
	regs.rflags |= BIT(10);
	assert_int_equal(RUN("\xaa"), 0);
	assert_int_equal(regs.rdi, 0x2003);
	assert_int_equal(regs.rip, 0x1002);
}

static void test_rep_is_one_iteration(void **state)
{
	regs.rcx = 3;
	regs.rdi = 0x2000;
	for (unsigned left = 2; left > 0; left--) {
		assert_int_equal(RUN("\xf3\x48\xab"), 0);
		assert_int_equal(regs.rcx, left);
		assert_int_equal(regs.rip, 0x1000);
	}
	assert_int_equal(RUN("\xf3\x48\xab"), 0);
	assert_int_equal(regs.rcx, 0);
	assert_int_equal(regs.rdi, 0x2018);
	assert_int_equal(regs.rip, 0x1003);
	assert_int_equal(world.writes, 3);
	/* Nothing to do: nothing is done, and the instruction is over. */
	assert_int_equal(RUN("\xf3\x48\xab"), 0);
	assert_int_equal(world.writes, 3);
	assert_int_equal(regs.rip, 0x1006);
	assert_int_equal(regs.rdi, 0x2018);
}

static void test_movs(void **state)
{
	regs.rsi = 0x5000;
	regs.rdi = 0x6000;
	world.memory = 0xaabbccdd11223344;
	assert_int_equal(RUN("\xa5"), 0); /* to the device */
	assert_true(world.mmio == 0x11223344);
	assert_int_equal(world.linear, 0x5000);
	assert_int_equal(regs.rsi, 0x5004);
	assert_int_equal(regs.rdi, 0x6004);
	world.mmio = 0xffffffffffff5566;
	assert_int_equal(RUN_READ("\x66\xa5"), 0); /* from the device */
	assert_true(world.memory == 0xaabbccdd11225566);
	assert_int_equal(world.linear, 0x6004);
	assert_int_equal(regs.rdi, 0x6006);
	assert_int_equal(world.mem_reads + world.mem_writes, 2);
	/* The base of FS is not known here. */
	assert_int_equal(RUN("\x64\xa5"), -EOPNOTSUPP);
	assert_int_equal(world.mem_reads, 1);
}

static void test_lods(void **state)
{
	regs.rax = ~0UL;
	regs.rsi = 0x5000;
	world.mmio = 0x1234;
	assert_int_equal(RUN_READ("\xad"), 0);
	assert_int_equal(regs.rax, 0x1234);
	assert_int_equal(regs.rsi, 0x5004);
	assert_int_equal(regs.rdi, 0);
}

static void test_narrow_addresses_wrap(void **state)
{
	regs.rdi = 0xfffffffffffffffe;
	regs.rcx = 0x100000001;
	assert_int_equal(RUN("\x67\xf3\xab"), 0); /* 32-bit registers: the upper halves go */
	assert_int_equal(regs.rdi, 2);
	assert_int_equal(regs.rcx, 0);
	assert_int_equal(regs.rip, 0x1003);
	regs.rdi = 0x1234fffe;
	regs.rsi = 0x12340000;
	assert_int_equal(run_in(CPU_MODE_16, true, "\x66\xa5", 2), 0); /* 16-bit: they stay */
	assert_int_equal(regs.rdi, 0x12340002);
	assert_int_equal(regs.rsi, 0x12340004);
	assert_int_equal(world.linear, 0);
}

/* --- failures --------------------------------------------------------------------------------- */

static void assert_nothing_changed(int expected, int rc, const struct cpu_regs *before)
{
	assert_int_equal(rc, expected);
	assert_memory_equal(&regs, before, sizeof(regs));
}

static void test_failed_access_changes_nothing(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} table[] = {
		{ "\x89\x0f", 2 },     { "\x8b\x0f", 2 },     { "\x01\x0f", 2 },
		{ "\x03\x0f", 2 },     { "\x39\x0f", 2 },     { "\x87\x0f", 2 },
		{ "\x0f\xc1\x0f", 3 }, { "\x0f\xb1\x0f", 3 }, { "\x0f\xab\x0f", 3 },
		{ "\x0f\xa3\x0f", 3 }, { "\xf3\xab", 2 },     { "\xa5", 1 },
		{ "\xad", 1 },         { "\x0f\xb6\x0f", 3 }, { "\xf7\x07\x01\x00\x00\x00", 6 },
	};
	struct cpu_regs before;

	for (unsigned which = 0; which < 3; which++) {
		for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
			int rc;

			setup(NULL);
			regs.rax = 0; /* equals memory: CMPXCHG writes */
			regs.rcx = 5;
			before = regs;
			world.fail_read = which == 0;
			world.fail_write = which == 1;
			world.fail_memory = which == 2;
			rc = run_in(CPU_MODE_64, true, table[i].bytes, table[i].n);
			if (rc)
				assert_nothing_changed(which == 1 ? -EIO : -EFAULT, rc, &before);
			else /* it has not made the access that fails */
				assert_true((which == 0 && !world.reads) ||
					    (which == 1 && !world.writes) ||
					    (which == 2 && !world.mem_reads));
		}
	}
}

/* Above 4 GiB there is no code but in 64-bit mode. */
static void test_rip_wraps_in_32_bit_modes(void **state)
{
	regs.rip = 0xfffffffe;
	assert_int_equal(insn_run(CPU_MODE_32, true, "\x89\x0f", 2), 0);
	assert_true(regs.rip == 0);
	regs.rip = 0xfffffffe;
	assert_int_equal(insn_run(CPU_MODE_64, true, "\x89\x0f", 2), 0);
	assert_true(regs.rip == 0x100000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_mov_store, setup),
		cmocka_unit_test_setup(test_mov_load, setup),
		cmocka_unit_test_setup(test_arithmetic_like_the_machine, setup),
		cmocka_unit_test_setup(test_immediates_like_the_machine, setup),
		cmocka_unit_test_setup(test_exchange_like_the_machine, setup),
		cmocka_unit_test_setup(test_cmpxchg_like_the_machine, setup),
		cmocka_unit_test_setup(test_bits_like_the_machine, setup),
		cmocka_unit_test_setup(test_bit_beyond_the_operand, setup),
		cmocka_unit_test_setup(test_other_flags_stay, setup),
		cmocka_unit_test_setup(test_stos, setup),
		cmocka_unit_test_setup(test_rep_is_one_iteration, setup),
		cmocka_unit_test_setup(test_movs, setup),
		cmocka_unit_test_setup(test_lods, setup),
		cmocka_unit_test_setup(test_narrow_addresses_wrap, setup),
		cmocka_unit_test_setup(test_failed_access_changes_nothing, setup),
		cmocka_unit_test_setup(test_rip_wraps_in_32_bit_modes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
