// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Feature bits of CPUID by name (APM vol. 3, appendix D and E; SDM vol. 2, CPUID), and the lists of
 * those that a domain may be shown. Only hvm/cpuid*.c include this.
 *
 * A feature is listed when it works in a guest with nothing done for it: instructions, and what the
 * nested paging hardware or a saved control register covers. Not listed, on purpose: what needs
 * MSRs that nobody keeps per vCPU (SPEC_CTRL and its kin, CET, XSS, PMU, machine check, MTRR), what
 * shows the machine's power state (MONITOR, EST, thermal), nested virtualisation, and transactional
 * memory.
 */
#ifndef SOCLE_CPUID_FEATURES_H
#define SOCLE_CPUID_FEATURES_H

struct cpuid_policy;

/* Takes away all features that no domain may have (cpuid_policy_leaves.c). */
void cpuid_features_allow(struct cpuid_policy *p);

#define EXT  0x80000000u /* the first extended leaf */
#define F(n) (1u << (n))

/* Leaf 1, edx; leaf 0x80000001 edx repeats most of the low half on AMD. */
#define F_FPU     F(0)
#define F_VME     F(1)
#define F_DE      F(2)
#define F_PSE     F(3)
#define F_TSC     F(4)
#define F_MSR     F(5)
#define F_PAE     F(6)
#define F_CX8     F(8)
#define F_APIC    F(9)
#define F_SEP     F(11)
#define F_PGE     F(13)
#define F_CMOV    F(15)
#define F_PAT     F(16)
#define F_PSE36   F(17)
#define F_CLFLUSH F(19)
#define F_MMX     F(23)
#define F_FXSR    F(24)
#define F_SSE     F(25)
#define F_SSE2    F(26)
#define F_SS      F(27)
#define F_HTT     F(28)

#define ALLOW_1D                                                                                 \
	(F_FPU | F_VME | F_DE | F_PSE | F_TSC | F_MSR | F_PAE | F_CX8 | F_APIC | F_SEP | F_PGE | \
	 F_CMOV | F_PAT | F_PSE36 | F_CLFLUSH | F_MMX | F_FXSR | F_SSE | F_SSE2 | F_SS)

/* Leaf 1, ecx */
#define F_SSE3         F(0)
#define F_PCLMULQDQ    F(1)
#define F_SSSE3        F(9)
#define F_FMA          F(12)
#define F_CX16         F(13)
#define F_PCID         F(17)
#define F_SSE41        F(19)
#define F_SSE42        F(20)
#define F_X2APIC       F(21)
#define F_MOVBE        F(22)
#define F_POPCNT       F(23)
#define F_TSC_DEADLINE F(24)
#define F_AESNI        F(25)
#define F_XSAVE        F(26)
#define F_OSXSAVE      F(27)
#define F_AVX          F(28)
#define F_F16C         F(29)
#define F_RDRAND       F(30)
#define F_HYPERVISOR   F(31)

#define ALLOW_1C                                                                                  \
	(F_SSE3 | F_PCLMULQDQ | F_SSSE3 | F_FMA | F_CX16 | F_PCID | F_SSE41 | F_SSE42 | F_MOVBE | \
	 F_POPCNT | F_TSC_DEADLINE | F_AESNI | F_XSAVE | F_AVX | F_F16C | F_RDRAND)

/* Leaf 0x80000001, edx */
#define F_SYSCALL  F(11)
#define F_NX       F(20)
#define F_MMXEXT   F(22)
#define F_FFXSR    F(25)
#define F_PAGE1GB  F(26)
#define F_RDTSCP   F(27)
#define F_LM       F(29)
#define F_3DNOWEXT F(30)
#define F_3DNOW    F(31)
/* Bits that AMD repeats from leaf 1. */
#define F_E1D_COMMON                                                                              \
	(F_FPU | F_VME | F_DE | F_PSE | F_TSC | F_MSR | F_PAE | F_CX8 | F_APIC | F_PGE | F_CMOV | \
	 F_PAT | F_PSE36 | F_MMX | F_FXSR)

#define ALLOW_E1D                                                                           \
	(F_SYSCALL | F_NX | F_MMXEXT | F_FFXSR | F_PAGE1GB | F_RDTSCP | F_LM | F_3DNOWEXT | \
	 F_3DNOW | F_E1D_COMMON)

/*
 * Leaf 0x80000001, ecx: LAHF, CR8 as LOCK MOV CR0, ABM, SSE4A, misaligned SSE, prefetch, XOP, FMA4,
 * TBM, DBEXT left out
 */
#define F_LAHF          F(0)
#define F_CMP_LEGACY    F(1)
#define F_SVM           F(2)
#define F_CR8_LEGACY    F(4)
#define F_ABM           F(5)
#define F_SSE4A         F(6)
#define F_MISALIGNSSE   F(7)
#define F_3DNOWPREFETCH F(8)
#define F_XOP           F(11)
#define F_FMA4          F(16)
#define F_TBM           F(21)
#define ALLOW_E1C                                                                            \
	(F_LAHF | F_CR8_LEGACY | F_ABM | F_SSE4A | F_MISALIGNSSE | F_3DNOWPREFETCH | F_XOP | \
	 F_FMA4 | F_TBM)

