// SPDX-License-Identifier: GPL-2.0-or-later
/* sysctl: who may, in which version, and what the machine says of itself. */
#include "fake_control.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/sysctl.h"
#include "cpuid.h"
#include "hypercall.h"

/* --- sysctl ----------------------------------------------------------------------------------- */

static struct xen_sysctl sys;

static long sysctl(uint32_t cmd)
{
	long rc;

	sys.cmd = cmd;
	sys.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	memcpy(memory, &sys, sizeof(sys));
	rc = do_sysctl(MEMORY);
	memcpy(&sys, memory, sizeof(sys));
	return rc;
}

static void test_sysctl_gate(void **state)
{
	run_as(guest);
	assert_int_equal(sysctl(XEN_SYSCTL_physinfo), -EPERM);
	run_as(dom0);
	assert_int_equal(sysctl(999), -ENOSYS);
	sys.interface_version = 1;
	memcpy(memory, &sys, sizeof(sys));
	assert_int_equal(do_sysctl(MEMORY), -EACCES);
}

static void test_sysctl_lists_domains(void **state)
{
	struct xen_sysctl_getdomaininfolist *l = &sys.u.getdomaininfolist;
	struct xen_domctl_getdomaininfo *info = (void *)(memory + 4096);

	*l = (struct xen_sysctl_getdomaininfolist){ .max_domains = 10, .buffer = MEMORY + 4096 };
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), 0);
	assert_int_equal(l->num_domains, 2);
	assert_int_equal(info[1].domain, 1);
	l->max_domains = 1;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), 0);
	assert_int_equal(l->num_domains, 1);
	l->first_domain = 1;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), 0);
	assert_int_equal(info[0].domain, 1);
	l->buffer = 0;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), -EFAULT);
	l->first_domain = 0x7ff0;
	assert_int_equal(sysctl(XEN_SYSCTL_getdomaininfolist), -EINVAL);
	assert_int_equal(dom0->refs, 1);
	assert_int_equal(guest->refs, 1);
}

static void test_sysctl_reads_the_log(void **state)
{
	struct xen_sysctl_readconsole *r = &sys.u.readconsole;

	*r = (struct xen_sysctl_readconsole){ .buffer = MEMORY + 4096, .count = 10 };
	assert_int_equal(sysctl(XEN_SYSCTL_readconsole), 0);
	assert_int_equal(r->count, 10);
	assert_int_equal(r->index, 10);
	assert_memory_equal(memory + 4096, "first line", 10);
	r->incremental = 1;
	r->count = 4000;
	assert_int_equal(sysctl(XEN_SYSCTL_readconsole), 0);
	assert_int_equal(r->count, sizeof(LOG_TEXT) - 1 - 10);
	assert_int_equal(sysctl(XEN_SYSCTL_readconsole), 0);
	assert_int_equal(r->count, 0);
}

static void test_sysctl_machine(void **state)
{
	assert_int_equal(sysctl(XEN_SYSCTL_physinfo), 0);
	assert_int_equal(sys.u.physinfo.nr_cpus, 2);
	assert_int_equal(sys.u.physinfo.threads_per_core, 1);
	assert_int_equal(sys.u.physinfo.cores_per_socket, 2);
	assert_int_equal(sys.u.physinfo.total_pages, FAKE_FRAMES);
	assert_true(sys.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_hvm);
	assert_false(sys.u.physinfo.capabilities & XEN_SYSCTL_PHYSCAP_pv);
	memset(&sys.u, 0, sizeof(sys.u));
	sys.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
	assert_int_equal(sysctl(XEN_SYSCTL_cpupool_op), 0);
	assert_int_equal(sys.u.cpupool_op.n_dom, 2);
	sys.u.cpupool_op.cpupool_id = 1;
	assert_int_equal(sysctl(XEN_SYSCTL_cpupool_op), -ENOENT);
	sys.u.cpu_policy =
		(struct xen_sysctl_cpu_policy){ .index = XEN_SYSCTL_cpu_policy_hvm_default };
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_policy), 0);
	assert_true(sys.u.cpu_policy.nr_leaves > 10);
	sys.u.cpu_policy.index = 6;
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_policy), -EINVAL);
	sys.u.cpu_featureset = (struct xen_sysctl_cpu_featureset){ .index = 9 };
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_featureset), 0);
	assert_int_equal(sys.u.cpu_featureset.nr_features, CPUID_FEATURE_WORDS);
	sys.u.cpu_featureset.features = MEMORY + 4096;
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_featureset), -EINVAL);
	sys.u.cpu_featureset.index = 3;
	sys.u.cpu_featureset.nr_features = 2;
	assert_int_equal(sysctl(XEN_SYSCTL_get_cpu_featureset), -ENOBUFS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sysctl_gate),
		TEST(test_sysctl_lists_domains),
		TEST(test_sysctl_reads_the_log),
		TEST(test_sysctl_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
