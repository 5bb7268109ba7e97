// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table IVRS (AMD I/O Virtualization Technology Specification 48882, section 5.2): units with
 * the devices behind them, and memory that devices use on the firmware's behalf.
 */
#include "lib.h"
#include "private.h"

#define IVHD_BASIC    0x10u
#define IVHD_EXTENDED 0x11u
#define IVHD_ACPI     0x40u
#define IVMD_ALL      0x20u
#define IVMD_RANGE    0x22u
#define IVMD_SIZE     32u

/* Types of device entries; others are padding. */
enum {
	DEV_ALL = 1,
	DEV_SELECT = 2,
	DEV_START = 3,
	DEV_END = 4,
	DEV_ALIAS_SELECT = 0x42,
	DEV_ALIAS_START = 0x43,
	DEV_EXT_SELECT = 0x46,
	DEV_EXT_START = 0x47,
	DEV_SPECIAL = 0x48, /* an IO-APIC or a HPET, and the name that its messages carry */
	DEV_ACPI = 0xf0,
};
#define DEV_ACPI_SIZE 22u

/* Bytes of the entry at e, of which left are there; 0: it does not fit. */
static unsigned entry_size(const uint8_t *e, unsigned left)
{
	unsigned size = left < 4 ? ~0u : 4u << (e[0] >> 6);

	if (left >= DEV_ACPI_SIZE && e[0] == DEV_ACPI)
		size = DEV_ACPI_SIZE + e[DEV_ACPI_SIZE - 1];
	return size > left ? 0 : size;
}

/* One entry; *r keeps the start of a range until its end. */
static bool entry_read(const uint8_t *e, struct iommu_range *r, struct iommu_firmware *fw)
{
	struct iommu_range special = { .segment = r->segment, .is_special = true };

	if (e[0] == DEV_SPECIAL) {
		special.first = special.last = get_le16(e + 5);
		return firmware_add_range(fw, &special);
	}
	if (e[0] == DEV_END) {
		r->last = get_le16(e + 1);
		return firmware_add_range(fw, r);
	}
	r->first = e[0] == DEV_ALL ? 0 : get_le16(e + 1);
	r->last = e[0] == DEV_ALL ? 0xffff : r->first;
	r->settings = e[3];
	r->is_alias = e[0] == DEV_ALIAS_SELECT || e[0] == DEV_ALIAS_START;
	r->alias = r->is_alias ? get_le16(e + 5) : 0;
	switch (e[0]) {
	case DEV_ALL:
	case DEV_SELECT:
	case DEV_ALIAS_SELECT:
	case DEV_EXT_SELECT:
	case DEV_ACPI: return firmware_add_range(fw, r);
	default: return true;
	}
}

static bool ivhd_read(const uint8_t *b, unsigned length, struct iommu_firmware *fw)
{
	unsigned at = b[0] == IVHD_BASIC ? 24 : 40, size;
	struct iommu_range r = { .first = 0xffff }; /* an end without a start is refused */

	if (length < at)
		return false;
	r.segment = get_le16(b + 16);
	if (!firmware_add_unit(fw, get_le64(b + 8), r.segment, b[1]))
		return false;
	for (; at < length; at += size) {
		size = entry_size(b + at, length - at);
		if (!size || !entry_read(b + at, &r, fw))
			return false;
	}
	return true;
}

static bool ivmd_read(const uint8_t *b, unsigned length, struct iommu_firmware *fw)
{
	struct iommu_reserved r = { .last = 0xffff };
	uint64_t end;

	if (length < IVMD_SIZE || add_overflows(get_le64(b + 16), get_le64(b + 24), &end) ||
	    add_overflows(end, PAGE_SIZE - 1, &end))
		return false;
	r.start = ROUND_DOWN(get_le64(b + 16), PAGE_SIZE);
	r.end = ROUND_DOWN(end, PAGE_SIZE);
	r.segment = get_le16(b + 8);
	if (b[0] != IVMD_ALL) {
		r.first = get_le16(b + 4);
		r.last = b[0] == IVMD_RANGE ? get_le16(b + 6) : r.first;
	}
	return firmware_add_reserved(fw, &r);
}

static bool part_read(const uint8_t *b, unsigned size, struct iommu_firmware *fw)
{
	if (b[0] == fw->unit_parts)
		return ivhd_read(b, size, fw);
	return b[0] < IVMD_ALL || b[0] > IVMD_RANGE || ivmd_read(b, size, fw);
}

int ivrs_parse(const uint8_t *table, struct iommu_firmware *fw)
{
	/* Each unit has a block of each type that the firmware knows, the newest saying most. */
	static const uint8_t types[] = { IVHD_ACPI, IVHD_EXTENDED, IVHD_BASIC };
	int rc = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(types) && !rc && !fw->nr_units; i++) {
		memset(fw, 0, sizeof(*fw));
		fw->unit_parts = types[i];
		rc = firmware_walk(table, fw, part_read);
	}
	return rc;
}
