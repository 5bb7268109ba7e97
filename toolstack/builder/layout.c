// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan only; nothing here touches a guest.
 */
#include "builder/layout.h"

#include <string.h>

#include "abi/start_info.h"

/* Below the kernel, and above what old software believes to be special. */
#define GUEST_LOW_MODULES (1ULL << 20)

static void layout_add(struct guest_layout *lay, uint64_t at, uint64_t size, uint32_t type)
{
	lay->map[lay->nr_map++] = (struct memory_range){ .at = at, .size = size, .type = type };
}

static uint64_t page_up(uint64_t at)
{
	return (at + GUEST_PAGE - 1) & ~(GUEST_PAGE - 1);
}

void guest_layout_map(struct guest_layout *lay, uint64_t ram_kib)
{
	uint64_t ram = (ram_kib << 10) & ~(GUEST_PAGE - 1);

	memset(lay, 0, sizeof(*lay));
	lay->low_end = ram < GUEST_LOW_RAM_MAX ? ram : GUEST_LOW_RAM_MAX;
	lay->high_end = GUEST_HIGH_RAM + (ram - lay->low_end);
	layout_add(lay, 0, lay->low_end, XEN_HVM_MEMMAP_TYPE_RAM);
	layout_add(lay, GUEST_ACPI_BASE, GUEST_ACPI_SIZE, XEN_HVM_MEMMAP_TYPE_ACPI);
	layout_add(lay, GUEST_SPECIAL_BASE, GUEST_SPECIAL_SIZE, XEN_HVM_MEMMAP_TYPE_RESERVED);
	if (lay->high_end > GUEST_HIGH_RAM)
		layout_add(lay, GUEST_HIGH_RAM, lay->high_end - GUEST_HIGH_RAM,
			   XEN_HVM_MEMMAP_TYPE_RAM);
}

/* RAM must hold the kernel, but for a tail of zeroes. */
static int layout_kernel(struct guest_layout *lay, const struct elf_image *kernel,
			 struct reason *why)
{
	lay->tail_end = lay->low_end;
	if (kernel->end <= lay->low_end)
		return 0;
	if (kernel->end > lay->low_end + GUEST_MAX_TAIL || lay->low_end == GUEST_LOW_RAM_MAX ||
	    elf_image_data_end(kernel) > lay->low_end)
		return reason_set(
			why, "the kernel ends at %llu MiB of guest memory, the guest has %llu MiB",
			(unsigned long long)(kernel->end + (1 << 20) - 1) >> 20,
			(unsigned long long)lay->low_end >> 20);
	lay->tail_end = page_up(kernel->end);
	return 0;
}

/* Puts ramdisk and start info, one after the other, into [at, end). */
static bool layout_modules(struct guest_layout *lay, uint64_t at, uint64_t end,
			   uint64_t ramdisk_len, uint64_t info_len)
{
	uint64_t info_at;

	if (at > end || ramdisk_len > end - at)
		return false;
	info_at = page_up(at + ramdisk_len);
	if (info_at > end || info_len > end - info_at)
		return false;
	lay->ramdisk_at = ramdisk_len ? at : 0;
	lay->ramdisk_len = ramdisk_len;
	lay->start_info_at = info_at;
	return true;
}

int guest_layout_plan(struct guest_layout *lay, uint64_t ram_kib, const struct elf_image *kernel,
		      uint64_t ramdisk_len, uint64_t info_len, struct reason *why)
{
	uint64_t above;

	guest_layout_map(lay, ram_kib);
	if (layout_kernel(lay, kernel, why) < 0)
		return -1;
	above = lay->low_end < GUEST_START_INFO_LIMIT ? lay->low_end : GUEST_START_INFO_LIMIT;
	if (layout_modules(lay, page_up(kernel->end), above, ramdisk_len, info_len) ||
	    layout_modules(lay, GUEST_LOW_MODULES, kernel->start, ramdisk_len, info_len))
		return 0;
	return reason_set(
		why,
		"a ramdisk of %llu KiB does not fit beside the kernel (%llu MiB) into %llu MiB",
		(unsigned long long)ramdisk_len >> 10,
		(unsigned long long)(kernel->end - kernel->start) >> 20,
		(unsigned long long)ram_kib >> 10);
}
