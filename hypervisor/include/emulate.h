// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The few instructions that touch emulated memory (local APIC, IO-APIC, configuration space). Two
 * steps, so that both can be tested on a host: insn_decode understands the bytes; insn_emulate runs
 * the result against registers and an access interface.
 */
#ifndef SOCLE_EMULATE_H
#define SOCLE_EMULATE_H

#include "types.h"

/* General registers in the order of their encoding: index = ModRM.reg | REX.R << 3. */
struct cpu_regs {
	union {
		struct {
			uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
			uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
		};
		uint64_t gpr[16];
	};
	uint64_t rip, rflags;
};

enum cpu_mode { CPU_MODE_16, CPU_MODE_32, CPU_MODE_64 }; /* operand default; long mode or not */

#define INSN_MAX 15u

enum insn_op {
	INSN_INVALID,
	INSN_MOV, /* also MOVZX, MOVSX and MOVSXD */
	INSN_STOS,
	INSN_MOVS,
	INSN_LODS,
	INSN_AND,
	INSN_OR,
	INSN_XOR,
	INSN_ADD,
	INSN_SUB,
	INSN_CMP,
	INSN_TEST,
	INSN_XCHG,
	INSN_BT,
	INSN_BTS,
	INSN_BTR,
	INSN_BTC,
	INSN_CMPXCHG,
	INSN_XADD,
};

/* An instruction with an operand in memory. */
struct insn {
	enum insn_op op;
	enum cpu_mode mode;
	uint8_t length;   /* bytes, 1..15 */
	uint8_t op_size;  /* 1, 2, 4 or 8: bytes of the memory operand */
	uint8_t reg_size; /* of the register operand (MOVZX and friends) */
	uint8_t address_size;
	bool mem_first; /* memory is the left operand: what MOV writes, CMP subtracts from */
	bool rep, sign_extend, has_imm;
	bool fs_or_gs;      /* by a prefix: the segment whose base is not 0 */
	bool high_byte_reg; /* reg is AH CH DH BH as 0-3 */
	uint8_t reg;        /* the register operand, where there is one */
	uint64_t imm;       /* sign-extended */
};

/*
 * bytes: len of them (15, or less before an unmapped page). 0, -EOPNOTSUPP (not one that
 * insn_emulate carries out), -ENODATA (need more).
 */
int insn_decode(const uint8_t *bytes, size_t len, enum cpu_mode mode, struct insn *out);

/* Size 1, 2, 4 or 8; *value: what is written, or was read. 0 or negative errno. */
struct emulate_ops {
	/* The emulated location behind the faulting access. */
	int (*mmio)(void *ctx, gpaddr_t gpa, unsigned size, bool write, uint64_t *value);
	/*
	 * The other side of MOVS: ordinary guest-linear memory, DS and ES taken as flat (with FS
	 * or GS: -EOPNOTSUPP).
	 */
	int (*memory)(void *ctx, uint64_t linear, unsigned size, bool write, uint64_t *value);
};

/*
 * Runs one decoded instruction whose memory operand is the emulated address gpa (a REP string
 * instruction: one iteration; rip moves on after the last). is_write tells which operand of MOVS is
 * the emulated one. 0, -EOPNOTSUPP (nothing changed), or the access's error (nothing changed).
 */
int insn_emulate(const struct insn *in, struct cpu_regs *regs, gpaddr_t gpa, bool is_write,
		 const struct emulate_ops *ops, void *ctx);

#endif
