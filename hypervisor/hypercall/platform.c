// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_platform_op: what the control domain's kernel tells about the machine, and asks. Only
 * it may. Takes no locks of its own.
 */
#include "private.h"

#include "abi/platform.h"
#include "boot_info.h"
#include "console.h"
#include "host.h"
#include "wallclock.h"

#define NSECS_PER_SEC 1000000000u

static long settime(uint64_t secs, uint32_t nsecs, uint64_t system_time)
{
	if (nsecs >= NSECS_PER_SEC)
		return -EINVAL;
	wallclock_set(secs, nsecs, system_time);
	return 0;
}

static long acpi_sleep(const struct xenpf_enter_acpi_sleep *s)
{
	if (s->flags)
		return unsupported("hardware-reduced ACPI sleep, flags", s->flags);
	return host_enter_sleep(s->sleep_state, s->val_a, s->val_b);
}

static long cpu_info(struct xenpf_pcpuinfo *info)
{
	struct host_cpu_info cpu;

	info->max_present = cpu_count() - 1;
	info->flags = XEN_PCPU_FLAGS_INVALID;
	if (info->xen_cpuid < cpu_count()) {
		host_cpu_info(info->xen_cpuid, &cpu);
		info->flags = XEN_PCPU_FLAGS_ONLINE;
		info->apic_id = cpu.apic_id;
		info->acpi_id = cpu.acpi_id;
	}
	return 0;
}

/* What the firmware left behind. Booted by multiboot from a BIOS, nothing of it was kept. */
static long firmware_info(const struct xenpf_firmware_info *f)
{
	switch (f->type) {
	case XEN_FW_DISK_INFO:
	case XEN_FW_DISK_MBR_SIGNATURE: return -ENOENT; /* the end of the list */
	case XEN_FW_VBEDDC_INFO:
	case XEN_FW_EFI_INFO:
	case XEN_FW_KBD_SHIFT_FLAGS: return -ESRCH;
	default: return -EINVAL;
	}
}

/* The _PDC bits of what this hypervisor does with a CPU: HLT, on each one by itself. */
#define PDC_C1_HALT 0x2u
#define PDC_SMP_C1  0x8u

/*
 * Before dom0 tells the firmware what the system can do with power states (_PDC: revision, count,
 * bits), it asks what the hypervisor can. The states themselves are not for us yet.
 */
static long processor_pm(const struct xenpf_set_processor_pminfo *pm)
{
	uint32_t pdc[3];

	if (pm->type != XEN_PM_PDC)
		return unsupported("processor power management of type", pm->type);
	if (guest_copy_from(pdc, pm->u.pdc, sizeof(pdc)))
		return -EFAULT;
	if (pdc[0] != 1 || pdc[1] < 1)
		return -EINVAL;
	pdc[2] &= PDC_C1_HALT | PDC_SMP_C1;
	return guest_copy_to(pm->u.pdc, pdc, sizeof(pdc));
}

#define LFB_SIZE_UNIT 0x10000u
#define CAPS_NO_VGA   2u /* nothing of a VGA is behind it, as far as we know */

static void pixels_describe(struct dom0_vga_console_info *info, const struct boot_screen *s)
{
	unsigned used = s->red.bits + s->green.bits + s->blue.bits;

	info->u.vesa_lfb.width = (uint16_t)s->width;
	info->u.vesa_lfb.height = (uint16_t)s->height;
	info->u.vesa_lfb.bytes_per_line = (uint16_t)s->pitch;
	info->u.vesa_lfb.bits_per_pixel = s->bits;
	info->u.vesa_lfb.lfb_base = (uint32_t)s->address;
	info->u.vesa_lfb.ext_lfb_base = (uint32_t)(s->address >> 32);
	info->u.vesa_lfb.lfb_size = DIV_ROUND_UP(s->pitch * s->height, LFB_SIZE_UNIT);
	info->u.vesa_lfb.red_pos = s->red.at;
	info->u.vesa_lfb.red_size = s->red.bits;
	info->u.vesa_lfb.green_pos = s->green.at;
	info->u.vesa_lfb.green_size = s->green.bits;
	info->u.vesa_lfb.blue_pos = s->blue.at;
	info->u.vesa_lfb.blue_size = s->blue.bits;
	info->u.vesa_lfb.rsvd_pos = (uint8_t)used;
	info->u.vesa_lfb.rsvd_size = (uint8_t)(s->bits - used);
	info->u.vesa_lfb.gbl_caps = CAPS_NO_VGA;
}

/*
 * Domain 0 has asked for the screen: from here on it is its own. The answer is the size filled in.
 */
static long dom0_screen(struct dom0_vga_console_info *info)
{
	const struct boot_screen *s = &boot_info.screen;

	screen_release();
	memset(info, 0, sizeof(*info));
	if (s->kind == SCREEN_NONE)
		return -ENODEV;
	if (s->kind == SCREEN_PIXELS) {
		info->video_type = XEN_VGATYPE_EFI_LFB;
		pixels_describe(info, s);
		return sizeof(*info);
	}
	info->video_type = XEN_VGATYPE_TEXT_MODE_3;
	info->u.text_mode_3.font_height = 16;
	info->u.text_mode_3.rows = 25;
	info->u.text_mode_3.columns = 80;
	return sizeof(*info);
}

static long platform_run(struct xen_platform_op *op)
{
	switch (op->cmd) {
	case XENPF_settime32:
		return settime(op->u.settime32.secs, op->u.settime32.nsecs,
			       op->u.settime32.system_time);
	case XENPF_settime64:
		if (op->u.settime64.mbz)
			return -EINVAL;
		return settime(op->u.settime64.secs, op->u.settime64.nsecs,
			       op->u.settime64.system_time);
	/* What a CPU can was looked at, and told guests, at the start. */
	case XENPF_microcode_update:
	case XENPF_microcode_update2:
		return unsupported("microcode but at the start, operation", op->cmd);
	case XENPF_enter_acpi_sleep: return acpi_sleep(&op->u.enter_acpi_sleep);
	case XENPF_get_cpuinfo: return cpu_info(&op->u.pcpu_info);
	case XENPF_set_processor_pminfo: return processor_pm(&op->u.set_pminfo);
	case XENPF_firmware_info: return firmware_info(&op->u.firmware_info);
	case XENPF_get_dom0_console: return dom0_screen(&op->u.dom0_console);
	default: return unknown("platform_op", op->cmd);
	}
}

long do_platform_op(uint64_t arg)
{
	struct xen_platform_op op;
	long rc = control_fetch(&op, sizeof(op), arg, XENPF_INTERFACE_VERSION);

	if (rc)
		return rc;
	rc = platform_run(&op);
	if (rc >= 0 && guest_copy_to(arg, &op, sizeof(op)))
		rc = -EFAULT;
	return rc;
}
