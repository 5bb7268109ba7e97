// SPDX-License-Identifier: GPL-2.0-or-later
/* Microcode files, from the archive to the update: the first byte says whose CPU asks. */
#include "fuzz.h"

#include "microcode.h"

static void choose(bool amd, const uint8_t *data, size_t size)
{
	struct microcode_cpu c = { .amd = amd,
				   .signature = amd ? 0x800f12 : 0x506e3,
				   .platform = 2 };
	struct microcode found;

	if (!microcode_choose(&c, data, size, &found))
		return;
	MUST(found.data >= data && found.size <= size);
	MUST((size_t)(found.data - data) <= size - found.size);
	MUST(found.revision > c.revision);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct microcode file;

	if (!size)
		return 0;
	if (microcode_find(data + 1, size - 1, "microcode", &file)) {
		MUST(file.data > data && file.size < size);
		MUST((size_t)(file.data - data) <= size - file.size);
		choose(data[0] & 1, file.data, file.size);
	}
	choose(data[0] & 1, data + 1, size - 1);
	return 0;
}
