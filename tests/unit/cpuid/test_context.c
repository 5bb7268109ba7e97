// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saved vCPU state: what a domain builder sends is taken, what was saved comes back the same, and
 * whatever else a toolstack sends (cut short, turned around, any field out of its range, random
 * bytes) is refused before anything has changed.
 */
#include "host_model.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "abi/hvm_save.h"
#include "hvm.h"
#include "hvm/vlapic_private.h"
#include "hvm_context.h"
#include "log.h"

#define VCPUS      2u
#define XSAVE_AREA 4096u

/* --- fakes ------------------------------------------------------------------------------------ */

static struct hvm_state states[VCPUS];
static unsigned changes; /* calls that change a vCPU */
static unsigned ups;
static unsigned injected_vector;
static bool is_injecting;

static void get_state(struct vcpu *v, struct hvm_state *s)
{
	*s = states[v->id];
}

static void set_state(struct vcpu *v, const struct hvm_state *s)
{
	states[v->id] = *s;
	changes++;
}

static void inject_interrupt(struct vcpu *v, uint8_t vector)
{
	injected_vector = vector;
	changes++;
}

static void inject_nmi(struct vcpu *v)
{
	injected_vector = 2;
	changes++;
}

static void inject_exception(struct vcpu *v, uint8_t vector, bool has_error, uint32_t error)
{
	injected_vector = vector;
	changes++;
}

static bool injecting(struct vcpu *v)
{
	return is_injecting;
}

static void set_tsc_offset(struct vcpu *v, uint64_t offset)
{
	changes++;
}

static const struct hvm_ops ops = {
	.get_state = get_state,
	.set_state = set_state,
	.inject_interrupt = inject_interrupt,
	.inject_nmi = inject_nmi,
	.inject_exception = inject_exception,
	.injecting = injecting,
	.set_tsc_offset = set_tsc_offset,
};

void vcpu_up(struct vcpu *v)
{
	assert_true(v->initialised);
	v->pause_flags &= ~VCPU_PAUSE_DOWN;
	ups++;
}

uint64_t vcpu_tsc(const struct vcpu *v)
{
	return 1000000 + v->hvm.tsc_offset;
}

static unsigned apics_restored;
static struct vlapic restored; /* the last one, as it was then */

void vlapic_restored(struct vcpu *v)
{
	apics_restored++;
	restored = v->hvm.vlapic;
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
}

/* --- a domain, a stream ----------------------------------------------------------------------- */

static struct domain *d;

static int setup(void **state)
{
	hvm = &ops;
	host_model = HOST_ZEN;
	host_xcr0 = 7;
	d = model_domain(VCPUS, false);
	memset(states, 0, sizeof(states));
	for (unsigned i = 0; i < VCPUS; i++) {
		d->vcpu[i]->hvm.xsave = calloc(1, XSAVE_AREA);
		d->vcpu[i]->pause_flags = VCPU_PAUSE_DOWN;
		states[i].pat = 0x0007040600070406UL;
		states[i].seg[SEG_CS].attributes = 0x9b;
		states[i].cr0 = 0x10;
	}
	d->vcpu[0]->hvm.vlapic.base_msr |= APIC_BASE_BSP;
	changes = ups = injected_vector = 0;
	apics_restored = 0;
	is_injecting = false;
	return 0;
}

static int teardown(void **state)
{
	for (unsigned i = 0; i < VCPUS; i++)
		free(d->vcpu[i]->hvm.xsave);
	model_domain_free(d);
	return 0;
}

struct stream {
	uint8_t bytes[32768];
	size_t size;
};

static void add(struct stream *s, uint16_t code, uint16_t instance, const void *body, size_t len)
{
	struct hvm_save_descriptor head = { code, instance, (uint32_t)len };

	assert_true(s->size + sizeof(head) + len <= sizeof(s->bytes));
	memcpy(s->bytes + s->size, &head, sizeof(head));
	if (len)
		memcpy(s->bytes + s->size + sizeof(head), body, len);
	s->size += sizeof(head) + len;
}

static void add_header(struct stream *s)
{
	struct hvm_save_header h = { .magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION };

	add(s, HVM_SAVE_CODE_HEADER, 0, &h, sizeof(h));
}

/* Exact-size heap copy, so that AddressSanitizer sees every byte read beyond the end. */
static int load(const struct stream *s)
{
	uint8_t *exact = malloc(s->size ? s->size : 1);
	int rc;

	memcpy(exact, s->bytes, s->size);
	rc = hvm_context_load(d, exact, s->size);
	free(exact);
	return rc;
}

/* The state that a PVH kernel is entered with. */
static struct hvm_hw_cpu pvh_cpu(void)
{
	return (struct hvm_hw_cpu){
		.rip = 0x1000000,
		.rbx = 0x7000,
		.rflags = 2,
		.cr0 = 0x11,
		.dr6 = 0xffff0ff0,
		.dr7 = 0x400,
		.cs_arbytes = 0xc9b,
		.ds_arbytes = 0xc93,
		.es_arbytes = 0xc93,
		.ss_arbytes = 0xc93,
		.tr_arbytes = 0x8b,
		.cs_limit = ~0u,
		.ds_limit = ~0u,
		.es_limit = ~0u,
		.ss_limit = ~0u,
		.tr_limit = 0x67,
	};
}

