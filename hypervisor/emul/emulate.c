// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a decoded instruction whose memory operand is an emulated location. Nothing is changed
 * before all accesses have succeeded: an instruction that fails can be run again or faulted.
 * Locked instructions are not atomic here: each emulated device has its own lock for each access.
 */
#include "abi/errno.h"
#include "emulate.h"
#include "lib.h"

#define FLAG_CF          BIT(0)
#define FLAG_PF          BIT(2)
#define FLAG_AF          BIT(4)
#define FLAG_ZF          BIT(6)
#define FLAG_SF          BIT(7)
#define FLAG_DF          BIT(10)
#define FLAG_OF          BIT(11)
#define FLAGS_ARITHMETIC (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

#define REG_RAX          0
#define REG_RCX          1
#define REG_RSI          6
#define REG_RDI          7

struct emulation {
	const struct insn *in;
	struct cpu_regs *regs;
	gpaddr_t gpa;
	const struct emulate_ops *ops;
	void *ctx;
};

static int mmio(const struct emulation *e, bool write, uint64_t *value)
{
	int rc;

	*value = write ? *value & bytes_mask(e->in->op_size) : 0;
	rc = e->ops->mmio(e->ctx, e->gpa, e->in->op_size, write, value);
	*value &= bytes_mask(e->in->op_size);
	return rc;
}

/* A write of 32 bits clears the upper half of a register, smaller ones leave the rest alone. */
static void write_gpr(uint64_t *gpr, unsigned size, uint64_t value)
{
	if (size >= 4)
		*gpr = value & bytes_mask(size);
	else
		*gpr = (*gpr & ~bytes_mask(size)) | (value & bytes_mask(size));
}

static uint64_t read_reg(const struct emulation *e)
{
	uint64_t value = e->regs->gpr[e->in->reg];

	return (e->in->high_byte_reg ? value >> 8 : value) & bytes_mask(e->in->reg_size);
}

static void write_reg(const struct emulation *e, uint64_t value)
{
	uint64_t *gpr = &e->regs->gpr[e->in->reg];

	if (e->in->high_byte_reg)
		*gpr = (*gpr & ~0xff00UL) | (value & 0xff) << 8;
	else
		write_gpr(gpr, e->in->reg_size, value);
}

/* ZF, SF and PF of a result. */
static uint64_t result_flags(uint64_t result, unsigned size)
{
	result &= bytes_mask(size);
	return (result ? 0 : FLAG_ZF) | (result >> (8 * size - 1) ? FLAG_SF : 0) |
	       (__builtin_parity((unsigned)(result & 0xff)) ? 0 : FLAG_PF);
}

/* CF, AF and OF of a + b == sum, with sum - b == a read backwards. */
static uint64_t carry_flags(uint64_t a, uint64_t b, uint64_t sum, unsigned size)
{
	bool carries = (sum & bytes_mask(size)) < (b & bytes_mask(size));

	return (carries ? FLAG_CF : 0) | ((a ^ b ^ sum) & 0x10 ? FLAG_AF : 0) |
	       (((a ^ sum) & (b ^ sum)) >> (8 * size - 1) & 1 ? FLAG_OF : 0);
}

static uint64_t arithmetic(enum insn_op op, uint64_t a, uint64_t b, unsigned size, uint64_t *flags)
{
	uint64_t result;

	switch (op) {
	case INSN_ADD: result = a + b; break;
	case INSN_SUB:
	case INSN_CMP: result = a - b; break;
	case INSN_OR: result = a | b; break;
	case INSN_XOR: result = a ^ b; break;
	default: result = a & b; break; /* AND, TEST */
	}
	*flags = result_flags(result, size);
	if (op == INSN_ADD)
		*flags |= carry_flags(a, b, result, size);
	else if (op == INSN_SUB || op == INSN_CMP)
		*flags |= carry_flags(result, b, a, size);
	return result;
}

struct outcome {
	bool stores, loads; /* into memory, into the register */
	uint64_t memory, reg;
	uint64_t flags, flags_changed;
};

/* Of an instruction with these operands. */
static struct outcome outcome(const struct insn *in, uint64_t memory, uint64_t other, uint64_t rax)
{
	unsigned size = in->op_size;
	/* A register's bit number may reach beyond the operand; gpa is the address it reached. */
	uint64_t bit = BIT(other & (8u * size - 1));
	struct outcome o = {
		.stores = in->mem_first,
		.loads = !in->mem_first,
		.memory = other,
		.reg = in->sign_extend ? sign_extend(memory, size) : memory,
		.flags_changed = FLAGS_ARITHMETIC,
	};

