// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Control register accesses that exit, on a VMCS that is an array: what the guest sees, what the
 * processor gets, and which values are a fault.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "cpuid.h"
#include "guest_access.h"
#include "hvm/vmx/private.h"
#include "machine_check.h"
#include "processor.h"

#define CR4_PCIDE   BIT(17)
#define CR4_ALLOWED (CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCIDE)
#define CR0_FIXED   CR0_NE
#define RIGHTS_64   0xa09bu
#define RIGHTS_32   0xc09bu
#define TABLE       0x5000UL

/* --- what cr.c stands on ---------------------------------------------------------------------- */

static uint64_t field[0x8000];
static uint64_t pdpte[4];
static unsigned forgotten, skipped, faults;
static uint8_t tpr;
static enum cpu_mode mode;
static struct domain domain;
static struct vcpu vcpu, *const v = &vcpu;
struct vmx_config vmx_config = { .cr0_fixed = CR0_FIXED, .cr4_fixed = CR4_VMXE };

uint64_t vmread(enum vmcs_field f)
{
	return field[f];
}

void vmwrite(enum vmcs_field f, uint64_t value)
{
	field[f] = value;
}

void hvm_asid_forget(struct vcpu *which)
{
	assert_ptr_equal(which, v);
	forgotten++;
}

uint64_t machine_check_cr4(void)
{
	return CR4_MCE;
}

uint64_t cpuid_cr4_allowed(const struct cpuid_policy *p)
{
	return CR4_ALLOWED;
}

unsigned cpuid_physical_bits(const struct cpuid_policy *p)
{
	return 39;
}

int guest_phys_read(struct domain *d, gpaddr_t gpa, void *dst, size_t len)
{
	if (gpa != TABLE)
		return -EFAULT;
	assert_int_equal(len, sizeof(pdpte));
	memcpy(dst, pdpte, len);
	return 0;
}

void vlapic_set_tpr(struct vcpu *which, uint8_t value)
{
	tpr = value;
}

uint8_t vlapic_get_tpr(const struct vcpu *which)
{
	return tpr;
}

void hvm_skip(struct vcpu *which, unsigned length)
{
	assert_int_equal(length, 3);
	skipped++;
}

void hvm_inject_gp(struct vcpu *which)
{
	faults++;
}

static enum cpu_mode get_mode(struct vcpu *which, uint64_t *cs_base)
{
	return mode;
}

static const struct hvm_ops ops = { .get_mode = get_mode };
const struct hvm_ops *hvm = &ops;

/* --- a guest ---------------------------------------------------------------------------------- */

static int protected_mode(void **state)
{
	memset(field, 0, sizeof(field));
	memset(pdpte, 0, sizeof(pdpte));
	vcpu = (struct vcpu){ .domain = &domain };
	forgotten = skipped = faults = 0;
	tpr = 0;
	mode = CPU_MODE_32;
	field[VMCS_CR0_MASK] = CR0_FIXED | CR0_CD | CR0_NW;
	field[VMCS_CR4_MASK] = vmx_cr4_mask(&domain);
	field[SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS)] = RIGHTS_32;
	vmx_cr0_put(CR0_PE | CR0_ET);
	vmx_cr4_put(0);
	vmx_efer_put(0);
	return 0;
}

static int long_mode(void **state)
{
	protected_mode(state);
	mode = CPU_MODE_64;
	field[SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS)] = RIGHTS_64;
	vmx_cr0_put(CR0_PG | CR0_PE | CR0_ET | CR0_NE);
	vmx_cr4_put(CR4_PAE);
	vmx_efer_put(EFER_LME | EFER_LMA);
	return 0;
}

/* MOV from rdx to cr; true when it was done. */
static bool mov_to(unsigned cr, uint64_t value)
{
	unsigned before = skipped;

	v->hvm.regs.rdx = value;
	vmx_handle_cr(v, cr | 2 << 8, 3);
	return skipped == before + 1;
}

