// SPDX-License-Identifier: GPL-2.0-or-later
/* Each decompressor of the toolstack, without a kernel image around the stream. */
#include "fuzz.h"

#include "builder/unpack.h"

#define ROOM (64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	struct reason why = { "" };
	enum packing packing = packing_detect(in);
	uint8_t *out = malloc(ROOM);
	size_t len = 0;

	MUST(packing_name(packing));
	if (unpack(packing, in, out, ROOM, &len, &why) < 0)
		MUST(why.text[0]);
	else
		MUST(len <= ROOM);
	free(out);
	return 0;
}
