// SPDX-License-Identifier: GPL-2.0-or-later
/* What a guest sees of the step over the IRET at the end of its NMI's handler: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hvm/svm/private.h"
#include "processor.h"

#define STEP      BIT(14)
#define EXIT_DB   0x41u
#define LOCAL(n)  BIT(2 * (n))
#define GLOBAL(n) BIT(2 * (n) + 1)

static struct vcpu v;
static struct vmcb c;

/* The step, after which the CPU says so in DR6. */
static void step(uint64_t flags, uint64_t dr7, uint64_t dr6_before, uint64_t dr6)
{
	struct svm_iret i;

	v.hvm.shadow = SHADOW_NMI;
	c = (struct vmcb){ .rflags = flags, .dr7 = dr7, .dr6 = dr6_before, .rip = 0x1000 };
	svm_iret_step(&c, &i);
	assert_true(c.rflags & RFLAGS_TF);
	assert_int_equal(c.dr6 & 0x400f, 0);
	c.rip = 0x2000;
	c.exit_code = EXIT_DB;
	c.dr6 |= dr6;
	svm_iret_stepped(&v, &c, &i);
	assert_int_equal(v.hvm.shadow, 0);
}

static void test_nothing_is_seen(void **state)
{
	step(0, 0x400, 0xffff0ff2, STEP);
	assert_int_equal(c.exit_code, SVM_EXIT_VINTR);
	assert_int_equal(c.dr6, 0xffff0ff2);
}

static void test_its_own_step(void **state)
{
	step(RFLAGS_TF, 0x400, 0xffff0ff0, STEP);
	assert_int_equal(c.exit_code, EXIT_DB);
	assert_int_equal(c.dr6, 0xffff4ff0);
}

static void test_its_breakpoints(void **state)
{
	for (unsigned n = 0; n < 4; n++) {
		step(0, LOCAL(n), 0xffff0ff0, STEP | BIT(n));
		assert_int_equal(c.exit_code, EXIT_DB);
		assert_int_equal(c.dr6, 0xffff0ff0 | BIT(n));
		step(0, GLOBAL(n), 0xffff0ff0, STEP | BIT(n));
		assert_int_equal(c.exit_code, EXIT_DB);
	}
}

/* The CPU also notes those that match and are not enabled. Alone they raise nothing. */
static void test_disabled_beside_enabled(void **state)
{
	step(0, LOCAL(1) | GLOBAL(3), 0xffff0ff0, STEP | BIT(0) | BIT(2));
	assert_int_equal(c.exit_code, SVM_EXIT_VINTR);
	assert_int_equal(c.dr6, 0xffff0ff0);
	step(0, LOCAL(1), 0xffff0ff0, STEP | BIT(0) | BIT(1));
	assert_int_equal(c.exit_code, EXIT_DB);
	assert_int_equal(c.dr6, 0xffff0ff3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_seen),
		cmocka_unit_test(test_its_own_step),
		cmocka_unit_test(test_its_breakpoints),
		cmocka_unit_test(test_disabled_beside_enabled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
