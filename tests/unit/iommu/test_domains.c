// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a device is, with a driver that only notes what it is told: groups, what is refused, and
 * that nothing of a domain's tables is in use when they are freed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "domain.h"
#include "iommu/private.h"
#include "log.h"
#include "mm.h"

struct iommu_unit iommu_units[IOMMU_MAX_UNITS];
unsigned iommu_nr_units;
struct iommu_firmware iommu_firmware;
struct domain *domain0;
static struct domain *guest;
static const struct iommu_domain *owner[0x10000]; /* of devices, as the driver was told */
static unsigned assigns, fail_at, flushes[8], tables, config_reads, warnings;
static uint16_t acs_able, acs_control; /* of 1c.0, behind a capability of no interest */
static uint8_t port_bus;               /* behind 1c.2 */
static int told_rc;
static struct iommu_format format;

static int fake_assign(uint16_t segment, devid_t id, const struct iommu_domain *t)
{
	if (++assigns == fail_at)
		return -ENOMEM;
	owner[id] = t;
	return 0;
}

static void fake_flush(struct iommu_unit *u, uint16_t domain)
{
	flushes[domain]++;
}

static struct iommu_ops ops = {
	.format = &format, .assign = fake_assign, .flush = fake_flush, .max_domains = 4
};
struct iommu_ops *iommu_ops = &ops;

void log_write(enum log_level level, const char *fmt, ...)
{
	warnings++;
}

bool iommu_present(void)
{
	return iommu_nr_units;
}

uint64_t *iommu_table_alloc(const struct iommu_format *f)
{
	tables++;
	return calloc(1, 8);
}

void iommu_table_free(const struct iommu_format *f, uint64_t *root)
{
	for (unsigned i = 0; i < ARRAY_SIZE(owner); i++)
		assert_false(owner[i] && owner[i]->root == root);
	tables--;
	free(root);
}

int iommu_table_set(const struct iommu_format *f, uint64_t *root, uint64_t dfn, mfn_t mfn,
		    unsigned level, unsigned access)
{
	*root = access;
	return 0;
}

int p2m_tell_iommu(struct domain *d)
{
	assert_true(spin_is_locked(&d->p2m.lock));
	return told_rc;
}

/*
 * On bus 0: 1c.0, an Express port to bus 1, and 1c.2, one to port_bus; 1e.0, a bridge to
 * conventional PCI, bus 2. On bus 1: 00.0, an Express bridge to conventional PCI, bus 3.
 */
uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	const struct {
		devid_t id;
		uint8_t secondary, express, header;
	} bridges[] = { { 0xe0, 1, 4, 0x81 },
			{ 0xe2, port_bus, 4, 0x81 },
			{ 0xf0, 2, 0, 1 },
			{ 0x100, 3, 7, 1 } };

	config_reads++;
	for (unsigned i = 0; i < ARRAY_SIZE(bridges); i++) {
		if (devid_of(a) != bridges[i].id)
			continue;
		switch (offset) {
		case 0x0e: return bridges[i].header;
		case 0x19: return bridges[i].secondary;
		case 0x34: return 0x40;
		case 0x40: return 0x5005; /* MSI */
		case 0x50: return bridges[i].express << 20 | (bridges[i].express ? 0x10 : 1);
		case 0x100: return 0x148 << 20 | 1 << 16 | 1;
		case 0x148: return bridges[i].id == 0xe0 && acs_able ? 0x1000d : 0;
		case 0x14c: return acs_able;
		default: return 0x1234;
		}
	}
	return offset == 0x0e ? 0 : 0xffff;
}

void pci_raw_write(struct pci_address a, unsigned offset, unsigned size, uint32_t value)
{
	assert_int_equal(devid_of(a), 0xe0);
	assert_int_equal(offset, 0x14e);
	acs_control = (uint16_t)value;
}

static struct pci_address device(unsigned id)
{
	return (struct pci_address){ .bus = (uint8_t)(id >> 8), .devfn = (uint8_t)id };
}

