// SPDX-License-Identifier: GPL-2.0-or-later
/* Permission maps (SDM vol. 3, 25.6.4 and 25.6.9): a set bit makes the access exit. */
#include "abi/errno.h"
#include "lib.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

#define IO_ORDER  1u
#define MSR_WRITE 0x800u /* where the bits for writes begin */

/* The low 8192 MSRs have 1 KiB of bits, those from 0xc0000000 on the next. */
static void msr_pass(uint8_t *map, uint32_t msr, bool write)
{
	uint32_t at = (msr >= 0xc0000000u ? 0x400 : 0) + (msr & 0x1fff) / 8;
	uint8_t keep = (uint8_t) ~(1u << msr % 8);

	map[at] &= keep;
	if (write)
		map[at + MSR_WRITE] &= keep;
}

static void msr_map_fill(uint8_t *map)
{
	/* In the VMCS, or the guest's while its vCPU is switched in. */
	static const uint32_t own[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_STAR,         MSR_LSTAR,
		MSR_CSTAR,   MSR_SFMASK,  MSR_SYSENTER_CS,    MSR_SYSENTER_ESP, MSR_SYSENTER_EIP,
	};

	memset(map, 0xff, PAGE_SIZE);
	for (unsigned i = 0; i < ARRAY_SIZE(own); i++)
		msr_pass(map, own[i], true);
	msr_pass(map, MSR_TSC, false);
}

int vmx_maps_create(struct domain *d)
{
	uint8_t *io = heap_alloc(IO_ORDER), *msr = heap_alloc(0);

	if (!io || !msr) {
		heap_free(io, IO_ORDER);
		heap_free(msr, 0);
		return -ENOMEM;
	}
	d->hvm.io_bitmap = io;
	d->hvm.msr_bitmap = msr;
	msr_map_fill(msr);
	hvm_port_map_fill(d, io, PAGE_SIZE << IO_ORDER);
	return 0;
}

void vmx_maps_destroy(struct domain *d)
{
	heap_free(d->hvm.io_bitmap, IO_ORDER);
	heap_free(d->hvm.msr_bitmap, 0);
}
