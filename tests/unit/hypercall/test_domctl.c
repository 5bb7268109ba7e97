// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, as far as it decides something: who may, in which version, on which domain; domains made,
 * paused (and that is counted), scheduled.
 */
#include "fake_control.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/sched.h"
#include "hypercall.h"

/* --- the gate --------------------------------------------------------------------------------- */

static void test_only_domain_0_in_the_right_version(void **state)
{
	memset(&op, 0, sizeof(op));
	run_as(guest);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), -EPERM);
	run_as(dom0);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), 0);
	op.interface_version--;
	memcpy(memory, &op, sizeof(op));
	assert_int_equal(do_domctl(MEMORY), -EACCES);
	assert_int_equal(do_domctl(0), -EFAULT);
	assert_int_equal(do_domctl(MEMORY + MEMORY_SIZE - 8), -EFAULT);
	op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op._pad[1] = 1;
	memcpy(memory, &op, sizeof(op));
	assert_int_equal(do_domctl(MEMORY), -EINVAL);
	op._pad[1] = 0;
	assert_int_equal(domctl(9999, 1), -ENOSYS);
	assert_int_equal(domctl(0, 1), -ENOSYS);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 77), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 0), -EINVAL); /* itself */
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, DOMID_SELF), -EINVAL);
	guest->is_dying = true;
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 1), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, 1), 0);
	guest->is_dying = false;
}

static void test_a_restarted_domctl_lets_the_next_one_in(void **state)
{
	destroy_restarts = 1;
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, 1), -ERESTART);
	assert_int_equal(domctl(XEN_DOMCTL_destroydomain, 1), 0);
}

static void test_soft_reset(void **state)
{
	assert_int_equal(domctl(XEN_DOMCTL_soft_reset, 0), -EINVAL);
	assert_int_equal(domctl(XEN_DOMCTL_soft_reset, 77), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_soft_reset, 1), -EINVAL);
	guest->is_shut_down = true;
	destroy_restarts = 1;
	assert_int_equal(domctl(XEN_DOMCTL_soft_reset, 1), -ERESTART);
	assert_int_equal(domctl(XEN_DOMCTL_soft_reset, 1), 0);
	assert_int_equal(pauses, 0); /* it stood still each time, and no longer */
	guest->is_dying = true;
	assert_int_equal(domctl(XEN_DOMCTL_soft_reset, 1), -ESRCH);
	guest->is_dying = guest->is_shut_down = false;
}

static void test_info_is_of_the_next_domain(void **state)
{
	give_ram(guest, 3, 0);
	guest->controller_pauses = 1;
	guest->vcpu[0]->pause_flags = VCPU_PAUSE_BLOCKED;
	guest->vcpu[0]->runstate.state = 2;
	guest->vcpu[0]->runstate.time[0] = 500;
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), 0);
	assert_int_equal(op.u.getdomaininfo.domain, 1);
	assert_int_equal(op.u.getdomaininfo.tot_pages, 1);
	assert_int_equal(op.u.getdomaininfo.cpu_time, 500);
	assert_int_equal(op.u.getdomaininfo.nr_online_vcpus, 1);
	assert_int_equal(op.u.getdomaininfo.flags, XEN_DOMINF_hvm_guest | XEN_DOMINF_hap |
							   XEN_DOMINF_paused | XEN_DOMINF_blocked);
	guest->is_shut_down = true;
	guest->shutdown_code = SHUTDOWN_crash;
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 1), 0);
	assert_int_equal(op.u.getdomaininfo.flags >> 16, SHUTDOWN_crash);
	assert_true(op.u.getdomaininfo.flags & XEN_DOMINF_shutdown);
	guest->is_shut_down = false;
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 2), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, 0xffff), -ESRCH);
	assert_int_equal(domctl(XEN_DOMCTL_getdomaininfo, DOMID_SELF), 0);
	assert_int_equal(op.domain, 0);
}

/* --- creation, pausing ------------------------------------------------------------------------ */

static struct xen_domctl_createdomain good_creation(void)
{
	return (struct xen_domctl_createdomain){
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = 4,
		.max_evtchn_port = 1023,
		.max_grant_frames = 64,
		.max_maptrack_frames = -1,
		.grant_opts = 1,
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};
}

static long create(struct xen_domctl_createdomain c, domid_t id)
{
	op.u.createdomain = c;
	return domctl(XEN_DOMCTL_createdomain, id);
}

#define REFUSED(...)                                                \
	do {                                                        \
		struct xen_domctl_createdomain c = good_creation(); \
		__VA_ARGS__;                                        \
		assert_int_equal(create(c, 0), -EINVAL);            \
	} while (0)

