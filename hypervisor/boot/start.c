// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The start-up order, from the loader's hand-over to the first entry into domain 0: read `start`
 * from top to bottom. Each step may use those before it and no other.
 */
#include "acpi.h"
#include "boot_info.h"
#include "console.h"
#include "cpu.h"
#include "dom0.h"
#include "hvm.h"
#include "hypercall.h"
#include "iommu.h"
#include "lib.h"
#include "log.h"
#include "machine_check.h"
#include "microcode.h"
#include "mm.h"
#include "processor.h"
#include "speculation.h"
#include "wallclock.h"
#include "../x86/private.h"

#define DOM0_MEM_DEFAULT (512UL << 20)
#define DOM0_MEM_MIN     (32UL << 20)

struct boot_info boot_info;

extern const struct hvm_ops svm_ops, vmx_ops;
void start(uint32_t magic, paddr_t info);

/* The boot CPU's record lies at the end of its static stack. */
static void boot_cpu_init(void)
{
	struct cpu *c = this_cpu();

	c->online = true;
	cpus[0] = c;
	nr_cpus = 1;
	timers_init_cpu();
}

#define CPUID_7_ERMS BIT(9) /* ebx: enhanced REP MOVSB and STOSB, SDM vol. 1, 7.3.9.3 */

static void consoles_init(void)
{
	if (cmdline.console_vga)
		screen_init(&boot_info.screen);
	if (cmdline.console_com1 && !uart_init((uint16_t)cmdline.com1_port, cmdline.com1_baud))
		log_warn("console=com1: there is no serial port at %#x", cmdline.com1_port);
}

/* Who makes CPUs with VT-x: Intel, Centaur, Zhaoxin. CPUID 0 EBX, four letters of the name. */
static const uint32_t vt_x_vendors[] = { 0x756e6547, 0x746e6543, 0x68532020 };

static void virtualisation_choose(void)
{
	hvm = &svm_ops;
	for (unsigned i = 0; i < ARRAY_SIZE(vt_x_vendors); i++)
		if (cpuid_reg(0, CPUID_EBX) == vt_x_vendors[i])
			hvm = &vmx_ops;
	if (hvm->cpu_enable())
		panic("this machine cannot run virtual machines: a CPU with AMD-V and nested paging, or "
		      "with Intel VT-x, EPT and unrestricted guest, is needed, and it must be enabled "
		      "in the firmware set-up");
	log_info("virtualisation: %s with nested paging", hvm->name);
}

static uint64_t dom0_bytes(void)
{
	uint64_t bytes = cmdline.dom0_mem ? cmdline.dom0_mem : DOM0_MEM_DEFAULT;

	if (bytes < DOM0_MEM_MIN)
		log_warn("dom0_mem: %lu MB is too little for a control domain, taking %lu MB",
			 bytes >> 20, DOM0_MEM_MIN >> 20);
	return MAX(bytes, DOM0_MEM_MIN);
}

static unsigned dom0_vcpus(void)
{
	unsigned n = cmdline.dom0_max_vcpus ? cmdline.dom0_max_vcpus : nr_cpus;

	return MIN(MIN(n, nr_cpus), MAX_VCPUS);
}

void start(uint32_t magic, paddr_t info)
{
	stack_guard_init();
	boot_cpu_init();
	string_moves_are_fast = cpuid_reg(7, CPUID_EBX) & CPUID_7_ERMS;
	if (magic == MULTIBOOT2_MAGIC)
		multiboot2_parse(&boot_info, info);
	else
		multiboot_parse(&boot_info, magic, info);
	cmdline_parse(&cmdline, boot_info.cmdline);
	consoles_init();
	log_info("Socle hypervisor, started by %s", boot_info.loader);
	log_info("command line: %s", boot_info.cmdline);
	memory_setup(&boot_info, dom0_bytes());
	traps_init_cpu();
	microcode_load_early(&boot_info);
	cpu_harden();
	if (acpi_parse(&acpi, boot_info.rsdp))
		log_warn(
			"ACPI is missing or broken: one CPU, no interrupts of devices, no power-off");
	time_init();
	irq_init();
	apic_init_bsp();
	apic_timer_calibrate();
	fpu_init_cpu();
	machine_check_init_cpu();
	speculation_init();
	speculation_init_cpu();
	virtualisation_choose();
	sched_cpu_online(0);
	smp_start_all();
	speculation_tell_threads();
	wallclock_set(cmos_time(), 0, time_now());
	iommu_init(&acpi);
	dom0_build(&boot_info, &acpi, dom0_vcpus());
	for (unsigned i = 0; i < boot_info.nr_modules; i++)
		memory_free_range(boot_info.module[i].start,
				  boot_info.module[i].start +
					  ROUND_UP(boot_info.module[i].size, PAGE_SIZE));
	if (cmdline.dom0_watchdog)
		domain_watchdog_arm(domain0, cmdline.dom0_watchdog);
	if (cmdline.console_com1 && irq_host_bind(cmdline.com1_irq, uart_interrupt))
		uart_enable_interrupt();
	log_info("starting domain 0 with %u vCPU%s; heap %lu MB free", domain0->max_vcpus,
		 domain0->max_vcpus == 1 ? "" : "s", heap_free_frames() >> 8);
	screen_release();
	panic_reboots = true;
	watchdog_start();
	cpu_run();
}
