// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where things go in guest memory, the start info that says so, and the ACPI tables.
 */
#include "test.h"

#include "abi/start_info.h"
#include "builder/acpi_tables.h"
#include "builder/start_info.h"

#define MIB (1ULL << 20)

static const struct elf_image kernel = { .nr_segments = 1, .start = 16 * MIB, .end = 66 * MIB + 5 };

static void test_small(void **state)
{
	struct guest_layout lay;
	struct reason why;

	(void)state;
	assert_int_equal(guest_layout_plan(&lay, 128 << 10, &kernel, 600000, 1000, &why), 0);
	assert_int_equal(lay.low_end, 128 * MIB);
	assert_int_equal(lay.high_end, GUEST_HIGH_RAM);
	assert_int_equal(lay.nr_map, 3);
	assert_int_equal(lay.map[0].size, 128 * MIB);
	assert_int_equal(lay.map[0].type, XEN_HVM_MEMMAP_TYPE_RAM);
	/* On pages of their own, in this order. */
	assert_int_equal(lay.ramdisk_at, 66 * MIB + 4096);
	assert_int_equal(lay.start_info_at % GUEST_PAGE, 0);
	assert_true(lay.start_info_at >= lay.ramdisk_at + 600000);
	assert_true(lay.start_info_at + 1000 <= lay.low_end);
}

static void test_large(void **state)
{
	struct guest_layout lay;
	struct reason why;

	(void)state;
	/* 3840 MiB is the most below the hole. */
	assert_int_equal(guest_layout_plan(&lay, 3840 << 10, &kernel, 0, 1000, &why), 0);
	assert_int_equal(lay.low_end, 3840 * MIB);
	assert_int_equal(lay.nr_map, 3);
	assert_int_equal(guest_layout_plan(&lay, 3841 << 10, &kernel, 0, 1000, &why), 0);
	assert_int_equal(lay.low_end, 3840 * MIB);
	assert_int_equal(lay.high_end, GUEST_HIGH_RAM + MIB);
	assert_int_equal(lay.nr_map, 4);
	assert_int_equal(lay.map[3].at, GUEST_HIGH_RAM);
	assert_int_equal(lay.map[3].size, MIB);
	/* No two ranges meet. */
	for (unsigned int i = 1; i < lay.nr_map; i++)
		assert_true(lay.map[i].at >= lay.map[i - 1].at + lay.map[i - 1].size);
}

/* A kernel whose last 2 MiB are zeroes, in the file and beyond it. */
static void test_tail(void **state)
{
	static uint8_t data[50 * MIB];
	struct elf_image img = { .nr_segments = 1, .start = 16 * MIB, .end = 66 * MIB };
	struct guest_layout lay;
	struct reason why;

	(void)state;
	img.segments[0] = (struct elf_segment){ .paddr = 16 * MIB,
						.data = { data, 49 * MIB },
						.memsz = 50 * MIB };
	data[48 * MIB - 1] = 1;
	assert_int_equal(elf_image_data_end(&img), 64 * MIB);
	assert_int_equal(guest_layout_plan(&lay, 64 << 10, &img, 600000, 1000, &why), 0);
	assert_int_equal(lay.low_end, 64 * MIB);
	assert_int_equal(lay.tail_end, 66 * MIB);
	assert_int_equal(lay.map[0].size, 64 * MIB);
	/* The rest is below the kernel. */
	assert_true(lay.ramdisk_at >= MIB);
	assert_true(lay.start_info_at > lay.ramdisk_at && lay.start_info_at + 1000 <= img.start);
	/* One byte more. */
	data[48 * MIB] = 1;
	assert_int_equal(guest_layout_plan(&lay, 64 << 10, &img, 600000, 1000, &why), -1);
	assert_reason(why, "the kernel ends at 66 MiB of guest memory, the guest has 64 MiB");
	data[48 * MIB] = 0;
	/* Too long a tail. */
	img.segments[0].memsz += 3 * MIB;
	img.end += 3 * MIB;
	assert_int_equal(guest_layout_plan(&lay, 64 << 10, &img, 600000, 1000, &why), -1);
	/* All zeroes. */
	data[48 * MIB - 1] = 0;
	assert_int_equal(elf_image_data_end(&img), 16 * MIB);
}

