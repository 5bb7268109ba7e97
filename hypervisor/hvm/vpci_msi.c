// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MSI capability of a function (PCI Local Bus 3.0, 6.8.1): the control domain's message is
 * kept here, the device holds one of ours while it is enabled. One vector is offered, whatever the
 * device could do. Mask and pending registers are the device's own. Under vpci_lock.
 */
#include "irq.h"
#include "log.h"
#include "vpci_private.h"

/* Offsets in the capability; the control register is the upper half of its first dword. */
#define MSI_CONTROL    0x02u
#define MSI_ADDRESS    0x04u
#define MSI_ADDRESS_HI 0x08u /* 64-bit capabilities only */
#define MSI_DATA_32    0x08u
#define MSI_DATA_64    0x0cu

#define MSI_ENABLE     0x0001u
#define MSI_MULTIPLE   0x007eu /* capable (3 bits), enabled (3 bits) */
#define MSI_64BIT      0x0080u

static unsigned data_offset(const struct vpci_msi *msi)
{
	return msi->is_64bit ? MSI_DATA_64 : MSI_DATA_32;
}

static uint16_t control_read(const struct vpci_function *f)
{
	return (uint16_t)pci_raw_read(f->address, f->msi.at + MSI_CONTROL, 2);
}

static void control_write(const struct vpci_function *f, uint16_t value)
{
	pci_raw_write(f->address, f->msi.at + MSI_CONTROL, 2, value);
}

void vpci_msi_init(struct vpci_function *f, uint8_t at)
{
	uint16_t control;

	f->msi.at = at;
	f->msi.handle = VPCI_NO_HANDLE;
	control = control_read(f);
	f->msi.is_64bit = control & MSI_64BIT;
	if (control & MSI_ENABLE) /* the firmware's, to an address that means nothing any more */
		control_write(f, control & ~(MSI_ENABLE | MSI_MULTIPLE));
}

bool vpci_msi_covers(const struct vpci_function *f, unsigned offset)
{
	return f->msi.at && offset >= f->msi.at && offset - f->msi.at <= data_offset(&f->msi);
}

uint32_t vpci_msi_read(const struct vpci_function *f, unsigned offset)
{
	const struct vpci_msi *msi = &f->msi;
	unsigned reg = offset - msi->at;
	uint32_t raw;

	if (reg == MSI_ADDRESS)
		return (uint32_t)msi->address;
	if (reg == MSI_ADDRESS_HI && msi->is_64bit)
		return (uint32_t)(msi->address >> 32);
	raw = pci_raw_read(f->address, offset, 4);
	if (reg == data_offset(msi))
		return (raw & 0xffff0000u) | msi->data;
	return raw & ~(MSI_MULTIPLE << 16);
}

static void disable(struct vpci_function *f, uint16_t control)
{
	control_write(f, control & ~MSI_ENABLE);
	if (f->msi.handle >= 0)
		irq_msi_unbind(f->msi.handle);
	f->msi.handle = VPCI_NO_HANDLE;
}

/* The device gets our message before it may send one. */
static bool bind(struct vpci_function *f)
{
	struct vpci_msi *msi = &f->msi;
	uint64_t address;
	uint32_t data;

	msi->handle = irq_msi_bind(f->owner, msi->address, msi->data, &address, &data);
	if (msi->handle < 0) {
		log_warn("pci %04x:%02x:%02x.%u: no vector for its MSI: error %d",
			 f->address.segment, f->address.bus, f->address.devfn >> 3,
			 f->address.devfn & 7, -msi->handle);
		msi->handle = VPCI_NO_HANDLE;
		return false;
	}
	pci_raw_write(f->address, msi->at + MSI_ADDRESS, 4, (uint32_t)address);
	if (msi->is_64bit)
		pci_raw_write(f->address, msi->at + MSI_ADDRESS_HI, 4, (uint32_t)(address >> 32));
	pci_raw_write(f->address, msi->at + data_offset(msi), 2, data);
	return true;
}

static void write_control(struct vpci_function *f, uint16_t value)
{
	uint16_t raw = control_read(f);

	value &= ~MSI_MULTIPLE;
	if (!(value & MSI_ENABLE)) {
		disable(f, value);
		return;
	}
	/*
	 * A reset that we did not see has cleared the device's message along with its enable bit.
	 */
	if (!(raw & MSI_ENABLE) && f->msi.handle >= 0)
		disable(f, value);
	if (f->msi.handle >= 0 || bind(f))
		control_write(f, value);
}

void vpci_msi_write(struct vpci_function *f, unsigned offset, uint32_t value, unsigned bytes)
{
	struct vpci_msi *msi = &f->msi;
	unsigned reg = offset - msi->at;

	if (reg == 0) {
		if (bytes & 0xc)
			write_control(f, (uint16_t)(value >> 16));
		return;
	}
	if (reg == MSI_ADDRESS) {
		msi->address = (msi->address & ~0xffffffffUL) | (value & ~3u);
	} else if (reg == data_offset(msi)) {
		if (bytes & 0x3)
			msi->data = (uint16_t)value;
		if (bytes & 0xc)
			pci_raw_write(f->address, offset + 2, 2, value >> 16);
	} else {
		msi->address = (uint64_t)value << 32 | (uint32_t)msi->address;
	}
	if (msi->handle >= 0)
		irq_msi_update(msi->handle, msi->address, msi->data);
}

void vpci_msi_reset(struct vpci_function *f)
{
	disable(f, control_read(f));
	f->msi.address = 0;
	f->msi.data = 0;
}

void vpci_msi_release(struct vpci_function *f)
{
	if (f->msi.at && f->msi.handle >= 0)
		irq_msi_unbind(f->msi.handle);
}
