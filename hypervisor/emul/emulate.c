// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a decoded instruction whose memory operand is an emulated location. Nothing is changed
 * before all accesses have succeeded: an instruction that fails can be run again or faulted.
 * Locked instructions are not atomic here: each emulated device has its own lock for each access.
 */
#include "abi/errno.h"
#include "emulate.h"

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

static uint64_t mask_of(unsigned size)
{
	return size == 8 ? ~0UL : BIT(8 * size) - 1;
}

static uint64_t sign_extend(uint64_t value, unsigned size)
{
	unsigned unused = 64 - 8 * size;

	return (uint64_t)((int64_t)(value << unused) >> unused);
}

static int mmio_read(const struct emulation *e, uint64_t *value)
{
	int rc;

	*value = 0;
	rc = e->ops->mmio_read(e->ctx, e->gpa, e->in->op_size, value);
	*value &= mask_of(e->in->op_size);
	return rc;
}

static int mmio_write(const struct emulation *e, uint64_t value)
{
	return e->ops->mmio_write(e->ctx, e->gpa, e->in->op_size, value & mask_of(e->in->op_size));
}

/* A write of 32 bits clears the upper half of a register, smaller ones leave the rest alone. */
static void write_gpr(uint64_t *gpr, unsigned size, uint64_t value)
{
	if (size >= 4)
		*gpr = value & mask_of(size);
	else
		*gpr = (*gpr & ~mask_of(size)) | (value & mask_of(size));
}

static uint64_t read_reg(const struct emulation *e)
{
	uint64_t value = e->regs->gpr[e->in->reg];

	return (e->in->high_byte_reg ? value >> 8 : value) & mask_of(e->in->reg_size);
}

static void write_reg(const struct emulation *e, uint64_t value)
{
	uint64_t *gpr = &e->regs->gpr[e->in->reg];

	if (e->in->high_byte_reg)
		*gpr = (*gpr & ~0xff00UL) | (value & 0xff) << 8;
	else
		write_gpr(gpr, e->in->reg_size, value);
}

static void set_flags(struct cpu_regs *regs, uint64_t which, uint64_t value)
{
	regs->rflags = (regs->rflags & ~which) | (value & which);
}

/* ZF, SF and PF of a result. */
static uint64_t result_flags(uint64_t result, unsigned size)
{
	uint64_t flags = 0;

	result &= mask_of(size);
	if (result == 0)
		flags |= FLAG_ZF;
	if (result >> (8 * size - 1))
		flags |= FLAG_SF;
	if (!__builtin_parity((unsigned)(result & 0xff)))
		flags |= FLAG_PF;
	return flags;
}

/* CF, AF and OF of a + b == sum, with sum - b == a read backwards. */
static uint64_t carry_flags(uint64_t a, uint64_t b, uint64_t sum, unsigned size)
{
	uint64_t flags = 0;

	if ((sum & mask_of(size)) < (b & mask_of(size)))
		flags |= FLAG_CF;
	if ((a ^ b ^ sum) & 0x10)
		flags |= FLAG_AF;
	if (((a ^ sum) & (b ^ sum)) >> (8 * size - 1) & 1)
		flags |= FLAG_OF;
	return flags;
}

static uint64_t add_flags(uint64_t a, uint64_t b, unsigned size)
{
	return result_flags(a + b, size) | carry_flags(a, b, a + b, size);
}

static uint64_t sub_flags(uint64_t a, uint64_t b, unsigned size)
{
	return result_flags(a - b, size) | carry_flags(a - b, b, a, size);
}

static int emulate_mov(const struct emulation *e)
{
	const struct insn *in = e->in;
	uint64_t value;
	int rc;

	if (in->mem_first)
		return mmio_write(e, in->has_imm ? in->imm : read_reg(e));
	rc = mmio_read(e, &value);
	if (rc)
		return rc;
	write_reg(e, in->sign_extend ? sign_extend(value, in->op_size) : value);
	return 0;
}

static uint64_t arithmetic(enum insn_op op, uint64_t a, uint64_t b, unsigned size, uint64_t *flags)
{
	uint64_t result;

	switch (op) {
	case INSN_ADD: *flags = add_flags(a, b, size); return a + b;
	case INSN_SUB:
	case INSN_CMP: *flags = sub_flags(a, b, size); return a - b;
	case INSN_OR: result = a | b; break;
	case INSN_XOR: result = a ^ b; break;
	default: result = a & b; break; /* AND, TEST */
	}
	*flags = result_flags(result, size);
	return result;
}

static int emulate_arithmetic(const struct emulation *e)
{
	const struct insn *in = e->in;
	uint64_t memory, other, result, flags;
	bool stores = in->op != INSN_CMP && in->op != INSN_TEST;
	int rc = mmio_read(e, &memory);

	if (rc)
		return rc;
	other = (in->has_imm ? in->imm : read_reg(e)) & mask_of(in->op_size);
	if (in->mem_first)
		result = arithmetic(in->op, memory, other, in->op_size, &flags);
	else
		result = arithmetic(in->op, other, memory, in->op_size, &flags);
	if (stores && in->mem_first)
		rc = mmio_write(e, result);
	else if (stores)
		write_reg(e, result);
	if (rc == 0)
		set_flags(e->regs, FLAGS_ARITHMETIC, flags);
	return rc;
}

