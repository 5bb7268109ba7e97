// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A small firmware in memory: its tables are read, then each is broken in turn; and domain 0's
 * tables are built from it and read back with the same parser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "abi/errno.h"
#include "acpi.h"
#include "lib.h"
#include "log.h"

#define MEMORY      0x100000u /* the first MiB, firmware and all */
#define RSDP        0xf0000u
#define DOM0_TABLES 0x80000u

static uint8_t *memory;
static struct acpi_info info;
static unsigned lines;
static uint32_t used;

void log_write(enum log_level level, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap); /* so that bad arguments show */
	va_end(ap);
	lines++;
}

const void *acpi_map(paddr_t pa, size_t len)
{
	return pa < MEMORY && len <= MEMORY - pa ? memory + pa : NULL;
}

/* --- building --------------------------------------------------------------------------------- */

static void set_sum(uint32_t at, uint32_t len, uint32_t where)
{
	uint8_t sum = 0;

	memory[where] = 0;
	for (uint32_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + memory[at + i]);
	memory[where] = (uint8_t)-sum;
}

static void put32(uint32_t at, uint32_t v)
{
	memcpy(memory + at, &v, 4);
}

static void put64(uint32_t at, uint64_t v)
{
	memcpy(memory + at, &v, 8);
}

static uint32_t table(const char *signature, uint32_t len)
{
	uint32_t at = used;

	memset(memory + at, 0, len);
	memcpy(memory + at, signature, 4);
	put32(at + 4, len);
	memcpy(memory + at + 10, "OEMIDXTABLEIDX", 14);
	used = ROUND_UP(at + len, 16u);
	return at;
}

static void seal(uint32_t at)
{
	uint32_t len;

	memcpy(&len, memory + at + 4, 4);
	set_sum(at, len, at + 9);
}

static void gas(uint32_t at, uint8_t space, uint64_t address)
{
	memory[at] = space;
	memory[at + 1] = 32;
	put64(at + 4, address);
}

static struct {
	uint32_t madt, fadt, mcfg, hpet, spcr, dsdt_like, dmar, root;
} where;

static uint32_t madt_end; /* where the next entry goes */

static void entry(const void *data, uint8_t len)
{
	memcpy(memory + madt_end, data, len);
	memory[madt_end + 1] = len;
	madt_end += len;
	put32(where.madt + 4, madt_end - where.madt);
	used = ROUND_UP(madt_end, 16u);
	seal(where.madt);
}

static void lapic(uint8_t uid, uint8_t id, uint32_t flags)
{
	uint8_t e[8] = { 0, 8, uid, id };

	memcpy(e + 4, &flags, 4);
	entry(e, 8);
}

static void x2apic(uint32_t uid, uint32_t id, uint32_t flags)
{
	uint8_t e[16] = { 9, 16 };

	memcpy(e + 4, &id, 4);
	memcpy(e + 8, &flags, 4);
	memcpy(e + 12, &uid, 4);
	entry(e, 16);
}

static void ioapic(uint8_t id, uint32_t address, uint32_t base)
{
	uint8_t e[12] = { 1, 12, id };

	memcpy(e + 4, &address, 4);
	memcpy(e + 8, &base, 4);
	entry(e, 12);
}

static void override(uint8_t irq, uint32_t gsi, uint16_t flags)
{
	uint8_t e[10] = { 2, 10, 0, irq };

	memcpy(e + 4, &gsi, 4);
	memcpy(e + 8, &flags, 2);
	entry(e, 10);
}

static void build_fadt(void)
{
	where.fadt = table("FACP", 244);
	memory[where.fadt + 46] = 9;
	put32(where.fadt + 64, 0x604);
	put32(where.fadt + 76, 0x608);
	put32(where.fadt + 112, 1u << 8 | 1u << 10);
	gas(where.fadt + 116, 1, 0xcf9);
	memory[where.fadt + 128] = 0x0f;
	seal(where.fadt);
}

static void build_small_tables(void)
{
	where.mcfg = table("MCFG", 44 + 32);
	put64(where.mcfg + 44, 0xb0000000);
	memory[where.mcfg + 44 + 11] = 0xff;
	put64(where.mcfg + 60, 0xc0000000);
	memory[where.mcfg + 60 + 8] = 1;
	memory[where.mcfg + 60 + 10] = 5;
	memory[where.mcfg + 60 + 11] = 4; /* backwards */
	seal(where.mcfg);
	where.hpet = table("HPET", 56);
	gas(where.hpet + 40, 0, 0xfed00000);
	seal(where.hpet);
	where.spcr = table("SPCR", 80);
	seal(where.spcr);
	where.dsdt_like = table("SSDT", 100);
	seal(where.dsdt_like);
	where.dmar = table("DMAR", 48);
	seal(where.dmar);
}

