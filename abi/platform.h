// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's platform.h: what the control domain's kernel tells the hypervisor about the
 * machine, and asks. EFI runtime calls, MTRRs, hot-plug of memory and MSR batches have their
 * numbers only.
 */
#ifndef ABI_PLATFORM_H
#define ABI_PLATFORM_H

#include "xen.h"

#define XENPF_INTERFACE_VERSION    0x03000001

#define XENPF_settime32            17
#define XENPF_add_memtype          31
#define XENPF_del_memtype          32
#define XENPF_read_memtype         33
#define XENPF_microcode_update     35
#define XENPF_platform_quirk       39
#define XENPF_get_cpu_version      48
#define XENPF_efi_runtime_call     49
#define XENPF_firmware_info        50
#define XENPF_enter_acpi_sleep     51
#define XENPF_change_freq          52
#define XENPF_getidletime          53
#define XENPF_set_processor_pminfo 54
#define XENPF_get_cpuinfo          55
#define XENPF_cpu_online           56
#define XENPF_cpu_offline          57
#define XENPF_cpu_hotadd           58
#define XENPF_mem_hotadd           59
#define XENPF_core_parking         60
#define XENPF_resource_op          61
#define XENPF_settime64            62
#define XENPF_get_symbol           63
#define XENPF_get_dom0_console     64
#define XENPF_get_ucode_revision   65
#define XENPF_microcode_update2    66

struct xenpf_settime32 {
	uint32_t secs;
	uint32_t nsecs;
	uint64_t system_time;
};

struct xenpf_settime64 {
	uint64_t secs; /* time of day at system_time */
	uint32_t nsecs;
	uint32_t mbz;
	uint64_t system_time;
};

struct xenpf_microcode_update {
	uint64_t data; /* const void * */
	uint32_t length;
};

struct xenpf_microcode_update2 {
	uint32_t flags;
	uint32_t length;
	uint64_t data; /* const void * */
};

#define QUIRK_NOIRQBALANCING     1
#define QUIRK_IOAPIC_BAD_REGSEL  2
#define QUIRK_IOAPIC_GOOD_REGSEL 3

struct xenpf_platform_quirk {
	uint32_t quirk_id; /* QUIRK_* */
};

#define XEN_FW_DISK_INFO          1
#define XEN_FW_DISK_MBR_SIGNATURE 2
#define XEN_FW_VBEDDC_INFO        3
#define XEN_FW_EFI_INFO           4
#define XEN_FW_KBD_SHIFT_FLAGS    5

/* index of XEN_FW_EFI_INFO */
#define XEN_FW_EFI_VERSION          0
#define XEN_FW_EFI_CONFIG_TABLE     1
#define XEN_FW_EFI_VENDOR           2
#define XEN_FW_EFI_MEM_INFO         3
#define XEN_FW_EFI_RT_VERSION       4
#define XEN_FW_EFI_PCI_ROM          5
#define XEN_FW_EFI_APPLE_PROPERTIES 6

union xenpf_efi_info {
	uint32_t version;
	struct {
		uint64_t addr;
		uint32_t nent;
	} cfg;
	struct {
		uint32_t revision;
		uint32_t bufsz; /* in: room, bytes */
		uint64_t name;  /* void *, UTF-16 */
	} vendor;
	struct {
		uint64_t addr; /* in and out */
		uint64_t size;
		uint64_t attr;
		uint32_t type;
	} mem;
	struct {
		uint16_t segment; /* in, this and the next four */
		uint8_t bus;
		uint8_t devfn;
		uint16_t vendor;
		uint16_t devid;
		uint64_t address; /* out, both */
		uint64_t size;
	} pci_rom;
	struct {
		uint64_t address;
		uint64_t size;
	} apple_properties;
};

struct xenpf_firmware_info {
	uint32_t type; /* XEN_FW_* */
	uint32_t index;
	union {
		struct {
			uint8_t device;
			uint8_t version;
			uint16_t interface_support;
			uint16_t legacy_max_cylinder;
			uint8_t legacy_max_head;
			uint8_t legacy_sectors_per_track;
			uint64_t edd_params; /* void * */
		} disk_info;
		struct {
			uint8_t device;
			uint32_t mbr_signature;
		} disk_mbr_signature;
		struct {
			uint8_t capabilities;
			uint8_t edid_transfer_time;
			uint64_t edid; /* uint8_t *, 128 bytes */
		} vbeddc_info;
		union xenpf_efi_info efi_info;
		uint8_t kbd_shift_flags;
	} u;
};

#define XENPF_ACPI_SLEEP_EXTENDED 0x00000001

