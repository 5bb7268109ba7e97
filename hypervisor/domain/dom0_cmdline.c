// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether domain 0's kernel bounces all DMA (`swiotlb=force`) is ours to say: only we know whether
 * an IOMMU follows what it maps. Words of its command line, in place.
 */
#include "abi/errno.h"
#include "lib.h"
#include "private.h"

#define OPTION "swiotlb="

static bool ends_word(char c)
{
	return c == '\0' || c == ' ' || c == '\t';
}

/* The next word of the option from `from` on, behind its name; NULL: no more. */
static char *option_find(char *line, char *from)
{
	for (char *p = from; *p; p++)
		if ((p == line || ends_word(p[-1])) &&
		    strncmp(p, OPTION, sizeof(OPTION) - 1) == 0)
			return p + sizeof(OPTION) - 1;
	return NULL;
}

/* Where "force" stands in a list that commas part; NULL: nowhere. */
static char *force_find(char *value)
{
	for (char *p = value; !ends_word(*p); p++)
		if ((p == value || p[-1] == ',') && strncmp(p, "force", 5) == 0 &&
		    (p[5] == ',' || ends_word(p[5])))
			return p;
	return NULL;
}

static int force_remove(char *line)
{
	int changed = 0;
	char *value = line, *force, *start, *end;

	while ((value = option_find(line, value)) != NULL) {
		while ((force = force_find(value)) != NULL) {
			start = force;
			end = force + 5;
			if (start > value)
				start--; /* with its comma */
			else if (*end == ',')
				end++;
			else
				start = value - (sizeof(OPTION) - 1); /* the whole word */
			memmove(start, end, strlen(end) + 1);
			changed = 1;
			if (start < value) {
				value = start;
				break;
			}
		}
	}
	return changed;
}

static int force_add(char *line, size_t size)
{
	static const char word[] = " " OPTION "force";
	size_t len = strlen(line);

	for (char *value = line; (value = option_find(line, value)) != NULL;)
		if (force_find(value))
			return 0;
	if (len + sizeof(word) > size)
		return -ENOSPC;
	memcpy(line + len, word, sizeof(word));
	return 1;
}

int dom0_swiotlb(char *line, size_t size, bool force)
{
	return force ? force_add(line, size) : force_remove(line);
}
