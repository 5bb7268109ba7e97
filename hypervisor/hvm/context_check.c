// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks of a register state that comes from outside: a toolstack's record, or a guest that starts
 * another vCPU. The hardware would refuse most of these on entry, some only with a fault in the
 * hypervisor; here each is refused with its name. No state, no locks.
 */
#include "hvm_context.h"

#include "abi/errno.h"
#include "cpuid.h"
#include "domain.h"
#include "hvm.h"
#include "log.h"

#define CR0_PE BIT(0)
#define CR0_NW BIT(29)
#define CR0_CD BIT(30)
#define CR0_PG BIT(31)
/* PE MP EM TS ET NE WP AM NW CD PG */
#define CR0_VALID      (0x3fUL | BIT(16) | BIT(18) | CR0_NW | CR0_CD | CR0_PG)
#define CR4_PAE        BIT(5)
#define EFER_LME       BIT(8)
#define EFER_LMA       BIT(10)
#define RFLAGS_ONE     BIT(1)
#define RFLAGS_VM      BIT(17)
#define RFLAGS_ZERO    (BIT(3) | BIT(5) | BIT(15) | ~0UL << 22)

#define ATTR_TYPE_CODE BIT(3)
#define ATTR_S         BIT(4)
#define ATTR_P         BIT(7)
#define ATTR_L         BIT(9)
#define ATTR_DB        BIT(10)
#define ATTR_MASK      0xfffu

static bool is_canonical(uint64_t a)
{
	return (int64_t)(a << 16) >> 16 == (int64_t)a;
}

static const char *control_registers_wrong(const struct cpuid_policy *p, const struct hvm_state *s)
{
	bool lma = s->efer & EFER_LMA, long_paging = (s->efer & EFER_LME) && (s->cr0 & CR0_PG);

	if (s->cr0 & ~CR0_VALID)
		return "reserved bits in cr0";
	if ((s->cr0 & CR0_PG) && !(s->cr0 & CR0_PE))
		return "paging without protection in cr0";
	if ((s->cr0 & CR0_NW) && !(s->cr0 & CR0_CD))
		return "NW without CD in cr0";
	if (s->cr4 & ~cpuid_cr4_allowed(p))
		return "bits in cr4 that the domain's CPUID does not have";
	if (s->efer & ~(cpuid_efer_allowed(p) | BIT(0)))
		return "bits in EFER that the domain's CPUID does not have";
	if (lma != long_paging)
		return "EFER.LMA that does not follow from LME and paging";
	if (lma && !(s->cr4 & CR4_PAE))
		return "long mode without PAE";
	if (s->cr3 >> (lma ? cpuid_physical_bits(p) : 32))
		return "cr3 beyond the physical addresses";
	if (s->dr6 >> 32 || s->dr7 >> 32)
		return "upper halves in dr6 or dr7";
	return NULL;
}

static const char *addresses_wrong(const struct hvm_state *s)
{
	static const uint8_t wide[] = { SEG_FS, SEG_GS, SEG_GDTR, SEG_LDTR, SEG_IDTR, SEG_TR };
	static const uint8_t narrow[] = { SEG_ES, SEG_CS, SEG_SS, SEG_DS };

	for (unsigned i = 0; i < ARRAY_SIZE(wide); i++)
		if (!is_canonical(s->seg[wide[i]].base))
			return "a segment base that is not canonical";
	for (unsigned i = 0; i < ARRAY_SIZE(narrow); i++)
		if (s->seg[narrow[i]].base >> 32)
			return "a segment base beyond 4 GiB";
	if (!is_canonical(s->lstar) || !is_canonical(s->cstar) ||
	    !is_canonical(s->kernel_gs_base) || !is_canonical(s->sysenter_esp) ||
	    !is_canonical(s->sysenter_eip))
		return "an entry point or GS base that is not canonical";
	return NULL;
}

static const char *segments_wrong(const struct hvm_state *s)
{
	uint16_t cs = s->seg[SEG_CS].attributes, tr = s->seg[SEG_TR].attributes;

	for (unsigned i = 0; i < SEG_COUNT; i++)
		if (s->seg[i].attributes & ~ATTR_MASK)
			return "unknown segment attributes";
	if (!(s->cr0 & CR0_PE))
		return NULL;
	if ((cs & (ATTR_P | ATTR_S | ATTR_TYPE_CODE)) != (ATTR_P | ATTR_S | ATTR_TYPE_CODE))
		return "a code segment that is not one";
	if ((s->efer & EFER_LMA) && (cs & ATTR_L) && (cs & ATTR_DB))
		return "a code segment of 64 and 32 bits at once";
	/*
	 * Busy TSS, 16 or 32 bits; VMX insists on it, and only a processor that was reset has
	 * another.
	 */
	if ((tr & ATTR_P) && ((tr & ATTR_S) || ((tr & 0xf) != 0xb && (tr & 0xf) != 0x3)))
		return "a task register that holds no busy TSS";
	return NULL;
}

static const char *registers_wrong(const struct hvm_state *s, const struct cpu_regs *r)
{
	bool in_64bit = (s->efer & EFER_LMA) && (s->seg[SEG_CS].attributes & ATTR_L);

	if (!(r->rflags & RFLAGS_ONE) || (r->rflags & RFLAGS_ZERO))
		return "reserved bits in rflags";
	if ((s->efer & EFER_LMA) && (r->rflags & RFLAGS_VM))
		return "virtual 8086 mode in long mode";
	if (in_64bit ? !is_canonical(r->rip) : r->rip >> 32)
		return "rip outside the address space";
	return NULL;
}

bool hvm_memory_types_valid(uint64_t types, unsigned last)
{
	for (; types; types >>= 8)
		if ((types & 0xff) > last || (types & 0xff) == 2 || (types & 0xff) == 3)
			return false;
	return true;
}

int hvm_state_check(const struct domain *d, const struct hvm_state *s, const struct cpu_regs *r)
{
	const char *wrong = control_registers_wrong(d->hvm.cpuid, s);

	wrong = wrong ? wrong : addresses_wrong(s);
	wrong = wrong ? wrong : segments_wrong(s);
	wrong = wrong ? wrong : registers_wrong(s, r);
	if (!wrong && !hvm_memory_types_valid(s->pat, MEMORY_TYPE_PAT))
		wrong = "a memory type in PAT that does not exist";
	if (!wrong)
		return 0;
	log_domain(d, LOG_WARN, "vCPU state refused: %s", wrong);
	return -EINVAL;
}