struct xenpf_enter_acpi_sleep {
	uint16_t val_a; /* for PM1a control, or the sleep control register when extended */
	uint16_t val_b;
	uint32_t sleep_state;
	uint32_t flags; /* XENPF_ACPI_SLEEP_EXTENDED */
};

struct xenpf_change_freq {
	uint32_t flags;
	uint32_t cpu;
	uint64_t freq;
};

struct xenpf_getidletime {
	uint64_t cpumap_bitmap; /* uint8_t * */
	uint32_t cpumap_nr_cpus;
	uint64_t idletime; /* uint64_t * */
	uint64_t now;
};

#define XEN_PM_CX  0
#define XEN_PM_PX  1
#define XEN_PM_TX  2
#define XEN_PM_PDC 3

#define XEN_PX_PCT 1
#define XEN_PX_PSS 2
#define XEN_PX_PPC 4
#define XEN_PX_PSD 8

struct xen_power_register {
	uint32_t space_id;
	uint32_t bit_width;
	uint32_t bit_offset;
	uint32_t access_size;
	uint64_t address;
};

struct xen_processor_csd {
	uint32_t domain;
	uint32_t coord_type;
	uint32_t num;
};

struct xen_processor_cx {
	struct xen_power_register reg;
	uint8_t type;
	uint32_t latency; /* us */
	uint32_t power;   /* mW */
	uint32_t dpcnt;
	uint64_t dp; /* struct xen_processor_csd * */
};

struct xen_processor_flags {
	uint32_t bm_control       : 1;
	uint32_t bm_check         : 1;
	uint32_t has_cst          : 1;
	uint32_t power_setup_done : 1;
	uint32_t bm_rld_set       : 1;
};

struct xen_processor_power {
	uint32_t count;
	struct xen_processor_flags flags;
	uint64_t states; /* struct xen_processor_cx * */
};

struct xen_pct_register {
	uint8_t descriptor;
	uint16_t length;
	uint8_t space_id;
	uint8_t bit_width;
	uint8_t bit_offset;
	uint8_t reserved;
	uint64_t address;
};

struct xen_processor_px {
	uint64_t core_frequency; /* MHz */
	uint64_t power;
	uint64_t transition_latency;
	uint64_t bus_master_latency;
	uint64_t control;
	uint64_t status;
};

struct xen_psd_package {
	uint64_t num_entries;
	uint64_t revision;
	uint64_t domain;
	uint64_t coord_type;
	uint64_t num_processors;
};

#define XEN_CPUPERF_SHARED_TYPE_HW  1
#define XEN_CPUPERF_SHARED_TYPE_ALL 2
#define XEN_CPUPERF_SHARED_TYPE_ANY 3

struct xen_processor_performance {
	uint32_t flags; /* XEN_PX_*: which parts are here */
	uint32_t platform_limit;
	struct xen_pct_register control_register;
	struct xen_pct_register status_register;
	uint32_t state_count;
	uint64_t states; /* struct xen_processor_px * */
	struct xen_psd_package domain_info;
	uint32_t shared_type; /* XEN_CPUPERF_SHARED_TYPE_* */
};

struct xenpf_set_processor_pminfo {
	uint32_t id;   /* ACPI id of the CPU */
	uint32_t type; /* XEN_PM_* */
	union {
		struct xen_processor_power power;
		struct xen_processor_performance perf;
		uint64_t pdc; /* uint32_t * */
	} u;
};

#define XEN_PCPU_FLAGS_ONLINE  1
#define XEN_PCPU_FLAGS_INVALID 2

struct xenpf_pcpuinfo {
	uint32_t xen_cpuid; /* in */
	uint32_t max_present;
	uint32_t flags; /* XEN_PCPU_FLAGS_* */
	uint32_t apic_id;
	uint32_t acpi_id;
};

struct xenpf_pcpu_version {
	uint32_t xen_cpuid; /* in */
	uint32_t max_present;
	char vendor_id[12];
	uint32_t family;
	uint32_t model;
	uint32_t stepping;
};

struct xenpf_cpu_ol {
	uint32_t cpuid;
};

struct xenpf_cpu_hotadd {
	uint32_t apic_id;
	uint32_t acpi_id;
	uint32_t pxm;
};

#define XEN_CORE_PARKING_SET 1
#define XEN_CORE_PARKING_GET 2

struct xenpf_core_parking {
	uint32_t type; /* XEN_CORE_PARKING_* */
	uint32_t idle_nums;
};

struct xenpf_symdata {
	uint32_t namelen; /* in: room; out: length */
	uint32_t symnum;  /* in; out: the next one */
	uint64_t name;    /* char * */
	uint64_t address;
	char type;
};

struct xenpf_ucode_revision {
	uint32_t cpu; /* in */
	uint32_t signature;
	uint32_t pf;
	uint32_t revision;
};

