// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's unpacker of boot modules. */
#include "fuzz.h"

#include "lz4.h"

#define ROOM (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lz4_frame f;
	const char *why = NULL;
	uint8_t *out;

	if (lz4_frame_open(&f, data, size, &why)) {
		MUST(why);
		return 0;
	}
	MUST(lz4_is_frame(data, size));
	MUST(f.content_size > 0);
	if (f.content_size > ROOM)
		return 0;
	/* A checksum that must be right would keep nearly all inputs out. */
	if (size % 2)
		f.block_checksums = f.content_checksum = false;
	out = malloc(f.content_size);
	if (lz4_frame_unpack(&f, out, &why))
		MUST(why);
	free(out);
	return 0;
}
