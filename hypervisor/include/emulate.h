// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instruction decoder and the few instructions that touch emulated memory (local APIC,
 * IO-APIC, configuration space). Two steps, so that both can be tested on a host: insn_decode
 * understands the bytes; insn_emulate runs the result against registers and an access interface.
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
	INSN_INVALID = 0,
	INSN_MOV, /* also MOVZX/MOVSX/MOVSXD through zero_extend/sign_extend */
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
	INSN_NOP,
	INSN_HLT,
	INSN_CPUID,
	INSN_RDMSR,
	INSN_WRMSR,
	INSN_VMMCALL,
	INSN_VMCALL,
	INSN_IN,
	INSN_OUT,
	INSN_INS,
	INSN_OUTS,
	INSN_XSETBV,
	INSN_MOV_CR,
	INSN_MOV_DR,
	INSN_INVLPG,
	INSN_WBINVD,
	INSN_INVD,
	INSN_RDTSC,
	INSN_RDTSCP,
	INSN_RDPMC,
	INSN_CLTS,
	INSN_LMSW,
	INSN_INT3,
	INSN_INT,
	INSN_ICEBP,
	INSN_PAUSE,
	INSN_MONITOR,
	INSN_MWAIT,
	INSN_OTHER, /* length known, not one of the above */
};

struct insn {
	enum insn_op op;
	uint8_t length;   /* bytes, 1..15 */
	uint8_t op_size;  /* 1, 2, 4 or 8: bytes of the memory operand */
	uint8_t reg_size; /* of the register operand (MOVZX and friends) */
	uint8_t address_size;
	bool mem_first; /* memory is the left operand (CMP, SUB), whether or not it is written */
	bool has_mem, mem_is_dest, rep, repne, lock, sign_extend, high_byte_reg;
	bool has_imm;
	/*
	 * Register operand, -1 none; with high_byte_reg: AH CH DH BH as 0-3. MOV_CR and MOV_DR:
	 * the general register; imm is then the other one's number and mem_is_dest says that it is
	 * written.
	 */
	int8_t reg;
	int8_t base, index; /* -1 none; base 16 = RIP */
	uint8_t scale;
	uint8_t segment; /* 0 ES 1 CS 2 SS 3 DS 4 FS 5 GS, the effective one */
	int64_t disp;
	uint64_t imm;
};

/*
 * bytes: len of them (15, or less before an unmapped page). 0, -EINVAL (#UD), -ENODATA (need
 * more).
 */
int insn_decode(const uint8_t *bytes, size_t len, enum cpu_mode mode, struct insn *out);
/* Length alone of an instruction that the decoder must know; 0 when it does not decode. */
unsigned insn_length(const uint8_t *bytes, size_t len, enum cpu_mode mode);

/* The memory operand's address before segmentation, regs still before it. For MOVS the source. */
uint64_t insn_effective_address(const struct insn *in, const struct cpu_regs *regs);

struct emulate_ops {
	/*
	 * The emulated location behind the faulting access; size 1, 2, 4 or 8. 0 or negative
	 * errno.
	 */
	int (*mmio_read)(void *ctx, gpaddr_t gpa, unsigned size, uint64_t *value);
	int (*mmio_write)(void *ctx, gpaddr_t gpa, unsigned size, uint64_t value);
	/*
	 * The other side of MOVS: ordinary guest-linear memory, DS and ES taken as flat (with FS
	 * or GS: -EOPNOTSUPP). *value as read on success.
	 */
	int (*mem_read)(void *ctx, uint64_t linear, unsigned size, uint64_t *value);
	int (*mem_write)(void *ctx, uint64_t linear, unsigned size, uint64_t value);
};

/*
 * Runs one decoded instruction whose memory operand is the emulated address gpa (a REP string
 * instruction: one iteration; rip moves on after the last). is_write tells which operand of MOVS is
 * the emulated one. 0, -EOPNOTSUPP (nothing changed), or the access's error (nothing changed).
 */
int insn_emulate(const struct insn *in, struct cpu_regs *regs, gpaddr_t gpa, bool is_write,
		 const struct emulate_ops *ops, void *ctx);

#endif
