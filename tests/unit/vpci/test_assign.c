// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions a guest may have, and what a device is like when it changes hands. */
#include "guests.h"

#include "hvm/vpci_private.h"

#define MASTER PCI_COMMAND_MASTER

static void test_given_and_taken_back(void **state)
{
	dev_set(NIC, PCI_COMMAND, 2, PCI_COMMAND_MEM | MASTER);
	assert_int_equal(vpci_assignable(NIC), 0);
	assert_ptr_equal(dma_of(NIC), &control); /* asking changes nothing */
	assert_int_equal(vpci_assign(&guest, NIC), 0);
	assert_true(guest.hvm.has_pci);
	assert_ptr_equal(dma_of(NIC), &guest);
	assert_int_equal(dev(NIC, PCI_BAR0, 4), BAR_BASE); /* back after it was sized */
	assert_int_equal(vpci_assignable(NIC), -EBUSY);
	assert_int_equal(vpci_assign(&other, NIC), -EBUSY);
	assert_int_equal(vpci_assign(&guest, NIC), -EBUSY);
	assert_int_equal(vpci_deassign(&other, &NIC), -ENODEV);
	assert_ptr_equal(dma_of(NIC), &guest);
	gwr(1, PCI_COMMAND, 2, MASTER);
	assert_true(dev(NIC, PCI_COMMAND, 2) & MASTER);
	assert_int_equal(vpci_deassign(&guest, &NIC), 0);
	assert_ptr_equal(dma_of(NIC), &control);
	assert_false(dev(NIC, PCI_COMMAND, 2) & MASTER);
	assert_int_equal(vpci_assignable(NIC), 0);
	assert_int_equal(vpci_deassign(&guest, &NIC), -ENODEV);
}

static void test_refused(void **state)
{
	const struct pci_address nobody = { 0, 0, 8 };

	assert_int_equal(vpci_assignable(nobody), -ENODEV);
	assert_int_equal(vpci_assignable(BRIDGE), -EPERM);
	assert_int_equal(vpci_assign(&guest, BRIDGE), -EPERM);
	dev_set(HOST, 8, 4, 0x06000000); /* a host bridge has an ordinary header */
	assert_int_equal(vpci_assign(&guest, HOST), -EPERM);
	dev_set(HOST, 8, 4, 0x08060000); /* an IOMMU */
	assert_int_equal(vpci_assign(&guest, HOST), -EPERM);
	find_device(NIC)->vendor_hidden = true;
	assert_int_equal(vpci_assign(&guest, NIC), -ENODEV);
	find_device(NIC)->vendor_hidden = false;
	has_iommu = false;
	assert_int_equal(vpci_assignable(NIC), -EOPNOTSUPP);
	assert_int_equal(vpci_assign(&guest, NIC), -EOPNOTSUPP);
	assert_int_equal(grd(1, 0, 4), ~0u);
}

static void test_groups(void **state)
{
	one_group = true;
	assert_int_equal(vpci_assign(&guest, NIC), -EXDEV);
	assert_int_equal(vpci_assign(&guest, NIC3), -EXDEV);
	assert_int_equal(vpci_assign(&guest, DISK), 0);
}

static void test_iommu_refuses(void **state)
{
	size_t before = allocated;

	iommu_error = -EPERM;
	assert_int_equal(vpci_assign(&guest, NIC), -EPERM);
	assert_ptr_equal(dma_of(NIC), &control);
	assert_int_equal(allocated, before);
	iommu_error = 0;
	assert_int_equal(vpci_assign(&guest, NIC), 0);
}

static void test_messages_of_the_control_domain_end(void **state)
{
	wr(NIC, MSI_CAP + 4, 4, 0xfee01000);
	wr(NIC, MSI_CAP + 2, 2, 1);
	assert_int_equal(nr_bound, 1);
	assert_int_equal(vpci_assign(&guest, NIC), 0);
	assert_int_equal(nr_bound, 0);
	assert_int_equal(dev(NIC, MSI_CAP + 2, 2) & 1, 0);
	assert_int_equal(grd(1, MSI_CAP + 4, 4), 0);
}

