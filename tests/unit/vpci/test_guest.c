// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI as a guest sees it: configuration space, BARs, messages, and what it must not do to a
 * device. bus.c checks at every write that no device holds a message that is not ours.
 */
#include "guests.h"

#include <stdlib.h>

#include "hvm/vpci_private.h"

#define MEM      PCI_COMMAND_MEM
#define MASTER   PCI_COMMAND_MASTER
#define INTX_OFF PCI_COMMAND_INTX_OFF
#define GPA      0xf8000000u
#define CONTROL  (MSIX_CAP + 2)

static int nic_setup(void **state)
{
	guests_setup(state);
	return vpci_assign(&guest, NIC);
}

static void test_bus(void **state)
{
	assert_int_equal(grd(0, 0, 4) & 0xffff, 0x1b36);
	assert_int_equal(grd(0, 8, 4), 0x06000000);
	assert_int_equal(grd(0, 0x0e, 1), 0);
	gwr(0, PCI_COMMAND, 2, 0xffff);
	gwr(0, PCI_BAR0, 4, ~0u);
	assert_int_equal(grd(0, PCI_BAR0, 4), 0);
	assert_int_equal(grd(2, 0, 4), ~0u);
	assert_int_equal(grd(31, 0, 2), 0xffff);
	gwr(31, 4, 4, 0);
	/* Other functions and buses, whatever is there in the machine. */
	vpci_port_write(&guest, 0xcf8, 4, 0x80000900);
	assert_int_equal(vpci_port_read(&guest, 0xcfc, 4), ~0u);
	vpci_port_write(&guest, 0xcf8, 4, 0x80030000);
	assert_int_equal(vpci_port_read(&guest, 0xcfc, 4), ~0u);
	assert_int_equal(grd(2, 0x10, 4), ~0u);
}

static void test_header(void **state)
{
	dev_set(NIC, 0x2c, 4, 0x11001af4);
	dev_set(NIC, 0x30, 4, 0xfffe0001);
	dev_set(NIC, 0x3c, 4, 0x0000010b);
	assert_int_equal(grd(1, 0, 4), 0x10021af4);
	assert_int_equal(grd(1, 1, 2), 0x021a); /* in the middle of the dword */
	assert_int_equal(grd(1, 8, 4), 0x02000001);
	assert_int_equal(grd(1, 0x2c, 4), 0x11001af4);
	assert_int_equal(grd(1, 0x0e, 1), 0); /* one function, whatever it has beside it */
	assert_int_equal(grd(1, 0x30, 4), 0);
	assert_int_equal(grd(1, 0x3c, 4), 0); /* no interrupt line */
	gwr(1, 0x0c, 4, ~0u);
	gwr(1, 0x30, 4, 0);
	gwr(1, 0x3c, 4, 0);
	gwr(1, 0x40, 4, 0);
	assert_int_equal(dev(NIC, 0x0c, 4), 0x00800000);
	assert_int_equal(dev(NIC, 0x30, 4), 0xfffe0001);
	assert_int_equal(dev(NIC, 0x3c, 4), 0x0000010b);
	assert_int_equal(dev(NIC, 0x40, 1), 9);
}

static void test_command(void **state)
{
	assert_int_equal(grd(1, PCI_COMMAND, 2), 0);
	assert_int_equal(grd(1, PCI_STATUS, 2), PCI_STATUS_CAPS);
	gwr(1, PCI_COMMAND, 2, 0xffff);
	assert_int_equal(grd(1, PCI_COMMAND, 2), MEM | MASTER | INTX_OFF);
	assert_int_equal(dev(NIC, PCI_COMMAND, 2), MEM | MASTER | INTX_OFF);
	gwr(1, PCI_COMMAND + 1, 1, 0); /* the line stays off, and the status is not written */
	gwr(1, PCI_STATUS, 2, 0xffff);
	assert_int_equal(dev(NIC, PCI_COMMAND, 4), 0x100000 | MEM | MASTER | INTX_OFF);
	gwr(1, PCI_COMMAND, 4, 0);
	assert_int_equal(grd(1, PCI_COMMAND, 2), 0);
	assert_int_equal(dev(NIC, PCI_COMMAND, 2), MEM | INTX_OFF);
}

/* MSI-X, MSI and the vendor's; a power management capability between them is passed over. */
static void test_capabilities(void **state)
{
	vpci_deassign(&guest, &NIC);
	dev_set(NIC, 0x60, 2, MSI_CAP << 8 | 1);
	dev_set(NIC, MSIX_CAP + 1, 1, 0x60);
	assert_int_equal(vpci_assign(&guest, NIC), 0);
	assert_int_equal(grd(1, 0x34, 1), MSIX_CAP);
	assert_int_equal(grd(1, MSIX_CAP, 2), MSI_CAP << 8 | 0x11);
	assert_int_equal(grd(1, MSI_CAP, 2), 0x4005);
	assert_int_equal(grd(1, 0x40, 4), 0x12340009);
	assert_int_equal(grd(1, MSI_CAP + 2, 2), 0x0080); /* one vector, no mask bits */
	gwr(1, 0x64, 2, 3);                               /* D3: nobody gets there */
	assert_int_equal(dev(NIC, 0x64, 2), 0);
	dev_set(NIC, MSIX_CAP + 1, 1, MSIX_CAP); /* a list in a circle, told of later */
	vpci_deassign(&guest, &NIC);
	assert_int_equal(vpci_assign(&guest, NIC), 0);
	assert_int_equal(guest.hvm.pci[0]->nr_caps, VPCI_CAPS);
}

