// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's arch-x86/hvm/start_info.h: what a PVH kernel finds at the address in EBX when it is
 * entered, in 32-bit mode with paging off. Address 0 means "not there".
 */
#ifndef ABI_START_INFO_H
#define ABI_START_INFO_H

#include "assert.h"

#define XEN_HVM_START_MAGIC_VALUE    0x336ec578

#define XEN_HVM_MEMMAP_TYPE_RAM      1
#define XEN_HVM_MEMMAP_TYPE_RESERVED 2
#define XEN_HVM_MEMMAP_TYPE_ACPI     3
#define XEN_HVM_MEMMAP_TYPE_NVS      4
#define XEN_HVM_MEMMAP_TYPE_UNUSABLE 5
#define XEN_HVM_MEMMAP_TYPE_DISABLED 6
#define XEN_HVM_MEMMAP_TYPE_PMEM     7

struct hvm_start_info {
	uint32_t magic;   /* XEN_HVM_START_MAGIC_VALUE */
	uint32_t version; /* 1; from version 1 on, there is a memory map */
	uint32_t flags;   /* SIF_*, in xen.h */
	uint32_t nr_modules;
	uint64_t modlist_paddr; /* array of hvm_modlist_entry */
	uint64_t cmdline_paddr; /* string */
	uint64_t rsdp_paddr;
	uint64_t memmap_paddr; /* array of hvm_memmap_table_entry */
	uint32_t memmap_entries;
	uint32_t reserved; /* 0 */
};

struct hvm_modlist_entry {
	uint64_t paddr;
	uint64_t size;
	uint64_t cmdline_paddr;
	uint64_t reserved;
};

struct hvm_memmap_table_entry {
	uint64_t addr;
	uint64_t size;
	uint32_t type;     /* XEN_HVM_MEMMAP_TYPE_*, the numbers of an E820 map */
	uint32_t reserved; /* 0 */
};

ABI_SIZE(struct hvm_start_info, 56);
ABI_OFFSET(struct hvm_start_info, nr_modules, 12);
ABI_OFFSET(struct hvm_start_info, rsdp_paddr, 32);
ABI_OFFSET(struct hvm_start_info, reserved, 52);
ABI_SIZE(struct hvm_modlist_entry, 32);
ABI_OFFSET(struct hvm_modlist_entry, reserved, 24);
ABI_SIZE(struct hvm_memmap_table_entry, 24);
ABI_OFFSET(struct hvm_memmap_table_entry, reserved, 20);

#endif
