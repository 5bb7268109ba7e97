// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RSDP, XSDT, FADT (hardware-reduced: there is no PM timer, no SCI, no PIC), a DSDT with nothing or
 * with a PCI host bridge, and a MADT with one local APIC per vCPU, id 2 * vCPU. Layouts: ACPI 6.2,
 * chapter 5.
 */
#include "builder/acpi_tables.h"

#include <string.h>

#include "builder/layout.h"

#define MADT_LAPIC         0
#define MADT_LAPIC_ENABLED 1

#define FADT_WBINVD        (1U << 0)
#define FADT_PROC_C1       (1U << 2)
#define FADT_HW_REDUCED    (1U << 20)
#define FADT_BOOT_NO_VGA   (1U << 2)
#define FADT_BOOT_NO_RTC   (1U << 5)

#define LAPIC_BASE         0xfee00000U

struct acpi_rsdp {
	char signature[8];
	uint8_t checksum; /* of the first 20 bytes */
	char oem_id[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem_id[6];
	char oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __attribute__((packed));

struct acpi_xsdt {
	struct acpi_header header;
	uint64_t tables[2];
} __attribute__((packed));

struct acpi_fadt {
	struct acpi_header header;
	uint32_t facs;
	uint32_t dsdt;
	uint8_t fixed_hardware[65]; /* 0: all of it is absent */
	uint16_t boot_flags;        /* offset 109 */
	uint8_t reserved;
	uint32_t flags;
	uint8_t reset_register[12];
	uint8_t reset_value;
	uint16_t arm_boot_flags;
	uint8_t minor_version;
	uint64_t x_facs;
	uint64_t x_dsdt;
	uint8_t x_fixed_hardware[128];
} __attribute__((packed));

struct acpi_madt {
	struct acpi_header header;
	uint32_t lapic_address;
	uint32_t flags;
} __attribute__((packed));

struct acpi_madt_lapic {
	uint8_t type;
	uint8_t length;
	uint8_t processor_id;
	uint8_t apic_id;
	uint32_t flags;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_rsdp) == ACPI_RSDP_LEN, "RSDP");
_Static_assert(sizeof(struct acpi_header) == 36, "table header");
_Static_assert(sizeof(struct acpi_fadt) == 276, "FADT 6.2");
_Static_assert(offsetof(struct acpi_fadt, boot_flags) == 109, "FADT boot flags");
_Static_assert(offsetof(struct acpi_fadt, x_dsdt) == 140, "FADT X_DSDT");

/* Everything but the MADT's list has a fixed place. */
struct acpi_block {
	struct acpi_rsdp rsdp;
	uint8_t pad[4];
	struct acpi_xsdt xsdt;
	uint8_t pad2[4];
	struct acpi_fadt fadt;
	uint8_t pad3[4];
	struct acpi_header dsdt;
	uint8_t bridge[88]; /* behind the DSDT's header */
	struct acpi_madt madt;
	struct acpi_madt_lapic lapics[ACPI_MAX_VCPUS];
} __attribute__((packed));

#define LE32(x) (x) & 0xff, (x) >> 8 & 0xff, (x) >> 16 & 0xff, (x) >> 24 & 0xff
#define PCI_END (GUEST_PCI_BASE + GUEST_PCI_SIZE - 1)

/*
 * AML (ACPI 6.2, chapter 20): where Linux looks for PCI at all, and the addresses that it may give
 * to devices (6.4.3.5). No interrupts: devices send messages.
 */
static const uint8_t host_bridge[] = {
	/* Scope (\_SB) */
	0x10, 0x46, 0x05, '\\', '_', 'S', 'B', '_',
	/* Device (PCI0) */
	0x5b, 0x82, 0x4d, 0x04, 'P', 'C', 'I', '0',
	/* Name (_HID, EisaId ("PNP0A03")) */
	0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x0a, 0x03,
	/* Name (_CRS, Buffer (52)) */
	0x08, '_', 'C', 'R', 'S', 0x11, 0x37, 0x0a, 0x34,
	/* bus 0 alone */
	0x88, 13, 0, 2, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
	/* ports 0xcf8-0xcff */
	0x47, 0x01, 0xf8, 0x0c, 0xf8, 0x0c, 1, 8,
	/* memory, to be read and written */
	0x87, 23, 0, 0, 0x0c, 1, LE32(0), LE32(GUEST_PCI_BASE), LE32(PCI_END), LE32(0),
	LE32(GUEST_PCI_SIZE),
	/* the end, no checksum */
	0x79, 0
};

static uint8_t acpi_checksum(const void *data, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += ((const uint8_t *)data)[i];
	return -sum;
}

/* The last step for each table: what it holds must be complete. */
static void acpi_seal(struct acpi_header *h, const char *signature, uint8_t revision, size_t len)
{
	memcpy(h->signature, signature, 4);
	h->length = (uint32_t)len;
	h->revision = revision;
	memcpy(h->oem_id, "SOCLE ", 6);
	memcpy(h->oem_table_id, "PVH     ", 8);
	h->oem_revision = 1;
	memcpy(h->creator_id, "SOCL", 4);
	h->creator_revision = 1;
	h->checksum = 0;
	h->checksum = acpi_checksum(h, len);
}

static void acpi_build_fadt(struct acpi_block *b, uint64_t at)
{
	b->fadt.boot_flags = FADT_BOOT_NO_VGA | FADT_BOOT_NO_RTC;
	b->fadt.flags = FADT_WBINVD | FADT_PROC_C1 | FADT_HW_REDUCED;
	b->fadt.minor_version = 2;
	b->fadt.dsdt = (uint32_t)(at + offsetof(struct acpi_block, dsdt));
	b->fadt.x_dsdt = at + offsetof(struct acpi_block, dsdt);
	acpi_seal(&b->fadt.header, "FACP", 6, sizeof(b->fadt));
}

static size_t acpi_build_madt(struct acpi_block *b, unsigned int online, unsigned int max)
{
	size_t len = sizeof(b->madt) + max * sizeof(b->lapics[0]);

	b->madt.lapic_address = LAPIC_BASE;
	for (unsigned int i = 0; i < max; i++)
		b->lapics[i] = (struct acpi_madt_lapic){
			.type = MADT_LAPIC,
			.length = sizeof(b->lapics[0]),
			.processor_id = i,
			.apic_id = 2 * i,
			.flags = i < online ? MADT_LAPIC_ENABLED : 0,
		};
	acpi_seal(&b->madt.header, "APIC", 4, len);
	return offsetof(struct acpi_block, madt) + len;
}

size_t acpi_tables_build(uint8_t *out, size_t room, uint64_t at, unsigned int online,
			 unsigned int max, bool with_pci)
{
	size_t len, bridge = with_pci ? sizeof(host_bridge) : 0;
	struct acpi_block b = { 0 };

	if (max > ACPI_MAX_VCPUS || room < sizeof(b))
		return 0;
	len = acpi_build_madt(&b, online, max);
	memcpy(b.bridge, host_bridge, bridge);
	acpi_seal(&b.dsdt, "DSDT", 2, sizeof(b.dsdt) + bridge);
	acpi_build_fadt(&b, at);
	b.xsdt.tables[0] = at + offsetof(struct acpi_block, fadt);
	b.xsdt.tables[1] = at + offsetof(struct acpi_block, madt);
	acpi_seal(&b.xsdt.header, "XSDT", 1, sizeof(b.xsdt));

	memcpy(b.rsdp.signature, "RSD PTR ", 8);
	memcpy(b.rsdp.oem_id, "SOCLE ", 6);
	b.rsdp.revision = 2;
	b.rsdp.length = sizeof(b.rsdp);
	b.rsdp.xsdt = at + offsetof(struct acpi_block, xsdt);
	b.rsdp.checksum = acpi_checksum(&b.rsdp, 20);
	b.rsdp.extended_checksum = acpi_checksum(&b.rsdp, sizeof(b.rsdp));
	memcpy(out, &b, len);
	return len;
}
