// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages, and the MSI capability of a function (PCI Local Bus 3.0, 6.8.1): the domain's message
 * is kept here, the device holds one of ours while it is enabled. One vector is offered, whatever
 * the device could do. Mask and pending registers are the device's own. Under vpci_lock.
 */
#include "irq.h"
#include "log.h"
#include "vpci_private.h"

/* Offsets in the capability; the control register is the upper half of its first dword. */
#define CONTROL        0x02u /* of MSI-X too */
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

uint16_t vpci_control_read(const struct vpci_function *f, unsigned at)
{
	return (uint16_t)pci_raw_read(f->address, at + CONTROL, 2);
}

void vpci_control_write(const struct vpci_function *f, unsigned at, uint16_t value)
{
	pci_raw_write(f->address, at + CONTROL, 2, value);
}

/* --- messages --------------------------------------------------------------------------------- */

static uint64_t address_of(const struct vpci_message *m)
{
	return (uint64_t)m->word[MESSAGE_UPPER] << 32 | m->word[MESSAGE_ADDRESS];
}

bool vpci_message_bind(const struct vpci_function *f, struct vpci_message *m, uint32_t device[3])
{
	uint64_t address;
	int handle = irq_msi_bind(f->owner, address_of(m), m->word[MESSAGE_DATA], &address,
				  &device[MESSAGE_DATA]);

	if (handle < 0) {
		log_domain(vpci_owner(f), LOG_WARN,
			   "pci " PCI_FORMAT ": no vector for its MSI or MSI-X: error %d",
			   PCI_ARGS(f->address), -handle);
		return false;
	}
	device[MESSAGE_ADDRESS] = (uint32_t)address;
	device[MESSAGE_UPPER] = (uint32_t)(address >> 32);
	m->handle = handle;
	return true;
}

void vpci_message_changed(const struct vpci_message *m)
{
	if (m->handle >= 0)
		irq_msi_update(m->handle, address_of(m), m->word[MESSAGE_DATA]);
}

void vpci_message_unbind(struct vpci_message *m)
{
	if (m->handle >= 0)
		irq_msi_unbind(m->handle);
	m->handle = VPCI_NO_HANDLE;
}

/* --- the capability --------------------------------------------------------------------------- */

void vpci_msi_init(struct vpci_function *f, uint8_t at)
{
	uint16_t control = vpci_control_read(f, at);

	f->msi.at = at;
	f->msi.message.handle = VPCI_NO_HANDLE;
	f->msi.is_64bit = control & MSI_64BIT;
	if (control & MSI_ENABLE) /* the firmware's, to an address that means nothing any more */
		vpci_control_write(f, at, control & ~(MSI_ENABLE | MSI_MULTIPLE));
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
		return msi->message.word[MESSAGE_ADDRESS];
	if (reg == MSI_ADDRESS_HI && msi->is_64bit)
		return msi->message.word[MESSAGE_UPPER];
	raw = pci_raw_read(f->address, offset, 4);
	if (reg == data_offset(msi))
		return (raw & 0xffff0000u) | msi->message.word[MESSAGE_DATA];
	return raw & ~(MSI_MULTIPLE << 16);
}

static void disable(struct vpci_function *f, uint16_t control)
{
	vpci_control_write(f, f->msi.at, control & ~MSI_ENABLE);
	vpci_message_unbind(&f->msi.message);
}

/* The device gets our message before it may send one. */
static bool bind(struct vpci_function *f)
{
	struct vpci_msi *msi = &f->msi;
	uint32_t word[3];

	if (!vpci_message_bind(f, &msi->message, word))
		return false;
	pci_raw_write(f->address, msi->at + MSI_ADDRESS, 4, word[MESSAGE_ADDRESS]);
	if (msi->is_64bit)
		pci_raw_write(f->address, msi->at + MSI_ADDRESS_HI, 4, word[MESSAGE_UPPER]);
	pci_raw_write(f->address, msi->at + data_offset(msi), 2, word[MESSAGE_DATA]);
	return true;
}

static void write_control(struct vpci_function *f, uint16_t value)
{
	uint16_t raw = vpci_control_read(f, f->msi.at);

	value &= ~MSI_MULTIPLE;
	if (!(value & MSI_ENABLE)) {
		disable(f, value);
		return;
	}
	/*
	 * A reset that we did not see has cleared the device's message along with its enable bit.
	 */
	if (!(raw & MSI_ENABLE) && f->msi.message.handle >= 0)
		disable(f, value);
	if (f->msi.message.handle >= 0 || bind(f))
		vpci_control_write(f, f->msi.at, value);
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
		msi->message.word[MESSAGE_ADDRESS] = value & ~3u;
	} else if (reg == data_offset(msi)) {
		if (bytes & 0x3)
			msi->message.word[MESSAGE_DATA] = (uint16_t)value;
		if (bytes & 0xc)
			pci_raw_write(f->address, offset + 2, 2, value >> 16);
	} else {
		msi->message.word[MESSAGE_UPPER] = value;
	}
	vpci_message_changed(&msi->message);
}

void vpci_msi_reset(struct vpci_function *f)
{
	disable(f, vpci_control_read(f, f->msi.at));
	f->msi.message = (struct vpci_message){ .handle = VPCI_NO_HANDLE };
}