static struct hvm_hw_mtrr builder_mtrr(void)
{
	return (struct hvm_hw_mtrr){
		.msr_pat_cr = 0x0007040600070406UL,
		.msr_mtrr_cap = 0x508,
		.msr_mtrr_def_type = 0x806,
	};
}

static int load_cpu(const struct hvm_hw_cpu *c)
{
	struct stream s = { 0 };

	add_header(&s);
	add(&s, HVM_SAVE_CODE_CPU, 0, c, sizeof(*c));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	return load(&s);
}

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

static struct hvm_hw_cpu long_mode_cpu(void)
{
	struct hvm_hw_cpu c = pvh_cpu();

	c.cr0 = 0x80050033;
	c.cr3 = 0x1234000;
	c.cr4 = 0x6a0;
	c.msr_efer = 0xd01;
	c.cs_arbytes = 0xa9b;
	c.rip = 0xffffffff81000000UL;
	c.gs_base = 0xffff888000000000UL;
	c.gdtr_base = 0xfffffe0000001000UL;
	c.msr_lstar = 0xffffffff82000000UL;
	c.rflags = 0x246;
	c.flags = XEN_X86_FPU_INITIALISED;
	c.fpu_regs[0] = 0x7f;
	c.fpu_regs[24] = 0x80;
	c.fpu_regs[25] = 0x1f;
	c.msr_tsc_aux = 1;
	c.tsc = 5000000;
	return c;
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
		d->vcpu[0]->hvm.vlapic.regs[i] = i << 16;
	d->vcpu[0]->hvm.vlapic.regs[APIC_SVR] = 0x1ff;
	d->vcpu[0]->hvm.vlapic.regs[APIC_TDCR] = 0xb;
	d->vcpu[0]->hvm.vlapic.regs[APIC_TMICT] = 777;
	assert_int_equal(hvm_context_save(d, s.bytes, sizeof(s.bytes), &s.size), 0);
	assert_true(s.size <= hvm_context_size(d));

	teardown(NULL);
	setup(NULL);
	assert_int_equal(load(&s), 0);
	assert_int_equal(d->vcpu[0]->hvm.xcr0, 7);
	assert_int_equal(states[0].cr4, 0x6a0);
	assert_int_equal(states[0].lstar, 0xffffffff82000000UL);
	assert_int_equal(vcpu_tsc(d->vcpu[0]), 5000000);
	assert_int_equal(d->vcpu[0]->hvm.vlapic.regs[APIC_TMICT], 777);
	assert_int_equal(apics_restored, d->max_vcpus);
	assert_int_equal(((uint8_t *)d->vcpu[0]->hvm.xsave)[600], (uint8_t)600);
	assert_int_equal(d->vcpu[0]->hvm.vlapic.regs[APIC_LVT_LINT0], APIC_LVT_LINT0 << 16);
	assert_int_equal(hvm_context_save(d, again.bytes, sizeof(again.bytes), &again.size), 0);
	assert_int_equal(again.size, s.size);
	assert_memory_equal(again.bytes, s.bytes, s.size);
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

static void test_saving_waits_for_an_event_on_its_way(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();
	struct stream s = { 0 };

	assert_int_equal(load_cpu(&c), 0);
	is_injecting = true;
	assert_int_equal(hvm_context_save(d, s.bytes, sizeof(s.bytes), &s.size), -EBUSY);
	is_injecting = false;
	assert_int_equal(hvm_context_save(d, s.bytes, 100, &s.size), -ENOSPC);
}

static void test_pending_events_are_delivered(void **state)
{
	struct hvm_hw_cpu c = pvh_cpu();

	c.pending_event = 0x80000000 | 0x31;
	assert_int_equal(load_cpu(&c), 0);
	assert_int_equal(injected_vector, 0x31);
	c.pending_event = 0x80000000 | 3 << 8 | 1 << 11 | 14;
	assert_int_equal(load_cpu(&c), 0);
	assert_int_equal(injected_vector, 14);
	c.pending_event = 0x80000000 | 2 << 8 | 2;
	assert_int_equal(load_cpu(&c), 0);
	assert_int_equal(injected_vector, 2);
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
	a->regs[APIC_VERSION] = 0x50014;
	assert_int_equal(load(&s), 0);
	assert_true(restored.base_msr & APIC_BASE_EXTD); /* both were there by then */
	assert_int_equal(restored.regs[APIC_TMICT], 0xffffffff);
	assert_int_equal(a->regs[APIC_VERSION], 0x50014);
	assert_int_equal(a->regs[APIC_IRR] & 0xffff, 0);
	assert_int_equal(a->regs[APIC_ISR] & 0xffff, 0);
	assert_false(a->base_msr & APIC_BASE_BSP); /* vCPU 1 is not the first */
}

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
	REFUSED(pvh_cpu, c.flags = 2);
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
		TEST(test_a_domain_builder_starts_vcpu_0),
		TEST(test_registers_left_zero_get_their_fixed_bits),
		TEST(test_what_was_saved_comes_back),
		TEST(test_single_records_can_be_read),
		TEST(test_saving_waits_for_an_event_on_its_way),
		TEST(test_pending_events_are_delivered),
		TEST(test_apic_records_are_settled_together),
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
