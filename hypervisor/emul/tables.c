// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The x86 opcode maps (APM vol. 3, appendix A) as far as a decoder needs them: how long an
 * instruction is, and for the few that this hypervisor acts on, which it is. Pure data.
 */
#include "private.h"

/* clang-format takes these initialisers for blocks. */
// clang-format off
#define OTHER(form, imm, flags) { INSN_OTHER, form, imm, flags }
#define GROUP(n, imm, flags)    { GROUP_##n, FORM_GROUP, imm, flags }
#define PLAIN                   OTHER(FORM_NONE, IMM_NONE, 0)
#define PLAIN_NO64              OTHER(FORM_NONE, IMM_NONE, OP_NO64)
#define MODRM                   OTHER(FORM_MODRM, IMM_NONE, 0)
#define MODRM_IB                OTHER(FORM_MODRM, IMM_8, 0)
#define MODRM_MEM               OTHER(FORM_MODRM, IMM_NONE, OP_MEM)

/* The six encodings that the eight oldest arithmetic operations share, from opcode `at`. */
#define ARITHMETIC(at, op, lock, read)                                       \
	[(at) + 0] = { op, FORM_STORE, IMM_NONE, OP_BYTE | (lock) | (read) }, \
	[(at) + 1] = { op, FORM_STORE, IMM_NONE, (lock) | (read) },           \
	[(at) + 2] = { op, FORM_LOAD, IMM_NONE, OP_BYTE },                    \
	[(at) + 3] = { op, FORM_LOAD, IMM_NONE, 0 },                          \
	[(at) + 4] = { op, FORM_ACC, IMM_8, OP_BYTE },                        \
	[(at) + 5] = { op, FORM_ACC, IMM_Z, 0 }
// clang-format on

