// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plan only; nothing here touches a guest.
 */
#include "builder/layout.h"

#include <string.h>

#include "abi/start_info.h"

static void layout_add(struct guest_layout *lay, uint64_t at, uint64_t size, uint32_t type)
{
	lay->map[lay->nr_map++] = (struct memory_range){ .at = at, .size = size, .type = type };
}

static uint64_t page_up(uint64_t at)
{
	return (at + GUEST_PAGE - 1) & ~(GUEST_PAGE - 1);
}

static void layout_map(struct guest_layout *lay, uint64_t ram)
{
	lay->low_end = ram < GUEST_LOW_RAM_MAX ? ram : GUEST_LOW_RAM_MAX;
	lay->high_end = GUEST_HIGH_RAM + (ram - lay->low_end);
	layout_add(lay, 0, lay->low_end, XEN_HVM_MEMMAP_TYPE_RAM);
	layout_add(lay, GUEST_ACPI_BASE, GUEST_ACPI_SIZE, XEN_HVM_MEMMAP_TYPE_ACPI);
	layout_add(lay, GUEST_SPECIAL_BASE, GUEST_SPECIAL_SIZE, XEN_HVM_MEMMAP_TYPE_RESERVED);
	if (lay->high_end > GUEST_HIGH_RAM)
		layout_add(lay, GUEST_HIGH_RAM, lay->high_end - GUEST_HIGH_RAM,
			   XEN_HVM_MEMMAP_TYPE_RAM);
}

int guest_layout_plan(struct guest_layout *lay, uint64_t ram_kib, const struct elf_image *kernel,
		      uint64_t ramdisk_len, uint64_t info_len, struct reason *why)
{
	uint64_t at = page_up(kernel->end);

	memset(lay, 0, sizeof(*lay));
	layout_map(lay, (ram_kib << 10) & ~(GUEST_PAGE - 1));

	if (kernel->end > lay->low_end)
		return reason_set(why, "the kernel ends at %llu MiB of guest memory, the guest has %llu MiB",
				  (unsigned long long)(kernel->end + (1 << 20) - 1) >> 20,
				  (unsigned long long)ram_kib >> 10);
	if (ramdisk_len) {
		if (ramdisk_len > lay->low_end - at)
			return reason_set(why, "a ramdisk of %llu KiB does not fit into %llu MiB beside the kernel",
					  (unsigned long long)ramdisk_len >> 10,
					  (unsigned long long)ram_kib >> 10);
		lay->ramdisk_at = at;
		lay->ramdisk_len = ramdisk_len;
		at = page_up(at + ramdisk_len);
	}
	if (at > lay->low_end || info_len > lay->low_end - at)
		return reason_set(why, "kernel and ramdisk leave no room in %llu MiB",
				  (unsigned long long)ram_kib >> 10);
	if (at + info_len > GUEST_START_INFO_LIMIT)
		return reason_set(why, "kernel and ramdisk are larger than 1 GiB");
	lay->start_info_at = at;
	return 0;
}
