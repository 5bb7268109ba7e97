// SPDX-License-Identifier: GPL-2.0-or-later
/* Events on their way into a guest, and what the end of an emulated instruction brings about. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "domain.h"
#include "hvm.h"
#include "processor.h"

#define FLAG_TF BIT(8)

static struct vcpu vcpu, *const v = &vcpu;
static struct hvm_state current;
static enum cpu_mode mode;
static unsigned asked;

static void get_state(struct vcpu *which, struct hvm_state *s)
{
	*s = current;
}

static void set_state(struct vcpu *which, const struct hvm_state *s)
{
	current = *s;
}

static enum cpu_mode get_mode(struct vcpu *which, uint64_t *cs_base)
{
	asked++;
	return mode;
}

static uint64_t get_cr3(struct vcpu *which, uint64_t *cr0, uint64_t *cr4, uint64_t *efer)
{
	*cr0 = current.cr0;
	return 0;
}

static const struct hvm_ops ops = {
	.get_cr3 = get_cr3,
	.get_state = get_state,
	.set_state = set_state,
	.get_mode = get_mode,
};
const struct hvm_ops *hvm = &ops;

static int setup(void **state)
{
	memset(&vcpu, 0, sizeof(vcpu));
	current = (struct hvm_state){ .cr0 = 1 };
	mode = CPU_MODE_64;
	asked = 0;
	return 0;
}

/* Of what an exit cut short, only what does not come again by itself is delivered again. */
static void interrupted_events(void **state)
{
	const uint32_t interrupt = EVENT_VALID | EVENT_INTR | 0xf3, nmi_unblocked = 1u << 12;
	const uint32_t fault = EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_VALID | 14;

	assert_int_equal(hvm_interrupted_event(interrupt), interrupt);
	assert_int_equal(hvm_interrupted_event(fault), fault);
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | EVENT_NMI | 2 | nmi_unblocked),
			 EVENT_VALID | EVENT_NMI | 2);
	assert_int_equal(hvm_interrupted_event(EVENT_NMI | 2), 0);
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | EVENT_SOFT_INTR | 0x80), 0);
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | 1u << 8 | 1), 0);
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | 5u << 8 | 1), 0); /* INT1 */
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | 6u << 8 | 3), 0);
	/* INT3 and INTO, which AMD-V does not tell from faults. */
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | EVENT_EXCEPTION | EXCEPTION_BP), 0);
	assert_int_equal(hvm_interrupted_event(EVENT_VALID | EVENT_EXCEPTION | EXCEPTION_OF), 0);
}

static void faults_have_their_errors(void **state)
{
	hvm_inject_gp(v);
	assert_int_equal(v->hvm.event, 0x80000b0d);
	assert_int_equal(v->hvm.event_error, 0);
	v->hvm.event = 0;
	hvm_inject_ud(v);
	assert_int_equal(v->hvm.event, 0x80000306);
	v->hvm.event = 0;
	hvm_inject_pf(v, 0x1234, 6);
	assert_int_equal(v->hvm.event, 0x80000b0e);
	assert_int_equal(v->hvm.event_error, 6);
	assert_int_equal(current.cr2, 0x1234);
}

static void faults_in_real_mode_have_none(void **state)
{
	current.cr0 = 0;
	hvm_inject_gp(v);
	assert_int_equal(v->hvm.event, 0x8000030d);
}

static void an_event_under_way_stays(void **state)
{
	v->hvm.event = EVENT_VALID | EVENT_INTR | 0x31;
	hvm_inject_gp(v);
	assert_int_equal(v->hvm.event, EVENT_VALID | EVENT_INTR | 0x31);
}

static void the_end_of_an_instruction_ends_its_shadow(void **state)
{
	v->hvm.shadow = SHADOW_STI | SHADOW_NMI;
	v->hvm.regs.rip = 0x1000;
	hvm_skip(v, 2);
	assert_int_equal(v->hvm.regs.rip, 0x1002);
	assert_int_equal(v->hvm.shadow, SHADOW_NMI);
	assert_int_equal(v->hvm.event, 0);
}

static void a_single_step_is_told(void **state)
{
	v->hvm.regs.rflags = FLAG_TF;
	hvm_skip(v, 2);
	assert_int_equal(v->hvm.event, EVENT_VALID | EVENT_EXCEPTION | EXCEPTION_DB);
	assert_true(current.dr6 & DR6_STEP);
}

static void rip_wraps_outside_64_bit_mode(void **state)
{
	v->hvm.regs.rip = 0xffffffff80001000;
	hvm_skip(v, 3);
	assert_true(v->hvm.regs.rip == 0xffffffff80001003);
	assert_int_equal(asked, 0); /* the mode costs something to find out */
	v->hvm.regs.rip = 0xfffffffe;
	hvm_skip(v, 3);
	assert_true(v->hvm.regs.rip == 0x100000001);
	mode = CPU_MODE_32;
	v->hvm.regs.rip = 0xfffffffe;
	hvm_skip(v, 3);
	assert_true(v->hvm.regs.rip == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(interrupted_events, setup),
		cmocka_unit_test_setup(faults_have_their_errors, setup),
		cmocka_unit_test_setup(faults_in_real_mode_have_none, setup),
		cmocka_unit_test_setup(an_event_under_way_stays, setup),
		cmocka_unit_test_setup(the_end_of_an_instruction_ends_its_shadow, setup),
		cmocka_unit_test_setup(a_single_step_is_told, setup),
		cmocka_unit_test_setup(rip_wraps_outside_64_bit_mode, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