const struct opcode opcode_one_byte[256] = {
	ARITHMETIC(0x00, INSN_ADD, OP_LOCK, 0),
	ARITHMETIC(0x08, INSN_OR, OP_LOCK, 0),
	ARITHMETIC(0x10, INSN_OTHER, OP_LOCK, 0), /* ADC */
	ARITHMETIC(0x18, INSN_OTHER, OP_LOCK, 0), /* SBB */
	ARITHMETIC(0x20, INSN_AND, OP_LOCK, 0),
	ARITHMETIC(0x28, INSN_SUB, OP_LOCK, 0),
	ARITHMETIC(0x30, INSN_XOR, OP_LOCK, 0),
	ARITHMETIC(0x38, INSN_CMP, 0, OP_READ),
	[0x06 ... 0x07] = PLAIN_NO64, /* PUSH and POP of ES, CS, SS, DS */
	[0x0e] = PLAIN_NO64,
	[0x16 ... 0x17] = PLAIN_NO64,
	[0x1e ... 0x1f] = PLAIN_NO64,
	[0x27] = PLAIN_NO64, /* DAA, DAS, AAA, AAS */
	[0x2f] = PLAIN_NO64,
	[0x37] = PLAIN_NO64,
	[0x3f] = PLAIN_NO64,
	[0x40 ... 0x4f] = PLAIN_NO64, /* INC, DEC; REX prefixes in 64-bit mode */
	[0x50 ... 0x5f] = OTHER(FORM_NONE, IMM_NONE, OP_DEFAULT64), /* PUSH, POP */
	[0x60 ... 0x61] = PLAIN_NO64,
	[0x62] = OTHER(FORM_MODRM, IMM_NONE, OP_NO64 | OP_MEM), /* BOUND; EVEX is met before */
	[0x63] = { INSN_MOV, FORM_LOAD, IMM_NONE, 0 },          /* MOVSXD, in other modes ARPL */
	[0x68] = OTHER(FORM_NONE, IMM_Z, OP_DEFAULT64),
	[0x69] = OTHER(FORM_MODRM, IMM_Z, 0),
	[0x6a] = OTHER(FORM_NONE, IMM_8, OP_DEFAULT64),
	[0x6b] = MODRM_IB,
	[0x6c] = { INSN_INS, FORM_STRING, IMM_NONE, OP_BYTE },
	[0x6d] = { INSN_INS, FORM_STRING, IMM_NONE, 0 },
	[0x6e] = { INSN_OUTS, FORM_STRING, IMM_NONE, OP_BYTE },
	[0x6f] = { INSN_OUTS, FORM_STRING, IMM_NONE, 0 },
	[0x70 ... 0x7f] = OTHER(FORM_NONE, IMM_8, OP_DEFAULT64), /* Jcc */
	[0x80] = GROUP(1, IMM_8, OP_BYTE),
	[0x81] = GROUP(1, IMM_Z, 0),
	[0x82] = GROUP(1, IMM_8, OP_BYTE | OP_NO64),
	[0x83] = GROUP(1, IMM_8, 0),
	[0x84] = { INSN_TEST, FORM_STORE, IMM_NONE, OP_BYTE | OP_READ },
	[0x85] = { INSN_TEST, FORM_STORE, IMM_NONE, OP_READ },
	[0x86] = { INSN_XCHG, FORM_STORE, IMM_NONE, OP_BYTE | OP_LOCK },
	[0x87] = { INSN_XCHG, FORM_STORE, IMM_NONE, OP_LOCK },
	[0x88] = { INSN_MOV, FORM_STORE, IMM_NONE, OP_BYTE },
	[0x89] = { INSN_MOV, FORM_STORE, IMM_NONE, 0 },
	[0x8a] = { INSN_MOV, FORM_LOAD, IMM_NONE, OP_BYTE },
	[0x8b] = { INSN_MOV, FORM_LOAD, IMM_NONE, 0 },
	[0x8c] = MODRM,     /* MOV of segment registers */
	[0x8d] = MODRM_MEM, /* LEA */
	[0x8e] = MODRM,
	[0x8f] = GROUP(1A, IMM_NONE, OP_DEFAULT64),
	[0x90] = { INSN_NOP, FORM_NONE, IMM_NONE, 0 }, /* also PAUSE, and XCHG r8, rAX */
	[0x91 ... 0x99] = PLAIN,                       /* XCHG rAX; CBW, CWD */
	[0x9a] = OTHER(FORM_NONE, IMM_FAR, OP_NO64),
	[0x9b] = PLAIN,
	[0x9c ... 0x9d] = OTHER(FORM_NONE, IMM_NONE, OP_DEFAULT64), /* PUSHF, POPF */
	[0x9e ... 0x9f] = PLAIN,
	[0xa0] = { INSN_MOV, FORM_MOFFS_LOAD, IMM_ADDRESS, OP_BYTE },
	[0xa1] = { INSN_MOV, FORM_MOFFS_LOAD, IMM_ADDRESS, 0 },
	[0xa2] = { INSN_MOV, FORM_MOFFS_STORE, IMM_ADDRESS, OP_BYTE },
	[0xa3] = { INSN_MOV, FORM_MOFFS_STORE, IMM_ADDRESS, 0 },
	[0xa4] = { INSN_MOVS, FORM_STRING, IMM_NONE, OP_BYTE },
	[0xa5] = { INSN_MOVS, FORM_STRING, IMM_NONE, 0 },
	[0xa6 ... 0xa7] = PLAIN, /* CMPS */
	[0xa8] = { INSN_TEST, FORM_ACC, IMM_8, OP_BYTE },
	[0xa9] = { INSN_TEST, FORM_ACC, IMM_Z, 0 },
	[0xaa] = { INSN_STOS, FORM_STRING, IMM_NONE, OP_BYTE },
	[0xab] = { INSN_STOS, FORM_STRING, IMM_NONE, 0 },
	[0xac] = { INSN_LODS, FORM_STRING, IMM_NONE, OP_BYTE },
	[0xad] = { INSN_LODS, FORM_STRING, IMM_NONE, 0 },
	[0xae ... 0xaf] = PLAIN, /* SCAS */
	[0xb0 ... 0xb7] = { INSN_MOV, FORM_OPREG, IMM_8, OP_BYTE },
	[0xb8 ... 0xbf] = { INSN_MOV, FORM_OPREG, IMM_V, 0 },
	[0xc0] = GROUP(2, IMM_8, OP_BYTE),
	[0xc1] = GROUP(2, IMM_8, 0),
	[0xc2] = OTHER(FORM_NONE, IMM_16, OP_DEFAULT64),
	[0xc3] = OTHER(FORM_NONE, IMM_NONE, OP_DEFAULT64),
	[0xc4 ... 0xc5] = OTHER(FORM_MODRM, IMM_NONE,
				OP_NO64 | OP_MEM), /* LES, LDS; VEX is met before */
	[0xc6] = GROUP(11, IMM_8, OP_BYTE),
	[0xc7] = GROUP(11, IMM_Z, 0),
	[0xc8] = OTHER(FORM_NONE, IMM_16_8, OP_DEFAULT64),
	[0xc9] = OTHER(FORM_NONE, IMM_NONE, OP_DEFAULT64),
	[0xca] = OTHER(FORM_NONE, IMM_16, 0),
	[0xcb] = PLAIN,
	[0xcc] = { INSN_INT3, FORM_NONE, IMM_NONE, 0 },
	[0xcd] = { INSN_INT, FORM_NONE, IMM_U8, 0 },
	[0xce] = PLAIN_NO64,
	[0xcf] = PLAIN, /* IRET */
	[0xd0] = GROUP(2, IMM_NONE, OP_BYTE),
	[0xd1] = GROUP(2, IMM_NONE, 0),
	[0xd2] = GROUP(2, IMM_NONE, OP_BYTE),
	[0xd3] = GROUP(2, IMM_NONE, 0),
	[0xd4 ... 0xd5] = OTHER(FORM_NONE, IMM_8, OP_NO64), /* AAM, AAD */
	[0xd6] = PLAIN_NO64,                                /* SALC */
	[0xd7] = PLAIN,
	[0xd8 ... 0xdf] = MODRM,                                 /* x87 */
	[0xe0 ... 0xe3] = OTHER(FORM_NONE, IMM_8, OP_DEFAULT64), /* LOOPcc, JrCXZ */
	[0xe4] = { INSN_IN, FORM_ACC, IMM_U8, OP_BYTE },
	[0xe5] = { INSN_IN, FORM_ACC, IMM_U8, 0 },
	[0xe6] = { INSN_OUT, FORM_ACC, IMM_U8, OP_BYTE },
	[0xe7] = { INSN_OUT, FORM_ACC, IMM_U8, 0 },
	[0xe8 ... 0xe9] = OTHER(FORM_NONE, IMM_Z, OP_DEFAULT64), /* CALL, JMP */
	[0xea] = OTHER(FORM_NONE, IMM_FAR, OP_NO64),
	[0xeb] = OTHER(FORM_NONE, IMM_8, OP_DEFAULT64),
	[0xec] = { INSN_IN, FORM_ACC, IMM_NONE, OP_BYTE },
	[0xed] = { INSN_IN, FORM_ACC, IMM_NONE, 0 },
	[0xee] = { INSN_OUT, FORM_ACC, IMM_NONE, OP_BYTE },
	[0xef] = { INSN_OUT, FORM_ACC, IMM_NONE, 0 },
	[0xf1] = { INSN_ICEBP, FORM_NONE, IMM_NONE, 0 },
	[0xf4] = { INSN_HLT, FORM_NONE, IMM_NONE, 0 },
	[0xf5] = PLAIN,
	[0xf6] = GROUP(3, IMM_8, OP_BYTE),
	[0xf7] = GROUP(3, IMM_Z, 0),
	[0xf8 ... 0xfd] = PLAIN,
	[0xfe] = GROUP(4, IMM_NONE, OP_BYTE),
	[0xff] = GROUP(5, IMM_NONE, 0),
};

