// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saved vCPU state: what a domain builder sends is taken, and what was saved comes back the same.
 */
#include "saved_state.h"

#include <string.h>

#include "abi/errno.h"
#include "hvm_context.h"

/* --- taken ------------------------------------------------------------------------------------ */

static void test_a_domain_builder_starts_vcpu_0(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();
	struct hvm_hw_mtrr m = builder_mtrr();
	struct stream s = { 0 };
	uint64_t offset = d->vcpu[0]->hvm.tsc_offset;

	add_header(&s);
	add(&s, HVM_SAVE_CODE_CPU, 0, &c, sizeof(c));
	for (uint16_t i = 0; i < VCPUS; i++)
		add(&s, HVM_SAVE_CODE_MTRR, i, &m, sizeof(m));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), 0);

	assert_true(d->vcpu[0]->initialised);
	assert_int_equal(ups, 1);
	assert_false(d->vcpu[1]->initialised);
	assert_int_equal(d->vcpu[0]->hvm.regs.rip, 0x1000000);
	assert_int_equal(d->vcpu[0]->hvm.regs.rbx, 0x7000);
	assert_int_equal(states[0].seg[SEG_CS].attributes, 0xc9b);
	assert_int_equal(states[0].seg[SEG_CS].limit, 0xffffffff);
	assert_int_equal(states[0].cr0, 0x11);
	assert_int_equal(states[0].pat, 0x0007040600070406UL);
	assert_int_equal(states[1].pat, 0x0007040600070406UL);
	assert_int_equal(d->vcpu[1]->hvm.mtrr_def, 0x806);
	/* No TSC in it: the vCPUs keep the offset that they share. */
	assert_int_equal(d->vcpu[0]->hvm.tsc_offset, offset);
}

static void test_registers_left_zero_get_their_fixed_bits(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();

	c.rflags = 0;
	c.dr6 = c.dr7 = 0;
	assert_int_equal(load_cpu(&c), 0);
	assert_int_equal(d->vcpu[0]->hvm.regs.rflags, 2);
	assert_int_equal(states[0].dr6, 0xffff0ff0);
	assert_int_equal(states[0].dr7, 0x400);
}

static void test_what_was_saved_comes_back(void **state)
{
	struct hvm_hw_cpu c = long_mode_cpu();
	struct stream s = { 0 }, again = { 0 };

	assert_int_equal(load_cpu(&c), 0);
	d->vcpu[0]->hvm.xcr0 = 7;
	for (unsigned i = 24; i < 576 + 256; i++)
		if (i >= 576 || i < 512)
			((uint8_t *)d->vcpu[0]->hvm.xsave)[i] = (uint8_t)i;
	memcpy((uint8_t *)d->vcpu[0]->hvm.xsave + 24, "\x80\x1f\0\0", 4);
	((uint64_t *)d->vcpu[0]->hvm.xsave)[64] = 7;
	for (unsigned i = 4; i < 64; i++)
		d->vcpu[0]->hvm.vlapic.regs[i].value = i << 16;
	d->vcpu[0]->hvm.vlapic.regs[APIC_SVR].value = 0x1ff;
	d->vcpu[0]->hvm.vlapic.regs[APIC_TDCR].value = 0xb;
	d->vcpu[0]->hvm.vlapic.regs[APIC_TMICT].value = 777;
	assert_int_equal(hvm_context_save(d, s.bytes, sizeof(s.bytes), &s.size), 0);
	assert_true(s.size <= hvm_context_size(d));

	teardown(NULL);
	setup(NULL);
	assert_int_equal(load(&s), 0);
	assert_int_equal(d->vcpu[0]->hvm.xcr0, 7);
	assert_int_equal(states[0].cr4, 0x6a0);
	assert_int_equal(states[0].lstar, 0xffffffff82000000UL);
	assert_int_equal(vcpu_tsc(d->vcpu[0]), 5000000);
	assert_int_equal(d->vcpu[0]->hvm.vlapic.regs[APIC_TMICT].value, 777);
	assert_int_equal(apics_restored, d->max_vcpus);
	assert_int_equal(((uint8_t *)d->vcpu[0]->hvm.xsave)[600], (uint8_t)600);
	assert_int_equal(d->vcpu[0]->hvm.vlapic.regs[APIC_LVT_LINT0].value, APIC_LVT_LINT0 << 16);
	assert_int_equal(hvm_context_save(d, again.bytes, sizeof(again.bytes), &again.size), 0);
	assert_int_equal(again.size, s.size);
	assert_memory_equal(again.bytes, s.bytes, s.size);
}

