// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether domain 0's kernel bounces all DMA (`swiotlb=force`) is ours to say: only we know whether
 * an IOMMU follows what it maps. Words of its command line, in place.
 */
#include "abi/errno.h"
#include "lib.h"
#include "private.h"

#define OPTION     "swiotlb="
#define OPTION_LEN (sizeof(OPTION) - 1)
#define FORCE      "force"
#define FORCE_LEN  (sizeof(FORCE) - 1)

/* The first word of the option that ends in "force", where Linux wants it; NULL: none. */
static char *find(char *line, size_t *len)
{
	for (char *p = line; *p; p += *len + (p[*len] == ' ')) {
		const char *space = strchr(p, ' ');

		*len = space ? (size_t)(space - p) : strlen(p);
		if (*len >= OPTION_LEN + FORCE_LEN && strncmp(p, OPTION, OPTION_LEN) == 0 &&
		    strncmp(p + *len - FORCE_LEN, FORCE, FORCE_LEN) == 0 &&
		    (p[*len - FORCE_LEN - 1] == '=' || p[*len - FORCE_LEN - 1] == ','))
			return p;
	}
	return NULL;
}

int dom0_swiotlb(char *line, size_t size, bool force)
{
	static const char word[] = " " OPTION FORCE;
	size_t len, kept;
	char *p = find(line, &len);

	if (force == (p != NULL))
		return 0;
	if (force && strlen(line) + sizeof(word) > size)
		return -ENOSPC;
	if (force)
		memcpy(line + strlen(line), word, sizeof(word));
	for (; !force && p; p = find(line, &len)) {
		kept = len == OPTION_LEN + FORCE_LEN ? 0 : len - FORCE_LEN - 1;
		memmove(p + kept, p + len, strlen(p + len) + 1);
	}
	return 1;
}
