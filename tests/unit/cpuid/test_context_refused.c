// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saved vCPU state that no toolstack should send (cut short, turned around, any field out of its
 * range, random bytes) is refused before anything has changed.
 */
#include "saved_state.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "hvm_context.h"

/* --- refused ---------------------------------------------------------------------------------- */

static void refused(const struct hvm_hw_cpu *c)
{
	assert_int_equal(load_cpu(c), -EINVAL);
	assert_int_equal(changes, 0);
	assert_int_equal(ups, 0);
	assert_false(d->vcpu[0]->initialised);
}

#define REFUSED(base, ...)                    \
	do {                                  \
		struct hvm_hw_cpu c = base(); \
		__VA_ARGS__;                  \
		refused(&c);                  \
	} while (0)

static void test_impossible_control_registers(void **state)
{
	REFUSED(pvh_cpu, c.cr0 = 0x80000010); /* PG without PE */
	REFUSED(pvh_cpu, c.cr0 |= 1ul << 32);
	REFUSED(pvh_cpu, c.cr0 |= 1ul << 6);
	REFUSED(pvh_cpu, c.cr0 |= 1ul << 29); /* NW without CD */
	REFUSED(pvh_cpu, c.cr4 = 1ul << 13);  /* VMXE */
	REFUSED(pvh_cpu, c.cr4 = 1ul << 12);  /* LA57 */
	REFUSED(pvh_cpu, c.cr4 = 1ul << 23);  /* CET */
	REFUSED(pvh_cpu, c.cr4 = 1ul << 40);
	REFUSED(pvh_cpu, c.msr_efer = 1ul << 12); /* SVME */
	REFUSED(pvh_cpu, c.msr_efer = 1ul << 10); /* LMA alone */
	REFUSED(pvh_cpu, c.cr3 = 1ul << 32);
	REFUSED(long_mode_cpu, c.msr_efer &= ~(1ul << 10));
	REFUSED(long_mode_cpu, c.cr4 &= ~(1ul << 5));
	REFUSED(long_mode_cpu, c.cr3 = 1ul << 48);
	REFUSED(long_mode_cpu, c.cr3 = 1ul << 63);
	REFUSED(pvh_cpu, c.dr7 = 1ul << 32);
	REFUSED(pvh_cpu, c.dr6 = 1ul << 32);
}

static void test_addresses_that_are_not_canonical(void **state)
{
	const uint64_t bad = 0x0000800000000000UL;

	REFUSED(long_mode_cpu, c.rip = bad);
	REFUSED(long_mode_cpu, c.fs_base = bad);
	REFUSED(long_mode_cpu, c.gs_base = bad);
	REFUSED(long_mode_cpu, c.shadow_gs = bad);
	REFUSED(long_mode_cpu, c.gdtr_base = bad);
	REFUSED(long_mode_cpu, c.idtr_base = bad);
	REFUSED(long_mode_cpu, c.tr_base = bad);
	REFUSED(long_mode_cpu, c.ldtr_base = bad);
	REFUSED(long_mode_cpu, c.msr_lstar = bad);
	REFUSED(long_mode_cpu, c.msr_cstar = bad);
	REFUSED(long_mode_cpu, c.sysenter_esp = bad);
	REFUSED(long_mode_cpu, c.sysenter_eip = bad);
	REFUSED(pvh_cpu, c.rip = 1ul << 32);
	REFUSED(pvh_cpu, c.cs_base = 1ul << 32);
	REFUSED(pvh_cpu, c.ss_base = ~0ul);
}

static void test_impossible_segments(void **state)
{
	REFUSED(pvh_cpu, c.cs_arbytes = 0xc93);  /* data */
	REFUSED(pvh_cpu, c.cs_arbytes = 0xc1b);  /* absent */
	REFUSED(pvh_cpu, c.cs_arbytes = 0xc09b); /* the VMCS's form */
	REFUSED(pvh_cpu, c.fs_arbytes = 0x10000);
	REFUSED(pvh_cpu, c.gs_arbytes = ~0u);
	REFUSED(pvh_cpu, c.tr_arbytes = 0x89); /* not busy */
	REFUSED(pvh_cpu, c.tr_arbytes = 0x93);
	REFUSED(long_mode_cpu, c.cs_arbytes = 0xe9b); /* L and D */
}