/* --- CR0 -------------------------------------------------------------------------------------- */

static void cr0_keeps_what_is_ours(void **state)
{
	assert_true(mov_to(0, CR0_PE | CR0_ET | CR0_CD | CR0_NW));
	assert_int_equal(vmx_cr0_get(), CR0_PE | CR0_ET | CR0_CD | CR0_NW);
	assert_int_equal(field[VMCS_GUEST_CR0], CR0_PE | CR0_ET | CR0_NE);
}

/* What Linux does: paging and NE in one, with LME set before. */
static void cr0_enters_long_mode(void **state)
{
	vmx_efer_put(EFER_LME);
	vmx_cr4_put(CR4_PAE);
	assert_true(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
	assert_int_equal(field[VMCS_GUEST_EFER], EFER_LME | EFER_LMA);
	assert_true(field[VMCS_ENTRY_CONTROLS] & ENTRY_LONG_MODE);
	assert_true(forgotten > 0);
	assert_int_equal(faults, 0);
}

static void cr0_leaves_long_mode_from_32_bit_code(void **state)
{
	assert_false(mov_to(0, CR0_PE | CR0_CD));
	assert_int_equal(faults, 1);
	assert_true(field[VMCS_GUEST_EFER] & EFER_LMA);
	field[SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS)] = RIGHTS_32;
	assert_true(mov_to(0, CR0_PE | CR0_CD));
	assert_int_equal(field[VMCS_GUEST_EFER], EFER_LME);
	assert_false(field[VMCS_ENTRY_CONTROLS] & ENTRY_LONG_MODE);
}

static void cr0_with_pcid_keeps_paging(void **state)
{
	field[SEGMENT_FIELD(VMCS_GUEST_RIGHTS, VMX_CS)] = RIGHTS_32;
	vmx_cr4_put(CR4_PAE | CR4_PCIDE);
	assert_false(mov_to(0, CR0_PE | CR0_CD));
}

