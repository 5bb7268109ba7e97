// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder: prefixes, the opcode's table entry, operands, immediate. It knows the
 * length of every instruction and the operands of those that the hypervisor acts on. Pure: bytes
 * in, struct insn out; the bytes come from a guest and may be anything.
 */
#include "abi/errno.h"
#include "lib.h"
#include "private.h"

#define SEGMENT_ES 0
#define SEGMENT_DS 3
#define SEGMENT_FS 4
#define REG_RSI    6
#define REG_RDI    7

static void fetch_prefixes(struct decoder *d)
{
	struct insn *in = d->in;
	bool address_prefix = false;

	for (; d->pos < d->len; d->pos++) {
		uint8_t byte = d->bytes[d->pos];

		if (d->mode == CPU_MODE_64 && (byte & 0xf0) == 0x40) {
			d->has_rex = true;
			d->rex = byte & 0xf;
			continue;
		}
		switch (byte) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e: /* ES CS SS DS: no effect in 64-bit mode */
			if (d->mode == CPU_MODE_64)
				break;
			d->segment_prefix = true;
			in->segment = byte >> 3 & 3;
			break;
		case 0x64:
		case 0x65:
			d->segment_prefix = true;
			in->segment = SEGMENT_FS + (byte & 1);
			break;
		case 0x66: d->operand_prefix = true; break;
		case 0x67: address_prefix = true; break;
		case 0xf0: in->lock = true; break;
		case 0xf2:
			in->repne = true;
			in->rep = false;
			break;
		case 0xf3:
			in->rep = true;
			in->repne = false;
			break;
		default: goto done;
		}
		d->has_rex = false; /* REX counts only right before the opcode */
		d->rex = 0;
	}
done:
	if (d->mode == CPU_MODE_64)
		in->address_size = address_prefix ? 4 : 8;
	else
		in->address_size = (d->mode == CPU_MODE_16) != address_prefix ? 2 : 4;
}

static uint8_t operand_size(const struct decoder *d, uint8_t flags)
{
	if (flags & OP_BYTE)
		return 1;
	if (d->mode == CPU_MODE_64) {
		if (d->rex & REX_W)
			return 8;
		if (d->operand_prefix)
			return 2;
		return flags & OP_DEFAULT64 ? 8 : 4;
	}
	return (d->mode == CPU_MODE_16) != d->operand_prefix ? 2 : 4;
}

/* ModRM and what depends on it of an instruction known by its length alone. */
static int fetch_unknown(struct decoder *d, enum insn_imm imm)
{
	d->in->op = INSN_OTHER;
	insn_fetch_modrm(d);
	if (imm == IMM_8)
		insn_fetch(d, 1);
	else if (imm == IMM_Z)
		insn_fetch(d, 4);
	return d->error;
}

/*
 * VEX (c4, c5), EVEX (62) and XOP (8f): AVX and its relatives. Each names an opcode map and
 * replaces all other prefixes but segment and address size.
 */
static int fetch_vector(struct decoder *d, uint8_t escape)
{
	enum { EVEX = 0x62, XOP = 0x8f, VEX2 = 0xc5 };
	uint8_t payload = (uint8_t)insn_fetch(d, 1), map = 1, opcode;
	enum insn_imm imm = IMM_NONE;

	if (d->has_rex || d->operand_prefix || d->in->lock || d->in->rep || d->in->repne)
		return -EINVAL;
	d->rex = (uint8_t)~payload >> 5 & (escape == VEX2 ? REX_R : REX_R | REX_X | REX_B);
	if (d->mode != CPU_MODE_64)
		d->rex = 0;
	if (escape != VEX2) {
		map = payload & (escape == EVEX ? 7 : 0x1f);
		insn_fetch(d, escape == EVEX ? 2 : 1);
	}
	opcode = (uint8_t)insn_fetch(d, 1);
	if (d->error)
		return d->error;
	if (escape == XOP) {
		if (map > 10)
			return -EINVAL;
		imm = map == 8 ? IMM_8 : map == 10 ? IMM_Z : IMM_NONE;
	} else if (map == 1) {
		if (opcode == 0x77 && escape != EVEX) { /* VZEROUPPER, VZEROALL */
			d->in->op = INSN_OTHER;
			return d->error;
		}
		imm = opcode_two_byte[opcode].imm == IMM_8 ? IMM_8 : IMM_NONE;
	} else if (map == 3) {
		imm = IMM_8;
	} else if (map != 2 && !(escape == EVEX && (map == 5 || map == 6))) {
		return -EINVAL;
	}
	return fetch_unknown(d, imm);
}

