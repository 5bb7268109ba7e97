// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The header of Linux's x86 boot protocol (Documentation/arch/x86/boot.rst), as far as finding
 * the payload needs it: protocol 2.08 and later say where it is.
 */
#include "builder/bzimage.h"

#include <string.h>

#define BZ_SETUP_SECTS      0x1f1
#define BZ_SIGNATURE        0x202 /* "HdrS" */
#define BZ_VERSION          0x206
#define BZ_PAYLOAD_OFFSET   0x248
#define BZ_PAYLOAD_LENGTH   0x24c
#define BZ_VERSION_PAYLOAD  0x208
#define BZ_MAX_UNPACKED_LEN (1U << 30)

bool bzimage_detect(struct bytes file)
{
	char signature[4];

	return bytes_read(file, BZ_SIGNATURE, signature, sizeof(signature)) &&
	       memcmp(signature, "HdrS", 4) == 0;
}

int bzimage_parse(struct bytes file, struct bzimage *img, struct reason *why)
{
	uint32_t version, offset, length, unpacked;
	uint8_t sectors;
	uint64_t start;

	if (!bzimage_detect(file) || !bytes_u32(file, BZ_VERSION, &version) ||
	    !bytes_u32(file, BZ_PAYLOAD_OFFSET, &offset) ||
	    !bytes_u32(file, BZ_PAYLOAD_LENGTH, &length) ||
	    !bytes_read(file, BZ_SETUP_SECTS, &sectors, 1))
		return reason_set(why, "bzImage: the header is truncated");
	version &= 0xffff;
	if (version < BZ_VERSION_PAYLOAD)
		return reason_set(why, "bzImage: boot protocol %u.%02u, 2.08 or later is needed",
				  version >> 8, version & 0xff);

	/* The payload's offset counts from the protected-mode code, after the setup sectors. */
	start = ((sectors ? sectors : 4) + 1) * 512ULL + offset;
	if (!bytes_part(file, start, length, &img->payload))
		return reason_set(why, "bzImage: truncated (%zu bytes, the payload ends at %llu)",
				  file.len, (unsigned long long)start + length);

	/*
	 * The last four bytes are the unpacked size: gzip's own trailer, or appended to the
	 * others.
	 */
	if (length < 16 || !bytes_u32(img->payload, length - 4, &unpacked))
		return reason_set(why, "bzImage: a payload of %u bytes is no kernel", length);
	img->packing = packing_detect(img->payload);
	if (img->packing == PACKING_NONE)
		return reason_set(why, "bzImage: the payload's compression is unknown");
	if (img->packing != PACKING_GZIP)
		img->payload.len -= 4;
	if (unpacked == 0 || unpacked > BZ_MAX_UNPACKED_LEN)
		return reason_set(why, "bzImage: claims to unpack to %u bytes", unpacked);
	img->unpacked_len = unpacked;
	return 0;
}
