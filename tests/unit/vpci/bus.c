// SPDX-License-Identifier: GPL-2.0-or-later
/* See bus.h. */
#include "bus.h"

#include <stdlib.h>

#include "hvm/vpci_private.h"
#include "log.h"
#include "mm.h"

const struct pci_address HOST = { 0, 0, 0 }, NIC = { 0, 0, 0x10 }, NIC3 = { 0, 0, 0x13 },
			 BRIDGE = { 0, 0, 0xe0 }, DISK = { 0, 3, 0 };

static struct device devices[8];
static unsigned nr_devices;
uint8_t nic_memory[BAR_SIZE], disk_memory[BAR_SIZE];
struct binding bindings[64];
struct domain control = { .is_control = true };
unsigned nr_bound, trap_changes, trap_nr, scan_reads;
static unsigned raw_reads;
int bind_limit;
mfn_t trap_first;
size_t allocated;

/* --- devices ---------------------------------------------------------------------------------- */

struct device *find_device(struct pci_address a)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (devices[i].present && !memcmp(&devices[i].at, &a, sizeof(a)))
			return &devices[i];
	return NULL;
}

uint32_t dev(struct pci_address a, unsigned offset, unsigned size)
{
	uint32_t value = 0;

	memcpy(&value, &find_device(a)->config[offset], size);
	return value;
}

void dev_set(struct pci_address a, unsigned offset, unsigned size, uint32_t value)
{
	memcpy(&find_device(a)->config[offset], &value, size);
}

static struct device *device_add(struct pci_address a, uint16_t vendor, uint8_t header)
{
	struct device *d = &devices[nr_devices++];

	memset(d, 0, sizeof(*d));
	d->at = a;
	d->present = true;
	dev_set(a, 0, 2, vendor);
	dev_set(a, 2, 2, 0x1000 + nr_devices);
	dev_set(a, 8, 4, 0x02000001);
	dev_set(a, 0x0e, 1, header);
	return d;
}

static void cap_add(struct pci_address a, uint8_t at, uint8_t id, uint16_t control)
{
	dev_set(a, 6, 2, 0x10);
	dev_set(a, at, 1, id);
	dev_set(a, at + 1, 1, dev(a, 0x34, 1));
	dev_set(a, at + 2, 2, control);
	dev_set(a, 0x34, 1, at);
}

static void build_devices(void)
{
	struct device *d;

	nr_devices = 0;
	device_add(HOST, 0x8086, 0);
	d = device_add(NIC, 0x1af4, 0x80);
	cap_add(NIC, 0x40, 0x09, 0x1234);    /* vendor-specific */
	cap_add(NIC, MSI_CAP, 0x05, 0x0184); /* 64 bit, masks, 4 vectors */
	cap_add(NIC, MSIX_CAP, 0x11, TABLE_ENTRIES - 1);
	dev_set(NIC, MSIX_CAP + 4, 4, TABLE_OFFSET | 0);
	dev_set(NIC, MSIX_CAP + 8, 4, PBA_OFFSET | 0);
	dev_set(NIC, 4, 2, 2);
	dev_set(NIC, 0x10, 4, BAR_BASE);
	d->bar_size[0] = BAR_SIZE;
	device_add(NIC3, 0x1af4, 0);
	cap_add(NIC3, MSI_CAP, 0x05, 0x0000); /* 32 bit, one vector */
	device_add(BRIDGE, 0x1b36, 1);
	dev_set(BRIDGE, 0x19, 1, 3);
	device_add((struct pci_address){ 0, 0, 0xe8 }, 0x1b36, 1); /* secondary bus 0: itself */
	d = device_add(DISK, 0x1b36, 0);
	cap_add(DISK, MSIX_CAP, 0x11, 299);
	dev_set(DISK, MSIX_CAP + 4, 4, 0 | 2);
	dev_set(DISK, 4, 2, 2);
	dev_set(DISK, 0x18, 4, 0x00000004);
	dev_set(DISK, 0x1c, 4, 0x00000008); /* at 32 GiB */
	d->bar_size[2] = BAR_SIZE;
	d->bar_64[2] = true;
}

uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	struct device *d = find_device(a);

	assert_true(size == 1 || size == 2 || size == 4);
	assert_int_equal(offset & (size - 1), 0);
	raw_reads++;
	if (!d || (d->vendor_hidden && offset < 4))
		return 0xffffffffu >> (32 - 8 * size);
	return dev(a, offset, size);
}

/* A BAR keeps its size's low bits at 0, which is how it is sized. */
static void bar_write(struct device *d, unsigned n, uint32_t value)
{
	if (n > 0 && d->bar_64[n - 1])
		dev_set(d->at, 0x10 + 4 * n, 4, value);
	else
		dev_set(d->at, 0x10 + 4 * n, 4,
			d->bar_size[n] ? (value & ~(d->bar_size[n] - 1)) | (d->bar_64[n] ? 4 : 0)
				       : 0);
}

static bool is_host_address(uint64_t address)
{
	return address >= HOST_ADDRESS(0) && address < HOST_ADDRESS(ARRAY_SIZE(bindings));
}

/* What must hold whenever a device may send messages: they are the hypervisor's. */
static void check_messages(struct pci_address a)
{
	bool nic = !memcmp(&a, &NIC, sizeof(a)), disk = !memcmp(&a, &DISK, sizeof(a));
	const uint8_t *entry = nic ? nic_memory + TABLE_OFFSET : disk_memory;
	unsigned entries = nic ? TABLE_ENTRIES : 300;

	if ((nic || !memcmp(&a, &NIC3, sizeof(a))) && dev(a, MSI_CAP + 2, 2) & 1)
		assert_true(is_host_address(dev(a, MSI_CAP + 4, 4)));
	if (!(nic || disk) || !(dev(a, MSIX_CAP + 2, 2) & 0x8000))
		return;
	for (unsigned i = 0; i < entries; i++, entry += 16) {
		uint64_t address;

		memcpy(&address, entry, 8);
		if (!(entry[12] & 1))
			assert_true(is_host_address(address));
	}
}

void pci_raw_write(struct pci_address a, unsigned offset, unsigned size, uint32_t value)
{
	struct device *d = find_device(a);

	assert_int_equal(offset & (size - 1), 0);
	if (!d || offset < 4)
		return;
	if (offset >= 0x10 && offset < 0x28 && size == 4)
		bar_write(d, (offset - 0x10) / 4, value);
	else
		dev_set(a, offset, size, value);
	check_messages(a);
}

/* --- memory ----------------------------------------------------------------------------------- */

static uint8_t *memory_at(paddr_t pa, unsigned size)
{
	paddr_t nic = dev(NIC, 0x10, 4) & ~0xfu;
	paddr_t disk = (paddr_t)dev(DISK, 0x1c, 4) << 32 | (dev(DISK, 0x18, 4) & ~0xfu);

	assert_true(size == 1 || size == 2 || size == 4 || size == 8);
	if (pa >= nic && pa + size <= nic + BAR_SIZE && dev(NIC, 4, 2) & 2)
		return &nic_memory[pa - nic];
	if (pa >= disk && pa + size <= disk + BAR_SIZE && dev(DISK, 4, 2) & 2)
		return &disk_memory[pa - disk];
	fail_msg("access to %#lx, where no device is", pa);
	return NULL;
}

uint64_t mmio_raw_read(paddr_t pa, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, memory_at(pa, size), size);
	return value;
}

void mmio_raw_write(paddr_t pa, unsigned size, uint64_t value)
{
	memcpy(memory_at(pa, size), &value, size);
	if (find_device(NIC))
		check_messages(NIC);
	check_messages(DISK);
}

