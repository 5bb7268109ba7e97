// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain of two vCPUs whose state is kept in arrays, and streams of records to load into it.
 */
#include "saved_state.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "hvm_context.h"
#include "log.h"

#define XSAVE_AREA 4096u

/* --- fakes ------------------------------------------------------------------------------------ */

struct hvm_state states[VCPUS];
unsigned changes; /* calls that change a vCPU */
unsigned ups;

static void get_state(struct vcpu *v, struct hvm_state *s)
{
	*s = states[v->id];
}

static void set_state(struct vcpu *v, const struct hvm_state *s)
{
	states[v->id] = *s;
	changes++;
}

static void set_tsc_offset(struct vcpu *v, uint64_t offset)
{
	changes++;
}

static const struct hvm_ops ops = {
	.get_state = get_state,
	.set_state = set_state,
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

/* Of what may be asked for, vectors 0x20 to 0x3f will do. */
void vlapic_accept(struct vcpu *v)
{
	v->hvm.vlapic.regs[APIC_IRR + 1].value |= v->hvm.vlapic.requests[1];
	v->hvm.vlapic.requests[1] = 0;
}

unsigned apics_restored;
struct vlapic restored; /* the last one, as it was then */

void vlapic_restored(struct vcpu *v)
{
	apics_restored++;
	restored = v->hvm.vlapic;
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
}

/* --- a domain, a stream ----------------------------------------------------------------------- */

struct domain *d;

int setup(void **state)
{
	hvm = &ops;
	host_model = HOST_ZEN;
	host_xcr0 = 7;
	d = model_domain(VCPUS, false);
	memset(states, 0, sizeof(states));
	for (unsigned i = 0; i < VCPUS; i++) {
		d->vcpu[i]->hvm.xsave = calloc(1, XSAVE_AREA);
		d->vcpu[i]->hvm.vlapic.regs = calloc(VLAPIC_REGISTERS, sizeof(*restored.regs));
		d->vcpu[i]->pause_flags = VCPU_PAUSE_DOWN;
		states[i].pat = 0x0007040600070406UL;
		states[i].seg[SEG_CS].attributes = 0x9b;
		states[i].cr0 = 0x10;
	}
	d->vcpu[0]->hvm.vlapic.base_msr |= APIC_BASE_BSP;
	changes = ups = 0;
	apics_restored = 0;
	return 0;
}

int teardown(void **state)
{
	for (unsigned i = 0; i < VCPUS; i++) {
		free(d->vcpu[i]->hvm.vlapic.regs);
		free(d->vcpu[i]->hvm.xsave);
	}
	model_domain_free(d);
	return 0;
}

void add(struct stream *s, uint16_t code, uint16_t instance, const void *body, size_t len)
{
	struct hvm_save_descriptor head = { code, instance, (uint32_t)len };

	assert_true(s->size + sizeof(head) + len <= sizeof(s->bytes));
	memcpy(s->bytes + s->size, &head, sizeof(head));
	if (len)
		memcpy(s->bytes + s->size + sizeof(head), body, len);
	s->size += sizeof(head) + len;
}

void add_header(struct stream *s)
{
	struct hvm_save_header h = { .magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION };

	add(s, HVM_SAVE_CODE_HEADER, 0, &h, sizeof(h));
}

/* Exact-size heap copy, so that AddressSanitizer sees every byte read beyond the end. */
int load(const struct stream *s)
{
	uint8_t *exact = malloc(s->size ? s->size : 1);
	int rc;

	memcpy(exact, s->bytes, s->size);
	rc = hvm_context_load(d, exact, s->size);
	free(exact);
	return rc;
}

/* The state that a PVH kernel is entered with. */
struct hvm_hw_cpu pvh_cpu(void)
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

struct hvm_hw_cpu long_mode_cpu(void)
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

struct hvm_hw_mtrr builder_mtrr(void)
{
	return (struct hvm_hw_mtrr){
		.msr_pat_cr = 0x0007040600070406UL,
		.msr_mtrr_cap = 0x508,
		.msr_mtrr_def_type = 0x806,
	};
}

int load_cpu(const struct hvm_hw_cpu *c)
{
	struct stream s = { 0 };

	add_header(&s);
	add(&s, HVM_SAVE_CODE_CPU, 0, c, sizeof(*c));
	add(&s, HVM_SAVE_CODE_END, 0, NULL, 0);
	return load(&s);
}
