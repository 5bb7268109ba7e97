// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC model, driven by a guest with four vCPUs that does anything it can in any order:
 * registers, MSRs, messages; and time that goes on. Input: a row of steps of 12 bytes.
 */
#include "fuzz.h"

#include <string.h>

#include "domain.h"
#include "hvm/vlapic_private.h"
#include "mm.h"

#define VCPUS 4

static struct domain domain;
static struct vcpu vcpus[VCPUS];
static time_ns_t now;

/* --- what the model needs from others --------------------------------------------------------- */

time_ns_t time_now(void)
{
	return now;
}

void timer_init(struct timer *t, void (*fn)(void *data), void *data, unsigned cpu)
{
	*t = (struct timer){ .fn = fn, .data = data, .cpu = cpu, .expires = TIME_NEVER };
}

void timer_set(struct timer *t, time_ns_t expires)
{
	t->expires = expires;
}

void timer_stop(struct timer *t)
{
	t->expires = TIME_NEVER;
}

void timer_migrate(struct timer *t, unsigned cpu)
{
	t->cpu = cpu;
}

void vcpu_kick(struct vcpu *v)
{
	MUST(v >= vcpus && v < vcpus + VCPUS);
}

void vcpu_down(struct vcpu *v)
{
	vlapic_reset(v);
}

void vcpu_sipi(struct vcpu *v, uint8_t vector)
{
	(void)vector;
	vlapic_reset(v);
}

void vcpu_nmi(struct vcpu *v)
{
	vcpu_kick(v);
}

/* The vCPUs' registers, in their order. */
void *heap_alloc(unsigned order)
{
	static uint8_t pages[VCPUS][PAGE_SIZE] __aligned(PAGE_SIZE);
	static unsigned next;

	MUST(order == 0);
	return memset(pages[next++ % VCPUS], 0, PAGE_SIZE);
}

void heap_free(void *va, unsigned order)
{
	(void)va;
	(void)order;
}

uint64_t vcpu_tsc(const struct vcpu *v)
{
	(void)v;
	return now;
}

time_ns_t vcpu_tsc_to_time(const struct vcpu *v, uint64_t tsc)
{
	(void)v;
	return tsc;
}

void vioapic_eoi(struct domain *d, uint8_t vector)
{
	MUST(d == &domain && vector >= FIRST_VECTOR);
}

/* --- what must hold after every step ---------------------------------------------------------- */

static void check(struct vcpu *v)
{
	const struct vlapic *a = &v->hvm.vlapic;
	struct vlapic_summary s;
	int pending = vlapic_pending(v);

	for (unsigned word = 0; word < 8; word++) {
		uint32_t irr = a->regs[APIC_IRR + word].value, isr = a->regs[APIC_ISR + word].value;

		MUST(!irr || a->irr_words & 1u << word);
		MUST(!isr == !(a->isr_words & 1u << word));
	}
	if (vlapic_summarise(v, &s))
		MUST((pending <= s.requested || pending == -1) && !(s.level[0] & 0xffff));
	MUST(!(a->regs[APIC_IRR].value & 0xffff));
	MUST(pending == -1 || (pending >= (int)FIRST_VECTOR && pending <= 255));
	MUST(pending == -1 || (pending & 0xf0) > (vlapic_ppr(a) & 0xf0));
	MUST(vlapic_id(a) == 2 * v->id);
}

/* The guest takes what is pending, as it would on entry. */
static void take_interrupt(struct vcpu *v)
{
	int vector = vlapic_pending(v);

	if (vector < 0)
		return;
	vlapic_taken(v, (uint8_t)vector);
	MUST(vlapic_pending(v) == -1 || (vlapic_pending(v) & 0xf0) > (vector & 0xf0));
}

static void time_passes(uint64_t ns)
{
	now += ns % SECONDS(1000);
	for (unsigned i = 0; i < VCPUS; i++) {
		struct timer *t = &vcpus[i].hvm.vlapic.timer;

		if (t->expires > now)
			continue;
		t->expires = TIME_NEVER;
		t->fn(t->data);
		/* However short its period: a guest's timer leaves the CPU some time. */
		MUST(t->expires >= now + US(20));
	}
}

static void step(const uint8_t *in)
{
	struct vcpu *v = &vcpus[in[0] >> 4 & (VCPUS - 1)];
	uint16_t where;
	uint64_t value;

	memcpy(&where, in + 1, sizeof(where));
	memcpy(&value, in + 4, sizeof(value));
	switch (in[0] & 0xf) {
	case 0:
	case 1: vlapic_mmio_write(v, where & 0x3f0, (uint32_t)value); break;
	case 2: vlapic_mmio_write(v, where, (uint32_t)value); break;
	case 3: vlapic_mmio_read(v, where); break;
	case 4:
	case 5: vlapic_msr_write(v, 0x800u + where % 0x40, value); break;
	case 6: vlapic_msr_read(v, 0x800u + where % 0x100, &value); break;
	case 7: vlapic_msr_write(v, 0x1b, VLAPIC_DEFAULT_BASE | (where & 0xf00)); break;
	case 8: vlapic_msr_write(v, 0x6e0, now + value % SECONDS(1)); break;
	case 9: vlapic_msr_write(v, where & 1 ? 0x1b : 0x6e0, value); break;
	case 10: vlapic_set_irq(v, in[3], where & 1); break;
	case 11: vlapic_deliver_msi(&domain, VLAPIC_DEFAULT_BASE | (value & 0xffffc), where); break;
	case 12: vlapic_set_tpr(v, in[3]); break;
	case 13: take_interrupt(v); break;
	case 14: time_passes(value >> (in[3] & 63)); break;
	case 15:
		if (vlapic_target(&domain, (uint32_t)value, where & 1))
			vlapic_deliver(&domain, (uint32_t)value, where & 1, in[3] & 7, in[2],
				       in[3] & 8);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memset(&domain, 0, sizeof(domain));
	memset(vcpus, 0, sizeof(vcpus));
	now = SECONDS(1);
	domain.max_vcpus = VCPUS;
	for (unsigned i = 0; i < VCPUS; i++) {
		vcpus[i].domain = &domain;
		vcpus[i].id = i;
		domain.vcpu[i] = &vcpus[i];
		MUST(!vlapic_init(&vcpus[i]));
	}
	for (; size >= 12; data += 12, size -= 12) {
		step(data);
		for (unsigned i = 0; i < VCPUS; i++)
			check(&vcpus[i]);
	}
	return 0;
}
