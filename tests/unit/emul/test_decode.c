// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder: lengths against a table made with another disassembler, operands of
 * what the hypervisor acts on, and what must not decode.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emulate.h"
#include "lengths.h"

static size_t parse_hex(const char *text, uint8_t *bytes)
{
	size_t n = 0;
	char *end;

	for (unsigned long byte = strtoul(text, &end, 16); end != text;
	     byte = strtoul(text, &end, 16)) {
		assert_true(n < INSN_MAX);
		bytes[n++] = (uint8_t)byte;
		text = end;
	}
	return n;
}

static enum cpu_mode mode_of(int bits)
{
	return bits == 64 ? CPU_MODE_64 : bits == 32 ? CPU_MODE_32 : CPU_MODE_16;
}

/* Decodes from a heap block of exactly the bytes given, so that ASan sees any read past them. */
static int decode_exact(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct insn *in)
{
	uint8_t *copy = malloc(n ? n : 1);
	int rc;

	memcpy(copy, bytes, n);
	rc = insn_decode(copy, n, mode, in);
	free(copy);
	return rc;
}

static struct insn decode(int bits, const char *text)
{
	uint8_t bytes[INSN_MAX];
	size_t n = parse_hex(text, bytes);
	struct insn in;

	if (decode_exact(bytes, n, mode_of(bits), &in))
		fail_msg("%s does not decode in %d-bit mode", text, bits);
	if (in.length != n)
		fail_msg("%s: length %u", text, in.length);
	return in;
}

static int decode_error(int bits, const char *text)
{
	uint8_t bytes[INSN_MAX];
	size_t n = parse_hex(text, bytes);
	struct insn in;
	int rc = decode_exact(bytes, n, mode_of(bits), &in);

	assert_int_equal(in.op, rc ? INSN_INVALID : in.op);
	return rc;
}

static void test_lengths(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++)
		decode(lengths[i].mode, lengths[i].bytes);
}

static void test_every_truncation_asks_for_more(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		enum cpu_mode mode = mode_of(lengths[i].mode);
		uint8_t bytes[INSN_MAX];
		size_t n = parse_hex(lengths[i].bytes, bytes);
		struct insn in;

		for (size_t k = 0; k < n; k++) {
			if (decode_exact(bytes, k, mode, &in) != -ENODATA)
				fail_msg("%s cut to %zu bytes", lengths[i].bytes, k);
			assert_int_equal(insn_length(bytes, k, mode), 0);
		}
	}
}

static void test_bytes_behind_do_not_matter(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		uint8_t bytes[32];
		size_t n = parse_hex(lengths[i].bytes, bytes);

		memset(bytes + n, 0xf0, sizeof(bytes) - n);
		assert_int_equal(insn_length(bytes, sizeof(bytes), mode_of(lengths[i].mode)), n);
	}
}

