// SPDX-License-Identifier: GPL-2.0-or-later
/* domctl, PCI devices: what is asked for reaches the right function, and nothing else does. */
#include "fake_control.h"

#include <string.h>

#include "abi/errno.h"

#define CARD 0x300u

static long ask(uint32_t cmd, domid_t id, uint32_t sbdf)
{
	memset(&op, 0, sizeof(op));
	op.u.assign_device.u.pci.machine_sbdf = sbdf;
	return domctl(cmd, id);
}

static void test_given_and_taken(void **state)
{
	assert_int_equal(ask(XEN_DOMCTL_test_assign_device, 1, CARD), 0);
	assert_null(device_owner);
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 1, CARD + 1), -ENODEV);
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 1, 1u << 16 | CARD), -ENODEV);
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 1, CARD), 0);
	assert_ptr_equal(device_owner, guest);
	assert_int_equal(ask(XEN_DOMCTL_test_assign_device, 1, CARD), -EBUSY);
	assert_int_equal(ask(XEN_DOMCTL_deassign_device, 1, CARD + 1), -ENODEV);
	assert_int_equal(ask(XEN_DOMCTL_deassign_device, 1, CARD), 0);
	assert_null(device_owner);
}

static void test_refused(void **state)
{
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 0, CARD), -EINVAL); /* has them all */
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 7, CARD), -ESRCH);
	for (uint32_t cmd = 0; cmd < 3; cmd++) {
		static const uint32_t cmds[] = { XEN_DOMCTL_assign_device,
						 XEN_DOMCTL_test_assign_device,
						 XEN_DOMCTL_deassign_device };

		memset(&op, 0, sizeof(op));
		op.u.assign_device.u.pci.machine_sbdf = CARD;
		op.u.assign_device.dev = XEN_DOMCTL_DEV_DT;
		assert_int_equal(domctl(cmds[cmd], 1), -EINVAL);
		op.u.assign_device.dev = XEN_DOMCTL_DEV_PCI;
		op.u.assign_device.flags = 2;
		assert_int_equal(domctl(cmds[cmd], 1), -EINVAL);
	}
	guest->is_dying = true;
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 1, CARD), -ESRCH);
	guest->is_dying = false;
	run_as(guest);
	assert_int_equal(ask(XEN_DOMCTL_assign_device, 1, CARD), -EPERM);
	assert_null(device_owner);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_given_and_taken),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