/* What a guest turned off in XCR0 again is still in its area, and would be refused. */
static void test_a_component_that_is_off_again_stays_behind(void **state)
{
	struct hvm_hw_cpu c = long_mode_cpu();
	struct stream s = { 0 };

	assert_int_equal(load_cpu(&c), 0);
	d->vcpu[0]->hvm.xcr0 = 3;
	memcpy((uint8_t *)d->vcpu[0]->hvm.xsave + 24, "\x80\x1f\0\0", 4);
	((uint64_t *)d->vcpu[0]->hvm.xsave)[64] = 7;
	assert_int_equal(hvm_context_save(d, s.bytes, sizeof(s.bytes), &s.size), 0);
	teardown(NULL);
	setup(NULL);
	assert_int_equal(load(&s), 0);
	assert_int_equal(((uint64_t *)d->vcpu[0]->hvm.xsave)[64], 3);
}

/* All of memory uncached: odd, but a guest may write it, and a restore must not change it. */
static void test_a_pat_of_zero_comes_along(void **state)
{
	struct hvm_hw_mtrr m = { .msr_mtrr_def_type = 0x806 };
	struct stream s = { 0 };

	add_header(&s);
	add(&s, HVM_SAVE_CODE_MTRR, 1, &m, sizeof(m));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), 0);
	assert_int_equal(states[1].pat, 0);
	assert_int_equal(states[0].pat, 0x0007040600070406UL);
}

static void test_single_records_can_be_read(void **state)
{
	uint8_t buf[8192];
	struct hvm_hw_mtrr m;
	size_t used;

	/* What libxc asks for before it starts a PVH guest: MTRRs of a vCPU that is down. */
	assert_int_equal(hvm_context_save_one(d, HVM_SAVE_CODE_MTRR, 1, buf, sizeof(buf), &used),
			 0);
	assert_int_equal(used, sizeof(m));
	memcpy(&m, buf, sizeof(m));
	assert_int_equal(m.msr_mtrr_cap, 0x508);
	assert_int_equal(hvm_context_save_one(d, HVM_SAVE_CODE_CPU, 0, buf, sizeof(buf), &used),
			 -ENOENT);
	assert_int_equal(hvm_context_save_one(d, HVM_SAVE_CODE_MTRR, 9, buf, sizeof(buf), &used),
			 -ENOENT);
	assert_int_equal(hvm_context_save_one(d, HVM_SAVE_CODE_PIT, 0, buf, sizeof(buf), &used),
			 -EOPNOTSUPP);
	assert_int_equal(hvm_context_save_one(d, HVM_SAVE_CODE_MTRR, 0, buf, 10, &used), -ENOSPC);
}

static void test_pending_events_are_delivered(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();
	static const uint32_t events[] = { 0x80000031, 0x80000b0e, 0x80000202 };

	c.error_code = 6;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		c.pending_event = events[i];
		assert_int_equal(load_cpu(&c), 0);
		assert_int_equal(d->vcpu[0]->hvm.event, events[i]);
		assert_int_equal(d->vcpu[0]->hvm.event_error, 6);
	}
	c.pending_event = 0;
	d->vcpu[0]->hvm.ioreq.again = true;
	assert_int_equal(load_cpu(&c), 0);
	assert_int_equal(d->vcpu[0]->hvm.event, 0);
	assert_false(d->vcpu[0]->hvm.ioreq.again);
}

/* Saves vCPU 0 and loads it into another domain. */
static void move(void)
{
	struct stream s = { 0 };

	assert_int_equal(hvm_context_save(d, s.bytes, sizeof(s.bytes), &s.size), 0);
	teardown(NULL);
	setup(NULL);
	assert_int_equal(load(&s), 0);
}