static void test_bar(void **state)
{
	uint64_t mfn;

	gwr(1, PCI_BAR0, 4, ~0u);
	assert_int_equal(grd(1, PCI_BAR0, 4), ~(BAR_SIZE - 1));
	gwr(1, PCI_BAR0, 4, GPA | 0xfff);
	assert_int_equal(grd(1, PCI_BAR0, 4), GPA);
	gwr(1, PCI_BAR0 + 4, 4, ~0u);
	assert_int_equal(grd(1, PCI_BAR0 + 4, 4), 0);
	assert_int_equal(p2m_mmio(), 0);
	gwr(1, PCI_COMMAND, 2, MEM);
	assert_int_equal(p2m_mmio(), 3); /* one of four has the table */
	assert_int_equal(p2m_at(GPA >> 12, &mfn), P2M_MMIO_DIRECT);
	assert_int_equal(mfn, BAR_BASE >> 12);
	assert_int_equal(p2m_at((GPA >> 12) + 1, NULL), P2M_INVALID);
	gwr(1, PCI_BAR0 + 2, 2, 0xf900); /* moved while it is decoded */
	assert_int_equal(p2m_at(GPA >> 12, NULL), P2M_INVALID);
	assert_int_equal(p2m_at(0xf9000, NULL), P2M_MMIO_DIRECT);
	assert_int_equal(flushes, 1);
	gwr(1, PCI_COMMAND, 2, 0);
	assert_int_equal(p2m_mmio(), 0);
	assert_int_equal(flushes, 2);
	assert_int_equal(dev(NIC, PCI_BAR0, 4), BAR_BASE);
}

static void test_64_bit_bar(void **state)
{
	vpci_assign(&guest, DISK);
	gwr(2, 0x18, 4, ~0u);
	gwr(2, 0x1c, 4, ~0u);
	assert_int_equal(grd(2, 0x18, 4), ~(BAR_SIZE - 1) | 4);
	assert_int_equal(grd(2, 0x1c, 4), ~0u);
	gwr(2, PCI_COMMAND, 2, MEM); /* beyond what there is */
	assert_int_equal(p2m_mmio(), 0);
	assert_int_equal(warnings, 1);
	gwr(2, 0x18, 4, GPA);
	gwr(2, 0x1c, 4, 2);
	assert_int_equal(p2m_mmio(), 2); /* 300 entries are two frames of four */
	assert_int_equal(warnings, 2);   /* of the write of the lower half, still too high */
	assert_int_equal(p2m_at(0x2f8002, NULL), P2M_MMIO_DIRECT);
	assert_int_equal(grd(2, 0x1c, 4), 2);
}

/* RAM and what else is in the way stays, also when the BAR leaves again. */
static void test_bar_over_ram(void **state)
{
	uint64_t mfn;

	p2m_put_ram(GPA >> 12);
	gwr(1, PCI_BAR0, 4, GPA);
	gwr(1, PCI_COMMAND, 2, MEM);
	assert_int_equal(p2m_at(GPA >> 12, &mfn), P2M_RAM_RW);
	assert_int_equal(p2m_mmio(), 2);
	p2m_put_ram((GPA >> 12) + 2); /* the guest has put RAM over it */
	gwr(1, PCI_COMMAND, 2, 0);
	assert_int_equal(p2m_at(GPA >> 12, NULL), P2M_RAM_RW);
	assert_int_equal(p2m_at((GPA >> 12) + 2, NULL), P2M_RAM_RW);
	assert_int_equal(p2m_mmio(), 0);
}