const struct opcode opcode_two_byte[256] = {
	[0x00] = MODRM, /* SLDT, STR, LLDT, LTR, VERR, VERW */
	[0x01] = MODRM, /* group 7, decoded apart */
	[0x02 ... 0x03] = MODRM,
	[0x05] = PLAIN,
	[0x06] = { INSN_CLTS, FORM_NONE, IMM_NONE, 0 },
	[0x07] = PLAIN,
	[0x08] = { INSN_INVD, FORM_NONE, IMM_NONE, 0 },
	[0x09] = { INSN_WBINVD, FORM_NONE, IMM_NONE, 0 },
	[0x0d] = MODRM, /* PREFETCH */
	[0x0e] = PLAIN,
	[0x0f] = MODRM_IB, /* 3DNow!: the opcode is where an immediate would be */
	[0x10 ... 0x1e] = MODRM,
	[0x1f] = { INSN_NOP, FORM_MODRM, IMM_NONE, 0 },
	[0x20] = { INSN_MOV_CR, FORM_CREG, IMM_NONE, 0 },
	[0x21] = { INSN_MOV_DR, FORM_CREG, IMM_NONE, 0 },
	[0x22] = { INSN_MOV_CR, FORM_CREG, IMM_NONE, OP_READ },
	[0x23] = { INSN_MOV_DR, FORM_CREG, IMM_NONE, OP_READ },
	[0x28 ... 0x2f] = MODRM,
	[0x30] = { INSN_WRMSR, FORM_NONE, IMM_NONE, 0 },
	[0x31] = { INSN_RDTSC, FORM_NONE, IMM_NONE, 0 },
	[0x32] = { INSN_RDMSR, FORM_NONE, IMM_NONE, 0 },
	[0x33] = { INSN_RDPMC, FORM_NONE, IMM_NONE, 0 },
	[0x34 ... 0x35] = PLAIN,
	[0x37] = PLAIN,
	[0x38] = MODRM, /* the three-byte maps, met before */
	[0x3a] = MODRM_IB,
	[0x40 ... 0x6f] = MODRM,
	[0x70 ... 0x73] = MODRM_IB,
	[0x74 ... 0x76] = MODRM,
	[0x77] = PLAIN,
	[0x78] = MODRM, /* VMREAD; SSE4a with two immediates is met before */
	[0x79] = MODRM,
	[0x7c ... 0x7f] = MODRM,
	[0x80 ... 0x8f] = OTHER(FORM_NONE, IMM_Z, OP_DEFAULT64), /* Jcc */
	[0x90 ... 0x9f] = MODRM,
	[0xa0 ... 0xa1] = OTHER(FORM_NONE, IMM_NONE, OP_DEFAULT64),
	[0xa2] = { INSN_CPUID, FORM_NONE, IMM_NONE, 0 },
	[0xa3] = { INSN_BT, FORM_STORE, IMM_NONE, OP_READ },
	[0xa4] = MODRM_IB,
	[0xa5] = MODRM,
	[0xa8 ... 0xa9] = OTHER(FORM_NONE, IMM_NONE, OP_DEFAULT64),
	[0xaa] = PLAIN,
	[0xab] = { INSN_BTS, FORM_STORE, IMM_NONE, OP_LOCK },
	[0xac] = MODRM_IB,
	[0xad ... 0xaf] = MODRM,
	[0xb0] = { INSN_CMPXCHG, FORM_STORE, IMM_NONE, OP_BYTE | OP_LOCK },
	[0xb1] = { INSN_CMPXCHG, FORM_STORE, IMM_NONE, OP_LOCK },
	[0xb2] = MODRM_MEM,
	[0xb3] = { INSN_BTR, FORM_STORE, IMM_NONE, OP_LOCK },
	[0xb4 ... 0xb5] = MODRM_MEM,
	[0xb6 ... 0xb7] = { INSN_MOV, FORM_LOAD, IMM_NONE, 0 }, /* MOVZX */
	[0xb8] = MODRM,                                         /* POPCNT */
	[0xba] = GROUP(8, IMM_U8, 0),
	[0xbb] = { INSN_BTC, FORM_STORE, IMM_NONE, OP_LOCK },
	[0xbc ... 0xbd] = MODRM,
	[0xbe ... 0xbf] = { INSN_MOV, FORM_LOAD, IMM_NONE, 0 }, /* MOVSX */
	[0xc0] = { INSN_XADD, FORM_STORE, IMM_NONE, OP_BYTE | OP_LOCK },
	[0xc1] = { INSN_XADD, FORM_STORE, IMM_NONE, OP_LOCK },
	[0xc2] = MODRM_IB,
	[0xc3] = { INSN_MOV, FORM_STORE, IMM_NONE, OP_MEM }, /* MOVNTI */
	[0xc4 ... 0xc6] = MODRM_IB,
	[0xc7] = GROUP(9, IMM_NONE, 0),
	[0xc8 ... 0xcf] = PLAIN, /* BSWAP */
	[0xd0 ... 0xfe] = MODRM,
};