/* The guest's driver has messages on when its domain is destroyed. */
static void test_messages_of_the_guest_end(void **state)
{
	vpci_assign(&guest, NIC);
	vpci_assign(&guest, NIC3);
	gwr(1, MSI_CAP + 2, 2, 1);
	gwr(2, MSI_CAP + 2, 2, 1);
	assert_int_equal(nr_bound, 2);
	assert_ptr_equal(bindings[0].owner, &guest);
	gwr(2, MSI_CAP + 2, 2, 0);
	vpci_deassign(&guest, NULL);
	assert_int_equal(nr_bound, 0);
	assert_int_equal(rd(NIC, MSI_CAP + 4, 4), 0);
	wr(NIC, MSI_CAP + 2, 2, 1);
	assert_null(bindings[0].owner); /* the control domain's again */
}

static void test_control_domain_only_looks(void **state)
{
	vpci_assign(&guest, NIC);
	wr(NIC, PCI_COMMAND, 2, MASTER);
	wr(NIC, PCI_BAR0, 4, 0xfd000000);
	wr(NIC, MSI_CAP + 2, 2, 1);
	assert_int_equal(rd(NIC, PCI_COMMAND, 2), PCI_COMMAND_MEM | PCI_COMMAND_INTX_OFF);
	assert_int_equal(rd(NIC, PCI_BAR0, 4), BAR_BASE);
	assert_int_equal(nr_bound, 0);
}

static void test_unplugged_while_a_guest_has_it(void **state)
{
	vpci_assign(&guest, NIC);
	find_device(NIC)->vendor_hidden = true;
	dev_set(NIC, 8, 4, ~0u);
	assert_int_equal(rd(NIC, 0, 2), 0xffff);
	assert_non_null(vpci_find(NIC)); /* the guest's slot still leads to it */
	grd(1, 0, 4);
	vpci_deassign(&guest, &NIC);
	assert_int_equal(rd(NIC, 0, 2), 0xffff);
	assert_null(vpci_find(NIC));
	find_device(NIC)->vendor_hidden = false;
}

static void test_odd_bars_are_not_shown(void **state)
{
	static const uint32_t sizes[] = { 0x100, 0x800, 128u << 20 };

	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		find_device(NIC)->bar_size[0] = sizes[i];
		assert_int_equal(vpci_assign(&guest, NIC), 0);
		gwr(1, PCI_BAR0, 4, ~0u);
		assert_int_equal(grd(1, PCI_BAR0, 4), 0);
		assert_int_equal(grd(1, MSIX_CAP, 1), 0x11);
		/* Its table is nowhere for the guest, so the list ends with MSI. */
		assert_int_equal(grd(1, 0x34, 1), MSI_CAP);
		vpci_deassign(&guest, &NIC);
	}
	find_device(NIC)->bar_size[0] = BAR_SIZE;
	dev_set(NIC, PCI_BAR0, 4, 0x100000); /* RAM */
	assert_int_equal(vpci_assign(&guest, NIC), 0);
	gwr(1, PCI_BAR0, 4, ~0u);
	assert_int_equal(grd(1, PCI_BAR0, 4), 0);
}

static void test_slots(void **state)
{
	static struct vpci_guest busy;

	assert_int_equal(vpci_assign(&guest, NIC), 0);
	assert_int_equal(vpci_assign(&guest, DISK), 0);
	assert_int_equal(grd(2, 0, 2), 0x1b36);
	vpci_deassign(&guest, &NIC);
	assert_int_equal(grd(1, 0, 4), ~0u);
	assert_int_equal(vpci_assign(&guest, NIC3), 0); /* the slot is free again */
	assert_int_equal(grd(1, 0, 4), dev(NIC3, 0, 4));
	for (unsigned i = 2; i < VPCI_SLOTS; i++)
		guest.hvm.pci[i] = &busy;
	assert_int_equal(vpci_assign(&guest, NIC), -ENOSPC);
	for (unsigned i = 2; i < VPCI_SLOTS; i++)
		guest.hvm.pci[i] = NULL;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, guests_setup, guests_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_given_and_taken_back),
		CASE(test_refused),
		CASE(test_groups),
		CASE(test_iommu_refuses),
		CASE(test_messages_of_the_control_domain_end),
		CASE(test_messages_of_the_guest_end),
		CASE(test_control_domain_only_looks),
		CASE(test_unplugged_while_a_guest_has_it),
		CASE(test_odd_bars_are_not_shown),
		CASE(test_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
