// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What both of the firmware's tables come to: units, devices behind them, memory that devices were
 * promised. Filled once at start-up, constant afterwards.
 */
#include "abi/errno.h"
#include "log.h"
#include "private.h"

#define ADDRESS_LIMIT (1UL << 52)

int firmware_add_unit(struct iommu_firmware *fw, paddr_t base, uint16_t segment, uint8_t flags)
{
	for (unsigned i = 0; i < fw->nr_units; i++)
		if (fw->unit[i].base == base)
			return 0;
	if (!base || base % PAGE_SIZE || base >= ADDRESS_LIMIT || fw->nr_units == IOMMU_MAX_UNITS) {
		log_warn("iommu: the firmware's unit %u at %#lx is not usable", fw->nr_units, base);
		return -EINVAL;
	}
	fw->unit[fw->nr_units].base = base;
	fw->unit[fw->nr_units].segment = segment;
	fw->unit[fw->nr_units++].flags = flags;
	return 0;
}

int firmware_add_range(struct iommu_firmware *fw, const struct iommu_range *range)
{
	if (range->first > range->last || fw->nr_ranges == IOMMU_MAX_RANGES) {
		log_warn("iommu: the firmware's range of devices %04x-%04x is not usable",
			 range->first, range->last);
		return -EINVAL;
	}
	fw->range[fw->nr_ranges++] = *range;
	return 0;
}

int firmware_add_reserved(struct iommu_firmware *fw, const struct iommu_reserved *r)
{
	if (r->start >= r->end || r->end > ADDRESS_LIMIT || r->first > r->last ||
	    fw->nr_reserved == IOMMU_MAX_RESERVED) {
		log_warn("iommu: the firmware's memory for devices at %#lx-%#lx is not usable",
			 r->start, r->end);
		return -EINVAL;
	}
	fw->reserved[fw->nr_reserved++] = *r;
	return 0;
}

const struct iommu_range *firmware_find(const struct iommu_firmware *fw, uint16_t segment,
					devid_t id)
{
	const struct iommu_range *found = NULL;

	/* A single device's entry says more than a range that holds it. */
	for (unsigned i = 0; i < fw->nr_ranges; i++) {
		const struct iommu_range *r = &fw->range[i];

		if (r->segment == segment && id >= r->first && id <= r->last &&
		    (!found || r->last - r->first < found->last - found->first))
			found = r;
	}
	return found;
}
