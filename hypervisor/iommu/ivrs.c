// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table IVRS (AMD I/O Virtualization Technology Specification 48882, section 5.2): units with
 * the devices behind them, and memory that devices use on the firmware's behalf.
 */
#include "abi/errno.h"
#include "lib.h"
#include "log.h"
#include "private.h"

#define IVRS_BLOCKS        48u
#define IVHD_BASIC         0x10u
#define IVHD_EXTENDED      0x11u
#define IVHD_ACPI          0x40u
#define IVHD_BASIC_SIZE    24u
#define IVHD_EXTENDED_SIZE 40u
#define IVMD_ALL           0x20u
#define IVMD_SELECT        0x21u
#define IVMD_RANGE         0x22u
#define IVMD_SIZE          32u
#define IVMD_EXCLUSION     8u

/* Types of device entries. */
enum {
	DEV_ALL = 1,
	DEV_SELECT = 2,
	DEV_START = 3,
	DEV_END = 4,
	DEV_ALIAS_SELECT = 0x42,
	DEV_ALIAS_START = 0x43,
	DEV_EXT_SELECT = 0x46,
	DEV_EXT_START = 0x47,
	DEV_ACPI = 0xf0,
};
#define DEV_ACPI_SIZE 22u

/* Bytes of the entry at e, of which left are there; 0: it does not fit. */
static unsigned entry_size(const uint8_t *e, unsigned left)
{
	unsigned size;

	if (e[0] == DEV_ACPI)
		size = left < DEV_ACPI_SIZE ? 0 : DEV_ACPI_SIZE + e[DEV_ACPI_SIZE - 1];
	else
		size = 4u << (e[0] >> 6);
	return size > left ? 0 : size;
}

/* One entry; a range is open between its start and its end. */
static int entry_read(const uint8_t *e, struct iommu_range *open, bool *is_open,
		      struct iommu_firmware *fw)
{
	struct iommu_range r = { .segment = open->segment, .settings = e[3] };

	r.first = r.last = get_le16(e + 1);
	if (e[0] == DEV_ALIAS_SELECT || e[0] == DEV_ALIAS_START) {
		r.is_alias = true;
		r.alias = get_le16(e + 5);
	}
	switch (e[0]) {
	case DEV_ALL:
		r.first = 0;
		r.last = 0xffff;
		return firmware_add_range(fw, &r);
	case DEV_SELECT:
	case DEV_ALIAS_SELECT:
	case DEV_EXT_SELECT:
	case DEV_ACPI: return firmware_add_range(fw, &r);
	case DEV_START:
	case DEV_ALIAS_START:
	case DEV_EXT_START:
		*open = r;
		*is_open = true;
		return 0;
	case DEV_END:
		if (!*is_open)
			return -EINVAL;
		*is_open = false;
		open->last = r.last;
		return firmware_add_range(fw, open);
	default: return 0; /* padding, special devices */
	}
}

static int ivhd_read(const uint8_t *b, unsigned length, struct iommu_firmware *fw)
{
	unsigned at = b[0] == IVHD_BASIC ? IVHD_BASIC_SIZE : IVHD_EXTENDED_SIZE, size;
	struct iommu_range open;
	bool is_open = false;
	int rc;

	if (length < at)
		return -EINVAL;
	open = (struct iommu_range){ .segment = get_le16(b + 16) };
	rc = firmware_add_unit(fw, get_le64(b + 8), open.segment, b[1]);
	for (; !rc && at < length; at += size) {
		size = length - at < 4 ? 0 : entry_size(b + at, length - at);
		rc = size ? entry_read(b + at, &open, &is_open, fw) : -EINVAL;
	}
	return rc;
}

static int ivmd_read(const uint8_t *b, unsigned length, struct iommu_firmware *fw)
{
	struct iommu_reserved r;
	uint64_t end;

	if (length < IVMD_SIZE || add_overflows(get_le64(b + 16), get_le64(b + 24), &end) ||
	    add_overflows(end, PAGE_SIZE - 1, &end))
		return -EINVAL;
	r = (struct iommu_reserved){ .start = ROUND_DOWN(get_le64(b + 16), PAGE_SIZE),
				     .end = ROUND_DOWN(end, PAGE_SIZE),
				     .segment = get_le16(b + 8),
				     .first = get_le16(b + 4),
				     .last = get_le16(b + 4) };
	if (b[0] == IVMD_ALL) {
		r.first = 0;
		r.last = 0xffff;
	} else if (b[0] == IVMD_RANGE) {
		r.last = get_le16(b + 6);
	}
	return firmware_add_reserved(fw, &r);
}

/* Calls for each block; those of units only if they have that type. */
static int blocks_read(const uint8_t *table, uint8_t ivhd, struct iommu_firmware *fw)
{
	uint32_t length = get_le32(table + 4), at = IVRS_BLOCKS;

	while (at < length) {
		const uint8_t *b = table + at;
		uint32_t left = length - at, size = left < 4 ? 0 : get_le16(b + 2);
		int rc = 0;

		if (size < 4 || size > left) {
			log_warn("iommu: IVRS: block at %u has %u of %u bytes left", at, size, left);
			return -EINVAL;
		}
		if (b[0] == ivhd)
			rc = ivhd_read(b, size, fw);
		else if (b[0] >= IVMD_ALL && b[0] <= IVMD_RANGE)
			rc = ivmd_read(b, size, fw);
		if (rc) {
			log_warn("iommu: IVRS: block of type %#x at %u is wrong", b[0], at);
			return rc;
		}
		at += size;
	}
	return 0;
}

int ivrs_parse(const uint8_t *table, struct iommu_firmware *fw)
{
	/* Each unit has a block of each type that the firmware knows, the newest saying most. */
	static const uint8_t types[] = { IVHD_ACPI, IVHD_EXTENDED, IVHD_BASIC };

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		int rc;

		memset(fw, 0, sizeof(*fw));
		rc = blocks_read(table, types[i], fw);
		if (rc || fw->nr_units)
			return rc;
	}
	return 0;
}