static int setup(void **state)
{
	memset(&iommu_firmware, 0, sizeof(iommu_firmware));
	iommu_firmware.nr_ranges = 2;
	iommu_firmware.range[0].last = 0x4ff;
	iommu_firmware.range[1] = (struct iommu_range){
		.first = 0x420, .last = 0x427, .alias = 0x420, .is_alias = true
	};
	iommu_nr_units = 1;
	memset(owner, 0, sizeof(owner));
	memset(flushes, 0, sizeof(flushes));
	fail_at = ~0u;
	assigns = warnings = 0;
	acs_able = 0x5f;
	acs_control = 0;
	port_bus = 5;
	told_rc = 0;
	domain0 = calloc(1, sizeof(*domain0));
	domain0->is_control = true;
	guest = calloc(1, sizeof(*guest));
	assert_int_equal(iommu_domain_enable(domain0), 0);
	assert_int_equal(iommu_domain_enable(guest), 0);
	assert_true(domain0->iommu.id && guest->iommu.id != domain0->iommu.id);
	return 0;
}

static int teardown(void **state)
{
	iommu_domain_destroy(guest);
	/* What it had is nobody's; domain 0 takes it again. */
	for (unsigned id = 0; id < 0x500; id++)
		if (assigns && !iommu_assign(device(id), domain0))
			owner[id] = NULL;
	memset(owner, 0, sizeof(owner));
	iommu_domain_destroy(domain0);
	assert_int_equal(tables, 0);
	free(domain0);
	free(guest);
	return 0;
}

static void group_is(unsigned id, unsigned group)
{
	assert_int_equal(devid_of(iommu_group(device(id))), group);
}

static void test_groups(void **state)
{
	group_is(0x10, 0x10);
	group_is(0x108, 0x108); /* behind an Express port: alone */
	group_is(0x208, 0xf0);
	group_is(0x210, 0xf0);
	group_is(0x308, 0x100); /* behind two, of which one joins */
	group_is(0x425, 0x420);
	group_is(0x428, 0x428);
	group_is(0x508, 0x508);
}

/* Each function of a machine is asked for its group, with a lock and without interrupts. */
static void test_bridges_are_looked_for_once(void **state)
{
	group_is(0x508, 0x508);
	config_reads = 0;
	group_is(0x510, 0x510);
	assert_true(config_reads < 32);
	/* The buses are numbered anew: what was found is not believed. */
	port_bus = 4;
	group_is(0x408, 0x408);
	config_reads = 0;
	group_is(0x508, 0x508);
	assert_true(config_reads > 32 && config_reads < 0x500);
}

static void test_there_and_back(void **state)
{
	assert_int_equal(iommu_assign(device(0x10), guest), 0);
	assert_ptr_equal(owner[0x10], &guest->iommu);
	assert_int_equal(flushes[domain0->iommu.id], 1);
	assert_int_equal(iommu_assign(device(0x10), domain0), 0);
	assert_ptr_equal(owner[0x10], &domain0->iommu);
	assert_int_equal(flushes[guest->iommu.id], 1);
	assert_int_equal(iommu_assign(device(0x10), NULL), 0);
	assert_null(owner[0x10]);
}

static void test_behind_a_bridge(void **state)
{
	assert_int_equal(iommu_assign(device(0x208), guest), 0);
	assert_ptr_equal(owner[0x208], &guest->iommu);
	assert_ptr_equal(owner[0xf0], &guest->iommu);
	assert_ptr_equal(owner[0x200], &guest->iommu);
}

/* The port above is told to keep the device to itself; one that cannot is named. */
static void test_ports_are_closed(void **state)
{
	assert_int_equal(iommu_assign(device(0x108), guest), 0);
	assert_int_equal(acs_control, 0x1d);
	assert_int_equal(warnings, 0);
	assert_int_equal(iommu_assign(device(0x108), domain0), 0);
	acs_able = acs_control = 0;
	assert_int_equal(iommu_assign(device(0x108), domain0), 0);
	assert_int_equal(warnings, 0);
	assert_int_equal(iommu_assign(device(0x108), guest), 0);
	assert_int_equal(acs_control, 0);
	assert_int_equal(warnings, 1);
	/* Neither a bridge to conventional PCI nor a root bus has any such thing. */
	assert_int_equal(iommu_assign(device(0x208), guest), 0);
	assert_int_equal(iommu_assign(device(0x10), guest), 0);
	assert_int_equal(warnings, 1);
}

static void test_refused(void **state)
{
	struct domain *bare = calloc(1, sizeof(*bare));

	assert_int_equal(iommu_assign(device(0x500), guest), -ENODEV);
	assert_int_equal(iommu_assign(device(0x10), bare), -EINVAL);
	iommu_firmware.nr_reserved = 1;
	iommu_firmware.reserved[0] = (struct iommu_reserved){ .first = 0xa0, .last = 0xa0 };
	assert_int_equal(iommu_assign(device(0xa0), guest), -EPERM);
	assert_int_equal(iommu_assign(device(0xa0), domain0), 0);
	assert_int_equal(assigns, 1);
	free(bare);
}