static void test_moments_between_instructions_come_along(void **state)
{
	struct hvm_hw_cpu c = long_mode_cpu();
	struct hvm_vcpu *h = &d->vcpu[0]->hvm;

	assert_int_equal(load_cpu(&c), 0);
	assert_int_equal(h->shadow, 0);
	assert_false(h->nmi_pending);
	h->event = EVENT_VALID | EVENT_ERROR_VALID | EVENT_EXCEPTION | EXCEPTION_PF;
	h->event_error = 2;
	h->shadow = SHADOW_NMI;
	move();
	h = &d->vcpu[0]->hvm;
	assert_int_equal(h->event, 0x80000b0e);
	assert_int_equal(h->event_error, 2);
	assert_int_equal(h->shadow, SHADOW_NMI);
	assert_false(h->nmi_pending);
	h->event = 0;
	h->shadow = SHADOW_STI;
	h->nmi_pending = true;
	move();
	h = &d->vcpu[0]->hvm;
	assert_int_equal(h->event, 0);
	assert_int_equal(h->shadow, SHADOW_STI);
	assert_true(h->nmi_pending);
	/* The shadow of STI without interrupts on is none: VT-x would not enter the guest. */
	h->regs.rflags = 2;
	move();
	assert_int_equal(d->vcpu[0]->hvm.shadow, SHADOW_MOV_SS);
}

static void test_apic_records_are_settled_together(void **state)
{
	struct hvm_hw_lapic l = { .apic_base_msr = 0xfee00000 | APIC_BASE_ENABLE | APIC_BASE_EXTD |
						   APIC_BASE_BSP };
	struct hvm_hw_lapic_regs regs;
	struct stream s = { 0 };
	struct vlapic *a = &d->vcpu[1]->hvm.vlapic;

	memset(&regs, 0xff, sizeof(regs));
	add_header(&s);
	add(&s, HVM_SAVE_CODE_LAPIC_REGS, 1, &regs, sizeof(regs));
	add(&s, HVM_SAVE_CODE_LAPIC, 1, &l, sizeof(l));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	a->regs[APIC_VERSION].value = 0x50014;
	assert_int_equal(load(&s), 0);
	assert_true(restored.base_msr & APIC_BASE_EXTD); /* both were there by then */
	assert_int_equal(restored.regs[APIC_TMICT].value, 0xffffffff);
	assert_int_equal(a->regs[APIC_VERSION].value, 0x50014);
	assert_int_equal(a->regs[APIC_IRR].value & 0xffff, 0);
	assert_int_equal(a->regs[APIC_ISR].value & 0xffff, 0);
	assert_false(a->base_msr & APIC_BASE_BSP); /* vCPU 1 is not the first */
}

static void test_what_was_asked_for_is_saved_and_replaced(void **state)
{
	struct hvm_hw_lapic_regs regs = { 0 };
	struct stream s = { 0 };
	struct vlapic *a = &d->vcpu[1]->hvm.vlapic;
	size_t used;

	a->requests[1] = 1u << 4;
	assert_int_equal(hvm_context_save_one(d, HVM_SAVE_CODE_LAPIC_REGS, 1, (uint8_t *)&regs,
					      sizeof(regs), &used),
			 0);
	assert_int_equal(regs.data[(APIC_IRR + 1) * 16], 1u << 4);

	regs.data[(APIC_IRR + 1) * 16] = 1u << 5;
	a->requests[1] = 1u << 6;
	add_header(&s);
	add(&s, HVM_SAVE_CODE_LAPIC_REGS, 1, &regs, sizeof(regs));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	assert_int_equal(load(&s), 0);
	vlapic_accept(d->vcpu[1]);
	assert_int_equal(a->regs[APIC_IRR + 1].value, 1u << 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_domain_builder_starts_vcpu_0),
		TEST(test_registers_left_zero_get_their_fixed_bits),
		TEST(test_what_was_saved_comes_back),
		TEST(test_a_pat_of_zero_comes_along),
		TEST(test_a_component_that_is_off_again_stays_behind),
		TEST(test_single_records_can_be_read),
		TEST(test_pending_events_are_delivered),
		TEST(test_moments_between_instructions_come_along),
		TEST(test_apic_records_are_settled_together),
		TEST(test_what_was_asked_for_is_saved_and_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