	switch (in->op) {
	case INSN_MOV: o.flags_changed = 0; break;
	case INSN_XCHG:
		o.loads = true;
		o.flags_changed = 0;
		break;
	case INSN_XADD:
		o.loads = true;
		o.memory = arithmetic(INSN_ADD, memory, other, size, &o.flags);
		break;
	case INSN_CMPXCHG: /* the register is the accumulator */
		arithmetic(INSN_CMP, rax, memory, size, &o.flags);
		o.stores = rax == memory;
		o.loads = !o.stores;
		break;
	case INSN_BT:
	case INSN_BTS:
	case INSN_BTR:
	case INSN_BTC:
		o.stores = in->op != INSN_BT;
		o.memory = in->op == INSN_BTS ? memory | bit : memory ^ bit;
		o.memory = in->op == INSN_BTR ? memory & ~bit : o.memory;
		o.flags = memory & bit ? FLAG_CF : 0;
		o.flags_changed = FLAG_CF;
		break;
	default:
		o.reg = in->mem_first ? arithmetic(in->op, memory, other, size, &o.flags)
				      : arithmetic(in->op, other, memory, size, &o.flags);
		o.memory = o.reg;
		if (in->op == INSN_CMP || in->op == INSN_TEST)
			o.stores = o.loads = false;
	}
	return o;
}

static int emulate_operands(const struct emulation *e)
{
	const struct insn *in = e->in;
	uint64_t other = (in->has_imm ? in->imm : read_reg(e)) & bytes_mask(in->op_size);
	uint64_t memory = 0;
	bool reads = in->op != INSN_MOV || !in->mem_first;
	int rc = reads ? mmio(e, false, &memory) : 0;
	struct outcome o = outcome(in, memory, other, e->regs->rax & bytes_mask(in->op_size));

	if (rc == 0 && o.stores)
		rc = mmio(e, true, &o.memory);
	if (rc)
		return rc;
	if (o.loads && in->op == INSN_CMPXCHG)
		write_gpr(&e->regs->gpr[REG_RAX], in->op_size, o.reg);
	else if (o.loads)
		write_reg(e, o.reg);
	e->regs->rflags = (e->regs->rflags & ~o.flags_changed) | (o.flags & o.flags_changed);
	return 0;
}

/* The ordinary side of MOVS. DS and ES are taken to be flat, as all systems in use have them. */
static int copy_string(const struct emulation *e, bool is_write)
{
	const struct insn *in = e->in;
	uint64_t value = 0, linear = e->regs->gpr[is_write ? REG_RSI : REG_RDI];
	int rc;

	if (in->address_size < 8)
		linear &= bytes_mask(in->address_size);
	if (is_write && in->fs_or_gs)
		return -EOPNOTSUPP;
	rc = is_write ? e->ops->memory(e->ctx, linear, in->op_size, false, &value)
		      : mmio(e, false, &value);
	if (rc)
		return rc;
	return is_write ? mmio(e, true, &value)
			: e->ops->memory(e->ctx, linear, in->op_size, true, &value);
}

static void step_register(const struct emulation *e, unsigned reg, int64_t step)
{
	write_gpr(&e->regs->gpr[reg], e->in->address_size, e->regs->gpr[reg] + (uint64_t)step);
}

/* One iteration; *done tells whether it was the last. */
static int emulate_string(const struct emulation *e, bool is_write, bool *done)
{
	const struct insn *in = e->in;
	int64_t step = e->regs->rflags & FLAG_DF ? -(int64_t)in->op_size : in->op_size;
	uint64_t value = read_reg(e);
	int rc;

	*done = true;
	if (in->rep && (e->regs->rcx & bytes_mask(in->address_size)) == 0)
		return 0;
	rc = in->op == INSN_MOVS ? copy_string(e, is_write) : mmio(e, in->op == INSN_STOS, &value);
	if (rc)
		return rc;
	if (in->op == INSN_LODS)
		write_reg(e, value);
	if (in->op != INSN_STOS)
		step_register(e, REG_RSI, step);
	if (in->op != INSN_LODS)
		step_register(e, REG_RDI, step);
	if (in->rep) {
		step_register(e, REG_RCX, -1);
		*done = (e->regs->rcx & bytes_mask(in->address_size)) == 0;
	}
	return 0;
}

int insn_emulate(const struct insn *in, struct cpu_regs *regs, gpaddr_t gpa, bool is_write,
		 const struct emulate_ops *ops, void *ctx)
{
	const struct emulation e = { in, regs, gpa, ops, ctx };
	bool is_string = in->op == INSN_MOVS || in->op == INSN_STOS || in->op == INSN_LODS;
	bool done = true;
	int rc = is_string ? emulate_string(&e, is_write, &done) : emulate_operands(&e);

	if (rc == 0 && done)
		regs->rip += in->length;
	if (rc == 0 && in->mode != CPU_MODE_64)
		regs->rip = (uint32_t)regs->rip;
	return rc;
}
