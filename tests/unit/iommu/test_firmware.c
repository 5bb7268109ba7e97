// SPDX-License-Identifier: GPL-2.0-or-later
/* DMAR and IVRS: what is read out of sound tables, and that others are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "iommu/private.h"
#include "log.h"

static uint8_t table[16384];
static unsigned length, warnings;
static struct iommu_firmware fw;

void log_write(enum log_level level, const char *fmt, ...)
{
	warnings++;
}

/* Behind the bridge at 00:1c.0 is bus 4; those at 00:1d.0 and 04:00.0 have no number yet. */
uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	if (devid_of(a) == 0xe8 || devid_of(a) == 0x400)
		return 0;
	if (offset == 0x1a)
		return 6;
	assert_int_equal(offset, 0x19);
	return a.bus == 0 && a.devfn == 0xe0 ? 4 : 0xff;
}

static void put(const void *bytes, unsigned n)
{
	memcpy(table + length, bytes, n);
	length += n;
	memcpy(table + 4, &length, 4);
}

#define PUT(...) put((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static int setup(void **state)
{
	memset(table, 0, sizeof(table));
	memset(&fw, 0, sizeof(fw));
	length = 48;
	warnings = 0;
	memcpy(table + 4, &length, 4);
	return 0;
}

/* The bytes at the very end of a block of memory, so that reading on is seen. */
static int parse(int (*fn)(const uint8_t *, struct iommu_firmware *))
{
	uint8_t *copy = malloc(length);
	int rc;

	memcpy(copy, table, length);
	rc = fn(copy, &fw);
	free(copy);
	return rc;
}

#define LE16(x)                   (uint8_t)(x), (uint8_t)((x) >> 8)
#define LE32(x)                   LE16(x), LE16((x) >> 16)
#define LE64(x)                   LE32((uint64_t)(x)), LE32((uint64_t)(x) >> 32)

#define DRHD(size, all, base)     LE16(0), LE16(size), (all), 0, LE16(0), LE64(base)
#define RMRR(size, base, limit)   LE16(1), LE16(size), LE16(0), LE16(0), LE64(base), LE64(limit)
#define ENDPOINT(bus, device, fn) 1, 8, 0, 0, 0, (bus), (device), (fn)
#define IVHD(type, size, flags, base) \
	(type), (flags), LE16(size), LE16(2), LE16(0x40), LE64(base), LE16(0), LE16(0), LE32(0)
#define IVMD(type, first, last, start, size) \
	(type), 8, LE16(32), LE16(first), LE16(last), LE64(0), LE64(start), LE64(size)

static void test_dmar(void **state)
{
	PUT(DRHD(24, 0, 0xfed90000), ENDPOINT(0, 2, 0));
	PUT(DRHD(16, 1, 0xfed91000));
	PUT(LE16(4), LE16(8), 0, 0, 0, 0); /* of a type that nobody needs */
	assert_int_equal(parse(dmar_parse), 0);
	assert_int_equal(fw.nr_units, 2);
	assert_int_equal(fw.unit[0].base, 0xfed90000);
	assert_int_equal(fw.unit[1].base, 0xfed91000);
	assert_non_null(firmware_find(&fw, 0, 0x10));
	assert_non_null(firmware_find(&fw, 0, 0x1234));
	assert_null(firmware_find(&fw, 1, 0x10));
}

/* Without a unit for all the rest: only what is named, a bridge with all that is below it. */
static void test_dmar_by_name(void **state)
{
	PUT(DRHD(32, 0, 0xfed90000), ENDPOINT(0, 2, 0), 2, 8, 0, 0, 0, 0, 0x1c, 0);
	assert_int_equal(parse(dmar_parse), 0);
	assert_int_equal(fw.nr_ranges, 2);
	assert_non_null(firmware_find(&fw, 0, 0x10));
	assert_null(firmware_find(&fw, 0, 0x11));
	assert_non_null(firmware_find(&fw, 0, 0xe0));
	assert_non_null(firmware_find(&fw, 0, 0x400));
	assert_non_null(firmware_find(&fw, 0, 0x6ff));
	assert_null(firmware_find(&fw, 0, 0x700));
}