static void build_root(bool xsdt)
{
	const uint32_t all[] = { where.fadt, where.madt, where.mcfg,     where.hpet,
				 where.spcr, where.dmar, where.dsdt_like };
	unsigned size = xsdt ? 8 : 4;

	where.root = table(xsdt ? "XSDT" : "RSDT", 36 + (uint32_t)ARRAY_SIZE(all) * size);
	for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
		put32(where.root + 36 + i * size, all[i]);
	seal(where.root);
	memset(memory + RSDP, 0, 36);
	memcpy(memory + RSDP, "RSD PTR ", 8);
	memory[RSDP + 15] = xsdt ? 2 : 0;
	put32(RSDP + 16, xsdt ? 0 : where.root);
	put32(RSDP + 20, 36);
	put64(RSDP + 24, xsdt ? where.root : 0);
	set_sum(RSDP, 20, RSDP + 8);
	set_sum(RSDP, 36, RSDP + 32);
}

static void build(bool xsdt)
{
	memset(memory, 0, MEMORY);
	used = 0x10000;
	where.madt = table("APIC", 44);
	used = 0x12000; /* room for its entries */
	build_fadt();
	build_small_tables();
	build_root(xsdt);
	madt_end = where.madt + 44;
	put32(where.madt + 36, 0xfee00000);
	put32(where.madt + 40, 1);
	seal(where.madt);
	lapic(0, 0, 1);
	lapic(1, 1, 1);
	lapic(2, 2, 0);
	ioapic(4, 0xfec00000, 0);
	override(0, 2, 0);
	override(9, 9, 0);
	override(5, 5, 0xd);
	lines = 0;
}

static int begin(void **state)
{
	memory = malloc(MEMORY);
	build(true);
	return 0;
}