struct xen_platform_op {
	uint32_t cmd;               /* XENPF_* */
	uint32_t interface_version; /* XENPF_INTERFACE_VERSION */
	union {
		struct xenpf_settime32 settime32;
		struct xenpf_settime64 settime64;
		struct xenpf_microcode_update microcode;
		struct xenpf_microcode_update2 microcode2;
		struct xenpf_platform_quirk platform_quirk;
		struct xenpf_firmware_info firmware_info;
		struct xenpf_enter_acpi_sleep enter_acpi_sleep;
		struct xenpf_change_freq change_freq;
		struct xenpf_getidletime getidletime;
		struct xenpf_set_processor_pminfo set_pminfo;
		struct xenpf_pcpuinfo pcpu_info;
		struct xenpf_pcpu_version pcpu_version;
		struct xenpf_cpu_ol cpu_ol;
		struct xenpf_cpu_hotadd cpu_add;
		struct xenpf_core_parking core_parking;
		struct xenpf_symdata symdata;
		struct dom0_vga_console_info dom0_console;
		struct xenpf_ucode_revision ucode_revision;
		uint8_t pad[128];
	} u;
};

ABI_SIZE(struct xenpf_settime32, 16);
ABI_OFFSET(struct xenpf_settime32, system_time, 8);
ABI_SIZE(struct xenpf_settime64, 24);
ABI_OFFSET(struct xenpf_settime64, system_time, 16);
ABI_SIZE(struct xenpf_microcode_update, 16);
ABI_OFFSET(struct xenpf_microcode_update, length, 8);
ABI_SIZE(struct xenpf_microcode_update2, 16);
ABI_OFFSET(struct xenpf_microcode_update2, data, 8);
ABI_SIZE(struct xenpf_platform_quirk, 4);
ABI_SIZE(union xenpf_efi_info, 32);
ABI_SIZE(struct xenpf_firmware_info, 40);
ABI_OFFSET(struct xenpf_firmware_info, u, 8);
ABI_SIZE(struct xenpf_enter_acpi_sleep, 12);
ABI_OFFSET(struct xenpf_enter_acpi_sleep, flags, 8);
ABI_SIZE(struct xenpf_change_freq, 16);
ABI_OFFSET(struct xenpf_change_freq, freq, 8);
ABI_SIZE(struct xenpf_getidletime, 32);
ABI_OFFSET(struct xenpf_getidletime, now, 24);
ABI_SIZE(struct xen_power_register, 24);
ABI_OFFSET(struct xen_power_register, address, 16);
ABI_SIZE(struct xen_processor_csd, 12);
ABI_OFFSET(struct xen_processor_csd, num, 8);
ABI_SIZE(struct xen_processor_cx, 48);
ABI_OFFSET(struct xen_processor_cx, dp, 40);
ABI_SIZE(struct xen_processor_flags, 4);
ABI_SIZE(struct xen_processor_power, 16);
ABI_OFFSET(struct xen_processor_power, states, 8);
ABI_SIZE(struct xen_pct_register, 16);
ABI_OFFSET(struct xen_pct_register, address, 8);
ABI_SIZE(struct xen_processor_px, 48);
ABI_OFFSET(struct xen_processor_px, status, 40);
ABI_SIZE(struct xen_psd_package, 40);
ABI_OFFSET(struct xen_psd_package, num_processors, 32);
ABI_SIZE(struct xen_processor_performance, 104);
ABI_OFFSET(struct xen_processor_performance, shared_type, 96);
ABI_SIZE(struct xenpf_set_processor_pminfo, 112);
ABI_OFFSET(struct xenpf_set_processor_pminfo, u, 8);
ABI_SIZE(struct xenpf_pcpuinfo, 20);
ABI_OFFSET(struct xenpf_pcpuinfo, acpi_id, 16);
ABI_SIZE(struct xenpf_pcpu_version, 32);
ABI_OFFSET(struct xenpf_pcpu_version, stepping, 28);
ABI_SIZE(struct xenpf_cpu_ol, 4);
ABI_SIZE(struct xenpf_cpu_hotadd, 12);
ABI_OFFSET(struct xenpf_cpu_hotadd, pxm, 8);
ABI_SIZE(struct xenpf_core_parking, 8);
ABI_OFFSET(struct xenpf_core_parking, idle_nums, 4);
ABI_SIZE(struct xenpf_symdata, 32);
ABI_OFFSET(struct xenpf_symdata, type, 24);
ABI_SIZE(struct xenpf_ucode_revision, 16);
ABI_OFFSET(struct xenpf_ucode_revision, revision, 12);
ABI_SIZE(struct xen_platform_op, 136);
ABI_OFFSET(struct xen_platform_op, u, 8);

#endif