static int emulate_bit(const struct emulation *e)
{
	const struct insn *in = e->in;
	/* A register's bit number may reach beyond the operand; gpa is the address it reached. */
	uint64_t bit = BIT((in->has_imm ? in->imm : read_reg(e)) & (8u * in->op_size - 1));
	uint64_t old, next;
	int rc = mmio_read(e, &old);

	if (rc)
		return rc;
	next = in->op == INSN_BTS ? old | bit : in->op == INSN_BTR ? old & ~bit : old ^ bit;
	if (in->op != INSN_BT)
		rc = mmio_write(e, next);
	if (rc == 0)
		set_flags(e->regs, FLAG_CF, old & bit ? FLAG_CF : 0);
	return rc;
}

static int emulate_exchange(const struct emulation *e)
{
	const struct insn *in = e->in;
	bool add = in->op == INSN_XADD;
	uint64_t memory, reg = read_reg(e);
	int rc = mmio_read(e, &memory);

	if (rc == 0)
		rc = mmio_write(e, add ? memory + reg : reg);
	if (rc)
		return rc;
	if (add)
		set_flags(e->regs, FLAGS_ARITHMETIC, add_flags(memory, reg, in->op_size));
	write_reg(e, memory);
	return 0;
}

static int emulate_cmpxchg(const struct emulation *e)
{
	unsigned size = e->in->op_size;
	uint64_t memory, accumulator = e->regs->rax & mask_of(size);
	int rc = mmio_read(e, &memory);

	if (rc)
		return rc;
	if (memory == accumulator) {
		rc = mmio_write(e, read_reg(e));
		if (rc)
			return rc;
	} else {
		write_gpr(&e->regs->gpr[REG_RAX], size, memory);
	}
	set_flags(e->regs, FLAGS_ARITHMETIC, sub_flags(accumulator, memory, size));
	return 0;
}

/* The ordinary side of MOVS. DS and ES are taken to be flat, as all systems in use have them. */
static int copy_string(const struct emulation *e, bool is_write)
{
	const struct insn *in = e->in;
	uint64_t value = 0, linear = e->regs->gpr[is_write ? REG_RSI : REG_RDI];
	int rc;

	if (in->address_size < 8)
		linear &= mask_of(in->address_size);
	if (is_write) {
		if (in->fs_or_gs)
			return -EOPNOTSUPP;
		rc = e->ops->mem_read(e->ctx, linear, in->op_size, &value);
		return rc ? rc : mmio_write(e, value);
	}
	rc = mmio_read(e, &value);
	return rc ? rc : e->ops->mem_write(e->ctx, linear, in->op_size, value);
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
	int rc;

	*done = true;
	if (in->rep && (e->regs->rcx & mask_of(in->address_size)) == 0)
		return 0;
	if (in->op == INSN_MOVS) {
		rc = copy_string(e, is_write);
	} else if (in->op == INSN_STOS) {
		rc = mmio_write(e, read_reg(e));
	} else {
		uint64_t value;

		rc = mmio_read(e, &value);
		if (rc == 0)
			write_reg(e, value);
	}
	if (rc)
		return rc;
	if (in->op != INSN_STOS)
		step_register(e, REG_RSI, step);
	if (in->op != INSN_LODS)
		step_register(e, REG_RDI, step);
	if (in->rep) {
		step_register(e, REG_RCX, -1);
		*done = (e->regs->rcx & mask_of(in->address_size)) == 0;
	}
	return 0;
}

int insn_emulate(const struct insn *in, struct cpu_regs *regs, gpaddr_t gpa, bool is_write,
		 const struct emulate_ops *ops, void *ctx)
{
	const struct emulation e = { in, regs, gpa, ops, ctx };
	bool done = true;
	int rc;

	switch (in->op) {
	case INSN_MOV: rc = emulate_mov(&e); break;
	case INSN_AND:
	case INSN_OR:
	case INSN_XOR:
	case INSN_ADD:
	case INSN_SUB:
	case INSN_CMP:
	case INSN_TEST: rc = emulate_arithmetic(&e); break;
	case INSN_BT:
	case INSN_BTS:
	case INSN_BTR:
	case INSN_BTC: rc = emulate_bit(&e); break;
	case INSN_XCHG:
	case INSN_XADD: rc = emulate_exchange(&e); break;
	case INSN_CMPXCHG: rc = emulate_cmpxchg(&e); break;
	case INSN_MOVS:
	case INSN_STOS:
	case INSN_LODS: rc = emulate_string(&e, is_write, &done); break;
	default: rc = -EOPNOTSUPP; break;
	}
	if (rc == 0 && done)
		regs->rip += in->length;
	if (rc == 0 && in->mode != CPU_MODE_64)
		regs->rip = (uint32_t)regs->rip;
	return rc;
}