static int end(void **state)
{
	free(memory);
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void check_good(void)
{
	assert_int_equal(info.nr_cpus, 3);
	assert_true(info.cpu[0].enabled && info.cpu[1].enabled && !info.cpu[2].enabled);
	assert_int_equal(info.cpu[1].apic_id, 1);
	assert_int_equal(info.nr_ioapics, 1);
	assert_int_equal(info.ioapic[0].id, 4);
	assert_int_equal(info.ioapic[0].address, 0xfec00000);
	assert_int_equal(info.nr_overrides, 3);
	assert_int_equal(info.override[0].gsi, 2);
	assert_true(!info.override[0].level && !info.override[0].active_low);
	/*
	 * The SCI "as the bus has it" is level and low; on ISA the same flags mean edge and high.
	 */
	assert_true(info.override[1].level && info.override[1].active_low);
	assert_true(info.override[2].level && !info.override[2].active_low);
	assert_true(info.has_fadt && info.has_reset);
	assert_int_equal(info.sci_irq, 9);
	assert_int_equal(info.pm1a_cnt, 0x604);
	assert_int_equal(info.pm1b_cnt, 0);
	assert_int_equal(info.pm_timer, 0x608);
	assert_true(info.reset_reg.address == 0xcf9 && info.reset_value == 0x0f);
	assert_int_equal(info.nr_ecam, 1);
	assert_true(info.ecam[0].base == 0xb0000000 && info.ecam[0].last_bus == 0xff);
	assert_ptr_equal(info.dmar, memory + where.dmar);
	assert_null(info.ivrs);
}

static void test_xsdt(void **state)
{
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	check_good();
	assert_int_equal(lines, 1); /* the window that runs backwards */
}

static void test_rsdt_of_acpi_1(void **state)
{
	build(false);
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	check_good();
}

static void test_makers_name(void **state)
{
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_false(info.is_bochs);
	memcpy(memory + RSDP + 9, "BOCHS ", 6);
	set_sum(RSDP, 20, RSDP + 8);
	set_sum(RSDP, 36, RSDP + 32);
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_true(info.is_bochs);
}

static void test_rsdp_search(void **state)
{
	assert_int_equal(acpi_parse(&info, 0), 0);
	assert_true(info.rsdp == RSDP);
	/* In the extended BIOS data area it comes first. */
	memory[0x40e] = 0xc0;
	memory[0x40f] = 0x9f;
	memcpy(memory + 0x9fc10, memory + RSDP, 36);
	assert_int_equal(acpi_parse(&info, 0), 0);
	assert_true(info.rsdp == 0x9fc10);
	/* One with a wrong sum is passed over. */
	memory[0x9fc10 + 9] ^= 1;
	assert_int_equal(acpi_parse(&info, 0), 0);
	assert_true(info.rsdp == RSDP);
	memory[RSDP + 9] ^= 1;
	assert_int_equal(acpi_parse(&info, 0), -ENOENT);
	assert_int_equal(acpi_parse(&info, RSDP), -EINVAL);
}

static void test_bad_xsdt_falls_back(void **state)
{
	uint32_t xsdt = where.root;

	build_root(false);
	memory[RSDP + 15] = 2;
	put64(RSDP + 24, xsdt);
	memory[xsdt + 20] ^= 1; /* its sum is wrong now */
	set_sum(RSDP, 20, RSDP + 8);
	set_sum(RSDP, 36, RSDP + 32);
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	check_good();
}

static void test_extended_fields(void **state)
{
	gas(where.fadt + 172, 1, 0x1804);
	gas(where.fadt + 184, 1, 0x1904);
	gas(where.fadt + 208, 0, 0xfed80000); /* in memory: the old field counts */
	put32(where.fadt + 112, 0);
	seal(where.fadt);
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_int_equal(info.pm1a_cnt, 0x1804);
	assert_int_equal(info.pm1b_cnt, 0x1904);
	assert_int_equal(info.pm_timer, 0x608);
	assert_false(info.has_reset);
}

static void test_fadt_of_acpi_1(void **state)
{
	put32(where.fadt + 4, 116);
	gas(where.fadt + 172, 1, 0x9999); /* behind its end */
	seal(where.fadt);
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_int_equal(info.pm1a_cnt, 0x604);
	assert_false(info.has_reset);
}

static void test_without_fadt(void **state)
{
	memory[where.fadt] = 'X';
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_false(info.has_fadt);
	assert_false(info.override[1].level); /* irq 9 is like any other then */
}

static void test_x2apic(void **state)
{
	x2apic(7, 0x1234, 1);
	x2apic(1, 1, 1);          /* known already */
	x2apic(2, 2, 1);          /* known, but it said that it is disabled */
	x2apic(9, 0xffffffff, 1); /* nobody */
	lapic(9, 0xff, 1);        /* nobody */
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_int_equal(info.nr_cpus, 4);
	assert_int_equal(info.cpu[3].apic_id, 0x1234);
	assert_int_equal(info.cpu[3].acpi_uid, 7);
	assert_true(info.cpu[2].enabled);
}

static void test_too_many(void **state)
{
	for (unsigned i = 0; i < 300; i++)
		x2apic(i, 1000 + i, 1);
	for (unsigned i = 0; i < 40; i++) {
		ioapic((uint8_t)i, 0xfec00000 + i * 0x1000, 24 * i);
		override((uint8_t)i, i, 0);
	}
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_int_equal(info.nr_cpus, ACPI_MAX_CPUS);
	assert_int_equal(info.nr_ioapics, ACPI_MAX_IOAPICS);
	assert_int_equal(info.nr_overrides, ACPI_MAX_OVERRIDES);
}

/* Entries of impossible lengths end the table; too short ones are not looked at. */
static void test_bad_madt_entries(void **state)
{
	static const uint8_t lengths[] = { 0, 1, 200 };

	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		build(true);
		memory[where.madt + 44 + 1] = lengths[i];
		seal(where.madt);
		assert_int_equal(acpi_parse(&info, RSDP), -EINVAL);
		assert_int_equal(info.nr_cpus, 0);
	}
	build(true);
	entry((uint8_t[4]){ 1, 4, 7, 0 }, 4);
	entry((uint8_t[2]){ 0, 2 }, 2);
	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_int_equal(info.nr_ioapics, 1);
}

static void test_bad_tables(void **state)
{
	memory[where.madt + 50] ^= 1; /* sum */
	assert_int_equal(acpi_parse(&info, RSDP), -ENOENT);
	assert_true(info.has_fadt); /* what was found stays */
	build(true);
	put32(where.madt + 4, 0xffffffff);
	assert_int_equal(acpi_parse(&info, RSDP), -ENOENT);
	build(true);
	put32(where.madt + 4, 20);
	assert_int_equal(acpi_parse(&info, RSDP), -ENOENT);
	build(true);
	put64(where.root + 36, 0xfffffffffffffff0UL); /* the FADT, far away */
	put64(where.root + 44, MEMORY - 10);          /* the MADT, over the end */
	seal(where.root);
	assert_int_equal(acpi_parse(&info, RSDP), -ENOENT);
	build(true);
	put32(where.root + 4, 36); /* an empty root */
	seal(where.root);
	assert_int_equal(acpi_parse(&info, RSDP), -ENOENT);
	build(true);
	put64(RSDP + 24, MEMORY + 5);
	set_sum(RSDP, 36, RSDP + 32);
	assert_int_equal(acpi_parse(&info, RSDP), -EINVAL);
	build(true);
	put32(RSDP + 20, 0x7fffffff); /* the RSDP's own length */
	assert_int_equal(acpi_parse(&info, RSDP), -EINVAL);
}

/*
 * Any byte of it wrong: no crash, whatever is concluded. The sums are mended, so that it is really
 * read.
 */
