// SPDX-License-Identifier: GPL-2.0-or-later
/* The header of a qcow2 image: whatever it says, an image that passes needs no file but its own. */
#include "fuzz.h"

#include <endian.h>
#include <string.h>

#include "devices/qcow2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reason why = { "" };
	uint64_t disk, backing, features;
	uint32_t version;

	if (size > QCOW2_HEAD)
		return 0;
	/* The file is longer than what is looked at. */
	if (qcow2_check((struct bytes){ data, size }, size * 256, "/a", &disk, &why) < 0) {
		MUST(strncmp(why.text, "/a: ", 4) == 0);
		return 0;
	}
	MUST(disk && disk % 512 == 0 && disk <= 64ULL << 40);
	memcpy(&version, data + 4, 4);
	memcpy(&backing, data + 8, 8);
	MUST(backing == 0);
	if (be32toh(version) == 3) {
		memcpy(&features, data + 72, 8);
		MUST((be64toh(features) & ~0x11ULL) == 0);
	}
	return 0;
}