/* Leaf 0xd, subleaf 1, eax: XSAVEOPT, XSAVEC, XGETBV with ecx 1. Not XSAVES: it needs IA32_XSS. */
#define F_XSAVEOPT F(0)
#define F_XSAVEC   F(1)
#define F_XGETBV1  F(2)
#define ALLOW_DA1  (F_XSAVEOPT | F_XSAVEC | F_XGETBV1)

/* Leaf 7, ebx */
#define F_FSGSBASE       F(0)
#define F_BMI1           F(3)
#define F_AVX2           F(5)
#define F_FDP_EXCP_ONLY  F(6)
#define F_SMEP           F(7)
#define F_BMI2           F(8)
#define F_ERMS           F(9)
#define F_INVPCID        F(10)
#define F_NO_FPU_SEL     F(13)
#define F_AVX512F        F(16)
#define F_AVX512DQ       F(17)
#define F_RDSEED         F(18)
#define F_ADX            F(19)
#define F_SMAP           F(20)
#define F_AVX512IFMA     F(21)
#define F_CLFLUSHOPT     F(23)
#define F_CLWB           F(24)
#define F_AVX512CD       F(28)
#define F_SHA            F(29)
#define F_AVX512BW       F(30)
#define F_AVX512VL       F(31)
#define F_7B_AVX512_BASE (F_AVX512F | F_AVX512CD | F_AVX512VL)
#define F_7B_AVX512      (F_7B_AVX512_BASE | F_AVX512DQ | F_AVX512IFMA | F_AVX512BW)
#define ALLOW_7B                                                                                 \
	(F_FSGSBASE | F_BMI1 | F_AVX2 | F_FDP_EXCP_ONLY | F_SMEP | F_BMI2 | F_ERMS | F_INVPCID | \
	 F_NO_FPU_SEL | F_RDSEED | F_ADX | F_SMAP | F_CLFLUSHOPT | F_CLWB | F_SHA | F_7B_AVX512)

/* Leaf 7, ecx */
#define F_AVX512VBMI      F(1)
#define F_UMIP            F(2)
#define F_PKU             F(3)
#define F_OSPKE           F(4)
#define F_AVX512VBMI2     F(6)
#define F_GFNI            F(8)
#define F_VAES            F(9)
#define F_VPCLMULQDQ      F(10)
#define F_AVX512VNNI      F(11)
#define F_AVX512BITALG    F(12)
#define F_AVX512VPOPCNTDQ F(14)
#define F_RDPID           F(22)
#define F_CLDEMOTE        F(25)
#define F_MOVDIRI         F(27)
#define F_MOVDIR64B       F(28)
#define F_7C_AVX512 \
	(F_AVX512VBMI | F_AVX512VBMI2 | F_AVX512VNNI | F_AVX512BITALG | F_AVX512VPOPCNTDQ)
#define ALLOW_7C                                                                              \
	(F_UMIP | F_PKU | F_GFNI | F_VAES | F_VPCLMULQDQ | F_RDPID | F_CLDEMOTE | F_MOVDIRI | \
	 F_MOVDIR64B | F_7C_AVX512)

/* Leaf 7, edx: fast short REP MOV, VP2INTERSECT, SERIALIZE, AVX512-FP16 */
#define F_FSRM               F(4)
#define F_AVX512VP2INTERSECT F(8)
#define F_SERIALIZE          F(14)
#define F_AVX512FP16         F(23)
#define F_7D_AVX512          (F_AVX512VP2INTERSECT | F_AVX512FP16)
#define ALLOW_7D             (F_FSRM | F_SERIALIZE | F_7D_AVX512)

/* Leaf 7 subleaf 1, eax: AVX-VNNI, AVX512-BF16, fast REP variants */
#define F_AVXVNNI    F(4)
#define F_AVX512BF16 F(5)
#define ALLOW_7A1    (F_AVXVNNI | F_AVX512BF16 | F(10) | F(11) | F(12))

/* Leaf 0x80000007, edx */
#define F_ITSC F(8)

/* Leaf 0x80000008, ebx: CLZERO, XSAVE error pointers */
#define ALLOW_E8B (F(0) | F(2))

/* Leaf 0x80000021, eax: LFENCE serialises; null selector clears base */
#define ALLOW_E21A (F(2) | F(6))

/* XCR0 */
#define XCR0_X87    F(0)
#define XCR0_SSE    F(1)
#define XCR0_AVX    F(2)
#define XCR0_AVX512 (F(5) | F(6) | F(7))
#define XCR0_PKRU   F(9)

/* CR4 and EFER bits that only the policy decides on (others: processor.h). */
#define CPUID_CR4_VME        F(0)
#define CPUID_CR4_PVI        F(1)
#define CPUID_CR4_TSD        F(2)
#define CPUID_CR4_DE         F(3)
#define CPUID_CR4_PSE        F(4)
#define CPUID_CR4_PAE        F(5)
#define CPUID_CR4_MCE        F(6)
#define CPUID_CR4_PGE        F(7)
#define CPUID_CR4_PCE        F(8)
#define CPUID_CR4_OSFXSR     F(9)
#define CPUID_CR4_OSXMMEXCPT F(10)
#define CPUID_CR4_UMIP       F(11)
#define CPUID_CR4_FSGSBASE   F(16)
#define CPUID_CR4_PCIDE      F(17)
#define CPUID_CR4_OSXSAVE    F(18)
#define CPUID_CR4_SMEP       F(20)
#define CPUID_CR4_SMAP       F(21)
#define CPUID_CR4_PKE        F(22)

#endif