static void test_every_byte_wrong(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0xff };
	const uint32_t tables[] = { where.madt, where.fadt, where.mcfg, where.hpet, where.root };

	for (unsigned t = 0; t < ARRAY_SIZE(tables); t++)
		for (uint32_t i = 0; i < 120; i++)
			for (unsigned v = 0; v < ARRAY_SIZE(values); v++) {
				uint32_t len;

				build(true);
				memory[tables[t] + i] = values[v];
				memcpy(&len, memory + tables[t] + 4, 4);
				if (len < 4096)
					seal(tables[t]);
				acpi_parse(&info, RSDP);
			}
}

/* --- domain 0's tables ------------------------------------------------------------------------ */

static bool root_has(uint64_t xsdt, uint64_t pa)
{
	uint32_t len;
	uint64_t e;

	memcpy(&len, memory + xsdt + 4, 4);
	for (uint32_t at = 36; at < len; at += 8) {
		memcpy(&e, memory + xsdt + at, 8);
		if (e == pa)
			return true;
	}
	return false;
}

static void test_dom0_tables(void **state)
{
	struct acpi_info dom0;
	uint64_t xsdt;
	long n;

	assert_int_equal(acpi_parse(&info, RSDP), 0);
	n = acpi_build_dom0(&info, 4, memory + DOM0_TABLES, 4096, DOM0_TABLES);
	assert_true(n > 100 && n <= 4096);
	lines = 0;
	assert_int_equal(acpi_parse(&dom0, DOM0_TABLES), 0);
	assert_int_equal(lines, 1);
	assert_int_equal(dom0.nr_cpus, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(dom0.cpu[i].apic_id, 2 * i);
		assert_int_equal(dom0.cpu[i].acpi_uid, i);
		assert_true(dom0.cpu[i].enabled);
	}
	assert_memory_equal(dom0.ioapic, info.ioapic, sizeof(info.ioapic));
	assert_int_equal(dom0.nr_overrides, info.nr_overrides);
	for (unsigned i = 0; i < info.nr_overrides; i++) {
		assert_int_equal(dom0.override[i].irq, info.override[i].irq);
		assert_int_equal(dom0.override[i].gsi, info.override[i].gsi);
		assert_int_equal(dom0.override[i].level, info.override[i].level);
		assert_int_equal(dom0.override[i].active_low, info.override[i].active_low);
	}
	assert_true(dom0.has_fadt && dom0.pm_timer == info.pm_timer);
	assert_int_equal(dom0.nr_ecam, 1);
	assert_null(dom0.dmar);
	memcpy(&xsdt, memory + DOM0_TABLES + 24, 8);
	assert_true(root_has(xsdt, where.fadt) && root_has(xsdt, where.dsdt_like));
	assert_false(root_has(xsdt, where.madt) || root_has(xsdt, where.dmar) ||
		     root_has(xsdt, where.hpet));
	/* The MADT says where the local APICs are, and that there are no 8259s. */
	for (long i = 0; i < n; i++)
		if (memcmp(memory + DOM0_TABLES + i, "APIC", 4) == 0) {
			assert_memory_equal(memory + DOM0_TABLES + i + 36, "\0\0\xe0\xfe", 4);
			assert_int_equal(memory[DOM0_TABLES + i + 40], 0);
		}
}

static void test_dom0_limits(void **state)
{
	long n;

	assert_int_equal(acpi_parse(&info, RSDP), 0);
	assert_int_equal(acpi_build_dom0(&info, 0, memory + DOM0_TABLES, 4096, DOM0_TABLES),
			 -EINVAL);
	assert_int_equal(acpi_build_dom0(&info, 129, memory + DOM0_TABLES, 8192, DOM0_TABLES),
			 -EINVAL);
	n = acpi_build_dom0(&info, 128, memory + DOM0_TABLES, 8192, DOM0_TABLES);
	assert_true(n > 128 * 8);
	for (long size = 0; size < n; size++) {
		uint8_t *exact = malloc((size_t)size + 1);

		assert_int_equal(acpi_build_dom0(&info, 128, exact, (size_t)size, 0), -ENOSPC);
		free(exact);
	}
	assert_int_equal(acpi_build_dom0(&info, 128, memory + DOM0_TABLES, (size_t)n, DOM0_TABLES),
			 n);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_xsdt),
		TEST(test_rsdt_of_acpi_1),
		TEST(test_makers_name),
		TEST(test_rsdp_search),
		TEST(test_bad_xsdt_falls_back),
		TEST(test_extended_fields),
		TEST(test_fadt_of_acpi_1),
		TEST(test_without_fadt),
		TEST(test_x2apic),
		TEST(test_too_many),
		TEST(test_bad_madt_entries),
		TEST(test_bad_tables),
		TEST(test_every_byte_wrong),
		TEST(test_dom0_tables),
		TEST(test_dom0_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
