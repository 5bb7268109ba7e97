// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What both of the firmware's tables come to: units, devices behind them, memory that devices were
 * promised. Filled once at start-up, constant afterwards.
 */
#include "abi/errno.h"
#include "lib.h"
#include "log.h"
#include "private.h"

#define FIRST_PART    48u
#define ADDRESS_LIMIT (1UL << 52)

int firmware_walk(const uint8_t *table, struct iommu_firmware *fw,
		  bool (*read)(const uint8_t *part, unsigned size, struct iommu_firmware *fw))
{
	uint32_t length = get_le32(table + 4), size;

	for (uint32_t at = FIRST_PART; at < length; at += size) {
		size = length - at < 4 ? 0 : get_le16(table + at + 2);
		if (size < 4 || size > length - at || !read(table + at, size, fw)) {
			log_warn("iommu: %.4s: what is at %u of %u bytes is wrong",
				 (const char *)table, at, length);
			return -EINVAL;
		}
	}
	return 0;
}

bool firmware_add_unit(struct iommu_firmware *fw, paddr_t base, uint16_t segment, uint8_t flags)
{
	if (!base || base % PAGE_SIZE || base >= ADDRESS_LIMIT || fw->nr_units == IOMMU_MAX_UNITS)
		return false;
	for (unsigned i = 0; i < fw->nr_units; i++)
		if (fw->unit[i].base == base)
			return true;
	fw->unit[fw->nr_units].base = base;
	fw->unit[fw->nr_units].segment = segment;
	fw->unit[fw->nr_units++].flags = flags;
	return true;
}

bool firmware_add_range(struct iommu_firmware *fw, const struct iommu_range *range)
{
	if (range->first > range->last || fw->nr_ranges == IOMMU_MAX_RANGES)
		return false;
	fw->range[fw->nr_ranges++] = *range;
	return true;
}

bool firmware_add_reserved(struct iommu_firmware *fw, const struct iommu_reserved *r)
{
	if (r->start >= r->end || r->end > ADDRESS_LIMIT || r->first > r->last ||
	    fw->nr_reserved == IOMMU_MAX_RESERVED)
		return false;
	fw->reserved[fw->nr_reserved++] = *r;
	return true;
}

const struct iommu_range *firmware_find(const struct iommu_firmware *fw, uint16_t segment,
					devid_t id)
{
	const struct iommu_range *r = fw->range + fw->nr_ranges;

	/* A later entry says more than an earlier one. */
	while (r-- > fw->range)
		if (!r->is_special && r->segment == segment && id >= r->first && id <= r->last)
			return r;
	return NULL;
}
