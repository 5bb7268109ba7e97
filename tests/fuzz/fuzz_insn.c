// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder and the emulation of what it decodes. Input: mode, eight bytes from
 * which all registers and all memory are made, then the instruction.
 */
#include "fuzz.h"

#include <string.h>

#include "abi/errno.h"
#include "emulate.h"
#include "lib.h"

struct world {
	uint64_t seed;
	unsigned accesses;
	unsigned fail_at; /* this access is refused */
};

static uint64_t next_value(struct world *w)
{
	w->seed = w->seed * 6364136223846793005UL + 1442695040888963407UL;
	return w->seed ^ w->seed >> 29;
}

static int access(struct world *w, unsigned size)
{
	MUST(size == 1 || size == 2 || size == 4 || size == 8);
	return ++w->accesses == w->fail_at ? -EFAULT : 0;
}

static int access_any(void *ctx, uint64_t at, unsigned size, bool write, uint64_t *value)
{
	int rc = access(ctx, size);

	(void)at;
	MUST(!write || size == 8 || *value >> (8 * size) == 0);
	if (rc == 0 && !write)
		*value = next_value(ctx);
	return rc;
}

static const struct emulate_ops ops = { .mmio = access_any, .memory = access_any };

static void check_fields(const struct insn *in)
{
	MUST(in->op >= INSN_MOV && in->op <= INSN_XADD);
	MUST(in->length >= 1 && in->length <= INSN_MAX);
	MUST(in->reg <= (in->high_byte_reg ? 3 : 15));
	MUST(in->op_size == 1 || in->op_size == 2 || in->op_size == 4 || in->op_size == 8);
	MUST(in->reg_size >= in->op_size && in->reg_size <= 8);
	MUST(in->address_size == 2 || in->address_size == 4 || in->address_size == 8);
}

/* An instruction is the same whatever follows it, and with its last byte missing it is none. */
static void check_length(const uint8_t *bytes, enum cpu_mode mode, const struct insn *in)
{
	uint8_t copy[INSN_MAX];
	struct insn again;

	memcpy(copy, bytes, in->length);
	MUST(insn_decode(copy, in->length, mode, &again) == 0);
	MUST(memcmp(in, &again, sizeof(again)) == 0);
	MUST(insn_decode(copy, in->length - 1u, mode, &again) == -ENODATA);
	memset(copy + in->length, 0xff, sizeof(copy) - in->length);
	MUST(insn_decode(copy, sizeof(copy), mode, &again) == 0);
	MUST(memcmp(in, &again, sizeof(again)) == 0);
}

static void check_emulation(const struct insn *in, struct world w)
{
	struct cpu_regs regs, before;
	bool is_write;
	int rc;

	for (unsigned i = 0; i < ARRAY_SIZE(regs.gpr); i++)
		regs.gpr[i] = next_value(&w);
	regs.rip = next_value(&w);
	regs.rflags = next_value(&w);
	is_write = next_value(&w) & 1;
	w.fail_at = next_value(&w) % 4;
	before = regs;
	rc = insn_emulate(in, &regs, 0xfee00000, is_write, &ops, &w);
	MUST(w.accesses <= 2);
	if (rc) {
		MUST(rc == -EOPNOTSUPP || rc == -EFAULT);
		MUST(memcmp(&regs, &before, sizeof(regs)) == 0);
	} else {
		uint64_t mask = in->mode == CPU_MODE_64 ? ~0UL : 0xffffffffUL;

		MUST(regs.rip == (before.rip & mask) ||
		     regs.rip == ((before.rip + in->length) & mask));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { 0 };
	enum cpu_mode mode;
	struct insn in;
	int rc;

	if (size < 9)
		return 0;
	mode = (enum cpu_mode)(data[0] % 3);
	memcpy(&w.seed, data + 1, sizeof(w.seed));
	data += 9;
	size -= 9;
	rc = insn_decode(data, size, mode, &in);
	if (rc) {
		MUST(rc == -EOPNOTSUPP || (rc == -ENODATA && size < INSN_MAX));
		return 0;
	}
	MUST(in.length <= size);
	check_fields(&in);
	check_length(data, mode, &in);
	check_emulation(&in, w);
	return 0;
}
