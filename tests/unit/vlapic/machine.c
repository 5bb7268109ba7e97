// SPDX-License-Identifier: GPL-2.0-or-later
/* See machine.h. The TSC runs at 2 GHz from 1000 at time 0. */
#include "machine.h"

struct domain machine;
struct vcpu cpu[NR_VCPUS];
struct seen seen[NR_VCPUS];
unsigned eois;
uint8_t eoi_vector;
unsigned timer_sets;
static time_ns_t now;

int machine_reset(void **state)
{
	memset(&machine, 0, sizeof(machine));
	memset(cpu, 0, sizeof(cpu));
	now = SECONDS(1);
	machine.max_vcpus = NR_VCPUS;
	for (unsigned i = 0; i < NR_VCPUS; i++) {
		machine.vcpu[i] = &cpu[i];
		cpu[i].domain = &machine;
		cpu[i].id = i;
		cpu[i].processor = i;
		cpu[i].running = true;
		assert_int_equal(vlapic_init(&cpu[i]), 0);
		set_reg(i, 0xf0, 0x1ff);
	}
	memset(seen, 0, sizeof(seen));
	eois = timer_sets = 0;
	return 0;
}

/* One page each, as vCPUs are begun. */
void *heap_alloc(unsigned order)
{
	static uint8_t pages[2 * NR_VCPUS][PAGE_SIZE] __aligned(PAGE_SIZE);
	static unsigned next;
	uint8_t *page = pages[next++ % ARRAY_SIZE(pages)];

	assert_int_equal(order, 0);
	return memset(page, 0, PAGE_SIZE);
}

void heap_free(void *va, unsigned order)
{
}

/* --- what the APIC needs ---------------------------------------------------------------------- */

void vcpu_kick(struct vcpu *v)
{
	seen[v->id].kicks++;
}

void vcpu_nmi(struct vcpu *v)
{
	seen[v->id].nmis++;
}

void vcpu_down(struct vcpu *v)
{
	seen[v->id].inits++;
	vlapic_reset(v);
}

void vcpu_sipi(struct vcpu *v, uint8_t vector)
{
	seen[v->id].sipis++;
	seen[v->id].sipi_vector = vector;
}

void vioapic_eoi(struct domain *d, uint8_t vector)
{
	assert_ptr_equal(d, &machine);
	eois++;
	eoi_vector = vector;
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
}

uint64_t vcpu_tsc(const struct vcpu *v)
{
	return 1000 + 2 * now;
}

time_ns_t vcpu_tsc_to_time(const struct vcpu *v, uint64_t tsc)
{
	return tsc < 1000 ? 0 : (tsc - 1000) / 2;
}

/* --- time ------------------------------------------------------------------------------------- */

time_ns_t time_now(void)
{
	return now;
}

void timer_init(struct timer *t, void (*fn)(void *data), void *data, unsigned on_cpu)
{
	t->fn = fn;
	t->data = data;
	t->cpu = on_cpu;
	t->expires = TIME_NEVER;
}

void timer_set(struct timer *t, time_ns_t expires)
{
	t->expires = expires;
	timer_sets++;
}

void timer_stop(struct timer *t)
{
	t->expires = TIME_NEVER;
}

void timer_migrate(struct timer *t, unsigned to)
{
	t->cpu = to;
}

static struct timer *next_due(time_ns_t until)
{
	struct timer *next = NULL;

	for (unsigned i = 0; i < NR_VCPUS; i++) {
		struct timer *t = &cpu[i].hvm.vlapic.timer;

		if (t->expires <= until && (!next || t->expires < next->expires))
			next = t;
	}
	return next;
}

static void fire(struct timer *t)
{
	t->expires = TIME_NEVER;
	t->fn(t->data);
}

void time_pass(time_ns_t ns)
{
	time_ns_t until = now + ns;
	struct timer *t;

	while ((t = next_due(until)) != NULL) {
		if (t->expires > now)
			now = t->expires;
		fire(t);
	}
	now = until;
}

void time_pass_late(time_ns_t ns)
{
	struct timer *t;

	now += ns;
	while ((t = next_due(now)) != NULL)
		fire(t);
}

/* --- conveniences ----------------------------------------------------------------------------- */

void x2apic_on(unsigned n)
{
	assert_true(wrmsr(n, 0x1b, rdmsr(n, 0x1b) | BIT(10)));
}

void take_vector(unsigned n, uint8_t vector)
{
	vlapic_accept(&cpu[n]);
	vlapic_taken(&cpu[n], vector);
}

int take(unsigned n)
{
	int vector = vlapic_pending(&cpu[n]);

	if (vector < 0)
		return -1;
	take_vector(n, (uint8_t)vector);
	if (cpu[n].hvm.vlapic.base_msr & BIT(10))
		assert_true(wrmsr(n, 0x80b, 0));
	else
		set_reg(n, 0xb0, 0);
	return vector;
}

void save_and_restore(unsigned n)
{
	struct vlapic *a = &cpu[n].hvm.vlapic;
	struct vlapic_register saved[VLAPIC_REGISTERS];
	uint64_t base = a->base_msr, deadline = a->tsc_deadline;

	vlapic_accept(&cpu[n]);
	memcpy(saved, a->regs, sizeof(saved));
	assert_int_equal(vlapic_init(&cpu[n]), 0);
	memcpy(a->regs, saved, sizeof(saved));
	a->base_msr = base;
	a->tsc_deadline = deadline;
	vlapic_restored(&cpu[n]);
}

bool waits(unsigned n, uint8_t vector)
{
	vlapic_accept(&cpu[n]);
	return cpu[n].hvm.vlapic.regs[0x20 + vector / 32].value & 1u << vector % 32;
}
