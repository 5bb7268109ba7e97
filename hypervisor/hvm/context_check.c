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
#include "processor.h"

#define CR0_VALID                                                                          \
	(CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | BIT(18) | CR0_NW | \
	 CR0_CD | CR0_PG)
#define RFLAGS_VM     BIT(17)
#define RFLAGS_ZERO   (BIT(3) | BIT(5) | BIT(15) | ~0UL << 22)

#define ATTR_CODE     0x98u /* present, no system segment, code */
#define ATTR_S        BIT(4)
#define ATTR_P        BIT(7)
#define ATTR_L        BIT(9)
#define ATTR_DB       BIT(10)
#define ATTR_MASK     0xfffu
#define ATTR_TSS_BUSY 0x3u /* and bit 3: of 32 bits */

static bool is_canonical(uint64_t a)
{
	return (int64_t)(a << 16) >> 16 == (int64_t)a;
}

/* Those of ES, CS, SS and DS have 32 bits. */
static bool bases_valid(const struct hvm_state *s)
{
	for (unsigned i = 0; i < SEG_COUNT; i++)
		if (i <= SEG_DS ? s->seg[i].base >> 32 : !is_canonical(s->seg[i].base))
			return false;
	return true;
}

static bool attributes_known(const struct hvm_state *s)
{
	for (unsigned i = 0; i < SEG_COUNT; i++)
		if (s->seg[i].attributes & ~ATTR_MASK)
			return false;
	return true;
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
	const struct cpuid_policy *p = d->hvm.cpuid;
	uint16_t cs = s->seg[SEG_CS].attributes, tr = s->seg[SEG_TR].attributes;
	bool protected = s->cr0 & CR0_PE, paging = s->cr0 & CR0_PG, lma = s->efer & EFER_LMA;
	const struct {
		bool wrong;
		const char *what;
	} rules[] = {
		{ s->cr0 & ~CR0_VALID, "reserved bits in cr0" },
		{ paging && !protected, "paging without protection in cr0" },
		{ (s->cr0 & CR0_NW) && !(s->cr0 & CR0_CD), "NW without CD in cr0" },
		{ s->cr4 & ~cpuid_cr4_allowed(p), "bits in cr4 that the domain's CPUID lacks" },
		{ s->efer & ~(cpuid_efer_allowed(p) | EFER_SCE),
		  "bits in EFER that the domain's CPUID lacks" },
		{ lma != (paging && (s->efer & EFER_LME)),
		  "EFER.LMA that does not follow from LME and paging" },
		{ lma && !(s->cr4 & CR4_PAE), "long mode without PAE" },
		{ s->cr3 >> (lma ? cpuid_physical_bits(p) : 32),
		  "cr3 beyond the physical addresses" },
		{ s->dr6 >> 32 || s->dr7 >> 32, "upper halves in dr6 or dr7" },
		{ !bases_valid(s), "a segment base that is not canonical, or beyond 4 GiB" },
		{ !is_canonical(s->lstar) || !is_canonical(s->cstar) ||
			  !is_canonical(s->kernel_gs_base) || !is_canonical(s->sysenter_esp) ||
			  !is_canonical(s->sysenter_eip),
		  "an entry point or GS base that is not canonical" },
		{ !attributes_known(s), "unknown segment attributes" },
		{ protected && (cs & ATTR_CODE) != ATTR_CODE, "a code segment that is not one" },
		{ lma && (cs & ATTR_L) && (cs & ATTR_DB),
		  "a code segment of 64 and 32 bits at once" },
		/* VMX insists on it, and only a processor that was reset has another. */
		{ protected && (tr & ATTR_P) && ((tr & ATTR_S) || (tr & 0x7) != ATTR_TSS_BUSY),
		  "a task register that holds no busy TSS" },
		{ !(r->rflags & RFLAGS_RESERVED1) || (r->rflags & RFLAGS_ZERO),
		  "reserved bits in rflags" },
		{ lma && (r->rflags & RFLAGS_VM), "virtual 8086 mode in long mode" },
		{ lma && (cs & ATTR_L) ? !is_canonical(r->rip) : r->rip >> 32,
		  "rip outside the address space" },
		{ !hvm_memory_types_valid(s->pat, MEMORY_TYPE_PAT),
		  "a memory type in PAT that does not exist" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].wrong) {
			log_domain(d, LOG_WARN, "vCPU state refused: %s", rules[i].what);
			return -EINVAL;
		}
	return 0;
}
