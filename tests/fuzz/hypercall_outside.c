// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What hypercalls lead to outside the machine of hypercall_machine.c: consoles, devices, firmware
 * and power. There is none of them, and nobody may ask for what there cannot be.
 */
#include "hypercall_machine.h"

#include <errno.h>
#include <string.h>

#include "boot_info.h"
#include "console.h"
#include "cpu.h"
#include "host.h"
#include "iommu.h"
#include "irq.h"
#include "log.h"
#include "machine.h"
#include "microcode.h"
#include "mm.h"
#include "vpci.h"

void *fpu_area_alloc(void)
{
	return object_alloc(4096);
}

void fpu_area_free(void *area)
{
	object_free(area, 4096);
}

uint64_t fpu_xcr0_supported(void)
{
	return 7;
}

void cpu_tickle(unsigned cpu)
{
	MUST(cpu < CPUS);
}

void apic_send_ipi(uint32_t apic_id, uint8_t vector)
{
	MUST(apic_id < CPUS && vector);
}

void cpuid_host(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	memset(out, 0, 16);
	out[0] = leaf == 0 ? 0xd : leaf == 0x80000000 ? 0x80000008 : 0;
}

uint32_t host_tsc_khz(void)
{
	return 1000000;
}

uint64_t host_max_mfn(void)
{
	return FRAMES - 1;
}

time_ns_t host_cpu_idle(unsigned cpu)
{
	MUST(cpu < CPUS);
	return 0;
}

void host_cpu_info(unsigned cpu, struct host_cpu_info *out)
{
	*out = (struct host_cpu_info){ .apic_id = cpu, .core = cpu };
}

bool host_debug_key(char key)
{
	return key == 'q';
}

int host_enter_sleep(unsigned state, uint16_t pm1a, uint16_t pm1b)
{
	(void)state;
	(void)pm1a;
	(void)pm1b;
	return -EOPNOTSUPP;
}

struct cmdline cmdline;

/* No domain has a device: those that are asked for are not there. */
bool iommu_present(void)
{
	return false;
}

int iommu_domain_enable(struct domain *d)
{
	(void)d;
	return -ENODEV;
}

int vpci_assignable(struct pci_address a)
{
	(void)a;
	return -ENODEV;
}

int vpci_assign(struct domain *d, struct pci_address a)
{
	(void)d;
	return vpci_assignable(a);
}

int vpci_deassign(struct domain *d, const struct pci_address *a)
{
	MUST(a || d->is_dying);
	return a ? vpci_assignable(*a) : -ENODEV;
}

int iommu_p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned level, enum p2m_type type)
{
	(void)d;
	(void)gfn;
	(void)mfn;
	MUST(level < 4 && type < P2M_TYPES);
	return 0;
}

void iommu_p2m_flush(struct domain *d)
{
	(void)d;
}

/* Of one that dies, or whose creation failed: then its only references are its creator's. */
void iommu_domain_destroy(struct domain *d)
{
	MUST(d->is_dying || d->refs == 2);
}

void microcode_identify(struct microcode_cpu *c)
{
	memset(c, 0, sizeof(*c));
}

int irq_gsi_bind(uint32_t gsi, bool level, bool active_low)
{
	(void)gsi;
	(void)level;
	(void)active_low;
	return 0;
}

void irq_gsi_mask(uint32_t gsi, bool masked)
{
	(void)gsi;
	(void)masked;
}

void irq_gsi_eoi(uint32_t gsi)
{
	(void)gsi;
}

uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	(void)a;
	(void)offset;
	(void)size;
	return 0xffff;
}

bool wrmsr_safe(uint32_t msr, uint64_t value);
bool wrmsr_safe(uint32_t msr, uint64_t value)
{
	(void)msr;
	(void)value;
	return true;
}

void screen_release(void)
{
}

void console_write(const char *s, size_t len)
{
	MUST(len == 0 || s);
}

void console_guest_write(struct domain *d, const char *s, size_t len)
{
	MUST(d && (len == 0 || s));
}

size_t console_input(char *buf, size_t size)
{
	memset(buf, 'i', MIN(size, 5u));
	return MIN(size, 5u);
}

size_t log_ring_read(char *buf, size_t size, uint32_t *index, bool incremental, bool clear)
{
	(void)clear;
	if (incremental && *index >= 40)
		return 0;
	size = MIN(size, 20u);
	memset(buf, 'l', size);
	*index += (uint32_t)size;
	return size;
}

void domain_log_exits(const struct domain *d)
{
	(void)d;
}

noreturn_fn void machine_poweroff(void)
{
	panic("domain 0 turned the machine off");
}

noreturn_fn void machine_reboot(void)
{
	panic("domain 0 restarted the machine");
}