/* Members of groups that are all alike: a ModRM byte and the group's immediate. */
// clang-format off
#define MEMBER(op, lock)   { op, FORM_IMM, 0, lock }
#define MEMBER_OTHER       OTHER(FORM_MODRM, 0, 0)
#define MEMBER_LOCK        OTHER(FORM_MODRM, 0, OP_LOCK)
#define MEMBER_NO_IMM      OTHER(FORM_MODRM, 0, OP_NO_IMM)
#define MEMBER_LOCK_NO_IMM OTHER(FORM_MODRM, 0, OP_LOCK | OP_NO_IMM)
// clang-format on

const struct opcode opcode_groups[GROUPS][8] = {
	[GROUP_1] = {
		MEMBER(INSN_ADD, OP_LOCK),
		MEMBER(INSN_OR, OP_LOCK),
		MEMBER(INSN_OTHER, OP_LOCK), /* ADC */
		MEMBER(INSN_OTHER, OP_LOCK), /* SBB */
		MEMBER(INSN_AND, OP_LOCK),
		MEMBER(INSN_SUB, OP_LOCK),
		MEMBER(INSN_XOR, OP_LOCK),
		MEMBER(INSN_CMP, OP_READ),
	},
	[GROUP_1A] = { MEMBER_OTHER }, /* POP; XOP is met before */
	[GROUP_2] = { [0 ... 7] = MEMBER_OTHER },
	[GROUP_3] = {
		MEMBER(INSN_TEST, OP_READ),
		MEMBER(INSN_TEST, OP_READ),
		MEMBER_LOCK_NO_IMM, /* NOT */
		MEMBER_LOCK_NO_IMM, /* NEG */
		[4 ... 7] = MEMBER_NO_IMM,
	},
	[GROUP_4] = { MEMBER_LOCK, MEMBER_LOCK }, /* INC, DEC */
	[GROUP_5] = {
		MEMBER_LOCK,
		MEMBER_LOCK,
		OTHER(FORM_MODRM, 0, OP_DEFAULT64),
		OTHER(FORM_MODRM, 0, OP_MEM),
		OTHER(FORM_MODRM, 0, OP_DEFAULT64),
		OTHER(FORM_MODRM, 0, OP_MEM),
		OTHER(FORM_MODRM, 0, OP_DEFAULT64),
	},
	[GROUP_8] = {
		[4] = MEMBER(INSN_BT, OP_READ),
		[5] = MEMBER(INSN_BTS, OP_LOCK),
		[6] = MEMBER(INSN_BTR, OP_LOCK),
		[7] = MEMBER(INSN_BTC, OP_LOCK),
	},
	[GROUP_9] = {
		[1] = OTHER(FORM_MODRM, 0, OP_LOCK | OP_MEM), /* CMPXCHG8B, CMPXCHG16B */
		[3 ... 5] = MEMBER_OTHER, /* XRSTORS, XSAVEC, XSAVES */
		[6 ... 7] = MEMBER_OTHER, /* RDRAND, RDSEED, VMPTRLD and others */
	},
	[GROUP_11] = { MEMBER(INSN_MOV, 0) }, /* /7 in register form (XBEGIN) is met before */
};

