// SPDX-License-Identifier: GPL-2.0-or-later
/* The toolstack's reader of guest kernels: ELF segments and the PVH note. */
#include "fuzz.h"

#include "builder/elf_image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes file = { data, size };
	struct reason why = { "" };
	struct elf_image img;
	bool inside = false;

	if (elf_image_parse(file, &img, &why) < 0) {
		MUST(why.text[0]);
		return 0;
	}
	MUST(img.nr_segments >= 1 && img.nr_segments <= ELF_IMAGE_MAX_SEGMENTS);
	for (unsigned int i = 0; i < img.nr_segments; i++) {
		const struct elf_segment *s = &img.segments[i];

		MUST(s->data.len <= s->memsz);
		MUST(s->data.data >= data && s->data.data + s->data.len <= data + size);
		MUST(img.start <= s->paddr && s->paddr + s->memsz <= img.end);
		inside |= img.entry >= s->paddr && img.entry - s->paddr < s->memsz;
	}
	MUST(img.end <= 1ULL << 32);
	MUST(inside);
	return 0;
}
