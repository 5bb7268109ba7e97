// SPDX-License-Identifier: GPL-2.0-or-later
/* hvm_op: parameters with their rights, and the vectors of upcalls. */
#include "fake_control.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/hvm_op.h"
#include "abi/hvm_params.h"
#include "hypercall.h"

/* --- HVM parameters --------------------------------------------------------------------------- */

static long param(unsigned cmd, domid_t id, uint32_t index, uint64_t *value)
{
	struct xen_hvm_param p = { .domid = id, .index = index, .value = *value };
	long rc;

	memcpy(memory, &p, sizeof(p));
	rc = do_hvm_op(cmd, MEMORY);
	memcpy(&p, memory, sizeof(p));
	*value = p.value;
	return rc;
}

static long set(domid_t id, uint32_t index, uint64_t value)
{
	return param(HVMOP_set_param, id, index, &value);
}

static void test_params_have_rights(void **state)
{
	uint64_t v = 0;

	assert_int_equal(set(1, HVM_PARAM_CONSOLE_PFN, 0xfefff), 0);
	assert_int_equal(set(1, HVM_PARAM_TIMER_MODE, 1), 0);
	assert_int_equal(set(1, HVM_PARAM_TIMER_MODE, 4), -EOPNOTSUPP);
	assert_int_equal(set(1, HVM_PARAM_VIRIDIAN, 1), -EOPNOTSUPP);
	assert_int_equal(set(1, HVM_PARAM_NESTEDHVM, 1), -EOPNOTSUPP);
	assert_int_equal(set(1, 3, 0), -EINVAL);
	assert_int_equal(set(1, HVM_NR_PARAMS, 0), -EINVAL);
	assert_int_equal(set(1, ~0u, 0), -EINVAL);
	assert_int_equal(set(1, HVM_PARAM_IOREQ_SERVER_PFN, 5), 0);
	assert_int_equal(set(1, HVM_PARAM_IOREQ_SERVER_PFN, 5), 0);
	assert_int_equal(set(1, HVM_PARAM_IOREQ_SERVER_PFN, 6), -EEXIST);
	run_as(guest);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_CONSOLE_PFN, &v), 0);
	assert_int_equal(v, 0xfefff);
	assert_int_equal(param(HVMOP_get_param, DOMID_SELF, HVM_PARAM_IOREQ_SERVER_PFN, &v),
			 -EPERM);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CONSOLE_PFN, 1), -EPERM);
	assert_int_equal(set(0, HVM_PARAM_CALLBACK_IRQ, 0), -EPERM);
	assert_int_equal(do_hvm_op(HVMOP_set_param, 0), -EFAULT);
}

static void test_callback_is_a_vector(void **state)
{
	uint64_t vector = (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56;

	run_as(guest);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, vector | 0xf3), 0);
	assert_int_equal(guest->hvm.callback_vector, 0xf3);
	assert_int_equal(upcalls, 1); /* what came before */
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, vector | 0x0f), -EINVAL);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 1ul << 56), -EOPNOTSUPP);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 9), -EOPNOTSUPP);
	assert_int_equal(guest->hvm.callback_vector, 0xf3);
	assert_int_equal(set(DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 0), 0);
	assert_int_equal(guest->hvm.callback_vector, 0);
	assert_int_equal(do_hvm_op(HVMOP_pagetable_dying, MEMORY), -ENOSYS);
	assert_int_equal(do_hvm_op(99, MEMORY), -ENOSYS);
}

static void test_upcall_vector_per_vcpu(void **state)
{
	struct xen_hvm_evtchn_upcall_vector u = { .vcpu = 0, .vector = 0x30 };

	run_as(guest);
	memcpy(memory, &u, sizeof(u));
	assert_int_equal(do_hvm_op(HVMOP_set_evtchn_upcall_vector, MEMORY), 0);
	assert_int_equal(guest->vcpu[0]->hvm.upcall_vector, 0x30);
	u.vector = 0xf;
	memcpy(memory, &u, sizeof(u));
	assert_int_equal(do_hvm_op(HVMOP_set_evtchn_upcall_vector, MEMORY), -EINVAL);
	u = (struct xen_hvm_evtchn_upcall_vector){ .vcpu = 1, .vector = 0x30 };
	memcpy(memory, &u, sizeof(u));
	assert_int_equal(do_hvm_op(HVMOP_set_evtchn_upcall_vector, MEMORY), -ENOENT);
}

static void test_a_domain_flushes_its_own(void **state)
{
	unsigned before = fake_flushes;

	run_as(guest);
	assert_int_equal(do_hvm_op(HVMOP_flush_tlbs, MEMORY), -EINVAL);
	assert_int_equal(fake_flushes, before);
	assert_int_equal(do_hvm_op(HVMOP_flush_tlbs, 0), 0);
	assert_int_equal(fake_flushes, before + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_params_have_rights),
		TEST(test_callback_is_a_vector),
		TEST(test_upcall_vector_per_vcpu),
		TEST(test_a_domain_flushes_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