/* What exits are about: each op with the length that the exit's handler skips. */
static void test_privileged_instructions(void **state)
{
	static const struct {
		int mode;
		const char *bytes;
		enum insn_op op;
	} table[] = {
		{ 64, "0f a2", INSN_CPUID },
		{ 64, "0f 32", INSN_RDMSR },
		{ 64, "0f 30", INSN_WRMSR },
		{ 64, "f4", INSN_HLT },
		{ 64, "0f 01 d9", INSN_VMMCALL },
		{ 64, "0f 01 c1", INSN_VMCALL },
		{ 64, "0f 01 d1", INSN_XSETBV },
		{ 64, "0f 01 f9", INSN_RDTSCP },
		{ 64, "0f 31", INSN_RDTSC },
		{ 64, "0f 33", INSN_RDPMC },
		{ 64, "0f 09", INSN_WBINVD },
		{ 64, "f3 0f 09", INSN_WBINVD },
		{ 64, "0f 08", INSN_INVD },
		{ 64, "0f 06", INSN_CLTS },
		{ 64, "0f 01 c8", INSN_MONITOR },
		{ 64, "0f 01 c9", INSN_MWAIT },
		{ 64, "0f 01 fa", INSN_MONITOR },
		{ 64, "0f 01 fb", INSN_MWAIT },
		{ 64, "0f 01 f0", INSN_LMSW },
		{ 64, "0f 01 30", INSN_LMSW },
		{ 64, "0f 01 3f", INSN_INVLPG },
		{ 64, "41 0f 01 7c 24 08", INSN_INVLPG },
		{ 64, "cc", INSN_INT3 },
		{ 64, "cd 80", INSN_INT },
		{ 64, "f1", INSN_ICEBP },
		{ 64, "f3 90", INSN_PAUSE },
		{ 64, "90", INSN_NOP },
		{ 64, "66 90", INSN_NOP },
		{ 64, "0f 1f 84 00 00 00 00 00", INSN_NOP },
		{ 64, "49 90", INSN_OTHER },
		{ 64, "48 90", INSN_NOP },
		{ 64, "e4 70", INSN_IN },
		{ 64, "e5 70", INSN_IN },
		{ 64, "ec", INSN_IN },
		{ 64, "66 ed", INSN_IN },
		{ 64, "e6 80", INSN_OUT },
		{ 64, "ee", INSN_OUT },
		{ 64, "f3 6c", INSN_INS },
		{ 64, "f3 66 6f", INSN_OUTS },
		{ 64, "66 0f a2", INSN_CPUID },
		{ 64, "48 0f 32", INSN_RDMSR },
		{ 32, "0f 01 d9", INSN_VMMCALL },
		{ 16, "0f 01 d9", INSN_VMMCALL },
		{ 32, "0f a2", INSN_CPUID },
		{ 16, "66 0f a2", INSN_CPUID },
		{ 16, "f4", INSN_HLT },
		{ 16, "0f 20 c0", INSN_MOV_CR },
		{ 16, "0f 01 f0", INSN_LMSW },
		{ 64, "0f 23 f8", INSN_MOV_DR },
		{ 64, "0f 01 ca", INSN_OTHER },
		{ 64, "0f 01 f8", INSN_OTHER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct insn in = decode(table[i].mode, table[i].bytes);

		if (in.op != table[i].op)
			fail_msg("%s is op %d, not %d", table[i].bytes, in.op, table[i].op);
	}
}

static void test_control_registers(void **state)
{
	struct insn in = decode(64, "0f 20 e3"); /* mov %cr4,%rbx */

	assert_int_equal(in.reg, 3);
	assert_int_equal(in.imm, 4);
	assert_int_equal(in.op_size, 8);
	assert_false(in.mem_is_dest);
	in = decode(64, "45 0f 22 c1"); /* mov %r9,%cr8 */
	assert_int_equal(in.reg, 9);
	assert_int_equal(in.imm, 8);
	assert_true(in.mem_is_dest);
	in = decode(32, "f0 0f 20 c0"); /* AMD: lock mov %cr0 is cr8 */
	assert_int_equal(in.imm, 8);
	assert_int_equal(in.op_size, 4);
	in = decode(64, "0f 22 18"); /* the mode bits are ignored: mov %rax,%cr3 */
	assert_int_equal(in.imm, 3);
	assert_int_equal(in.reg, 0);
	assert_false(in.has_mem);
}

static void test_sizes(void **state)
{
	struct insn in;

	assert_int_equal(decode(64, "88 07").op_size, 1);
	assert_int_equal(decode(64, "66 89 07").op_size, 2);
	assert_int_equal(decode(64, "89 07").op_size, 4);
	assert_int_equal(decode(64, "48 89 07").op_size, 8);
	assert_int_equal(decode(64, "66 48 89 07").op_size, 8); /* REX.W wins */
	assert_int_equal(decode(32, "89 07").op_size, 4);
	assert_int_equal(decode(32, "66 89 07").op_size, 2);
	assert_int_equal(decode(16, "89 07").op_size, 2);
	assert_int_equal(decode(16, "66 89 07").op_size, 4);
	assert_int_equal(decode(64, "67 89 07").address_size, 4);
	assert_int_equal(decode(32, "67 89 07").address_size, 2);
	assert_int_equal(decode(16, "67 89 07").address_size, 4);

	in = decode(64, "48 0f b6 07"); /* movzbq */
	assert_int_equal(in.op_size, 1);
	assert_int_equal(in.reg_size, 8);
	assert_false(in.sign_extend);
	in = decode(64, "0f bf 07"); /* movswl */
	assert_int_equal(in.op_size, 2);
	assert_int_equal(in.reg_size, 4);
	assert_true(in.sign_extend);
	in = decode(64, "48 63 07"); /* movslq */
	assert_int_equal(in.op, INSN_MOV);
	assert_int_equal(in.op_size, 4);
	assert_int_equal(in.reg_size, 8);
	assert_true(in.sign_extend);
	assert_int_equal(decode(32, "63 07").op, INSN_OTHER); /* ARPL */
}

static void test_byte_registers(void **state)
{
	struct insn in = decode(64, "88 27"); /* mov %ah,(%rdi) */

	assert_true(in.high_byte_reg);
	assert_int_equal(in.reg, 0);
	in = decode(64, "40 88 27"); /* mov %spl,(%rdi): any REX will do */
	assert_false(in.high_byte_reg);
	assert_int_equal(in.reg, 4);
	in = decode(64, "44 88 27"); /* mov %r12b,(%rdi) */
	assert_false(in.high_byte_reg);
	assert_int_equal(in.reg, 12);
	assert_false(decode(64, "89 27").high_byte_reg);
	assert_false(decode(64, "0f b6 27").high_byte_reg); /* movzbl: the register is wide */
	assert_true(decode(32, "88 3f").high_byte_reg);
	assert_int_equal(decode(32, "88 3f").reg, 3); /* BH */
	/* A REX that is not right before the opcode does not count. */
	in = decode(64, "44 66 89 27");
	assert_int_equal(in.reg, 4);
}

static void test_immediates(void **state)
{
	struct insn in = decode(64, "c7 07 ff ff ff ff");

	assert_true(in.has_imm && in.mem_is_dest);
	assert_int_equal(in.reg, -1);
	assert_true(decode(64, "48 c7 07 fe ff ff ff").imm == (uint64_t)-2);
	assert_true(decode(64, "66 c7 07 34 12").imm == 0x1234);
	assert_true(decode(64, "83 07 ff").imm == (uint64_t)-1);
	assert_true(decode(64, "c6 07 80").imm == (uint64_t)-128);
	assert_true(decode(64, "49 bf 88 77 66 55 44 33 22 11").imm == 0x1122334455667788);
	assert_int_equal(decode(64, "49 bf 88 77 66 55 44 33 22 11").reg, 15);
	assert_true(decode(64, "e5 ff").imm == 0xff); /* a port is not signed */
	assert_true(decode(64, "cd ff").imm == 0xff);
	assert_true(decode(64, "0f ba 2f 85").imm == 0x85);
	/* TEST has an immediate, its neighbours in the group have none. */
	assert_int_equal(decode(64, "f7 07 04 03 02 01").op, INSN_TEST);
	assert_false(decode(64, "f7 07 04 03 02 01").mem_is_dest);
	assert_int_equal(decode(64, "f7 1f").op, INSN_OTHER);
	assert_int_equal(decode(64, "f6 17").op, INSN_OTHER);
	/* Absolute addresses are as wide as addresses. */
	in = decode(64, "a1 88 77 66 55 44 33 22 11");
	assert_true(in.has_mem && !in.mem_is_dest && in.disp == 0x1122334455667788);
	in = decode(64, "67 a3 78 56 34 82");
	assert_true(in.mem_is_dest && in.disp == 0x82345678);
	assert_true(decode(16, "a2 34 f2").disp == 0xf234);
}

static void test_effective_addresses(void **state)
{
	struct cpu_regs regs;
	static const struct {
		int mode;
		const char *bytes;
		uint64_t address;
		unsigned segment;
	} table[] = {
		/* gpr[n] = 0x100000001000 * (n + 1), rip = 0x400000 */
		{ 64, "89 07", 0x800000008000, 3 },
		{ 64, "89 47 f0", 0x800000007ff0, 3 },
		{ 64, "89 87 00 00 00 80", 0x7fff80008000, 3 },
		{ 64, "89 04 24", 0x500000005000, 2 },                /* rsp */
		{ 64, "41 89 04 24", 0xd0000000d000, 3 },             /* r12 */
		{ 64, "89 45 00", 0x600000006000, 2 },                /* rbp */
		{ 64, "41 89 45 00", 0xe0000000e000, 3 },             /* r13 */
		{ 64, "89 05 10 00 00 00", 0x400016, 3 },             /* rip + length */
		{ 64, "c7 05 10 00 00 00 01 00 00 00", 0x40001a, 3 }, /* ... with the immediate */
		{ 64, "67 89 05 f0 ff ff ff", 0x3ffff7, 3 },
		{ 64, "89 04 25 00 10 00 80", 0xffffffff80001000, 3 }, /* no base, no index */
		{ 64, "89 04 cd 08 00 00 00", 0x1000000010008, 3 },    /* rcx * 8, no base */
		{ 64, "89 04 8b", 0xc0000000c000, 3 },                 /* rbx + rcx * 4 */
		{ 64, "42 89 04 a3", 0x3800000038000, 3 }, /* rbx + r12 * 4: an index, unlike rsp */
		{ 64, "89 44 65 08", 0x600000006008, 2 },  /* rbp, index 4: none */
		{ 64, "67 89 07", 0x8000, 3 },             /* 32 bits of rdi */
		{ 64, "64 89 07", 0x800000008000, 4 },
		{ 64, "65 89 04 24", 0x500000005000, 5 },
		{ 64, "2e 89 07", 0x800000008000, 3 }, /* ignored in 64-bit mode */
		{ 32, "2e 89 07", 0x8000, 1 },
		{ 32, "36 89 07", 0x8000, 2 },
		{ 32, "26 89 07", 0x8000, 0 },
		{ 32, "3e 89 04 24", 0x5000, 3 },
		{ 32, "89 05 78 56 34 12", 0x12345678, 3 },    /* no RIP-relative addresses here */
		{ 16, "89 00", 0x4000 + 0x7000, 3 },           /* bx + si */
		{ 16, "89 43 10", 0x6000 + 0x8000 + 0x10, 2 }, /* bp + di */
		{ 16, "89 84 00 a0", 0x1000, 3 },              /* si + 0xa000 wraps at 64K */
		{ 16, "89 06 34 f2", 0xf234, 3 },
		{ 16, "89 46 00", 0x6000, 2 },
		{ 16, "a4", 0x7000, 3 },
		{ 64, "aa", 0x800000008000, 0 },
		{ 64, "64 a5", 0x700000007000, 4 },
		{ 64, "64 ab", 0x800000008000, 0 }, /* the destination cannot be overridden */
		{ 64, "67 ac", 0x7000, 3 },
	};

	for (unsigned i = 0; i < 16; i++)
		regs.gpr[i] = 0x100000001000 * (i + 1);
	regs.rip = 0x400000;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct insn in = decode(table[i].mode, table[i].bytes);
		uint64_t address = insn_effective_address(&in, &regs);

		if (address != table[i].address)
			fail_msg("%s: address %#lx", table[i].bytes, address);
		if (in.segment != table[i].segment)
			fail_msg("%s: segment %u", table[i].bytes, in.segment);
		assert_true(in.has_mem);
	}
}