static void test_too_small(void **state)
{
	static uint8_t data[4096] = { 1 };
	struct elf_image img = kernel;
	struct guest_layout lay;
	struct reason why;

	(void)state;
	img.segments[0] =
		(struct elf_segment){ .paddr = 66 * MIB, .data = { data, 5 }, .memsz = 5 };
	assert_int_equal(guest_layout_plan(&lay, 66 << 10, &img, 0, 1000, &why), -1);
	assert_reason(why, "the kernel ends at 67 MiB of guest memory, the guest has 66 MiB");
	assert_int_equal(guest_layout_plan(&lay, 80 << 10, &kernel, 20 * MIB, 1000, &why), -1);
	assert_reason(why, "a ramdisk of 20480 KiB does not fit");
	assert_int_equal(guest_layout_plan(&lay, 80 << 10, &kernel, ~0ULL, 1000, &why), -1);
	/* Full above the kernel: then below it. */
	assert_int_equal(
		guest_layout_plan(&lay, 80 << 10, &kernel, 14 * MIB - 3 * 4096, 8192, &why), 0);
	assert_true(lay.ramdisk_at > kernel.end);
	assert_int_equal(guest_layout_plan(&lay, 80 << 10, &kernel, 14 * MIB - 4096, 1000, &why),
			 0);
	assert_true(lay.start_info_at < kernel.start);
	assert_int_equal(guest_layout_plan(&lay, 80 << 10, &kernel, 15 * MIB, 1000, &why), -1);
	assert_int_equal(guest_layout_plan(&lay, 4096 << 10, &kernel, 1024 * MIB, 1000, &why), -1);
}

static void test_start_info(void **state)
{
	const char *cmdline = "console=hvc0 quiet";
	size_t room = start_info_size(cmdline);
	uint8_t *block = malloc(room);
	struct hvm_memmap_table_entry map;
	struct hvm_modlist_entry mod;
	struct hvm_start_info info;
	struct guest_layout lay;
	struct reason why;

	(void)state;
	assert_int_equal(guest_layout_plan(&lay, 256 << 10, &kernel, 5000, room, &why), 0);
	assert_true(start_info_build(block, &lay, cmdline, 0xfc000000) <= room);
	memcpy(&info, block, sizeof(info));
	assert_int_equal(info.magic, XEN_HVM_START_MAGIC_VALUE);
	assert_int_equal(info.version, 1);
	assert_int_equal(info.nr_modules, 1);
	assert_int_equal(info.rsdp_paddr, 0xfc000000);
	assert_string_equal((char *)block + (info.cmdline_paddr - lay.start_info_at), cmdline);
	memcpy(&mod, block + (info.modlist_paddr - lay.start_info_at), sizeof(mod));
	assert_int_equal(mod.paddr, lay.ramdisk_at);
	assert_int_equal(mod.size, 5000);
	assert_int_equal(info.memmap_entries, 3);
	memcpy(&map, block + (info.memmap_paddr - lay.start_info_at) + 24, sizeof(map));
	assert_int_equal(map.addr, GUEST_ACPI_BASE);
	assert_int_equal(map.type, XEN_HVM_MEMMAP_TYPE_ACPI);

	/* Without a ramdisk there is no module. */
	assert_int_equal(guest_layout_plan(&lay, 256 << 10, &kernel, 0, room, &why), 0);
	start_info_build(block, &lay, cmdline, 0);
	memcpy(&info, block, sizeof(info));
	assert_int_equal(info.nr_modules, 0);
	assert_int_equal(info.modlist_paddr, 0);
	free(block);
}

static uint8_t sum(const uint8_t *at, size_t len)
{
	uint8_t s = 0;

	while (len--)
		s += *at++;
	return s;
}

static uint64_t get(const uint8_t *at, size_t len)
{
	uint64_t value = 0;

	memcpy(&value, at, len);
	return value;
}

/* The table at that address, checked. */
static const uint8_t *table(const uint8_t *block, uint64_t at, const char *signature)
{
	const uint8_t *t = block + (at - GUEST_ACPI_BASE);

	assert_memory_equal(t, signature, 4);
	assert_int_equal(sum(t, get(t + 4, 4)), 0);
	return t;
}

