// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder: lengths against a table made with another disassembler, operands of
 * what the hypervisor carries out, and what must not decode.
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

#define LENGTHS_KNOWN 163 /* of lengths.h: MOV, ADD, ... in memory */

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

	return decode_exact(bytes, n, mode_of(bits), &in);
}

/* Of all the instructions there are those that access memory and are carried out, and no other. */
static void test_lengths(void **state)
{
	size_t known = 0;

	for (size_t i = 0; i < NR_LENGTHS; i++) {
		if (decode_error(length_at(i)->mode, length_at(i)->bytes) == -EOPNOTSUPP)
			continue;
		decode(length_at(i)->mode, length_at(i)->bytes);
		known++;
	}
	assert_int_equal(known, LENGTHS_KNOWN);
}

static void test_every_truncation_asks_for_more(void **state)
{
	for (size_t i = 0; i < NR_LENGTHS; i++) {
		enum cpu_mode mode = mode_of(length_at(i)->mode);
		uint8_t bytes[INSN_MAX];
		size_t n = parse_hex(length_at(i)->bytes, bytes);
		struct insn in;

		if (decode_exact(bytes, n, mode, &in))
			continue;
		for (size_t k = 0; k < n; k++)
			if (decode_exact(bytes, k, mode, &in) != -ENODATA)
				fail_msg("%s cut to %zu bytes", length_at(i)->bytes, k);
	}
}

static void test_bytes_behind_do_not_matter(void **state)
{
	for (size_t i = 0; i < NR_LENGTHS; i++) {
		enum cpu_mode mode = mode_of(length_at(i)->mode);
		uint8_t bytes[32];
		size_t n = parse_hex(length_at(i)->bytes, bytes);
		struct insn in;
		int rc = decode_exact(bytes, n, mode, &in);

		memset(bytes + n, 0xf0, sizeof(bytes) - n);
		assert_int_equal(insn_decode(bytes, sizeof(bytes), mode, &in), rc);
		if (!rc)
			assert_int_equal(in.length, n);
	}
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
	assert_int_equal(decode_error(32, "63 07"), -EOPNOTSUPP); /* ARPL */
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

	assert_true(in.has_imm && in.mem_first);
	assert_true(decode(64, "48 c7 07 fe ff ff ff").imm == (uint64_t)-2);
	assert_true(decode(64, "66 c7 07 34 12").imm == 0x1234);
	assert_true(decode(64, "83 07 ff").imm == (uint64_t)-1);
	assert_true(decode(64, "c6 07 80").imm == (uint64_t)-128);
	assert_true(decode(64, "0f ba 2f 05").imm == 5);
	assert_int_equal(decode(64, "0f ba 2f 05").op_size, 4);
	/* TEST has an immediate, its neighbours in the group have none and are not carried out. */
	assert_int_equal(decode(64, "f7 07 04 03 02 01").op, INSN_TEST);
	assert_int_equal(decode_error(64, "f7 1f"), -EOPNOTSUPP);
	assert_int_equal(decode_error(64, "f6 17"), -EOPNOTSUPP);
	/* Absolute addresses are as wide as addresses. */
	assert_false(decode(64, "a1 88 77 66 55 44 33 22 11").mem_first);
	assert_true(decode(64, "67 a3 78 56 34 82").mem_first);
	decode(16, "a2 34 f2");
}