static void test_creation(void **state)
{
	assert_int_equal(create(good_creation(), 0), 0);
	assert_int_equal(op.domain, guest->id);
	assert_int_equal(created_id, 2); /* the lowest that is free */
	assert_int_equal(created.max_maptrack_frames, 1024);
	assert_int_equal(guest->controller_pauses, 1);
	assert_int_equal(create(good_creation(), 0xffff), 0);
	assert_int_equal(created_id, 3); /* not the same again */
	assert_int_equal(create(good_creation(), 0xffff), 0);
	assert_int_equal(created_id, 5);
	assert_int_equal(create(good_creation(), 55), 0);
	assert_int_equal(created_id, 55);
	create_error = -EEXIST;
	assert_int_equal(create(good_creation(), 55), -EEXIST);
	REFUSED(c.flags = XEN_DOMCTL_CDF_hap);
	REFUSED(c.flags = XEN_DOMCTL_CDF_hvm);
	REFUSED(c.flags |= XEN_DOMCTL_CDF_iommu); /* there is none */
	REFUSED(c.flags |= XEN_DOMCTL_CDF_nested_virt);
	REFUSED(c.flags |= 1u << 31);
	REFUSED(c.max_vcpus = 0);
	REFUSED(c.max_vcpus = MAX_VCPUS + 1);
	REFUSED(c.max_vcpus = ~0u);
	REFUSED(c.arch.emulation_flags |= XEN_X86_EMU_PIT);
	REFUSED(c.arch.misc_flags = 2);
	REFUSED(c.iommu_opts = 1);
	REFUSED(c.max_grant_frames = 1 << 30);
	REFUSED(c.grant_opts = 3);
	REFUSED(c.grant_opts = 0x11);
	REFUSED(c.altp2m_opts = 1);
	REFUSED(c.vmtrace_size = 4096);
	REFUSED(c.cpupool_id = 1);
}

static void test_pauses_are_counted(void **state)
{
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), -EINVAL);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 1), 0);
	assert_int_equal(domctl(XEN_DOMCTL_pausedomain, 1), 0);
	assert_int_equal(pauses, 1);
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), 0);
	assert_int_equal(pauses, 1);
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), 0);
	assert_int_equal(pauses, 0);
	assert_int_equal(domctl(XEN_DOMCTL_unpausedomain, 1), -EINVAL);
	assert_int_equal(pauses, 0);
}

static void test_vcpus(void **state)
{
	op.u.max_vcpus.max = 0;
	assert_int_equal(domctl(XEN_DOMCTL_max_vcpus, 1), -EINVAL);
	op.u.max_vcpus.max = 2; /* more than createdomain said */
	assert_int_equal(domctl(XEN_DOMCTL_max_vcpus, 1), -EINVAL);
	op.u.max_vcpus.max = 1; /* is there already */
	assert_int_equal(domctl(XEN_DOMCTL_max_vcpus, 1), 0);
	op.u.getvcpuinfo.vcpu = 1;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuinfo, 1), -ESRCH);
	op.u.getvcpuinfo.vcpu = 0;
	guest->vcpu[0]->pause_flags = VCPU_PAUSE_DOWN;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuinfo, 1), 0);
	assert_int_equal(op.u.getvcpuinfo.online, 0);
}

/* --- affinity, scheduling --------------------------------------------------------------------- */

static void test_affinity(void **state)
{
	struct xen_domctl_vcpuaffinity *a = &op.u.vcpuaffinity;

	memset(&op, 0, sizeof(op));
	memory[4096] = 0xfe; /* CPU 1 and more than there are */
	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard = (struct xenctl_bitmap){ .bitmap = MEMORY + 4096, .nr_bits = 3 };
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), 0);
	assert_int_equal(guest->vcpu[0]->sched.affinity_hard.bits[0],
			 6); /* only the bits that count */
	memset(memory + 4096, 0xff, 64);
	a->cpumap_hard.nr_bits = 300;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuaffinity, 1), 0);
	assert_int_equal(memory[4096], 2); /* those online */
	for (unsigned i = 1; i < 38; i++)
		assert_int_equal(memory[4096 + i], 0);
	assert_int_equal(memory[4096 + 38], 0xff); /* beyond the caller's map */
	memory[4096] = 0xfc;                       /* no CPU that exists */
	a->cpumap_hard.nr_bits = 8;
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), -EINVAL);
	a->cpumap_hard.nr_bits = ~0u;
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuaffinity, 1), -EINVAL);
	a->cpumap_hard = (struct xenctl_bitmap){ .bitmap = 0, .nr_bits = 8 };
	assert_int_equal(domctl(XEN_DOMCTL_getvcpuaffinity, 1), -EFAULT);
	a->flags = 0;
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), -EINVAL);
	a->vcpu = 1;
	assert_int_equal(domctl(XEN_DOMCTL_setvcpuaffinity, 1), -ESRCH);
}

static void test_weight_and_cap(void **state)
{
	struct xen_domctl_scheduler_op *s = &op.u.scheduler_op;

	guest->sched.params.weight = 256;
	s->sched_id = XEN_SCHEDULER_CREDIT;
	s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	s->u.credit.weight = 0; /* as it is */
	s->u.credit.cap = 50;
	assert_int_equal(domctl(XEN_DOMCTL_scheduler_op, 1), 0);
	assert_int_equal(params_set.weight, 256);
	assert_int_equal(params_set.cap, 50);
	s->u.credit.cap = 0xffff;
	s->u.credit.weight = 512;
	assert_int_equal(domctl(XEN_DOMCTL_scheduler_op, 1), 0);
	assert_int_equal(params_set.cap, 0);
	assert_int_equal(params_set.weight, 512);
	s->sched_id = XEN_SCHEDULER_CREDIT2;
	assert_int_equal(domctl(XEN_DOMCTL_scheduler_op, 1), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_domain_0_in_the_right_version),
		TEST(test_a_restarted_domctl_lets_the_next_one_in),
		TEST(test_soft_reset),
		TEST(test_info_is_of_the_next_domain),
		TEST(test_creation),
		TEST(test_pauses_are_counted),
		TEST(test_vcpus),
		TEST(test_affinity),
		TEST(test_weight_and_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
