// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every way of booting must find out, filled by one entry each (boot/multiboot.c from a BIOS,
 * boot/multiboot2.c from UEFI) and the only thing that the rest knows of how it was started. Also
 * the hypervisor's own command line.
 */
#ifndef SOCLE_BOOT_INFO_H
#define SOCLE_BOOT_INFO_H

#include "types.h"

#define BOOT_MAX_REGIONS 128u
#define BOOT_MAX_MODULES 8u
#define BOOT_CMDLINE_MAX 1024u
#define BOOT_RSDP_MAX    64u

enum { MEM_RAM = 1, MEM_RESERVED = 2, MEM_ACPI = 3, MEM_NVS = 4, MEM_UNUSABLE = 5 };

struct mem_region {
	paddr_t start, size;
	uint32_t type;
};

struct boot_module {
	paddr_t start;
	uint64_t size;
	char cmdline[BOOT_CMDLINE_MAX];
};

/* What there is to see. Pixels have 15 to 32 bits, in which each colour has its place. */
struct boot_screen {
	enum { SCREEN_NONE, SCREEN_TEXT, SCREEN_PIXELS } kind; /* text: the VGA's */
	/* the rest is of pixels */
	paddr_t address;
	uint32_t pitch; /* bytes from one line to the next */
	uint32_t width, height;
	uint8_t bits;
	struct {
		uint8_t at, bits;
	} red, green, blue;
};

struct boot_info {
	char loader[64];
	char cmdline[BOOT_CMDLINE_MAX];
	struct mem_region
		region[BOOT_MAX_REGIONS]; /* sorted, not overlapping, after boot_info_tidy */
	unsigned nr_regions;
	struct boot_module module[BOOT_MAX_MODULES];
	unsigned nr_modules;
	paddr_t rsdp; /* 0 if the loader did not tell; else of the copy that follows */
	uint8_t rsdp_copy[BOOT_RSDP_MAX];
	struct boot_screen screen;
};

/*
 * From a multiboot loader: magic and info as they were in EAX and EBX. Each reads through the
 * direct map of the lower 4 GiB, and panics when the loader is none, or has given no memory map.
 */
#define MULTIBOOT_MAGIC  0x2badb002u
#define MULTIBOOT2_MAGIC 0x36d76289u
void multiboot_parse(struct boot_info *bi, uint32_t magic, paddr_t info);
void multiboot2_parse(struct boot_info *bi, paddr_t info);

extern struct boot_info boot_info; /* boot/start.c; constant after start-up */

/*
 * One more entry of a loader's memory map. Types that nobody has defined yet are certainly not RAM;
 * an entry for which there is no place is left out, which also means that it is not.
 */
void boot_info_add(struct boot_info *bi, uint64_t start, uint64_t size, uint32_t type);

/* One more module, or NULL if there is no place; its command line is empty. An empty one panics. */
struct boot_module *boot_info_add_module(struct boot_info *bi, uint32_t start, uint32_t end);

/* A loader's string, which may end without a NUL after max bytes; cut to what fits. */
void boot_info_string(char *out, size_t size, const char *s, size_t max);

/* Is all of it RAM, in the tidied map? */
bool boot_info_is_ram(const struct boot_info *bi, paddr_t start, uint64_t size);

/* Sorts, cuts overlaps (the more restrictive type wins), merges neighbours. */
void boot_info_tidy(struct boot_info *bi);

enum { NMI_IGNORE, NMI_DOM0, NMI_FATAL };

/* The options of the command line, in Xen's words. Unknown ones get one warning each. */
struct cmdline {
	bool console_com1, console_vga;
	unsigned com1_baud; /* 0: leave as the firmware set it */
	unsigned com1_port, com1_irq;
	uint64_t dom0_mem;       /* bytes; 0: default */
	unsigned dom0_max_vcpus; /* 0: all CPUs */
	unsigned dom0_watchdog;  /* seconds; 0: none */
	unsigned maxcpus;        /* 0: all */
	unsigned watchdog;       /* seconds that a CPU may be stuck for; 0: as long as it likes */
	int nmi;                 /* NMI_*: one that nobody here sent */
	int log_level;           /* enum log_level */
	bool noreboot;
	enum { APICV_IF_TRUSTED, APICV_OFF, APICV_ON } apicv; /* not by all emulators */
	/* Whether idle CPUs scrub what was never used. */
	enum { BOOTSCRUB_DEFAULT, BOOTSCRUB_IDLE, BOOTSCRUB_OFF } bootscrub;
	bool iommu_off, iommu_required, iommu_verbose;
	char crash_test[16]; /* empty: none */
	unsigned crash_test_cpu;
	int ucode_module; /* as counted by the loader, < 0 from the end; 0: none */
	bool ucode_scan;  /* of the initial RAM disk */
	uint64_t spec_forced, spec_forbidden; /* SPEC_*, of speculation.h */
};
extern struct cmdline cmdline;
/* Never fails: a bad value is warned about by name and the default stays. */
void cmdline_parse(struct cmdline *out, const char *text);

#endif