static void test_reserved_by_path(void **state)
{
	PUT(DRHD(16, 1, 0xfed91000));
	PUT(RMRR(42, 0x7f000800, 0x7f0fffff), ENDPOINT(0, 0x14, 0), 1, 10, 0, 0, 0, 0, 0x1c, 0, 3,
	    1);
	assert_int_equal(parse(dmar_parse), 0);
	assert_int_equal(fw.nr_reserved, 2);
	assert_int_equal(fw.reserved[0].start, 0x7f000000);
	assert_int_equal(fw.reserved[0].end, 0x7f100000);
	assert_int_equal(fw.reserved[0].first, 0xa0);
	assert_int_equal(fw.reserved[1].first, 4 << 8 | 3 << 3 | 1);
	assert_int_equal(fw.reserved[1].last, fw.reserved[1].first);
}

/* Such a bridge stands for itself alone, and the rest of the table holds. */
static void test_bridges_without_a_number(void **state)
{
	PUT(DRHD(56, 0, 0xfed90000), 1, 10, 0, 0, 0, 0, 0x1d, 0, 2, 0, 2, 8, 0, 0, 0, 0, 0x1d, 0, 2,
	    10, 0, 0, 0, 0, 0x1c, 0, 0, 0, 1, 12, 0, 0, 0, 0, 0x1c, 0, 0, 0, 3, 1);
	PUT(RMRR(34, 0x7f000000, 0x7f000fff), 1, 10, 0, 0, 0, 0, 0x1d, 0, 3, 0);
	assert_int_equal(parse(dmar_parse), 0);
	assert_true(warnings > 0);
	assert_int_equal(fw.nr_ranges, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(fw.range[i].first, i < 2 ? 0xe8 : 0x400);
		assert_int_equal(fw.range[i].last, fw.range[i].first);
	}
	assert_int_equal(fw.nr_reserved, 1);
	assert_int_equal(fw.reserved[0].first, 0xe8);
	assert_int_equal(fw.reserved[0].last, 0xe8);
}

static void refused(int (*fn)(const uint8_t *, struct iommu_firmware *))
{
	assert_int_equal(parse(fn), -EINVAL);
	assert_true(warnings > 0);
	setup(NULL);
}

static void test_wrong_dmar(void **state)
{
	PUT(LE16(0), LE16(0));
	refused(dmar_parse);
	PUT(LE16(0), LE16(17), 0);
	refused(dmar_parse);
	PUT(LE16(0));
	refused(dmar_parse);
	PUT(DRHD(12, 1, 0xfed91000)); /* too short for its address */
	refused(dmar_parse);
	PUT(DRHD(16, 1, 0xfed91004)); /* not a page */
	refused(dmar_parse);
	PUT(DRHD(16, 1, 0));
	refused(dmar_parse);
	/* Scopes: too long, too short, odd, cut off. */
	PUT(RMRR(32, 0x1000, 0x1fff), 1, 10, 0, 0, 0, 0, 2, 0);
	refused(dmar_parse);
	PUT(RMRR(32, 0x1000, 0x1fff), 1, 6, 0, 0, 0, 0, 2, 0);
	refused(dmar_parse);
	PUT(RMRR(33, 0x1000, 0x1fff), 1, 9, 0, 0, 0, 0, 2, 0, 0);
	refused(dmar_parse);
	PUT(RMRR(25, 0x1000, 0x1fff), 1);
	refused(dmar_parse);
	PUT(RMRR(32, 0x2000, 0xfff), ENDPOINT(0, 1, 0));
	refused(dmar_parse);
	PUT(RMRR(32, 0x2000, ~0UL), ENDPOINT(0, 1, 0));
	refused(dmar_parse);
	for (unsigned i = 0; i <= IOMMU_MAX_UNITS; i++)
		PUT(DRHD(16, 0, 0xfe000000 + i * 0x1000));
	refused(dmar_parse);
	for (unsigned i = 0; i <= IOMMU_MAX_RANGES; i++)
		PUT(DRHD(16, 1, 0xfed90000));
	refused(dmar_parse);
	for (unsigned i = 0; i <= IOMMU_MAX_RESERVED; i++)
		PUT(RMRR(32, 0x1000, 0x1fff), ENDPOINT(0, 1, 0));
	refused(dmar_parse);
}