static void test_lock_only_where_legal(void **state)
{
	static const char *const legal[] = {
		"f0 01 07", "f0 83 0f 01",    "f0 0f b1 0f", "f0 0f c1 0f", "f0 87 07", "f0 ff 07",
		"f0 f7 17", "f0 0f ba 2f 01", "f0 0f ab 07", "f0 0f c7 0f", "f0 fe 0f",
	};
	static const char *const illegal[] = {
		"f0 01 c7",       "f0 03 07",       "f0 89 07",    "f0 39 07", "f0 83 3f 01",
		"f0 0f a3 07",    "f0 0f ba 27 01", "f0 f6 07 01", "f0 90",    "f0 f4",
		"f0 0f a2",       "f0 0f c1 c7",    "f0 a4",       "f0 8d 07", "f0 0f 01 d9",
		"f0 0f 38 00 07", "f0 c5 f8 77",    "f0 0f b6 07",
	};

	for (size_t i = 0; i < ARRAY_SIZE(legal); i++)
		assert_true(decode(64, legal[i]).lock);
	for (size_t i = 0; i < ARRAY_SIZE(illegal); i++)
		if (decode_error(64, illegal[i]) != -EINVAL)
			fail_msg("%s decodes", illegal[i]);
}

static void test_undefined(void **state)
{
	static const struct {
		int mode;
		const char *bytes;
	} table[] = {
		{ 64, "0f 0b" },
		{ 64, "0f ff c0" },
		{ 64, "06" },
		{ 64, "27" },
		{ 64, "60" },
		{ 64, "ea 00 00 00 00 00 00" },
		{ 64, "9a 00 00 00 00 00 00" },
		{ 64, "82 00 00" },
		{ 64, "d4 0a" },
		{ 64, "ce" },
		{ 64, "0f 04" },
		{ 64, "0f 0a" },
		{ 64, "0f 24 c0" },
		{ 64, "fe 17" },
		{ 64, "ff ff" },
		{ 64, "8d c0" },
		{ 64, "0f ba 07 01" },
		{ 64, "0f 01 c0" },
		{ 64, "c6 4f 00 00" },
		{ 64, "0f b8 07" },
		{ 64, "0f c7 07" },
		{ 64, "48 c5 f8 77" },
		{ 64, "66 c4 e1 78 77" },
		{ 64, "c4 e4 78 00 c0" },
		{ 32, "0f c3 c0" },
		{ 64, "0f c7 c8" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (decode_error(table[i].mode, table[i].bytes) != -EINVAL)
			fail_msg("%s decodes", table[i].bytes);
	/* The same bytes where they mean something. */
	decode(32, "06");
	decode(32, "d4 0a");
	decode(32, "c5 07");                               /* LDS, not VEX */
	decode(32, "62 07");                               /* BOUND, not EVEX */
	decode(64, "8f 07");                               /* POP, not XOP */
	assert_int_equal(decode(32, "40").op, INSN_OTHER); /* INC, not REX */
}

static void test_at_most_15_bytes(void **state)
{
	uint8_t bytes[32];
	struct insn in;

	memset(bytes, 0x66, sizeof(bytes));
	bytes[14] = 0x90;
	assert_int_equal(insn_length(bytes, sizeof(bytes), CPU_MODE_64), 15);
	bytes[14] = 0x66;
	bytes[15] = 0x90;
	assert_int_equal(insn_decode(bytes, sizeof(bytes), CPU_MODE_64, &in), -EINVAL);
	assert_int_equal(insn_decode(bytes, 15, CPU_MODE_64, &in), -EINVAL);
	assert_int_equal(insn_decode(bytes, 14, CPU_MODE_64, &in), -ENODATA);
	/* The last byte of the immediate is the sixteenth. */
	memset(bytes, 0x2e, sizeof(bytes));
	memcpy(bytes + 10, "\xc7\x07\x01\x02\x03\x04", 6);
	assert_int_equal(insn_decode(bytes, sizeof(bytes), CPU_MODE_64, &in), -EINVAL);
	assert_int_equal(insn_length(bytes + 1, sizeof(bytes) - 1, CPU_MODE_64), 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_every_truncation_asks_for_more),
		cmocka_unit_test(test_bytes_behind_do_not_matter),
		cmocka_unit_test(test_privileged_instructions),
		cmocka_unit_test(test_control_registers),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_byte_registers),
		cmocka_unit_test(test_immediates),
		cmocka_unit_test(test_effective_addresses),
		cmocka_unit_test(test_lock_only_where_legal),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_at_most_15_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