// clang-format off
#define AT(modrm) [(modrm) & 0x3f]
// clang-format on

const uint8_t opcode_group7_register[64] = {
	AT(0xc1) = INSN_VMCALL,
	AT(0xc2) = INSN_OTHER, /* VMLAUNCH, VMRESUME, VMXOFF */
	AT(0xc3) = INSN_OTHER,
	AT(0xc4) = INSN_OTHER,
	AT(0xc8) = INSN_MONITOR,
	AT(0xc9) = INSN_MWAIT,
	AT(0xca) = INSN_OTHER, /* CLAC, STAC */
	AT(0xcb) = INSN_OTHER,
	AT(0xd0) = INSN_OTHER, /* XGETBV */
	AT(0xd1) = INSN_XSETBV,
	AT(0xd4) = INSN_OTHER, /* VMFUNC, XEND, XTEST */
	AT(0xd5) = INSN_OTHER,
	AT(0xd6) = INSN_OTHER,
	AT(0xd8) = INSN_OTHER, /* VMRUN */
	AT(0xd9) = INSN_VMMCALL,
	AT(0xda) = INSN_OTHER, /* VMLOAD, VMSAVE, STGI, CLGI, SKINIT, INVLPGA */
	AT(0xdb) = INSN_OTHER,
	AT(0xdc) = INSN_OTHER,
	AT(0xdd) = INSN_OTHER,
	AT(0xde) = INSN_OTHER,
	AT(0xdf) = INSN_OTHER,
	[0x20 ... 0x27] = INSN_OTHER, /* SMSW of a register */
	AT(0xe8) = INSN_OTHER,        /* SETSSBSY, SAVEPREVSSP */
	AT(0xea) = INSN_OTHER,
	AT(0xee) = INSN_OTHER, /* RDPKRU, WRPKRU */
	AT(0xef) = INSN_OTHER,
	[0x30 ... 0x37] = INSN_LMSW,
	AT(0xf8) = INSN_OTHER, /* SWAPGS */
	AT(0xf9) = INSN_RDTSCP,
	AT(0xfa) = INSN_MONITOR, /* MONITORX, MWAITX */
	AT(0xfb) = INSN_MWAIT,
	AT(0xfc) = INSN_OTHER, /* CLZERO, RDPRU, INVLPGB, TLBSYNC */
	AT(0xfd) = INSN_OTHER,
	AT(0xfe) = INSN_OTHER,
	AT(0xff) = INSN_OTHER,
};
