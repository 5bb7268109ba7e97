// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers are octal text, or, with the first bit set, big-endian.
 */
#include "transfer/tar.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* POSIX.1-1988's header with the prefix of ustar. */
struct header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12], mtime[12];
	char sum[8];
	char type;
	char linkname[100];
	char magic[6], version[2];
	char uname[32], gname[32];
	char devmajor[8], devminor[8];
	char prefix[155];
	char padding[12];
};
_Static_assert(sizeof(struct header) == TAR_BLOCK, "a header is one block");

/* As if the checksum's own field were spaces. */
static unsigned int header_sum(const struct header *h)
{
	const uint8_t *bytes = (const uint8_t *)h;
	unsigned int sum = sizeof(h->sum) * ' ';

	for (size_t i = 0; i < sizeof(*h); i++)
		if (i < offsetof(struct header, sum) || i >= offsetof(struct header, type))
			sum += bytes[i];
	return sum;
}

static void octal(char *field, size_t len, uint64_t value)
{
	field[len - 1] = '\0';
	for (size_t i = len - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

void tar_header(uint8_t block[TAR_BLOCK], const char *name, uint64_t size)
{
	struct header h = { .type = '0', .magic = "ustar", .version = { '0', '0' } };

	snprintf(h.name, sizeof(h.name), "%s", name);
	octal(h.mode, sizeof(h.mode), 0600);
	octal(h.uid, sizeof(h.uid), 0);
	octal(h.gid, sizeof(h.gid), 0);
	octal(h.size, sizeof(h.size), size);
	octal(h.mtime, sizeof(h.mtime), 0);
	octal(h.sum, sizeof(h.sum) - 1, header_sum(&h));
	h.sum[sizeof(h.sum) - 1] = ' ';
	memcpy(block, &h, sizeof(h));
}

static bool number(const char *field, size_t len, uint64_t *out)
{
	uint64_t value = 0;
	size_t i = 0;

	if (field[0] & 0x80) {
		for (i = 0; i < len; i++) {
			if (value >> 56)
				return false;
			value = value << 8 | (uint8_t)(i ? field[i] : field[i] & 0x7f);
		}
		*out = value;
		return true;
	}
	while (i < len && field[i] == ' ')
		i++;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(field[i] - '0');
	if (i < len && field[i] != '\0' && field[i] != ' ')
		return false;
	*out = value;
	return true;
}

int tar_parse(const uint8_t block[TAR_BLOCK], struct tar_entry *entry, struct reason *why)
{
	struct header h;
	uint64_t sum;

	memcpy(&h, block, sizeof(h));
	if (!h.name[0] && memcmp(block, block + 1, TAR_BLOCK - 1) == 0)
		return 0;
	if (!number(h.sum, sizeof(h.sum), &sum) || sum != header_sum(&h))
		return reason_set(why, "no tar header where one should be, or a damaged one");
	/* No stream is that long, and sums of sizes shall not overflow. */
	if (!number(h.size, sizeof(h.size), &entry->size) || entry->size >> 62)
		return reason_set(why, "a tar header with the size of \"%.99s\" garbled", h.name);
	/* GNU's own format has other things in the prefix's place, and another magic. */
	if (memcmp(h.magic, "ustar", sizeof(h.magic)) != 0)
		h.prefix[0] = '\0';
	snprintf(entry->name, sizeof(entry->name), "%.*s%s%.*s", (int)sizeof(h.prefix), h.prefix,
		 h.prefix[0] ? "/" : "", (int)sizeof(h.name), h.name);
	entry->file = h.type == '0' || h.type == '\0';
	return 1;
}
