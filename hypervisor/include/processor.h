// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The instructions and registers of an x86-64 processor that C cannot name. Only x86/, hvm/ and
 * boot/ include this.
 */
#ifndef SOCLE_PROCESSOR_H
#define SOCLE_PROCESSOR_H

#include "types.h"

#define CR0_PE             BIT(0)
#define CR0_MP             BIT(1)
#define CR0_EM             BIT(2)
#define CR0_TS             BIT(3)
#define CR0_ET             BIT(4)
#define CR0_NE             BIT(5)
#define CR0_WP             BIT(16)
#define CR0_NW             BIT(29)
#define CR0_CD             BIT(30)
#define CR0_PG             BIT(31)
#define CR4_PSE            BIT(4)
#define CR4_PAE            BIT(5)
#define CR4_MCE            BIT(6)
#define CR4_PGE            BIT(7)
#define CR4_OSFXSR         BIT(9)
#define CR4_OSXMMEXCPT     BIT(10)
#define CR4_UMIP           BIT(11)
#define CR4_VMXE           BIT(13)
#define CR4_OSXSAVE        BIT(18)
#define CR4_SMEP           BIT(20)
#define CR4_SMAP           BIT(21)
#define EFER_SCE           BIT(0)
#define EFER_LME           BIT(8)
#define EFER_LMA           BIT(10)
#define EFER_NXE           BIT(11)
#define EFER_SVME          BIT(12)
#define EFER_AUTO_IBRS     BIT(21)
#define SPEC_CTRL_IBRS     BIT(0)
#define SPEC_CTRL_SSBD     BIT(2)
#define PRED_CMD_IBPB      1u
#define FLUSH_CMD_L1D      1u
#define RFLAGS_RESERVED1   BIT(1)
#define RFLAGS_TF          BIT(8)
#define RFLAGS_IF          BIT(9)
#define RFLAGS_RF          BIT(16)
#define DR6_STEP           BIT(14)

#define MSR_TSC            0x10u
#define MSR_PLATFORM_ID    0x17u
#define MSR_APIC_BASE      0x1bu
#define APIC_BASE_BSP      BIT(8)
#define APIC_BASE_EXTD     BIT(10) /* x2APIC */
#define APIC_BASE_ENABLE   BIT(11)
#define MSR_SPEC_CTRL      0x48u
#define MSR_PRED_CMD       0x49u
#define MSR_PATCH_LEVEL    0x8bu
#define MSR_MTRRCAP        0xfeu
#define MSR_ARCH_CAPS      0x10au
#define MSR_FLUSH_CMD      0x10bu
#define MSR_SYSENTER_CS    0x174u
#define MSR_SYSENTER_ESP   0x175u
#define MSR_SYSENTER_EIP   0x176u
#define MSR_MCG_CAP        0x179u
#define MSR_MCG_STATUS     0x17au
#define MSR_MCG_CTL        0x17bu
#define MSR_MISC_ENABLE    0x1a0u
#define MSR_DEBUGCTL       0x1d9u
#define MSR_MTRR_PHYSBASE0 0x200u
#define MSR_MTRR_FIX64K    0x250u
#define MSR_PAT            0x277u
#define MSR_MTRR_DEF_TYPE  0x2ffu
#define MSR_TSC_DEADLINE   0x6e0u
#define MSR_X2APIC         0x800u /* the first of 64 */
#define MSR_XSS            0xda0u
#define MSR_HYPERCALL_PAGE 0x40000000u /* of guests, by our CPUID */
#define MSR_EFER           0xc0000080u
#define MSR_STAR           0xc0000081u
#define MSR_LSTAR          0xc0000082u
#define MSR_CSTAR          0xc0000083u
#define MSR_SFMASK         0xc0000084u
#define MSR_FS_BASE        0xc0000100u
#define MSR_GS_BASE        0xc0000101u
#define MSR_KERNEL_GS_BASE 0xc0000102u
#define MSR_TSC_AUX        0xc0000103u
#define MSR_SYSCFG         0xc0010010u
#define MSR_HWCR           0xc0010015u
#define MSR_VM_CR          0xc0010114u
#define MSR_VM_HSAVE_PA    0xc0010117u

#define SELECTOR_CODE      8u
#define SELECTOR_TSS       32u

/* What LGDT and LIDT take. */
struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __packed;

static inline void cpuid_count(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
			 : "a"(leaf), "c"(subleaf));
}

enum cpuid_register { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };

/* x86/host.c: one register of a leaf's first part; 0 where the CPU has no such leaf. */
uint32_t cpuid_reg(uint32_t leaf, enum cpuid_register reg);

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32))
			 : "memory");
}

/* x86/trap_entry.S: false, and nothing done, where the CPU has no such register or value. */
bool rdmsr_safe(uint32_t msr, uint64_t *value);
bool wrmsr_safe(uint32_t msr, uint64_t value);

static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t read_cr0(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}
static inline void write_cr0(uint64_t v)
{
	__asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory");
}
static inline uint64_t read_cr2(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}
static inline uint64_t read_cr3(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}
static inline void write_cr3(uint64_t v)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory");
}
static inline uint64_t read_cr4(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}
static inline void write_cr4(uint64_t v)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory");
}
static inline void xsetbv(uint32_t reg, uint64_t v)
{
	__asm__ volatile("xsetbv" : : "c"(reg), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

static inline void interrupts_off(void)
{
	__asm__ volatile("cli" : : : "memory");
}
/* Takes whatever interrupts are pending, and no more. */
static inline void interrupts_take(void)
{
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
}
/* Waits for an interrupt, with no window in which one could be lost. */
static inline void interrupts_wait(void)
{
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}
static inline void cpu_pause(void)
{
	__builtin_ia32_pause();
}

#endif
