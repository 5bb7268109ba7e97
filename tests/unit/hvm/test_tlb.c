// SPDX-License-Identifier: GPL-2.0-or-later
/* Which address space number a vCPU runs under with AMD-V, and what is flushed when. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cpu.h"
#include "hvm/svm/private.h"

#define ASIDS 4u

uint32_t svm_features, svm_asids = ASIDS;
static struct cpu cpu;
static struct domain domain;
static struct vmcb vmcb[6];
static struct svm_vcpu svm[6];
static struct vcpu vcpus[6], *const v = vcpus;

struct cpu *this_cpu(void)
{
	return &cpu;
}

static int setup(void **state)
{
	memset(&cpu, 0, sizeof(cpu));
	memset(vcpus, 0, sizeof(vcpus));
	domain.p2m.generation = 1;
	svm_features = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(vcpus); i++) {
		svm[i].vmcb = &vmcb[i];
		vcpus[i].domain = &domain;
		vcpus[i].hvm.vendor = &svm[i];
		vmcb[i] = (struct vmcb){ .clean = CLEAN_ALL };
	}
	svm_tlb_check(v); /* the CPU's first: whatever the firmware has left is flushed */
	assert_int_equal(vmcb[0].tlb_control, TLB_FLUSH_ALL);
	assert_int_equal(vmcb[0].asid, 1);
	assert_false(vmcb[0].clean & CLEAN_ASID);
	vmcb[0].clean = CLEAN_ALL;
	return 0;
}

static void nothing_is_flushed_without_need(void **state)
{
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].tlb_control, 0);
	assert_int_equal(vmcb[0].asid, 1);
	assert_int_equal(vmcb[0].clean, CLEAN_ALL);
	svm_tlb_check(&vcpus[1]);
	assert_int_equal(vmcb[1].tlb_control, 0);
	assert_int_equal(vmcb[1].asid, 2);
}

static void mappings_taken_away(void **state)
{
	domain.p2m.generation++;
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].tlb_control, 0);
	assert_int_equal(vmcb[0].asid, 2);
	assert_false(vmcb[0].clean & CLEAN_ASID);
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].asid, 2);
}

static void mappings_taken_away_with_flush_by_asid(void **state)
{
	svm_features = SVM_FLUSH_ASID;
	domain.p2m.generation++;
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].tlb_control, TLB_FLUSH_GUEST);
	assert_int_equal(vmcb[0].asid, 1);
	assert_int_equal(vmcb[0].clean, CLEAN_ALL);
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].tlb_control, 0);
}

static void numbers_begin_again(void **state)
{
	for (unsigned i = 1; i < ASIDS - 1; i++)
		svm_tlb_check(&vcpus[i]);
	svm_tlb_check(&vcpus[ASIDS - 1]);
	assert_int_equal(vmcb[ASIDS - 1].tlb_control, TLB_FLUSH_ALL);
	assert_int_equal(vmcb[ASIDS - 1].asid, 1);
	/* Everybody else's are of the time before. */
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].tlb_control, 0);
	assert_int_equal(vmcb[0].asid, 2);
}

static void another_cpu(void **state)
{
	cpu.id = 1;
	cpu.asid_next = 3;
	cpu.asid_generation = v->hvm.asid_generation;
	svm_features = SVM_FLUSH_ASID;
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].asid, 3);
	assert_int_equal(vmcb[0].tlb_control, 0);
}

static void forgotten(void **state)
{
	hvm_asid_forget(v);
	svm_tlb_check(v);
	assert_int_equal(vmcb[0].asid, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_flushed_without_need, setup),
		cmocka_unit_test_setup(mappings_taken_away, setup),
		cmocka_unit_test_setup(mappings_taken_away_with_flush_by_asid, setup),
		cmocka_unit_test_setup(numbers_begin_again, setup),
		cmocka_unit_test_setup(another_cpu, setup),
		cmocka_unit_test_setup(forgotten, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