/* What a guest's device may not send, nobody of that name could: the IO-APIC would be silent. */
static void test_names_of_the_hosts_interrupts(void **state)
{
	iommu_firmware.range[2] = (struct iommu_range){
		.segment = 1, .first = 0x10, .last = 0x10, .is_special = true
	};
	iommu_firmware.nr_ranges = 3;
	assert_int_equal(iommu_assign(device(0x10), guest), 0);
	assert_int_equal(iommu_assign(device(0x10), domain0), 0);
	iommu_firmware.range[2].segment = 0;
	assert_int_equal(iommu_assign(device(0x10), guest), -EPERM);
	assert_int_equal(iommu_assign(device(0x10), domain0), 0);
	assert_int_equal(iommu_assign(device(0x18), guest), 0);
	/* Nor any other whose DMA carries that name. */
	iommu_firmware.range[2].first = iommu_firmware.range[2].last = 0x420;
	assert_int_equal(iommu_assign(device(0x423), guest), -EPERM);
	iommu_firmware.range[2].first = iommu_firmware.range[2].last = 0x200;
	assert_int_equal(iommu_assign(device(0x208), guest), -EPERM);
	assert_null(owner[0x208]);
}

/* Half of a group is given: then all of it is nobody's. */
static void test_no_memory_in_the_middle(void **state)
{
	fail_at = 2;
	assert_int_equal(iommu_assign(device(0x208), guest), -ENOMEM);
	assert_null(owner[0x208]);
	assert_null(owner[0xf0]);
}

static void test_its_end_takes_its_devices(void **state)
{
	assert_int_equal(iommu_assign(device(0x10), guest), 0);
	assert_int_equal(iommu_assign(device(0x18), guest), 0);
	flushes[guest->iommu.id] = 0;
	iommu_domain_destroy(guest); /* iommu_table_free looks whether it is still in use */
	assert_null(owner[0x10]);
	assert_null(owner[0x18]);
	assert_true(flushes[guest->iommu.id] > 0);
	guest->is_dying = true;
	assert_int_equal(iommu_domain_enable(guest), -EINVAL);
	assert_int_equal(iommu_assign(device(0x10), guest), -EINVAL);
}

static void test_tables_that_cannot_be_made(void **state)
{
	struct domain *more = calloc(2, sizeof(*more));

	told_rc = -ENOMEM;
	assert_int_equal(iommu_domain_enable(more), -ENOMEM);
	assert_null(more->iommu.root);
	assert_int_equal(tables, 2);
	told_rc = 0;
	assert_int_equal(iommu_domain_enable(more), 0);
	assert_int_equal(iommu_domain_enable(more), 0);
	assert_int_equal(tables, 3);
	assert_int_equal(iommu_domain_enable(more + 1), -ENOSPC);
	iommu_domain_destroy(more);
	assert_int_equal(iommu_domain_enable(more + 1), 0);
	iommu_domain_destroy(more + 1);
	iommu_nr_units = 0;
	assert_int_equal(iommu_domain_enable(more), -ENODEV);
	iommu_nr_units = 1;
	free(more);
}

static void access_is(enum p2m_type type, unsigned access)
{
	assert_int_equal(iommu_p2m_set(guest, GFN(1), MFN(2), 0, type), 0);
	assert_int_equal(*guest->iommu.root, access);
}

static void test_what_may_be_done(void **state)
{
	access_is(P2M_RAM_RW, DMA_READ | DMA_WRITE);
	access_is(P2M_RAM_RO, DMA_READ);
	access_is(P2M_GRANT_RW, DMA_READ | DMA_WRITE);
	access_is(P2M_GRANT_RO, DMA_READ);
	access_is(P2M_FOREIGN, DMA_READ | DMA_WRITE);
	access_is(P2M_MMIO_DIRECT, DMA_READ | DMA_WRITE);
	access_is(P2M_MMIO_RO, 0);
	access_is(P2M_INVALID, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_groups),
		TEST(test_bridges_are_looked_for_once),
		TEST(test_there_and_back),
		TEST(test_behind_a_bridge),
		TEST(test_ports_are_closed),
		TEST(test_refused),
		TEST(test_names_of_the_hosts_interrupts),
		TEST(test_no_memory_in_the_middle),
		TEST(test_its_end_takes_its_devices),
		TEST(test_tables_that_cannot_be_made),
		TEST(test_what_may_be_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
