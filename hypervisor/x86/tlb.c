// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stale guest translations on other CPUs. A CPU about to enter a guest first announces it
 * (in_guest), then looks at the domain's generation; we raise the generation first, then look who
 * announced itself. So each either enters with the new generation, or is seen here and made to
 * leave.
 */
#include "atomic.h"
#include "cpu.h"
#include "p2m.h"

static bool is_inside(const struct cpu *c, const struct domain *d)
{
	const struct vcpu *v = atomic_read(&c->in_guest);

	return v && v->domain == d;
}

void tlb_flush_domain(struct domain *d)
{
	uint64_t entries[MAX_CPUS];
	uint64_t waiting[MAX_CPUS / 64] = { 0 };

	memory_barrier();
	for (unsigned i = 0; i < nr_cpus; i++) {
		struct cpu *c = cpus[i];

		entries[i] = atomic_read(&c->entries);
		if (c == this_cpu() || !is_inside(c, d))
			continue;
		waiting[i / 64] |= BIT(i % 64);
		apic_send_ipi(c->apic_id, VECTOR_KICK);
	}
	for (unsigned i = 0; i < nr_cpus; i++)
		while ((waiting[i / 64] & BIT(i % 64)) && is_inside(cpus[i], d) &&
		       atomic_read(&cpus[i]->entries) == entries[i])
			__builtin_ia32_pause();
}