static void cr0_wrong_values_fault(void **state)
{
	uint64_t before = field[VMCS_GUEST_CR0];

	assert_false(mov_to(0, CR0_PE | CR0_NW));
	assert_false(mov_to(0, CR0_PG | CR0_NE));
	mode = CPU_MODE_64; /* else the upper half is not part of the operand */
	assert_false(mov_to(0, 1UL << 32 | CR0_PE | CR0_NE));
	/* Long mode without PAE. */
	vmx_efer_put(EFER_LME);
	assert_false(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
	assert_int_equal(faults, 4);
	assert_int_equal(field[VMCS_GUEST_CR0], before);
}

static void cr0_upper_half_in_32_bit_code(void **state)
{
	assert_true(mov_to(0, 1UL << 32 | CR0_PE | CR0_NE));
	assert_int_equal(vmx_cr0_get(), CR0_PE | CR0_ET | CR0_NE);
}

/* PAE paging: the processor wants the four entries, and they must be good. */
static void cr0_loads_pdptes(void **state)
{
	vmx_cr4_put(CR4_PAE);
	field[VMCS_GUEST_CR3] = TABLE;
	pdpte[0] = 0x7001;
	pdpte[3] = 0x8001;
	assert_true(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
	assert_int_equal(field[VMCS_GUEST_PDPTE0], 0x7001);
	assert_int_equal(field[VMCS_GUEST_PDPTE0 + 6], 0x8001);
}

static void cr0_refuses_bad_pdptes(void **state)
{
	vmx_cr4_put(CR4_PAE);
	field[VMCS_GUEST_CR3] = TABLE;
	pdpte[1] = 0x7003; /* writable: reserved there */
	assert_false(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
	pdpte[1] = 1UL << 39 | 1;
	assert_false(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
	pdpte[1] = 0x7002; /* not present: not looked at */
	assert_true(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
	protected_mode(state);
	vmx_cr4_put(CR4_PAE);
	field[VMCS_GUEST_CR3] = 0x100000;
	assert_false(mov_to(0, CR0_PG | CR0_PE | CR0_NE));
}

static void lmsw_sets_pe_and_never_clears_it(void **state)
{
	vmx_cr0_put(CR0_ET);
	vmx_handle_cr(v, 3 << 4 | 1 << 16, 3);
	assert_int_equal(vmx_cr0_get(), CR0_ET | CR0_PE);
	vmx_handle_cr(v, 3 << 4 | 8 << 16, 3);
	assert_int_equal(vmx_cr0_get(), CR0_ET | CR0_PE | CR0_TS);
	vmx_handle_cr(v, 2 << 4, 3);
	assert_int_equal(vmx_cr0_get(), CR0_ET | CR0_PE);
	assert_int_equal(skipped, 3);
}

/* --- CR4, CR8 --------------------------------------------------------------------------------- */

static void cr4_keeps_what_is_ours(void **state)
{
	assert_true(mov_to(4, CR4_PAE | CR4_PGE));
	assert_int_equal(vmx_cr4_get(), CR4_PAE | CR4_PGE);
	assert_int_equal(field[VMCS_GUEST_CR4], CR4_PAE | CR4_PGE | CR4_VMXE | CR4_MCE);
	assert_true(mov_to(4, CR4_PAE | CR4_MCE));
	assert_int_equal(vmx_cr4_get(), CR4_PAE | CR4_MCE);
}

static void cr4_not_offered_faults(void **state)
{
	assert_false(mov_to(4, CR4_VMXE));
	assert_false(mov_to(4, BIT(14)));
	assert_int_equal(faults, 2);
	assert_int_equal(vmx_cr4_get(), 0);
	/* Such bits exit in the first place. */
	assert_true(field[VMCS_CR4_MASK] & BIT(14));
	assert_false(field[VMCS_CR4_MASK] & CR4_PGE);
}

static void cr4_in_long_mode(void **state)
{
	assert_false(mov_to(4, 0));
	field[VMCS_GUEST_CR3] = TABLE | 1;
	assert_false(mov_to(4, CR4_PAE | CR4_PCIDE));
	field[VMCS_GUEST_CR3] = TABLE;
	assert_true(mov_to(4, CR4_PAE | CR4_PCIDE));
}

static void cr4_pcid_needs_long_mode(void **state)
{
	assert_false(mov_to(4, CR4_PAE | CR4_PCIDE));
}

static void cr8_is_the_task_priority(void **state)
{
	assert_true(mov_to(8, 9));
	assert_int_equal(tpr, 0x90);
	assert_false(mov_to(8, 16));
	vmx_handle_cr(v, 8 | 1 << 4 | 12 << 8, 3);
	assert_int_equal(v->hvm.regs.r12, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cr0_keeps_what_is_ours, protected_mode),
		cmocka_unit_test_setup(cr0_enters_long_mode, protected_mode),
		cmocka_unit_test_setup(cr0_leaves_long_mode_from_32_bit_code, long_mode),
		cmocka_unit_test_setup(cr0_with_pcid_keeps_paging, long_mode),
		cmocka_unit_test_setup(cr0_wrong_values_fault, protected_mode),
		cmocka_unit_test_setup(cr0_upper_half_in_32_bit_code, protected_mode),
		cmocka_unit_test_setup(cr0_loads_pdptes, protected_mode),
		cmocka_unit_test_setup(cr0_refuses_bad_pdptes, protected_mode),
		cmocka_unit_test_setup(lmsw_sets_pe_and_never_clears_it, protected_mode),
		cmocka_unit_test_setup(cr4_keeps_what_is_ours, protected_mode),
		cmocka_unit_test_setup(cr4_not_offered_faults, protected_mode),
		cmocka_unit_test_setup(cr4_in_long_mode, long_mode),
		cmocka_unit_test_setup(cr4_pcid_needs_long_mode, protected_mode),
		cmocka_unit_test_setup(cr8_is_the_task_priority, long_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
