// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder (APM vol. 3, chapter 1 and appendix A). It knows those instructions with
 * an operand in memory that emulate.c carries out, and no other: their opcodes, how long they are
 * and what their other operand is. Where the memory is the exit has told. The processor has decoded
 * the same bytes before, so that what it calls undefined (LOCK before MOV) is not looked for. Pure:
 * the bytes come from a guest and may be anything.
 */
#include "abi/errno.h"
#include "emulate.h"
#include "lib.h"

enum form {
	FORM_NONE,
	FORM_MOFFS_LOAD, /* accumulator <- memory at an absolute address */
	FORM_MOFFS_STORE,
	FORM_STRING, /* rSI and/or rDI */
	FORM_LOAD,   /* from here on a ModRM byte follows. This one: register <- memory */
	FORM_EXTEND, /* the same, with a memory operand that is smaller than the register */
	FORM_STORE,  /* memory <- register */
	FORM_IMM_8, /* memory <- immediate; ModRM selects from the group that op is the number of */
	FORM_IMM_Z, /* the same with 2 or 4 bytes of immediate, as the operand has */
};

enum group { GROUP_1, GROUP_3, GROUP_8, GROUP_11, GROUPS };

struct opcode {
	uint8_t op; /* enum insn_op or enum group */
	uint8_t form;
};

/* clang-format takes these initialisers for blocks. */
// clang-format off
#define ARITHMETIC(at, op) \
	[(at) ... (at) + 1] = { op, FORM_STORE }, [(at) + 2 ... (at) + 3] = { op, FORM_LOAD }
// clang-format on

static const struct opcode one_byte[256] = {
	ARITHMETIC(0x00, INSN_ADD),
	ARITHMETIC(0x08, INSN_OR),
	ARITHMETIC(0x20, INSN_AND),
	ARITHMETIC(0x28, INSN_SUB),
	ARITHMETIC(0x30, INSN_XOR),
	ARITHMETIC(0x38, INSN_CMP),
	[0x63] = { INSN_MOV, FORM_EXTEND }, /* MOVSXD, in 64-bit mode only */
	[0x80] = { GROUP_1, FORM_IMM_8 },
	[0x81] = { GROUP_1, FORM_IMM_Z },
	[0x82 ... 0x83] = { GROUP_1, FORM_IMM_8 },
	[0x84 ... 0x85] = { INSN_TEST, FORM_STORE },
	[0x86 ... 0x87] = { INSN_XCHG, FORM_STORE },
	[0x88 ... 0x89] = { INSN_MOV, FORM_STORE },
	[0x8a ... 0x8b] = { INSN_MOV, FORM_LOAD },
	[0xa0 ... 0xa1] = { INSN_MOV, FORM_MOFFS_LOAD },
	[0xa2 ... 0xa3] = { INSN_MOV, FORM_MOFFS_STORE },
	[0xa4 ... 0xa5] = { INSN_MOVS, FORM_STRING },
	[0xaa ... 0xab] = { INSN_STOS, FORM_STRING },
	[0xac ... 0xad] = { INSN_LODS, FORM_STRING },
	[0xc6] = { GROUP_11, FORM_IMM_8 },
	[0xc7] = { GROUP_11, FORM_IMM_Z },
	[0xf6] = { GROUP_3, FORM_IMM_8 },
	[0xf7] = { GROUP_3, FORM_IMM_Z },
};

static const struct opcode two_byte[256] = {
	/* after 0f */
	[0xa3] = { INSN_BT, FORM_STORE },
	[0xab] = { INSN_BTS, FORM_STORE },
	[0xb0 ... 0xb1] = { INSN_CMPXCHG, FORM_STORE },
	[0xb3] = { INSN_BTR, FORM_STORE },
	[0xb6 ... 0xb7] = { INSN_MOV, FORM_EXTEND }, /* MOVZX */
	[0xba] = { GROUP_8, FORM_IMM_8 },
	[0xbb] = { INSN_BTC, FORM_STORE },
	[0xbe ... 0xbf] = { INSN_MOV, FORM_EXTEND }, /* MOVSX */
	[0xc0 ... 0xc1] = { INSN_XADD, FORM_STORE },
	[0xc3] = { INSN_MOV, FORM_STORE }, /* MOVNTI */
};

/* By ModRM.reg; ADC and SBB, NOT to DIV are not carried out. */
static const uint8_t group_members[GROUPS][8] = {
	[GROUP_1] = { INSN_ADD, INSN_OR, 0, 0, INSN_AND, INSN_SUB, INSN_XOR, INSN_CMP },
	[GROUP_3] = { INSN_TEST, INSN_TEST },
	[GROUP_8] = { 0, 0, 0, 0, INSN_BT, INSN_BTS, INSN_BTR, INSN_BTC },
	[GROUP_11] = { INSN_MOV },
};

#define REX_W 8u
#define REX_R 4u

struct decoder {
	const uint8_t *bytes;
	size_t len; /* at most INSN_MAX */
	size_t pos;
	int error; /* first one met; fetching goes on with zeros */
	uint8_t modrm;
	uint8_t rex;         /* the whole byte; 0: none */
	bool operand_prefix; /* 66 */
	struct insn *in;
};

