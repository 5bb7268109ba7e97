// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A second CPU started the Xen way: VCPUOP_initialise with its registers, VCPUOP_up; and the ways
 * to get that wrong.
 */
#include "abi/vcpu.h"
#include "clock.h"
#include "hypercall.h"
#include "smp.h"
#include "test.h"

TEST(wrong_contexts_are_refused)
{
	struct vcpu_hvm_context context = { .mode = 7 };

	CHECK_EQ(vcpu_op(VCPUOP_initialise, 1000, &context), -ENOENT);
	CHECK_EQ(vcpu_op(VCPUOP_initialise, 1, &context), -EINVAL);
	CHECK_EQ(vcpu_op(VCPUOP_initialise, 1, (void *)0x40000000), -EFAULT);
	CHECK_EQ(vcpu_op(VCPUOP_up, 1, 0), -EINVAL);
	CHECK_EQ(vcpu_op(VCPUOP_is_up, 1, 0), 0);
}

TEST(initialise_and_up_start_it)
{
	CHECK(smp_start_by_vcpuop(), "it does not come up");
	CHECK_EQ(vcpu_op(VCPUOP_is_up, 1, 0), 1);
}

static void nothing(void *arg)
{
	*(volatile bool *)arg = true;
}

TEST(down_and_up_go_on)
{
	volatile bool done = false;

	CHECK(smp_started(), "CPU 1 is not running");
	CHECK_EQ(vcpu_op(VCPUOP_down, 1, 0), 0);
	CHECK_EQ(vcpu_op(VCPUOP_is_up, 1, 0), 0);
	smp_give(nothing, (void *)&done);
	PAUSE(50);
	CHECK(!done, "it works although it is down");
	CHECK_EQ(vcpu_op(VCPUOP_up, 1, 0), 0);
	CHECK(WAIT_FOR(done, 1000), "it does not go on");
}
