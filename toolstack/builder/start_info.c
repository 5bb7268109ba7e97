// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fixed layout of the block: struct block, then the string. Addresses in it are guest-physical.
 */
#include "builder/start_info.h"

#include <string.h>

#include "abi/start_info.h"

struct block {
	struct hvm_start_info info;
	struct hvm_modlist_entry ramdisk;
	struct hvm_memmap_table_entry map[GUEST_MAX_RANGES];
	char cmdline[];
};

size_t start_info_size(const char *cmdline)
{
	return sizeof(struct block) + strlen(cmdline) + 1;
}

size_t start_info_build(uint8_t *out, const struct guest_layout *lay, const char *cmdline,
			uint64_t rsdp)
{
	struct block b = { 0 };
	uint64_t at = lay->start_info_at;

	b.info.magic = XEN_HVM_START_MAGIC_VALUE;
	b.info.version = 1;
	b.info.cmdline_paddr = at + sizeof(b);
	b.info.rsdp_paddr = rsdp;
	b.info.memmap_paddr = at + offsetof(struct block, map);
	b.info.memmap_entries = lay->nr_map;
	if (lay->ramdisk_len) {
		b.info.nr_modules = 1;
		b.info.modlist_paddr = at + offsetof(struct block, ramdisk);
		b.ramdisk.paddr = lay->ramdisk_at;
		b.ramdisk.size = lay->ramdisk_len;
	}
	for (unsigned int i = 0; i < lay->nr_map; i++) {
		b.map[i].addr = lay->map[i].at;
		b.map[i].size = lay->map[i].size;
		b.map[i].type = lay->map[i].type;
	}
	memcpy(out, &b, sizeof(b));
	strcpy((char *)out + sizeof(b), cmdline);
	return start_info_size(cmdline);
}
