// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's reader of dom0 kernels: ELF segments and the PVH note. */
#include "fuzz.h"

#include "elf.h"

static bool is_inside(const struct elf_image *img, uint64_t entry)
{
	for (unsigned i = 0; i < img->nr_segments; i++)
		if (entry >= img->segment[i].paddr &&
		    entry - img->segment[i].paddr < img->segment[i].memsz)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image img;
	const char *why = NULL;

	if (elf_parse(&img, data, size, &why)) {
		MUST(why);
		return 0;
	}
	MUST(img.nr_segments >= 1 && img.nr_segments <= ELF_MAX_SEGMENTS);
	for (unsigned i = 0; i < img.nr_segments; i++) {
		const struct elf_segment *s = &img.segment[i];

		MUST(s->offset <= size && s->filesz <= size - s->offset);
		MUST(s->filesz <= s->memsz);
		MUST(s->paddr + s->memsz > s->paddr);
		MUST(img.low <= s->paddr && s->paddr + s->memsz <= img.high);
	}
	MUST(!img.has_pvh_entry || is_inside(&img, img.pvh_entry));
	return 0;
}
