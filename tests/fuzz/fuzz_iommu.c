// SPDX-License-Identifier: GPL-2.0-or-later
/* The firmware's tables about IOMMUs: the first byte says which, the rest is behind a header. */
#include "fuzz.h"

#include <string.h>

#include "iommu/private.h"

#define HEADER 48u

uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	MUST(size == 1 && offset < 256);
	return (uint32_t)(a.bus + a.devfn + 1) & 0xff;
}

static void must_make_sense(const struct iommu_firmware *fw)
{
	MUST(fw->nr_units <= IOMMU_MAX_UNITS && fw->nr_ranges <= IOMMU_MAX_RANGES);
	MUST(fw->nr_reserved <= IOMMU_MAX_RESERVED);
	for (unsigned i = 0; i < fw->nr_units; i++)
		MUST(fw->unit[i].base && fw->unit[i].base % PAGE_SIZE == 0);
	for (unsigned i = 0; i < fw->nr_ranges; i++) {
		const struct iommu_range *r = &fw->range[i];

		MUST(r->is_special ? r->first == r->last
				   : !!firmware_find(fw, r->segment, r->last));
	}
	for (unsigned i = 0; i < fw->nr_reserved; i++) {
		const struct iommu_reserved *r = &fw->reserved[i];

		MUST(r->start < r->end && r->start % PAGE_SIZE == 0 && r->end % PAGE_SIZE == 0);
		MUST(r->first <= r->last);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct iommu_firmware fw;
	uint32_t length = HEADER + (uint32_t)size - 1;
	uint8_t *table;

	if (!size)
		return 0;
	table = calloc(1, length);
	memcpy(table + 4, &length, sizeof(length));
	memcpy(table + HEADER, data + 1, size - 1);
	memset(&fw, 0, sizeof(fw));
	if (!(data[0] & 1 ? dmar_parse : ivrs_parse)(table, &fw))
		must_make_sense(&fw);
	free(table);
	return 0;
}