static void test_msix(void **state)
{
	uint64_t table = GPA + TABLE_OFFSET;

	gwr(1, PCI_BAR0, 4, GPA);
	gwr(1, PCI_COMMAND, 2, MEM | MASTER);
	gwr(1, CONTROL, 2, 0xc000);
	gmem_wr(table, 8, 0xfee01000);
	gmem_wr(table + 8, 4, 0x55);
	gmem_wr(table + 12, 4, 0);
	gwr(1, CONTROL, 2, 0x8000);
	assert_int_equal(dev(NIC, CONTROL, 2) & 0xc000, 0x8000);
	assert_int_equal(nr_bound, 1);
	assert_ptr_equal(bindings[0].owner, &guest);
	assert_true(bindings[0].guest_address == 0xfee01000);
	assert_int_equal(bindings[0].guest_data, 0x55);
	assert_true(gmem_rd(table, 8) == 0xfee01000);
	/* The pending bits, in the same frame, are the device's. */
	nic_memory[PBA_OFFSET] = 0x12;
	assert_int_equal(gmem_rd(GPA + PBA_OFFSET, 4) & 0xff, 0x12);
	gmem_wr(GPA + PBA_OFFSET + 8, 4, 0x77);
	assert_int_equal(nic_memory[PBA_OFFSET + 8], 0x77);
	/* Across entries, and across the table's end: bus.c would see what the device has then. */
	gmem_wr(table + 4, 8, 0xfee0f00000000000);
	gmem_wr(table + 16 * TABLE_ENTRIES - 4, 8, 0);
	assert_true(gmem_rd(table + 4, 8) == ~0UL);
	assert_true(gmem_rd(table, 8) == 0xfee01000);
	assert_true(gmem_rd(table + BAR_SIZE, 4) == ~0UL); /* behind the BAR */
	gwr(1, PCI_COMMAND, 2, 0); /* not decoded: nobody there; the device's messages stay */
	assert_true(gmem_rd(table, 8) == ~0UL);
	gmem_wr(table, 8, 0);
	gwr(1, CONTROL, 2, 0);
	assert_int_equal(nr_bound, 0);
}

/* It can do so without end: each line takes milliseconds, and locks are held. */
static void test_a_guest_cannot_flood_the_log(void **state)
{
	bind_limit = 1;
	gwr(1, PCI_BAR0, 4, GPA);
	gwr(1, PCI_COMMAND, 2, MEM);
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		gmem_wr(GPA + TABLE_OFFSET + 16 * i + 12, 4, 0);
	unlimited = warnings = 0;
	gwr(1, CONTROL, 2, 0x8000);
	assert_int_equal(warnings, TABLE_ENTRIES - 1);
	assert_int_equal(unlimited, 0);
}

static void test_msi(void **state)
{
	gwr(1, MSI_CAP + 4, 4, 0xfee02000);
	gwr(1, MSI_CAP + 12, 2, 0x41);
	gwr(1, MSI_CAP + 2, 2, 0x0031); /* 8 vectors wanted: one */
	assert_int_equal(nr_bound, 1);
	assert_ptr_equal(bindings[0].owner, &guest);
	assert_int_equal(dev(NIC, MSI_CAP + 4, 4), HOST_ADDRESS(0));
	assert_int_equal(grd(1, MSI_CAP + 4, 4), 0xfee02000);
	gwr(1, MSI_CAP + 16, 4, ~0u); /* mask bits, which it does not see */
	assert_int_equal(dev(NIC, MSI_CAP + 16, 4), 0);
}

/* What may be different in the device after a guest wrote anything anywhere. */
static void test_hostile_writes(void **state)
{
	uint8_t before[256], after[256];

	srand(1);
	vpci_assign(&guest, DISK);
	for (unsigned offset = 0; offset < 256; offset++)
		before[offset] = (uint8_t)dev(NIC, offset, 1);
	for (unsigned i = 0; i < 100000; i++) {
		unsigned size = 1u << rand() % 3, offset = (unsigned)rand() % 256;
		uint32_t value = rand() % 2 ? (uint32_t)rand() * 3u : (uint32_t)rand() % 2 - 1;

		gwr(1 + (unsigned)rand() % 3, offset, size, value);
		grd(1 + (unsigned)rand() % 3, offset, size);
		value = (uint32_t)grd(1, PCI_BAR0, 4) + (uint32_t)rand() % BAR_SIZE;
		if (p2m_at(value >> 12, NULL) != P2M_MMIO_DIRECT)
			gmem_wr(value, 1u << rand() % 4, (uint64_t)rand() << 32 | (uint32_t)rand());
		assert_int_equal(dev(NIC, PCI_COMMAND, 2) & ~MASTER, MEM | INTX_OFF);
		assert_true(nr_bound <= 2 + TABLE_ENTRIES + 300);
	}
	for (unsigned offset = 0; offset < 256; offset++)
		after[offset] = (uint8_t)dev(NIC, offset, 1);
	memset(&before[PCI_COMMAND], 0, 2);
	memset(&after[PCI_COMMAND], 0, 2);
	memset(&before[MSI_CAP + 2], 0, 14); /* control, message; bus.c has looked at them */
	memset(&after[MSI_CAP + 2], 0, 14);
	memset(&before[CONTROL], 0, 2);
	memset(&after[CONTROL], 0, 2);
	assert_memory_equal(before, after, 256);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, nic_setup, guests_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_bus),
		CASE(test_header),
		CASE(test_command),
		CASE(test_capabilities),
		CASE(test_bar),
		CASE(test_64_bit_bar),
		CASE(test_bar_over_ram),
		CASE(test_msix),
		CASE(test_msi),
		CASE(test_hostile_writes),
		CASE(test_a_guest_cannot_flood_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