static void test_acpi(void **state)
{
	static uint8_t block[GUEST_ACPI_SIZE];
	const uint8_t *xsdt, *fadt, *madt;
	size_t len;

	(void)state;
	len = acpi_tables_build(block, sizeof(block), GUEST_ACPI_BASE, 2, 3, false);
	assert_true(len > 0 && len <= sizeof(block));
	assert_memory_equal(block, "RSD PTR ", 8);
	assert_int_equal(sum(block, 20), 0);
	assert_int_equal(sum(block, 36), 0);
	xsdt = table(block, get(block + 24, 8), "XSDT");
	fadt = table(block, get(xsdt + 36, 8), "FACP");
	madt = table(block, get(xsdt + 44, 8), "APIC");
	assert_int_equal(get(xsdt + 4, 4), 36 + 16);
	table(block, get(fadt + 140, 8), "DSDT");
	assert_true(get(fadt + 112, 4) & 1 << 20);
	assert_int_equal(get(madt + 4, 4), 44 + 3 * 8);
	for (unsigned int i = 0; i < 3; i++) {
		const uint8_t *lapic = madt + 44 + i * 8;

		assert_int_equal(lapic[0], 0);
		assert_int_equal(lapic[1], 8);
		assert_int_equal(lapic[3], 2 * i);
		assert_int_equal(get(lapic + 4, 4), i < 2);
	}
	assert_true(acpi_tables_build(block, sizeof(block), GUEST_ACPI_BASE, 1, ACPI_MAX_VCPUS,
				      false) > 0);
	assert_int_equal(acpi_tables_build(block, sizeof(block), GUEST_ACPI_BASE, 1,
					   ACPI_MAX_VCPUS + 1, false),
			 0);
	assert_int_equal(acpi_tables_build(block, 512, GUEST_ACPI_BASE, 1, 1, false), 0);
}

/* A package's length, and where its content begins (ACPI 6.2, 20.2.4). */
static size_t package(const uint8_t **at)
{
	const uint8_t *p = *at;
	unsigned int more = *p >> 6;
	size_t len = more ? *p & 15 : *p & 63;

	for (unsigned int i = 0; i < more; i++)
		len |= (size_t)p[1 + i] << (4 + 8 * i);
	*at += 1 + more;
	return len - 1 - more;
}

/* Every length in the AML leads exactly to the end of the table. */
static void test_acpi_with_pci(void **state)
{
	static uint8_t block[GUEST_ACPI_SIZE];
	const uint8_t *dsdt, *at, *end;
	size_t len;

	(void)state;
	acpi_tables_build(block, sizeof(block), GUEST_ACPI_BASE, 1, 1, true);
	dsdt = table(
		block,
		get(table(block, get(table(block, get(block + 24, 8), "XSDT") + 36, 8), "FACP") +
			    140,
		    8),
		"DSDT");
	end = dsdt + get(dsdt + 4, 4);
	at = dsdt + 36;
	assert_int_equal(*at++, 0x10);
	len = package(&at);
	assert_ptr_equal(at + len, end);
	assert_memory_equal(at, "\\_SB_\x5b\x82", 7);
	at += 7;
	len = package(&at);
	assert_ptr_equal(at + len, end);
	assert_memory_equal(at, "PCI0\x08_HID\x0c\x41\xd0\x0a\x03\x08_CRS\x11", 20);
	at += 20;
	len = package(&at);
	assert_ptr_equal(at + len, end);
	assert_int_equal(*at++, 0x0a);
	assert_ptr_equal(at + 1 + *at, end);
	at++;
	while (*at != 0x79) /* resource descriptors, large and small */
		at += *at & 0x80 ? 3 + get(at + 1, 2) : 1 + (*at & 7u);
	assert_ptr_equal(at + 2, end);
	assert_int_equal(get(end - 28 + 10, 4), GUEST_PCI_BASE);
	assert_int_equal(get(end - 28 + 14, 4), GUEST_ACPI_BASE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),         cmocka_unit_test(test_large),
		cmocka_unit_test(test_too_small),     cmocka_unit_test(test_start_info),
		cmocka_unit_test(test_tail),          cmocka_unit_test(test_acpi),
		cmocka_unit_test(test_acpi_with_pci),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