uint64_t mem_rd(paddr_t pa, unsigned size)
{
	uint64_t value = 0x5a5a5a5a5a5a5a5a;

	assert_true(vpci_mmio_read(pa, size, &value));
	return size == 8 ? value : value & ((1UL << 8 * size) - 1);
}

void mem_wr(paddr_t pa, unsigned size, uint64_t value)
{
	assert_true(vpci_mmio_write(pa, size, value));
}

/* --- the rest of the hypervisor --------------------------------------------------------------- */

int irq_msi_bind(struct domain *d, uint64_t guest_address, uint32_t guest_data, uint64_t *address,
		 uint32_t *data)
{
	for (int i = 0; i < bind_limit; i++) {
		if (bindings[i].bound)
			continue;
		bindings[i] = (struct binding){ true, guest_address, guest_data, d };
		nr_bound++;
		*address = HOST_ADDRESS(i);
		*data = HOST_DATA(i);
		return i;
	}
	return -ENOSPC;
}

void irq_msi_update(int handle, uint64_t guest_address, uint32_t guest_data)
{
	assert_true(bindings[handle].bound);
	bindings[handle].guest_address = guest_address;
	bindings[handle].guest_data = guest_data;
}

void irq_msi_unbind(int handle)
{
	assert_true(bindings[handle].bound);
	bindings[handle].bound = false;
	nr_bound--;
}

void vpci_trap_changed(mfn_t first, unsigned nr)
{
	assert_false(spin_is_locked(&vpci_lock));
	trap_changes++;
	trap_first = first;
	trap_nr = nr;
}

void *object_alloc(size_t size)
{
	allocated += size;
	return calloc(1, size);
}

void object_free(void *p, size_t size)
{
	allocated -= size;
	free(p);
}

unsigned unlimited;

void log_write(enum log_level level, const char *fmt, ...)
{
	unlimited += level == LOG_WARN;
}

unsigned warnings;

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
	assert_non_null(d);
	warnings += level == LOG_WARN;
}

/* --- as the control domain -------------------------------------------------------------------- */

static void select_port(struct pci_address a, unsigned offset)
{
	vpci_port_write(&control, 0xcf8, 4,
			0x80000000u | (uint32_t)a.bus << 16 | (uint32_t)a.devfn << 8 |
				(offset & 0xfc));
}

uint32_t rd(struct pci_address a, unsigned offset, unsigned size)
{
	select_port(a, offset);
	return vpci_port_read(&control, 0xcfc + (offset & 3), size);
}

void wr(struct pci_address a, unsigned offset, unsigned size, uint32_t value)
{
	select_port(a, offset);
	vpci_port_write(&control, 0xcfc + (offset & 3), size, value);
}

void device_replug(struct pci_address a)
{
	struct device *d = find_device(a);

	d->present = false;
	rd(a, 0, 4);
	d->present = true;
}

int bus_setup(void **state)
{
	static bool has_ecam;

	build_devices();
	memset(nic_memory, 0xee, sizeof(nic_memory));
	memset(disk_memory, 0xdd, sizeof(disk_memory));
	memset(bindings, 0, sizeof(bindings));
	nr_bound = trap_changes = 0;
	bind_limit = ARRAY_SIZE(bindings);
	if (!has_ecam)
		assert_int_equal(vpci_add_ecam(ECAM_BASE, 0, 0, 15), 0);
	has_ecam = true;
	raw_reads = 0;
	vpci_scan();
	scan_reads = raw_reads;
	trap_changes = 0;
	return 0;
}

/* Unplugs everything, which must give back all that was taken. */
int bus_teardown(void **state)
{
	if (spin_is_locked(&vpci_lock)) /* a check failed inside it */
		vpci_lock = (struct spinlock)SPINLOCK_INIT;
	for (unsigned i = 0; i < nr_devices; i++) {
		devices[i].present = false;
		rd(devices[i].at, 0, 4);
	}
	assert_null(vpci_next(NULL));
	assert_int_equal(nr_bound, 0);
	assert_int_equal(allocated, 0);
	return 0;
}
