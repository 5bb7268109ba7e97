// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The floating-point and vector state of vCPUs. The hypervisor itself never uses these registers,
 * so they are exchanged only when a CPU changes from one vCPU to another: by XSAVE with everything
 * that the CPU has, or by FXSAVE where there is no XSAVE.
 */
#include "cpu.h"
#include "mm.h"
#include "processor.h"

#define CPUID_1_XSAVE BIT(26) /* ecx */

static uint64_t xcr0_all; /* 0: no XSAVE */
static size_t area_size = 512;

void fpu_init_cpu(void)
{
	write_cr0(read_cr0() & ~(BIT(2) | BIT(3))); /* EM and TS off */
	if (!(cpuid_reg(1, CPUID_ECX) & CPUID_1_XSAVE))
		return;
	write_cr4(read_cr4() | CR4_OSXSAVE);
	/* x87, SSE, AVX, AVX-512, PKRU; newer state components come when they are virtualised. */
	xcr0_all = cpuid_reg(0xd, CPUID_EAX) & 0x2e7;
	xsetbv(0, xcr0_all);
	area_size = cpuid_reg(0xd, CPUID_EBX);
}

uint64_t fpu_xcr0_supported(void)
{
	return xcr0_all;
}

void *fpu_area_alloc(void)
{
	/* a whole size class: 64-byte aligned */
	uint8_t *area = object_alloc(MAX(area_size, 2048UL));

	if (area) {
		area[0] = 0x7f; /* FCW as after FNINIT */
		area[1] = 0x03;
		area[24] = 0x80; /* MXCSR */
		area[25] = 0x1f;
	}
	return area;
}

void fpu_area_free(void *area)
{
	object_free(area, MAX(area_size, 2048UL));
}

void fpu_save(struct vcpu *v)
{
	if (!xcr0_all) {
		__asm__ volatile("fxsaveq (%0)" : : "r"(v->hvm.xsave) : "memory");
		return;
	}
	if (v->hvm.xcr0 != xcr0_all)
		xsetbv(0, xcr0_all);
	__asm__ volatile("xsaveq (%0)" : : "r"(v->hvm.xsave), "a"(-1), "d"(-1) : "memory");
}

/*
 * AMD CPUs save and restore the x87 instruction and data pointers only while an exception is
 * pending: those of the vCPU before would show through. A load from here overwrites them.
 */
static void x87_pointers_overwrite(void)
{
	static const int32_t zero;

	__asm__ volatile("fnclex; emms; fildl %0" : : "m"(zero));
}

void fpu_restore(struct vcpu *v)
{
	x87_pointers_overwrite();
	if (!xcr0_all) {
		__asm__ volatile("fxrstorq (%0)" : : "r"(v->hvm.xsave) : "memory");
		return;
	}
	/* fpu_save has left XCR0 at a guest's value if that vCPU is not the one before. */
	xsetbv(0, xcr0_all);
	__asm__ volatile("xrstorq (%0)" : : "r"(v->hvm.xsave), "a"(-1), "d"(-1) : "memory");
	if (v->hvm.xcr0 != xcr0_all)
		xsetbv(0, v->hvm.xcr0);
}