static void test_ivrs(void **state)
{
	const struct iommu_range *r;

	PUT(IVHD(0x10, 60, 5, 0xfed80000), 3, LE16(0x10), 0xd7, 4, LE16(0x4ff), 0);
	PUT(2, LE16(0x600), 0);
	PUT(0x43, LE16(0x700), 0, 0, LE16(0x30), 0, 4, LE16(0x7ff), 0);
	PUT(0x48, LE16(0), 0, 0, LE16(0x6a0), 1, 0, 0, 0, 0);
	assert_int_equal(parse(ivrs_parse), 0);
	assert_int_equal(fw.nr_units, 1);
	assert_int_equal(fw.unit[0].base, 0xfed80000);
	assert_int_equal(fw.unit[0].flags, 5);
	assert_null(firmware_find(&fw, 0, 0xf));
	r = firmware_find(&fw, 0, 0x4ff);
	assert_true(r && !r->is_alias && r->settings == 0xd7);
	assert_non_null(firmware_find(&fw, 0, 0x600));
	assert_null(firmware_find(&fw, 0, 0x601));
	r = firmware_find(&fw, 0, 0x755);
	assert_true(r && r->is_alias && r->alias == 0x30);
	/* The IO-APIC's name is behind the unit only as far as others say so. */
	r = &fw.range[fw.nr_ranges - 1];
	assert_true(r->is_special && r->first == 0x6a0 && r->last == 0x6a0);
	assert_null(firmware_find(&fw, 0, 0x6a0));
}

/* What else an entry says of an IO-APIC's name stands, and what comes after it. */
static void test_special_among_others(void **state)
{
	const struct iommu_range *r;

	PUT(IVHD(0x10, 40, 0, 0xfed80000), 3, LE16(0x10), 5, 0x48, 0, 0, 0, 1, LE16(8), 1, 4,
	    LE16(0x17), 0);
	assert_int_equal(parse(ivrs_parse), 0);
	r = firmware_find(&fw, 0, 0x10);
	assert_true(r && r->first == 0x10 && r->last == 0x17 && !r->is_special);
	setup(NULL);
	PUT(IVHD(0x10, 52, 0, 0xfed80000), 0x42, LE16(0xa0), 0, 0, LE16(0x20), 0);
	PUT(0x48, LE16(0xffff), 0xd7, 1, LE16(0xa0), 2, 0, 0, 0, 0);
	PUT(2, LE16(0x90), 3, 2, LE16(0x98), 0);
	assert_int_equal(parse(ivrs_parse), 0);
	r = firmware_find(&fw, 0, 0xa0);
	assert_true(r && r->is_alias && r->alias == 0x20);
	assert_true(fw.range[1].is_special && fw.range[1].first == 0xa0);
	assert_null(firmware_find(&fw, 0, 0xffff));
	r = firmware_find(&fw, 0, 0x90);
	assert_true(r && !r->is_special && r->settings == 3);
	assert_non_null(firmware_find(&fw, 0, 0x98));
}

/* The same unit in each form that the firmware knows: the last form counts. */
static void test_newest_form_counts(void **state)
{
	PUT(IVHD(0x10, 28, 0, 0xfed80000), 1, 0, 0, 0);
	PUT(IVHD(0x11, 44, 0, 0xfed80000), LE64(0), LE64(0), 2, LE16(0x18), 0);
	PUT(IVHD(0x40, 68, 0, 0xfed80000), LE64(0), LE64(0), 0xf0, LE16(0xa5), 0, LE64(0), LE64(0),
	    1, 2, 'i', 'd');
	put((const uint8_t[4]){ 0 }, 4); /* padding */
	assert_int_equal(parse(ivrs_parse), 0);
	assert_int_equal(fw.nr_units, 1);
	assert_int_equal(fw.nr_ranges, 1);
	assert_non_null(firmware_find(&fw, 0, 0xa5));
}

