// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which ports and MSRs exit, a set bit for each, in the maps that the hardware reads (APM vol. 2,
 * 15.10 and 15.11; SDM vol. 3, 25.6.4 and 25.6.9). Guests own no port at all; domain 0 owns all but
 * those of which the hypervisor keeps or watches the device.
 */
#include "abi/errno.h"
#include "boot_info.h"
#include "domain.h"
#include "hvm.h"
#include "lib.h"
#include "mm.h"
#include "processor.h"

static void port_trap(uint8_t *map, unsigned first, unsigned last)
{
	for (unsigned p = first; p <= last; p++)
		map[p / 8] |= (uint8_t)(1u << p % 8);
}

static void port_map_fill(const struct domain *d, uint8_t *map)
{
	if (!d->is_control) {
		memset(map, 0xff, PAGE_SIZE << hvm->io_map_order);
		return;
	}
	port_trap(map, 0x20, 0x21); /* the 8259s: masked for good */
	port_trap(map, 0xa0, 0xa1);
	port_trap(map, 0x40, 0x43); /* the PIT: not domain 0's clock */
	port_trap(map, 0xcf8, 0xcff);
	if (cmdline.console_com1)
		port_trap(map, cmdline.com1_port, cmdline.com1_port + 7u);
}

static void msr_map_fill(uint8_t *map)
{
	/* In the control block, or the guest's while its vCPU is switched in. */
	static const uint32_t own[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_STAR,         MSR_LSTAR,
		MSR_CSTAR,   MSR_SFMASK,  MSR_SYSENTER_CS,    MSR_SYSENTER_ESP, MSR_SYSENTER_EIP,
	};

	memset(map, 0xff, PAGE_SIZE << hvm->msr_map_order);
	for (unsigned i = 0; i < ARRAY_SIZE(own); i++)
		hvm->msr_pass(map, own[i], true);
	hvm->msr_pass(map, MSR_TSC, false);
}

int hvm_maps_create(struct domain *d)
{
	d->hvm.io_bitmap = heap_alloc(hvm->io_map_order);
	d->hvm.msr_bitmap = heap_alloc(hvm->msr_map_order);
	if (!d->hvm.io_bitmap || !d->hvm.msr_bitmap)
		return -ENOMEM;
	port_map_fill(d, d->hvm.io_bitmap);
	msr_map_fill(d->hvm.msr_bitmap);
	return 0;
}

void hvm_maps_destroy(struct domain *d)
{
	heap_free(d->hvm.io_bitmap, hvm->io_map_order);
	heap_free(d->hvm.msr_bitmap, hvm->msr_map_order);
}