/* In 32-bit modes these opcodes mean something else (LES, LDS, BOUND) with a memory operand. */
static bool is_vector_escape(const struct decoder *d, uint8_t opcode)
{
	uint8_t next = d->pos < d->len ? d->bytes[d->pos] : 0;

	if (opcode == 0x8f)
		return (next & 0x1f) >= 8;
	return (opcode == 0x62 || opcode == 0xc4 || opcode == 0xc5) &&
	       (d->mode == CPU_MODE_64 || next >= 0xc0);
}

/* 0f 01: descriptor tables in memory; virtualisation and oddments in register form. */
static int fetch_group7(struct decoder *d)
{
	struct insn *in = d->in;

	insn_fetch_modrm(d);
	if (d->error)
		return d->error;
	if (modrm_is_register(d))
		in->op = opcode_group7_register[d->modrm & 0x3f];
	else if (modrm_reg(d) == 6)
		in->op = INSN_LMSW;
	else if (modrm_reg(d) == 7)
		in->op = INSN_INVLPG;
	else
		in->op = INSN_OTHER;
	in->op_size = in->reg_size = 2;
	return in->op == INSN_INVALID || in->lock ? -EINVAL : 0;
}

/* A register operand of n's number; without REX the byte registers 4 to 7 are AH, CH, DH, BH. */
static void set_register(struct decoder *d, unsigned n)
{
	d->in->reg = (int8_t)n;
	if (d->in->reg_size == 1 && !d->has_rex && n >= 4) {
		d->in->high_byte_reg = true;
		d->in->reg -= 4;
	}
}

static void set_string(struct decoder *d)
{
	struct insn *in = d->in;

	in->has_mem = true;
	in->base = REG_RSI;
	if (in->op == INSN_STOS || in->op == INSN_INS) {
		in->base = REG_RDI;
		in->segment = SEGMENT_ES;
	}
	in->mem_is_dest = in->base == REG_RDI || in->op == INSN_MOVS;
	if (in->op == INSN_STOS || in->op == INSN_LODS)
		in->reg = 0;
}

static void set_operands(struct decoder *d, const struct opcode *o, uint8_t opcode)
{
	struct insn *in = d->in;

	switch (o->form) {
	case FORM_ACC:
	case FORM_MOFFS_LOAD:
	case FORM_MOFFS_STORE:
		in->reg = 0;
		in->has_mem = o->form != FORM_ACC;
		in->mem_is_dest = o->form == FORM_MOFFS_STORE;
		break;
	case FORM_OPREG: set_register(d, (opcode & 7) | (d->rex & REX_B ? 8 : 0)); break;
	case FORM_STRING: set_string(d); break;
	case FORM_LOAD:
	case FORM_STORE:
		set_register(d, modrm_reg(d) | (d->rex & REX_R ? 8 : 0));
		in->mem_first = in->has_mem && o->form == FORM_STORE;
		in->mem_is_dest = in->mem_first && !(o->flags & OP_READ);
		break;
	case FORM_IMM:
		in->mem_first = in->has_mem;
		in->mem_is_dest = in->has_mem && !(o->flags & OP_READ);
		break;
	case FORM_CREG: /* reg: the general register; imm: the other one's number */
		in->op_size = in->reg_size = d->mode == CPU_MODE_64 ? 8 : 4;
		in->reg = (int8_t)((d->modrm & 7) | (d->rex & REX_B ? 8 : 0));
		in->imm = modrm_reg(d) | (d->rex & REX_R ? 8 : 0);
		in->mem_is_dest = o->flags & OP_READ;
		if (in->op == INSN_MOV_CR && in->lock && in->imm == 0)
			in->imm = 8; /* AMD's way to CR8 without REX */
		break;
	}
}

/* What an opcode's bits alone do not say: the same byte with another prefix, in another mode. */
static int adjust(struct decoder *d, unsigned map, uint8_t opcode, struct opcode *o)
{
	struct insn *in = d->in;

	if (map == 1) {
		if (opcode == 0x90) {
			if (d->rex & REX_B)
				in->op = INSN_OTHER; /* XCHG r8, rAX */
			else if (in->rep)
				in->op = INSN_PAUSE;
		} else if (opcode == 0x63) {
			if (d->mode != CPU_MODE_64) {
				in->op = INSN_OTHER; /* ARPL */
				o->form = FORM_MODRM;
			} else {
				in->sign_extend = true;
				in->op_size = MIN(in->op_size, 4);
			}
		}
		return 0;
	}
	switch (opcode) {
	case 0x78: /* SSE4a: EXTRQ, INSERTQ */
		if (d->operand_prefix || in->repne)
			o->imm = IMM_8_8;
		break;
	case 0xb6:
	case 0xb7:
	case 0xbe:
	case 0xbf:
		in->op_size = opcode & 1 ? 2 : 1;
		in->sign_extend = opcode >= 0xbe;
		break;
	case 0xb8:
		if (!in->rep)
			return -EINVAL;
		break;
	}
	return 0;
}