static void test_impossible_registers_and_flags(void **state)
{
	REFUSED(pvh_cpu, c.rflags = 1ul << 3 | 2);
	REFUSED(pvh_cpu, c.rflags = 1ul << 22 | 2);
	REFUSED(pvh_cpu, c.rflags = 1ul << 63 | 2);
	REFUSED(long_mode_cpu, c.rflags = 1ul << 17 | 2);
	REFUSED(pvh_cpu, c.pad0 = 1);
	REFUSED(pvh_cpu, c.flags = 16);
	REFUSED(pvh_cpu, c.msr_flags = 1);
	REFUSED(pvh_cpu, c.pending_event = 0x80000000 | 4 << 8 | 3);
	REFUSED(pvh_cpu, c.pending_event = 0x80000000 | 1 << 8 | 3);
	REFUSED(pvh_cpu, c.pending_event = 0x80000000 | 3 << 8 | 32);
	REFUSED(long_mode_cpu, c.fpu_regs[26] = 1); /* MXCSR bit 16 */
	REFUSED(pvh_cpu, c.msr_tsc_aux = 1ul << 32);
}

/* One more record after a good one: refused, and the good one not applied either. */
static void refused_record(uint16_t code, uint16_t instance, const void *body, size_t len,
			   int error)
{
	struct hvm_hw_cpu c = pvh_cpu();
	struct stream s = { 0 };

	add_header(&s);
	add(&s, HVM_SAVE_CODE_CPU, 0, &c, sizeof(c));
	add(&s, code, instance, body, len);
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), error);
	assert_int_equal(changes, 0);
	assert_false(d->vcpu[0]->initialised);
}

static void test_wrong_records(void **state)
{
	struct hvm_hw_mtrr m = builder_mtrr();
	struct hvm_hw_lapic l = { .apic_base_msr = 0xfee00000 | APIC_BASE_EXTD };
	struct hvm_tsc_adjust adjust = { .tsc_adjust = 1 };
	struct hvm_save_header h = { .magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION };
	uint8_t zeros[4096] = { 0 };
	struct hvm_hw_cpu c = pvh_cpu();

	refused_record(HVM_SAVE_CODE_MTRR, 0, &m, sizeof(m) - 1, -EINVAL);
	refused_record(HVM_SAVE_CODE_MTRR, VCPUS, &m, sizeof(m), -ENOENT);
	refused_record(HVM_SAVE_CODE_MTRR, 0xffff, &m, sizeof(m), -ENOENT);
	refused_record(HVM_SAVE_CODE_CPU, 1, &c, sizeof(c) - 8, -EINVAL);
	refused_record(HVM_SAVE_CODE_PIT, 0, zeros, 64, -EOPNOTSUPP);
	refused_record(HVM_SAVE_CODE_MAX + 1, 0, zeros, 64, -EOPNOTSUPP);
	refused_record(0xffff, 0, zeros, 64, -EOPNOTSUPP);
	refused_record(HVM_SAVE_CODE_HEADER, 0, &h, sizeof(h), -EINVAL);
	refused_record(HVM_SAVE_CODE_LAPIC, 0, &l, sizeof(l), -EINVAL); /* x2APIC but off */
	l.apic_base_msr = 0xfec00000 | APIC_BASE_ENABLE;
	refused_record(HVM_SAVE_CODE_LAPIC, 0, &l, sizeof(l), -EINVAL);
	refused_record(HVM_SAVE_CODE_TSC_ADJUST, 0, &adjust, sizeof(adjust), -EINVAL);
	m.msr_pat_cr = 0x02;
	refused_record(HVM_SAVE_CODE_MTRR, 0, &m, sizeof(m), -EINVAL);
	m = builder_mtrr();
	m.msr_mtrr_fixed[10] = 0x0700000000000000UL;
	refused_record(HVM_SAVE_CODE_MTRR, 0, &m, sizeof(m), -EINVAL);
	m = builder_mtrr();
	m.msr_mtrr_def_type = 0x100;
	refused_record(HVM_SAVE_CODE_MTRR, 0, &m, sizeof(m), -EINVAL);
}

static void test_wrong_xsave_areas(void **state)
{
	struct {
		struct hvm_hw_cpu_xsave x;
		uint8_t avx[0x1000];
	} r = { .x = { .xcr0 = 7, .xcr0_accum = 7 } };
	size_t good = sizeof(r.x) + 0x100;

	r.x.save_area.xsave_hdr.xstate_bv = 7;
	refused_record(CPU_XSAVE_CODE, 0, &r, good - 1, -EINVAL); /* AVX is said to be there */
	refused_record(CPU_XSAVE_CODE, 0, &r, good + 0x200, -EINVAL);
	refused_record(CPU_XSAVE_CODE, 0, &r, sizeof(r.x) - 1, -EINVAL);
	r.x.save_area.xsave_hdr.xstate_bv = 0x207;
	refused_record(CPU_XSAVE_CODE, 0, &r, good, -EINVAL);
	r.x.save_area.xsave_hdr.xstate_bv = 7;
	r.x.save_area.xsave_hdr.xcomp_bv = 1ul << 63;
	refused_record(CPU_XSAVE_CODE, 0, &r, good, -EINVAL);
	r.x.save_area.xsave_hdr.xcomp_bv = 0;
	r.x.save_area.xsave_hdr.reserved[5] = 1;
	refused_record(CPU_XSAVE_CODE, 0, &r, good, -EINVAL);
	r.x.save_area.xsave_hdr.reserved[5] = 0;
	r.x.xcr0 = 6;
	refused_record(CPU_XSAVE_CODE, 0, &r, good, -EINVAL);
	r.x.xcr0 = 7;
	r.x.xcr0_accum = 3;
	refused_record(CPU_XSAVE_CODE, 0, &r, good, -EINVAL);
	r.x.xcr0_accum = 7;
	r.x.save_area.fpu_sse.x[26] = 1;
	refused_record(CPU_XSAVE_CODE, 0, &r, good, -EINVAL);
}

