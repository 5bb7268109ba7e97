// SPDX-License-Identifier: GPL-2.0-or-later
/* The toolstack's reader of Linux's bzImage, and every decompressor behind it. */
#include "fuzz.h"

#include "builder/bzimage.h"

#define ROOM (256 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes file = { data, size };
	struct reason why = { "" };
	struct bzimage img;
	uint8_t *out;
	size_t room, len = 0;

	if (bzimage_parse(file, &img, &why) < 0) {
		MUST(why.text[0]);
		return 0;
	}
	MUST(img.payload.data >= data && img.payload.data + img.payload.len <= data + size);
	room = img.unpacked_len < ROOM ? img.unpacked_len : ROOM;
	/* Exactly as large as it says, so that a byte too many is seen. */
	out = malloc(room);
	if (unpack(img.packing, img.payload, out, room, &len, &why) < 0)
		MUST(why.text[0]);
	else
		MUST(len <= room);
	free(out);
	return 0;
}
