// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table DMAR (Intel VT-d Architecture Specification, chapter 8): units with the devices behind
 * them, and the memory reserved for devices. Those are named by a path of bridges, whose bus
 * numbers are read from them.
 */
#include "lib.h"
#include "log.h"
#include "private.h"

#define DRHD           0u
#define DRHD_SIZE      16u
#define DRHD_ALL       1u
#define RMRR           1u
#define RMRR_SIZE      24u
#define SCOPE_ENDPOINT 1u
#define SCOPE_BRIDGE   2u
#define SCOPE_PATH     6u

/* The bus with the first or last number below a bridge; false: it has not got one yet. */
static bool bus_below(struct pci_address a, unsigned offset, uint8_t *bus)
{
	*bus = (uint8_t)pci_raw_read(a, offset, 1);
	if (*bus > a.bus)
		return true;
	log_warn("iommu: DMAR: the bridge " PCI_FORMAT " has no buses: left out", PCI_ARGS(a));
	return false;
}

/*
 * The devices that a scope names: one, or all below a bridge. A bridge without buses is named
 * alone: all of a segment's units serve whatever domain 0 may find below it later.
 */
static void scope_devices(const uint8_t *scope, struct iommu_range *r)
{
	struct pci_address a = { .segment = r->segment, .bus = scope[5] };
	uint8_t bus = a.bus;

	for (unsigned i = SCOPE_PATH; i < scope[1]; i += 2) {
		if (i > SCOPE_PATH && !bus_below(a, PCI_SECONDARY_BUS, &bus))
			break;
		a.bus = bus;
		a.devfn = (uint8_t)((scope[i] & 31) << 3 | (scope[i + 1] & 7));
	}
	r->first = r->last = devid_of(a);
	if (scope[0] == SCOPE_BRIDGE && bus_below(a, PCI_LAST_BUS, &bus))
		r->last = (devid_t)(bus << 8 | 0xff);
}

/* The scopes from `at` on: what their devices are behind of, or what is reserved for them. */
static bool scopes_read(const uint8_t *s, unsigned at, unsigned size, struct iommu_reserved *r,
			struct iommu_firmware *fw)
{
	struct iommu_range range = { .segment = get_le16(s + 6) };

	for (; at < size; at += s[at + 1]) {
		const uint8_t *scope = s + at;

		if (size - at < SCOPE_PATH + 2 || scope[1] < SCOPE_PATH + 2 ||
		    scope[1] > size - at || scope[1] % 2)
			return false;
		if (scope[0] != SCOPE_ENDPOINT && scope[0] != SCOPE_BRIDGE)
			continue;
		scope_devices(scope, &range);
		if (!r && !firmware_add_range(fw, &range))
			return false;
		if (!r)
			continue;
		r->segment = range.segment;
		r->first = range.first;
		r->last = range.last;
		if (!firmware_add_reserved(fw, r))
			return false;
	}
	return true;
}

static bool drhd_read(const uint8_t *s, unsigned size, struct iommu_firmware *fw)
{
	struct iommu_range all = { .last = 0xffff };

	if (size < DRHD_SIZE)
		return false;
	all.segment = get_le16(s + 6);
	return firmware_add_unit(fw, get_le64(s + 8), all.segment, 0) &&
	       (!(s[4] & DRHD_ALL) || firmware_add_range(fw, &all)) &&
	       scopes_read(s, DRHD_SIZE, size, NULL, fw);
}

static bool rmrr_read(const uint8_t *s, unsigned size, struct iommu_firmware *fw)
{
	struct iommu_reserved r;

	if (size < RMRR_SIZE)
		return false;
	r.start = ROUND_DOWN(get_le64(s + 8), PAGE_SIZE);
	r.end = (get_le64(s + 16) | ~PAGE_MASK) + 1; /* 0 for the last page: refused */
	return scopes_read(s, RMRR_SIZE, size, &r, fw);
}

static bool part_read(const uint8_t *s, unsigned size, struct iommu_firmware *fw)
{
	switch (get_le16(s)) {
	case DRHD: return drhd_read(s, size, fw);
	case RMRR: return rmrr_read(s, size, fw);
	default: return true;
	}
}

int dmar_parse(const uint8_t *table, struct iommu_firmware *fw)
{
	return firmware_walk(table, fw, part_read);
}
