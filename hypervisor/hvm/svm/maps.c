// SPDX-License-Identifier: GPL-2.0-or-later
/* Permission maps (APM vol. 2, 15.10 and 15.11): a set bit makes the access exit. */
#include "abi/errno.h"
#include "lib.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

#define IOPM_ORDER  2u /* 12 KiB used */
#define MSRPM_ORDER 1u

static void msr_pass(uint8_t *map, uint32_t msr, bool read, bool write)
{
	uint32_t base = msr < 0x2000 ? 0 : msr < 0xc0002000u ? 0x800 : 0x1000;
	uint32_t at = base + (msr & 0x1fff) / 4, shift = (msr & 3) * 2;

	if (read)
		map[at] &= (uint8_t) ~(1u << shift);
	if (write)
		map[at] &= (uint8_t) ~(2u << shift);
}

static void msr_map_fill(uint8_t *map)
{
	/* In the VMCB, or switched by VMLOAD and VMSAVE: the guest's own. */
	static const uint32_t own[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_STAR,         MSR_LSTAR,
		MSR_CSTAR,   MSR_SFMASK,  MSR_SYSENTER_CS,    MSR_SYSENTER_ESP, MSR_SYSENTER_EIP,
	};

	memset(map, 0xff, PAGE_SIZE << MSRPM_ORDER);
	for (unsigned i = 0; i < ARRAY_SIZE(own); i++)
		msr_pass(map, own[i], true, true);
	msr_pass(map, MSR_TSC, true, false);
}

int svm_maps_create(struct domain *d)
{
	uint8_t *io = heap_alloc(IOPM_ORDER), *msr = heap_alloc(MSRPM_ORDER);

	if (!io || !msr) {
		heap_free(io, IOPM_ORDER);
		heap_free(msr, MSRPM_ORDER);
		return -ENOMEM;
	}
	d->hvm.io_bitmap = io;
	d->hvm.msr_bitmap = msr;
	msr_map_fill(msr);
	hvm_port_map_fill(d, io, PAGE_SIZE << IOPM_ORDER);
	return 0;
}

void svm_maps_destroy(struct domain *d)
{
	heap_free(d->hvm.io_bitmap, IOPM_ORDER);
	heap_free(d->hvm.msr_bitmap, MSRPM_ORDER);
}
