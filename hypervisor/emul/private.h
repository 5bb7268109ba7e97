// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The opcode tables (tables.c) and what their fields mean to the decoder (decode.c). An opcode
 * that is not in a table does not exist: it decodes to #UD.
 */
#ifndef EMUL_PRIVATE_H
#define EMUL_PRIVATE_H

#include "emulate.h"

/* How an instruction names its operands, and so whether a ModRM byte follows. */
enum insn_form {
	FORM_NONE,       /* no ModRM; operands implied */
	FORM_ACC,        /* AL/eAX/rAX and an immediate */
	FORM_OPREG,      /* the opcode's low three bits name a register */
	FORM_STRING,     /* rSI and/or rDI */
	FORM_MOFFS_LOAD, /* accumulator <- memory at an absolute address */
	FORM_MOFFS_STORE,
	FORM_MODRM, /* from here on a ModRM byte follows. This one: any operands, no matter which */
	FORM_LOAD,  /* reg <- r/m */
	FORM_STORE, /* r/m <- reg */
	FORM_IMM,   /* r/m <- immediate */
	FORM_CREG,  /* control or debug register; the mode bits of ModRM are ignored */
	FORM_GROUP, /* ModRM.reg selects the instruction; op is the number of the group */
};

enum insn_imm {
	IMM_NONE,
	IMM_8,  /* sign-extended */
	IMM_U8, /* a port, a vector: zero-extended */
	IMM_16,
	IMM_Z,       /* 2 bytes with a 16-bit operand, else 4, sign-extended */
	IMM_V,       /* as large as the operand */
	IMM_ADDRESS, /* as large as an address */
	IMM_16_8,    /* ENTER */
	IMM_FAR,     /* offset and selector */
	IMM_8_8,     /* EXTRQ, INSERTQ */
};

#define OP_BYTE      0x01 /* operands of one byte */
#define OP_LOCK      0x02 /* may be locked when its destination is memory */
#define OP_NO64      0x04 /* #UD in 64-bit mode */
#define OP_DEFAULT64 0x08 /* operands of 64 bits in 64-bit mode without REX.W */
#define OP_NO_IMM    0x10 /* group member without the group's immediate */
#define OP_MEM       0x20 /* #UD with a register operand */
#define OP_READ      0x40 /* FORM_IMM, FORM_STORE: the memory operand is only read */

struct opcode {
	uint8_t op; /* enum insn_op; with FORM_GROUP enum opcode_group */
	uint8_t form;
	uint8_t imm;
	uint8_t flags;
};

enum opcode_group {
	GROUP_1,  /* 80-83 */
	GROUP_1A, /* 8f */
	GROUP_2,  /* c0, c1, d0-d3 */
	GROUP_3,  /* f6, f7 */
	GROUP_4,  /* fe */
	GROUP_5,  /* ff */
	GROUP_8,  /* 0f ba */
	GROUP_9,  /* 0f c7 */
	GROUP_11, /* c6, c7 */
	GROUPS
};

extern const struct opcode opcode_one_byte[256];
extern const struct opcode opcode_two_byte[256]; /* after 0f */
extern const struct opcode opcode_groups[GROUPS][8];

/* 0f 01, whose ModRM byte is a table of its own: what the whole byte means in register form. */
extern const uint8_t opcode_group7_register[64]; /* index: ModRM & 0x3f; enum insn_op */

/* --- the state of decoding one instruction ---------------------------------------------------- */

struct decoder {
	const uint8_t *bytes;
	size_t len; /* at most INSN_MAX */
	size_t pos;
	int error; /* first one met; fetching goes on with zeros */
	enum cpu_mode mode;
	uint8_t modrm;
	uint8_t rex;         /* W R X B, bits 3 to 0 */
	bool has_rex;        /* a REX prefix of any value: no AH, CH, DH, BH */
	bool operand_prefix; /* 66 */
	bool segment_prefix; /* in->segment holds the override */
	struct insn *in;
};

#define REX_W 8u
#define REX_R 4u
#define REX_X 2u
#define REX_B 1u

/* The next n (1, 2, 4, 8) bytes, little endian; 0 and d->error when there are not so many. */
uint64_t insn_fetch(struct decoder *d, unsigned n);
/* As insn_fetch, sign-extended. */
int64_t insn_fetch_signed(struct decoder *d, unsigned n);
/* ModRM, SIB and displacement; fills the address part of *d->in. */
void insn_fetch_modrm(struct decoder *d);

static inline unsigned modrm_reg(const struct decoder *d)
{
	return d->modrm >> 3 & 7;
}
static inline bool modrm_is_register(const struct decoder *d)
{
	return d->modrm >= 0xc0;
}

#endif
