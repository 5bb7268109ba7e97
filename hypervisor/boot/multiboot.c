// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a multiboot 1 loader tells (Multiboot Specification 0.6.96, section 3.3), turned into
 * struct boot_info. Its structures lie anywhere below 4 GiB. Run once, before other CPUs.
 */
#include "boot_info.h"
#include "lib.h"
#include "log.h"
#include "mm.h"

#define INFO_CMDLINE     (1u << 2)
#define INFO_MODULES     (1u << 3)
#define INFO_MMAP        (1u << 6)
#define INFO_LOADER_NAME (1u << 9)

struct multiboot_info {
	uint32_t flags;
	uint32_t mem_lower, mem_upper; /* KiB from 0 and from 1 MiB */
	uint32_t boot_device;
	uint32_t cmdline;
	uint32_t mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr;
	uint32_t config_table;
	uint32_t loader_name;
};

struct multiboot_module {
	uint32_t start, end; /* end is the byte behind it */
	uint32_t string;
	uint32_t reserved;
};

struct multiboot_mmap {
	uint32_t size; /* of the rest; at least 20 */
	uint64_t base, length;
	uint32_t type;
} __packed;

/* Copied out rather than looked at in place: nothing says that the loader aligned them. */
static void read_low(void *out, paddr_t pa, size_t len)
{
	memcpy(out, paddr_to_virt(pa), len);
}

static void read_string(char *out, size_t size, uint32_t pa)
{
	boot_info_string(out, size, paddr_to_virt(pa), size);
}

/*
 * GRUB 2 passes what is behind the file name; everyone else (GRUB legacy, mboot.c32, QEMU) passes
 * the file name first. Menus written for both put the word "placeholder" in its place.
 */
static bool passes_file_name(const char *loader)
{
	return !(strncmp(loader, "GRUB ", 5) == 0 && loader[5] >= '1' && loader[5] <= '9');
}

static void strip_file_name(char *cmdline, bool has_file_name)
{
	static const char placeholder[] = "placeholder";
	size_t word = 0, n = sizeof(placeholder) - 1;

	while (cmdline[word] && cmdline[word] != ' ')
		word++;
	if (!has_file_name && !(word == n && strncmp(cmdline, placeholder, n) == 0))
		return;
	while (cmdline[word] == ' ')
		word++;
	memmove(cmdline, cmdline + word, strlen(cmdline + word) + 1);
}

static void read_mmap(struct boot_info *bi, const struct multiboot_info *info)
{
	uint64_t at = info->mmap_addr, end = at + info->mmap_length;
	struct multiboot_mmap e;

	while (at + sizeof(e) <= end) {
		read_low(&e, at, sizeof(e));
		if (e.size < sizeof(e) - sizeof(e.size))
			panic("multiboot: memory map entry of %u bytes, at least 20 expected",
			      e.size);
		boot_info_add(bi, e.base, e.length, e.type);
		at += sizeof(e.size) + (uint64_t)e.size;
	}
}

static void read_modules(struct boot_info *bi, const struct multiboot_info *info, bool file_name)
{
	struct multiboot_module m;

	if (!(info->flags & INFO_MODULES))
		return;
	for (uint32_t i = 0; i < info->mods_count; i++) {
		struct boot_module *out;

		read_low(&m, info->mods_addr + (paddr_t)i * sizeof(m), sizeof(m));
		out = boot_info_add_module(bi, m.start, m.end);
		if (!out)
			return;
		if (m.string) {
			read_string(out->cmdline, sizeof(out->cmdline), m.string);
			strip_file_name(out->cmdline, file_name);
		}
	}
}

void multiboot_parse(struct boot_info *bi, uint32_t magic, paddr_t pa)
{
	struct multiboot_info info;
	bool file_name;

	if (magic != MULTIBOOT_MAGIC)
		panic("multiboot: magic number %#x, %#x expected: not started by a boot loader",
		      magic, MULTIBOOT_MAGIC);
	memset(bi, 0, sizeof(*bi));
	read_low(&info, pa, sizeof(info));
	if (info.flags & INFO_LOADER_NAME)
		read_string(bi->loader, sizeof(bi->loader), info.loader_name);
	file_name = passes_file_name(bi->loader);
	if (info.flags & INFO_CMDLINE) {
		read_string(bi->cmdline, sizeof(bi->cmdline), info.cmdline);
		strip_file_name(bi->cmdline, file_name);
	}
	bi->screen.kind = SCREEN_TEXT; /* we ask for no other */
	if (info.flags & INFO_MMAP)
		read_mmap(bi, &info);
	read_modules(bi, &info, file_name);
	/* Its size alone, which some can tell, leaves out what is reserved. */
	if (!bi->nr_regions)
		panic("multiboot: \"%s\" gave no memory map (flags %#x)", bi->loader, info.flags);
	boot_info_tidy(bi);
}
