// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table DMAR (Intel VT-d Architecture Specification, chapter 8): units and the memory reserved
 * for devices. Devices are named by a path of bridges, whose bus numbers are read from them.
 */
#include "abi/errno.h"
#include "lib.h"
#include "log.h"
#include "private.h"

#define DMAR_STRUCTURES   48u
#define DRHD              0u
#define RMRR              1u
#define DRHD_SCOPES       16u
#define RMRR_SCOPES       24u
#define DRHD_ALL          1u /* all devices of the segment that no other unit names */
#define SCOPE_ENDPOINT    1u
#define SCOPE_PATH        6u
#define PCI_SECONDARY_BUS 0x19u

/* Calls back for each endpoint of the scopes in [at, end) of a structure. */
static int scopes_read(const uint8_t *s, unsigned at, unsigned end, uint16_t segment,
		       int (*fn)(void *ctx, uint16_t segment, devid_t id), void *ctx)
{
	for (; at < end; at += s[at + 1]) {
		const uint8_t *scope = s + at;
		struct pci_address a = { .segment = segment };
		int rc;

		if (end - at < SCOPE_PATH + 2 || scope[1] < SCOPE_PATH + 2 || scope[1] > end - at ||
		    scope[1] % 2) {
			log_warn("iommu: DMAR: a device scope has %u bytes", end - at);
			return -EINVAL;
		}
		if (scope[0] != SCOPE_ENDPOINT)
			continue;
		a.bus = scope[5];
		for (unsigned i = SCOPE_PATH; i < scope[1]; i += 2) {
			if (i > SCOPE_PATH)
				a.bus = (uint8_t)pci_raw_read(a, PCI_SECONDARY_BUS, 1);
			a.devfn = (uint8_t)((scope[i] & 31) << 3 | (scope[i + 1] & 7));
		}
		rc = fn(ctx, segment, devid_of(a));
		if (rc)
			return rc;
	}
	return 0;
}

static int range_add(void *fw, uint16_t segment, devid_t id)
{
	return firmware_add_range(
		fw, &(struct iommu_range){ .segment = segment, .first = id, .last = id });
}

struct reserved_for {
	struct iommu_firmware *fw;
	struct iommu_reserved reserved;
};

static int reserved_add(void *ctx, uint16_t segment, devid_t id)
{
	struct reserved_for *r = ctx;

	r->reserved.segment = segment;
	r->reserved.first = r->reserved.last = id;
	return firmware_add_reserved(r->fw, &r->reserved);
}

static int drhd_read(const uint8_t *s, unsigned length, struct iommu_firmware *fw)
{
	uint16_t segment;
	int rc;

	if (length < DRHD_SCOPES)
		return -EINVAL;
	segment = get_le16(s + 6);
	rc = firmware_add_unit(fw, get_le64(s + 8), segment, 0);
	if (!rc && (s[4] & DRHD_ALL))
		return firmware_add_range(
			fw, &(struct iommu_range){ .segment = segment, .last = 0xffff });
	return rc ? rc : scopes_read(s, DRHD_SCOPES, length, segment, range_add, fw);
}

static int rmrr_read(const uint8_t *s, unsigned length, struct iommu_firmware *fw)
{
	struct reserved_for r = { .fw = fw };
	uint64_t limit;

	if (length < RMRR_SCOPES)
		return -EINVAL;
	limit = get_le64(s + 16);
	r.reserved.start = ROUND_DOWN(get_le64(s + 8), PAGE_SIZE);
	if (add_overflows(limit | ~PAGE_MASK, 1, &r.reserved.end))
		return -EINVAL;
	return scopes_read(s, RMRR_SCOPES, length, get_le16(s + 6), reserved_add, &r);
}

int dmar_parse(const uint8_t *table, struct iommu_firmware *fw)
{
	uint32_t length = get_le32(table + 4), at = DMAR_STRUCTURES;

	while (at < length) {
		uint32_t left = length - at, size = left < 4 ? 0 : get_le16(table + at + 2);
		uint16_t type = left < 4 ? 0 : get_le16(table + at);
		int rc = 0;

		if (size < 4 || size > left) {
			log_warn("iommu: DMAR: structure at %u has %u of %u bytes left", at, size,
				 left);
			return -EINVAL;
		}
		if (type == DRHD)
			rc = drhd_read(table + at, size, fw);
		else if (type == RMRR)
			rc = rmrr_read(table + at, size, fw);
		if (rc) {
			log_warn("iommu: DMAR: structure of type %u at %u is wrong", type, at);
			return rc;
		}
		at += size;
	}
	return 0;
}