static void test_ivmd(void **state)
{
	PUT(IVHD(0x10, 28, 0, 0xfed80000), 1, 0, 0, 0);
	PUT(IVMD(0x20, 0, 0, 0x7e000000, 0x1800));
	PUT(IVMD(0x21, 0x90, 0, 0x7e100000, 0x1000));
	PUT(IVMD(0x22, 0xa0, 0xa7, 0x7e200000, 0x1000));
	assert_int_equal(parse(ivrs_parse), 0);
	assert_int_equal(fw.nr_reserved, 3);
	assert_int_equal(fw.reserved[0].last, 0xffff);
	assert_int_equal(fw.reserved[0].end, 0x7e002000);
	assert_int_equal(fw.reserved[1].last, 0x90);
	assert_int_equal(fw.reserved[2].last, 0xa7);
}

static void test_wrong_ivrs(void **state)
{
	PUT(0x10, 0, LE16(3));
	refused(ivrs_parse);
	PUT(0x10, 0, LE16(5));
	refused(ivrs_parse);
	PUT(0x10, 0);
	refused(ivrs_parse);
	PUT(0x10, 0, LE16(8), 0, 0, 0, 0);
	refused(ivrs_parse);
	PUT(IVHD(0x10, 26, 0, 0xfed80000), 1, 0);
	refused(ivrs_parse);
	PUT(IVHD(0x10, 28, 0, 0xfed80000), 4, LE16(0x10), 0); /* an end without a start */
	refused(ivrs_parse);
	PUT(IVHD(0x10, 32, 0, 0xfed80000), 3, LE16(0x20), 0, 4, LE16(0x10), 0);
	refused(ivrs_parse);
	PUT(IVHD(0x10, 28, 0, 0xfed80000), 0x42, LE16(0x20), 0); /* half of an alias */
	refused(ivrs_parse);
	PUT(IVHD(0x10, 28, 0, 0xfed80000), 0x48, 0, 0, 0); /* half of an IO-APIC */
	refused(ivrs_parse);
	PUT(IVHD(0x40, 44, 0, 0xfed80000), LE64(0), LE64(0), 0xf0, LE16(0xa5), 0);
	refused(ivrs_parse);
	PUT(IVMD(0x20, 0, 0, 0xfffffffffffff000, 0x1000));
	refused(ivrs_parse);
	PUT(IVMD(0x20, 0, 0, 0x1000, 0));
	refused(ivrs_parse);
	PUT(IVMD(0x22, 0xa7, 0xa0, 0x1000, 0x1000));
	refused(ivrs_parse);
}

static void test_nothing_in_it(void **state)
{
	assert_int_equal(parse(ivrs_parse), 0);
	assert_int_equal(fw.nr_units, 0);
	assert_int_equal(parse(dmar_parse), 0);
	assert_int_equal(fw.nr_units, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_dmar, setup),
		cmocka_unit_test_setup(test_dmar_by_name, setup),
		cmocka_unit_test_setup(test_reserved_by_path, setup),
		cmocka_unit_test_setup(test_bridges_without_a_number, setup),
		cmocka_unit_test_setup(test_wrong_dmar, setup),
		cmocka_unit_test_setup(test_ivrs, setup),
		cmocka_unit_test_setup(test_special_among_others, setup),
		cmocka_unit_test_setup(test_newest_form_counts, setup),
		cmocka_unit_test_setup(test_ivmd, setup),
		cmocka_unit_test_setup(test_wrong_ivrs, setup),
		cmocka_unit_test_setup(test_nothing_in_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
