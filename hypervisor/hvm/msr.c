// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Model-specific registers as guests see them: those of the control block, of the local APIC, and
 * the few that systems read without asking CPUID first. Any other one is #GP.
 */
#include "cpuid.h"
#include "domain.h"
#include "hvm.h"
#include "hypercall.h"
#include "processor.h"

/* Fast strings; no branch trace store, no PEBS. */
#define MISC_ENABLE (BIT(0) | BIT(11) | BIT(12))

static bool is_apic_msr(uint32_t msr)
{
	return msr == MSR_APIC_BASE || msr == MSR_TSC_DEADLINE || (msr >= 0x800 && msr < 0x900);
}

/*
 * Registers that read as 0 and ignore writes: machine check, microcode level and AMD's
 * configuration.
 */
static bool is_harmless(uint32_t msr)
{
	static const uint32_t harmless[] = {
		MSR_PATCH_LEVEL,   MSR_MCG_CAP, MSR_MCG_STATUS, MSR_SYSCFG,  MSR_MTRRCAP,
		MSR_MTRR_DEF_TYPE, 0xc0010055u, /* interrupt pending message */
		0xc0010058u,                    /* MMIO configuration base */
		0xc001001fu,                    /* northbridge configuration */
		0xc0011029u,                    /* decode configuration */
		0xc001102au,       0xc0011022u, 0xc0011023u,    0xc0010140u, 0xc0010141u,
	};

	for (unsigned i = 0; i < ARRAY_SIZE(harmless); i++)
		if (harmless[i] == msr)
			return true;
	return (msr >= MSR_MTRR_PHYSBASE0 && msr < MSR_MTRR_PHYSBASE0 + 16) ||
	       (msr >= MSR_MTRR_FIX64K && msr < MSR_PAT && msr != 0x251);
}

static bool is_intel(const struct vcpu *v)
{
	return v->domain->hvm.cpuid->basic[0].b == 0x756e6547; /* "Genu" */
}

/* APM vol. 2, 3.1.7: LME cannot change while paging is on; the guest is not offered SVM. */
static bool efer_write(struct vcpu *v, uint64_t efer)
{
	struct hvm_state s;

	hvm->get_state(v, &s);
	if ((efer & ~(cpuid_efer_allowed(v->domain->hvm.cpuid) | EFER_LMA)) ||
	    (((efer ^ s.efer) & EFER_LME) && (s.cr0 & CR0_PG)))
		return false;
	s.efer = (efer & ~EFER_LMA) | (s.efer & EFER_LMA);
	hvm->set_state(v, &s);
	return true;
}

static bool pat_write(struct vcpu *v, uint64_t pat)
{
	struct hvm_state s;

	if (!hvm_memory_types_valid(pat, MEMORY_TYPE_PAT))
		return false;
	hvm->get_state(v, &s);
	s.pat = pat;
	hvm->set_state(v, &s);
	return true;
}

static uint64_t state_read(struct vcpu *v, uint32_t msr)
{
	struct hvm_state s;

	hvm->get_state(v, &s);
	return msr == MSR_EFER ? s.efer : s.pat;
}

bool hvm_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
	if (is_apic_msr(msr))
		return vlapic_msr_read(v, msr, value);
	*value = 0;
	switch (msr) {
	case MSR_EFER:
	case MSR_PAT: *value = state_read(v, msr); return true;
	case MSR_DEBUGCTL: return true;
	case MSR_MISC_ENABLE: *value = MISC_ENABLE; return is_intel(v);
	case MSR_PLATFORM_ID: return is_intel(v);
	case MSR_TSC: *value = vcpu_tsc(v); return true;
	case MSR_TSC_AUX: *value = v->hvm.tsc_aux; return true;
	case MSR_HWCR:
		*value = BIT(24); /* TscFreqSel: the TSC counts at the P0 frequency */
		return true;
	default: return is_harmless(msr);
	}
}

bool hvm_msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
	if (is_apic_msr(msr))
		return vlapic_msr_write(v, msr, value);
	switch (msr) {
	case MSR_EFER: return efer_write(v, value);
	case MSR_PAT: return pat_write(v, value);
	case MSR_DEBUGCTL: return !(value & ~0x3fUL); /* BTF and LBR are not offered, stay off */
	case MSR_MISC_ENABLE: return is_intel(v);     /* as it is */
	case MSR_HYPERCALL_PAGE:
		return !hypercall_page_install(v->domain, GFN(value >> PAGE_SHIFT));
	case MSR_TSC:
		v->hvm.tsc_offset = value - rdtsc();
		hvm->set_tsc_offset(v, v->hvm.tsc_offset);
		vcpu_publish_time(v);
		return true;
	case MSR_TSC_AUX:
		if (value >> 32 || !wrmsr_safe(MSR_TSC_AUX, value))
			return false;
		v->hvm.tsc_aux = value;
		return true;
	case MSR_HWCR: return true;
	default: return is_harmless(msr);
	}
}
