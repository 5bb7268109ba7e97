// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's own page tables, once start-up has left those of boot/entry.S: nothing is both
 * writable and executable, by no address. The image's text runs and is read, its constants are
 * read; everything else, all of the direct map and the image's pages in it too, never runs. Nothing
 * is below the direct map, so a null pointer faults. No entry has the user bit: CPUs that check it
 * (SMEP, SMAP) have nothing to find here.
 */
#include "cpu.h"
#include "lib.h"
#include "private.h"
#include "processor.h"

#define LOW_GIBS (BOOT_MAPPED >> 30)

extern const char _image_start[], _text_end[], _rodata_start[], _data_start[], _image_end[];
extern char boot_stack[];
extern uint64_t boot_pml4[];

static uint64_t root[512] __aligned(4096);
static uint64_t low_pdpt[512] __aligned(4096), low_pd[LOW_GIBS][512] __aligned(4096);
static uint64_t image_pdpt[512] __aligned(4096), image_pd[512] __aligned(4096);
/* The 2 MiB of the image: where it runs, and in the direct map. */
static uint64_t image_pt[512] __aligned(4096), alias_pt[512] __aligned(4096);

void *kernel_pml4(void)
{
	return root;
}

uint64_t *kernel_root_entry(paddr_t pa)
{
	return &root[256 + (pa >> 39)];
}

static uint64_t image_bits(const char *page)
{
	if (page >= _image_start && page < _text_end)
		return MAP_PRESENT;
	if (page >= _rodata_start && page < _data_start)
		return MAP_PRESENT | MAP_NX;
	return MAP_PRESENT | MAP_WRITE | MAP_NX;
}

static void image_map(void)
{
	const char *page = (const char *)(HYPERVISOR_BASE + IMAGE_HOLE_START);

	for (unsigned i = 0; i < 512; i++, page += PAGE_SIZE) {
		uint64_t pa = IMAGE_HOLE_START + ((uint64_t)i << PAGE_SHIFT);

		alias_pt[i] = pa | image_bits(page) | MAP_NX;
		image_pt[i] = page < _image_end ? pa | image_bits(page) : 0;
	}
	page_hide(boot_stack + STACK_GUARD_LOW);
	page_hide(boot_stack + STACK_GUARD_HIGH);
}

/* The image's tables by either of its addresses, else by the direct map's, split if need be. */
bool page_hide(void *va)
{
	paddr_t pa = virt_to_paddr(va);
	unsigned i = (unsigned)(pa >> PAGE_SHIFT) & 511;

	if (pa < IMAGE_HOLE_START || pa >= IMAGE_HOLE_END)
		return direct_map_hide(pa);
	image_pt[i] = 0;
	alias_pt[i] = 0;
	return true;
}

void kernel_map_build(void)
{
	for (unsigned g = 0; g < LOW_GIBS; g++) {
		for (unsigned i = 0; i < 512; i++)
			low_pd[g][i] = ((uint64_t)g << 30 | (uint64_t)i << 21) | MAP_RAM;
		low_pdpt[g] = virt_to_paddr(low_pd[g]) | MAP_TABLE;
	}
	low_pd[0][IMAGE_HOLE_START >> 21] = virt_to_paddr(alias_pt) | MAP_TABLE;
	image_map();
	image_pd[IMAGE_HOLE_START >> 21] = virt_to_paddr(image_pt) | MAP_TABLE;
	image_pdpt[510] = virt_to_paddr(image_pd) | MAP_TABLE;
	root[256] = virt_to_paddr(low_pdpt) | MAP_TABLE;
	root[511] = virt_to_paddr(image_pdpt) | MAP_TABLE;
}

/*
 * Other CPUs start in the tables of boot/entry.S, at physical addresses, and come here at once; the
 * stack that they bring is in the direct map.
 */
void kernel_map_enter(void)
{
	memcpy(&boot_pml4[256], &root[256], 255 * sizeof(root[0]));
	write_cr3(virt_to_paddr(root));
}
