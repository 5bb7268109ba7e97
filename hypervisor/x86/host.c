// SPDX-License-Identifier: GPL-2.0-or-later
/* What hypercalls ask about the machine (host.h), answered from the records that start-up left. */
#include "host.h"

#include "abi/errno.h"
#include "boot_info.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "machine.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

bool cpu_work_pending(void)
{
	return READ_ONCE(this_cpu()->need_resched);
}

uint32_t host_tsc_khz(void)
{
	return (uint32_t)(time_scale.tsc_hz / 1000);
}

uint64_t host_max_mfn(void)
{
	uint64_t max = 0;

	for (unsigned i = 0; i < boot_info.nr_regions; i++)
		if (boot_info.region[i].type == MEM_RAM)
			max = (boot_info.region[i].start + boot_info.region[i].size) >> PAGE_SHIFT;
	return max - 1;
}

time_ns_t host_cpu_idle(unsigned cpu)
{
	return READ_ONCE(cpus[cpu]->idle_ns);
}

void host_cpu_info(unsigned cpu, struct host_cpu_info *out)
{
	uint32_t id = cpus[cpu]->apic_id, r[4], thread_bits = 0, core_bits = 0;

	/* Extended topology where there is one (SDM vol. 2, CPUID leaf 0xb). */
	if (cpuid_reg(0, CPUID_EAX) >= 0xb) {
		thread_bits = cpuid_reg(0xb, CPUID_EAX) & 31;
		cpuid_count(0xb, 1, r);
		core_bits = r[0] & 31;
	}
	if (!core_bits)
		core_bits = cpuid_reg(0x80000008, CPUID_ECX) >> 12 & 15;
	out->apic_id = id;
	out->acpi_id = id;
	for (unsigned i = 0; i < acpi.nr_cpus; i++)
		if (acpi.cpu[i].apic_id == id)
			out->acpi_id = acpi.cpu[i].acpi_uid;
	out->core = (id & ((1u << core_bits) - 1)) >> thread_bits;
	out->socket = id >> core_bits;
}

int host_enter_sleep(unsigned state, uint16_t pm1a, uint16_t pm1b)
{
	if (state != 5)
		return -EOPNOTSUPP;
	log_info("domain 0 turns the machine off");
	machine_enter_sleep(pm1a, pm1b);
	log_err("the machine did not turn itself off: halted");
	machine_halt();
}

void cpuid_host(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	cpuid_count(leaf, subleaf, out);
}

uint32_t cpuid_reg(uint32_t leaf, enum cpuid_register reg)
{
	uint32_t r[4];

	cpuid_count(leaf & 0x80000000, 0, r);
	if (r[0] < leaf)
		return 0;
	cpuid_count(leaf, 0, r);
	return r[reg];
}

static const char *const exit_names[] = {
#define NAME(reason, text) text,
	FOR_EACH_VMEXIT_REASON(NAME)
#undef NAME
};

void domain_log_exits(const struct domain *d)
{
	for (unsigned i = 0; i < d->max_vcpus; i++) {
		const struct vcpu *v = d->vcpu[i];
		char line[200];
		uint64_t total = 0;
		int at = 0;

		for (unsigned r = 0; v && r < VMEXIT_REASONS; r++) {
			total += v->hvm.exits[r];
			if (v->hvm.exits[r] && at < (int)sizeof(line) - 30)
				at += snprintf(line + at, sizeof(line) - (size_t)at, " %s %lu",
					       exit_names[r], v->hvm.exits[r]);
		}
		if (total)
			log_info("d%uv%u: %lu exits:%s", d->id, i, total, line);
	}
}

static void each_domain(void (*fn)(const struct domain *d))
{
	for (struct domain *d = domain_next(0); d; d = domain_after(d))
		fn(d);
}

static void log_domain_state(const struct domain *d)
{
	log_info("d%u: pages %lu of %lu, tables %lu, refs %u%s%s", d->id, d->tot_pages,
		 d->max_pages, d->p2m.table_frames, d->refs, d->is_shut_down ? ", shut down" : "",
		 d->is_dying ? ", dying" : "");
	for (unsigned i = 0; i < d->max_vcpus; i++) {
		const struct vcpu *v = d->vcpu[i];

		if (v)
			log_info("  v%u: on CPU %u%s, pause %#x+%u, rip %#lx, upcall %u", i,
				 v->processor, v->running ? " now" : "", v->pause_flags,
				 v->pause_count, v->hvm.regs.rip, v->info->evtchn_upcall_pending);
	}
}

bool host_debug_key(char key)
{
	switch (key) {
	case 'x': each_domain(domain_log_exits); return true;
	case 'q': each_domain(log_domain_state); return true;
	default: return false;
	}
}