/* The next n (at most 8) bytes, little endian; 0 and d->error when there are not so many. */
static uint64_t fetch(struct decoder *d, unsigned n)
{
	uint64_t value = 0;

	if (!d->error && d->len - d->pos < n)
		d->error = d->len == INSN_MAX ? -EOPNOTSUPP : -ENODATA;
	if (d->error)
		return 0;
	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)d->bytes[d->pos++] << 8 * i;
	return value;
}

static void fetch_prefixes(struct decoder *d)
{
	struct insn *in = d->in;
	bool address_prefix = false;

	for (; d->pos < d->len; d->pos++) {
		uint8_t byte = d->bytes[d->pos];

		if (in->mode == CPU_MODE_64 && (byte & 0xf0) == 0x40) {
			d->rex = byte;
			continue;
		}
		switch (byte) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e: /* ES CS SS DS: no effect in 64-bit mode */
			if (in->mode != CPU_MODE_64)
				in->fs_or_gs = false;
			break;
		case 0x64:
		case 0x65: in->fs_or_gs = true; break;
		case 0x66: d->operand_prefix = true; break;
		case 0x67: address_prefix = true; break;
		case 0xf0: break; /* LOCK */
		case 0xf2:
		case 0xf3: in->rep = true; break;
		default: goto done;
		}
		d->rex = 0; /* it counts only right before the opcode */
	}
done:
	if (in->mode == CPU_MODE_64)
		in->address_size = address_prefix ? 4 : 8;
	else
		in->address_size = (in->mode == CPU_MODE_16) != address_prefix ? 2 : 4;
}

/* ModRM, SIB and displacement of an operand in memory. */
static void fetch_memory(struct decoder *d)
{
	unsigned mod, base;

	d->modrm = (uint8_t)fetch(d, 1);
	mod = d->modrm >> 6;
	base = d->modrm & 7;
	if (mod == 3) {
		d->error = -EOPNOTSUPP;
	} else if (d->in->address_size == 2) {
		fetch(d, mod == 0 && base == 6 ? 2 : mod);
	} else {
		if (base == 4)
			base = fetch(d, 1) & 7; /* SIB */
		fetch(d, mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0);
	}
}

/* Without REX the byte registers 4 to 7 are AH, CH, DH, BH. */
static void set_register(struct decoder *d)
{
	unsigned n = (d->modrm >> 3 & 7) | (d->rex & REX_R ? 8 : 0);

	d->in->high_byte_reg = d->in->reg_size == 1 && !d->rex && n >= 4;
	d->in->reg = (int8_t)(d->in->high_byte_reg ? n - 4 : n);
}

static void fetch_immediate(struct decoder *d, unsigned size)
{
	d->in->has_imm = true;
	d->in->imm = sign_extend(fetch(d, size), size);
}

static uint8_t operand_size(const struct decoder *d)
{
	if (d->rex & REX_W)
		return 8;
	return (d->in->mode == CPU_MODE_16) != d->operand_prefix ? 2 : 4;
}

static void fetch_operands(struct decoder *d, uint8_t opcode, const struct opcode *o)
{
	struct insn *in = d->in;
	/* It is in the lowest bit where there is a choice. */
	bool byte = !(opcode & 1) && o->form != FORM_EXTEND && o != &two_byte[0xba];

	in->op = o->op;
	in->op_size = in->reg_size = byte ? 1 : operand_size(d);
	in->mem_first = o->form >= FORM_STORE || o->form == FORM_MOFFS_STORE;
	if (o->form >= FORM_LOAD)
		fetch_memory(d);
	switch ((enum form)o->form) {
	case FORM_NONE: d->error = -EOPNOTSUPP; break;
	case FORM_MOFFS_LOAD:
	case FORM_MOFFS_STORE: fetch(d, in->address_size); break;
	case FORM_STRING: break;
	case FORM_EXTEND:
		in->op_size = opcode == 0x63 ? MIN(in->reg_size, 4) : opcode & 1 ? 2 : 1;
		in->sign_extend = opcode == 0x63 || opcode >= 0xbe;
		if (opcode == 0x63 && in->mode != CPU_MODE_64)
			d->error = -EOPNOTSUPP; /* ARPL */
		set_register(d);
		break;
	case FORM_LOAD:
	case FORM_STORE: set_register(d); break;
	case FORM_IMM_8:
	case FORM_IMM_Z:
		in->op = group_members[o->op][d->modrm >> 3 & 7];
		if (!d->error && in->op == INSN_INVALID)
			d->error = -EOPNOTSUPP;
		fetch_immediate(d, o->form == FORM_IMM_8 ? 1 : MIN(in->op_size, 4));
		break;
	}
}

int insn_decode(const uint8_t *bytes, size_t len, enum cpu_mode mode, struct insn *out)
{
	struct decoder d = { .bytes = bytes, .len = MIN(len, INSN_MAX), .in = out };
	uint8_t opcode;

	memset(out, 0, sizeof(*out));
	out->mode = mode;
	fetch_prefixes(&d);
	opcode = (uint8_t)fetch(&d, 1);
	if (opcode == 0x0f) {
		opcode = (uint8_t)fetch(&d, 1);
		if (!d.error)
			fetch_operands(&d, opcode, &two_byte[opcode]);
	} else if (!d.error) {
		fetch_operands(&d, opcode, &one_byte[opcode]);
	}
	out->length = (uint8_t)d.pos;
	return d.error;
}
