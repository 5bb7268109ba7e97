// SPDX-License-Identifier: GPL-2.0-or-later
/* How the machine ends: reboot, power off, halt. Called from panic too, so without locks. */
#include "machine.h"

#include "io.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

struct acpi_info acpi;

bool machine_is_bochs(void)
{
	return acpi.is_bochs;
}

static void spin_ms(unsigned ms)
{
	/* Port 0x80 takes about a microsecond on any machine, and needs no clock. */
	for (unsigned i = 0; i < ms * 1000; i++)
		out8(0x80, 0);
}

noreturn_fn void machine_halt(void)
{
	__asm__ volatile("wbinvd" : : : "memory"); /* as below: somebody will press reset */
	for (;;)
		__asm__ volatile("cli; hlt");
}

noreturn_fn void machine_reboot(void)
{
	struct table_pointer no_idt = { 0, 0 };

	/* A reset loses what is in the caches alone, the kept log for one. */
	__asm__ volatile("wbinvd" : : : "memory");
	if (acpi.has_reset && acpi.reset_reg.space == 1)
		out8((uint16_t)acpi.reset_reg.address, acpi.reset_value);
	else if (acpi.has_reset && acpi.reset_reg.space == 0)
		mmio_write8(paddr_to_virt(acpi.reset_reg.address), acpi.reset_value);
	spin_ms(50);
	out8(0xcf9, 0x02);
	out8(0xcf9, 0x06);
	spin_ms(50);
	out8(0x64, 0xfe);
	spin_ms(50);
	__asm__ volatile("lidt %0; int3" : : "m"(no_idt));
	machine_halt();
}

void machine_enter_sleep(uint16_t pm1a_value, uint16_t pm1b_value)
{
	if (acpi.pm1a_cnt)
		out16((uint16_t)acpi.pm1a_cnt, pm1a_value);
	if (acpi.pm1b_cnt)
		out16((uint16_t)acpi.pm1b_cnt, pm1b_value);
	spin_ms(100);
}