static void fetch_immediate(struct decoder *d, enum insn_imm kind)
{
	struct insn *in = d->in;
	unsigned size = in->reg_size;

	in->has_imm = kind == IMM_8 || kind == IMM_U8 || kind == IMM_16 || kind == IMM_Z ||
		      kind == IMM_V;
	switch (kind) {
	case IMM_NONE: break;
	case IMM_8: in->imm = (uint64_t)insn_fetch_signed(d, 1); break;
	case IMM_U8: in->imm = insn_fetch(d, 1); break;
	case IMM_16: in->imm = insn_fetch(d, 2); break;
	case IMM_Z: in->imm = (uint64_t)insn_fetch_signed(d, size == 2 ? 2 : 4); break;
	case IMM_V: in->imm = insn_fetch(d, size); break;
	case IMM_ADDRESS: in->disp = (int64_t)insn_fetch(d, in->address_size); break;
	case IMM_16_8:
		insn_fetch(d, 2);
		insn_fetch(d, 1);
		break;
	case IMM_FAR:
		insn_fetch(d, size);
		insn_fetch(d, 2);
		break;
	case IMM_8_8: insn_fetch(d, 2); break;
	}
}

/* The rest of an instruction whose opcode is in one of the first two maps. */
static int fetch_operands(struct decoder *d, unsigned map, uint8_t opcode)
{
	struct opcode o = map == 1 ? opcode_one_byte[opcode] : opcode_two_byte[opcode];
	struct insn *in = d->in;
	bool takes_lock;
	int rc;

	if (o.form == FORM_CREG)
		d->modrm = (uint8_t)insn_fetch(d, 1) | 0xc0;
	else if (o.form >= FORM_MODRM)
		insn_fetch_modrm(d);
	if (d->error)
		return d->error;
	if (o.form == FORM_GROUP) {
		const struct opcode *member = &opcode_groups[o.op][modrm_reg(d)];

		o.op = member->op;
		o.form = member->form;
		o.flags |= member->flags;
		if (o.flags & OP_NO_IMM)
			o.imm = IMM_NONE;
		if (map == 1 && (opcode & 0xfe) == 0xc6 && d->modrm == 0xf8)
			o.op = INSN_OTHER; /* XABORT, XBEGIN */
	}
	if (o.op == INSN_INVALID || (o.flags & OP_NO64 && d->mode == CPU_MODE_64) ||
	    (o.flags & OP_MEM && !in->has_mem))
		return -EINVAL;
	in->op = o.op;
	in->op_size = in->reg_size = operand_size(d, o.flags);
	rc = adjust(d, map, opcode, &o);
	if (rc)
		return rc;
	set_operands(d, &o, opcode);
	takes_lock = (o.flags & OP_LOCK && in->has_mem) || in->op == INSN_MOV_CR;
	if (in->lock && !takes_lock)
		return -EINVAL;
	fetch_immediate(d, o.imm);
	return d->error;
}

static int fetch_instruction(struct decoder *d)
{
	uint8_t opcode;

	fetch_prefixes(d);
	opcode = (uint8_t)insn_fetch(d, 1);
	if (d->error)
		return d->error;
	if (is_vector_escape(d, opcode))
		return fetch_vector(d, opcode);
	if (opcode != 0x0f)
		return fetch_operands(d, 1, opcode);
	opcode = (uint8_t)insn_fetch(d, 1);
	if (d->error)
		return d->error;
	if (opcode == 0x01)
		return fetch_group7(d);
	if (opcode == 0x38 || opcode == 0x3a) {
		insn_fetch(d, 1);
		return d->in->lock ? -EINVAL : fetch_unknown(d, opcode == 0x3a ? IMM_8 : IMM_NONE);
	}
	return fetch_operands(d, 2, opcode);
}

int insn_decode(const uint8_t *bytes, size_t len, enum cpu_mode mode, struct insn *out)
{
	struct decoder d = {
		.bytes = bytes,
		.len = MIN(len, INSN_MAX),
		.mode = mode,
		.in = out,
	};
	int rc;

	memset(out, 0, sizeof(*out));
	out->reg = out->base = out->index = -1;
	out->scale = 1;
	out->segment = SEGMENT_DS;
	rc = fetch_instruction(&d);
	if (rc)
		out->op = INSN_INVALID;
	out->length = (uint8_t)d.pos;
	return rc;
}

unsigned insn_length(const uint8_t *bytes, size_t len, enum cpu_mode mode)
{
	struct insn in;

	return insn_decode(bytes, len, mode, &in) ? 0 : in.length;
}