static void test_msr_lists(void **state)
{
	struct {
		struct hvm_msr head;
		struct hvm_one_msr msr[2];
	} r = { { .count = 1 }, { { .index = 0xc0000103, .val = 3 }, { .index = 0x48 } } };

	refused_record(CPU_MSR_CODE, 0, &r, sizeof(r), -EINVAL); /* longer than it says */
	r.head.count = 0x10000001;
	refused_record(CPU_MSR_CODE, 0, &r, sizeof(r.head) + sizeof(r.msr[0]), -EINVAL);
	r.head.count = 2;
	r.msr[1].val = 1;
	refused_record(CPU_MSR_CODE, 0, &r, sizeof(r), -EINVAL);
	r.msr[1].val = 0;
	r.msr[0]._rsvd = 1;
	refused_record(CPU_MSR_CODE, 0, &r, sizeof(r), -EINVAL);
}

static void test_broken_streams(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();
	struct hvm_save_header h = { .magic = HVM_FILE_MAGIC + 1, .version = HVM_FILE_VERSION };
	struct stream s = { 0 };

	assert_int_equal(load(&s), -ENODATA);
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), -EINVAL); /* no header */
	s.size = 0;
	add(&s, HVM_SAVE_CODE_CPU, 0, &c, sizeof(c));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), -EINVAL);
	s.size = 0;
	add(&s, HVM_SAVE_CODE_HEADER, 0, &h, sizeof(h));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), -EINVAL);
	h.magic = HVM_FILE_MAGIC;
	h.version = 2;
	s.size = 0;
	add(&s, HVM_SAVE_CODE_HEADER, 0, &h, sizeof(h));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), -EINVAL);
	assert_int_equal(changes, 0);
}

static void test_cut_short_anywhere(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();
	struct hvm_hw_mtrr m = builder_mtrr();
	struct stream s = { 0 };
	size_t whole;

	add_header(&s);
	add(&s, HVM_SAVE_CODE_CPU, 0, &c, sizeof(c));
	add(&s, HVM_SAVE_CODE_MTRR, 1, &m, sizeof(m));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	whole = s.size;
	for (s.size = 0; s.size < whole; s.size++) {
		assert_int_equal(load(&s), -ENODATA);
		assert_int_equal(changes, 0);
	}
	assert_int_equal(load(&s), 0);
}

/*
 * Random damage: any answer is right, as long as a refusal changes nothing and nobody reads too
 * far.
 */
static void test_random_damage(void **state)
{
	struct hvm_hw_cpu c = long_mode_cpu();
	struct stream good = { 0 }, s;
	unsigned taken = 0;

	assert_int_equal(load_cpu(&c), 0);
	d->vcpu[0]->hvm.xcr0 = 7;
	assert_int_equal(hvm_context_save(d, good.bytes, sizeof(good.bytes), &good.size), 0);
	srand(20);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned hits = 1 + (unsigned)rand() % 3;
		int rc;

		s.size = good.size;
		memcpy(s.bytes, good.bytes, good.size);
		for (unsigned i = 0; i < hits; i++)
			s.bytes[(unsigned)rand() % s.size] ^= (uint8_t)(1u << rand() % 8);
		changes = 0;
		rc = load(&s);
		if (rc)
			assert_int_equal(changes, 0);
		else
			taken++;
	}
	/* Most bits are data that any guest could have. */
	assert_in_range(taken, 1000, 19000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_impossible_control_registers),
		TEST(test_addresses_that_are_not_canonical),
		TEST(test_impossible_segments),
		TEST(test_impossible_registers_and_flags),
		TEST(test_wrong_records),
		TEST(test_wrong_xsave_areas),
		TEST(test_msr_lists),
		TEST(test_broken_streams),
		TEST(test_cut_short_anywhere),
		TEST(test_random_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