/* The operand's place is the exit's to tell; here it is a matter of how many bytes name it. */
static void test_memory_operands(void **state)
{
	static const struct {
		int mode;
		const char *bytes;
	} table[] = {
		{ 64, "89 07" },
		{ 64, "89 47 f0" },
		{ 64, "89 87 00 00 00 80" },
		{ 64, "89 04 24" },    /* rsp */
		{ 64, "41 89 04 24" }, /* r12 */
		{ 64, "89 45 00" },    /* rbp */
		{ 64, "41 89 45 00" }, /* r13 */
		{ 64, "89 05 10 00 00 00" },
		{ 64, "c7 05 10 00 00 00 01 00 00 00" },
		{ 64, "67 89 05 f0 ff ff ff" },
		{ 64, "89 04 25 00 10 00 80" }, /* no base, no index */
		{ 64, "89 04 cd 08 00 00 00" }, /* rcx * 8, no base */
		{ 64, "89 04 8b" },
		{ 64, "42 89 04 a3" },
		{ 64, "89 44 65 08" }, /* rbp, index 4: none */
		{ 64, "67 89 07" },
		{ 32, "89 05 78 56 34 12" },
		{ 32, "67 89 00" },
		{ 16, "89 00" },
		{ 16, "89 43 10" },
		{ 16, "89 84 00 a0" },
		{ 16, "89 06 34 f2" },
		{ 16, "89 46 00" },
		{ 16, "67 89 04 8b" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		assert_true(decode(table[i].mode, table[i].bytes).mem_first);
}

static void test_segments(void **state)
{
	assert_false(decode(64, "a5").fs_or_gs);
	assert_true(decode(64, "64 a5").fs_or_gs);
	assert_true(decode(64, "65 a5").fs_or_gs);
	assert_true(decode(64, "64 3e a5").fs_or_gs); /* the second one counts for nothing there */
	assert_false(decode(32, "64 3e a5").fs_or_gs);
	assert_false(decode(32, "2e a5").fs_or_gs);
}

static void test_not_carried_out(void **state)
{
	static const struct {
		int mode;
		const char *bytes;
	} table[] = {
		{ 64, "0f 0b" },       { 64, "89 c8" }, /* registers on both sides */
		{ 64, "f0 01 c7" },    { 64, "83 c0 01" },    { 64, "0f ba e0 01" },
		{ 64, "a8 01" },       { 64, "f4" },          { 64, "0f a2" },
		{ 64, "0f 01 d9" },    { 64, "11 07" }, /* ADC */
		{ 64, "83 17 01" },                     /* ADC */
		{ 64, "ff 07" },                        /* INC */
		{ 64, "0f ba 07 01" }, { 64, "c6 4f 00 00" }, { 64, "0f c7 0f" },
		{ 64, "0f 10 07" },    { 64, "c5 f8 10 07" }, { 64, "0f 38 f0 07" },
		{ 64, "8f 07" },       { 64, "6c" },          { 32, "40" }, /* INC, not REX */
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (decode_error(table[i].mode, table[i].bytes) != -EOPNOTSUPP)
			fail_msg("%s decodes", table[i].bytes);
}

static void test_at_most_15_bytes(void **state)
{
	uint8_t bytes[32];
	struct insn in;

	memset(bytes, 0x66, sizeof(bytes));
	bytes[14] = 0xa5;
	assert_int_equal(insn_decode(bytes, sizeof(bytes), CPU_MODE_64, &in), 0);
	assert_int_equal(in.length, 15);
	bytes[14] = 0x66;
	bytes[15] = 0xa5;
	assert_int_equal(insn_decode(bytes, sizeof(bytes), CPU_MODE_64, &in), -EOPNOTSUPP);
	assert_int_equal(insn_decode(bytes, 15, CPU_MODE_64, &in), -EOPNOTSUPP);
	assert_int_equal(insn_decode(bytes, 14, CPU_MODE_64, &in), -ENODATA);
	/* The last byte of the immediate is the sixteenth. */
	memset(bytes, 0x2e, sizeof(bytes));
	memcpy(bytes + 10, "\xc7\x07\x01\x02\x03\x04", 6);
	assert_int_equal(insn_decode(bytes, sizeof(bytes), CPU_MODE_64, &in), -EOPNOTSUPP);
	assert_int_equal(insn_decode(bytes + 1, sizeof(bytes) - 1, CPU_MODE_64, &in), 0);
	assert_int_equal(in.length, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_every_truncation_asks_for_more),
		cmocka_unit_test(test_bytes_behind_do_not_matter),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_byte_registers),
		cmocka_unit_test(test_immediates),
		cmocka_unit_test(test_memory_operands),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_not_carried_out),
		cmocka_unit_test(test_at_most_15_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
