// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/memory_size.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool memory_size_parse(const char *text, uint64_t *kib)
{
	static const char letters[] = "bkmgt";
	unsigned long long n;
	const char *letter;
	unsigned int shift;
	char *end;

	if (!isdigit((unsigned char)*text) || strlen(text) > 16)
		return false;
	n = strtoull(text, &end, 10);
	letter = *end ? strchr(letters, tolower((unsigned char)*end)) : strchr(letters, 'm');
	if (!letter || (*end && end[1]))
		return false;
	if (*letter == 'b') {
		*kib = n >> 10;
		return true;
	}
	shift = (unsigned int)(letter - letters - 1) * 10;
	if (n > 1ULL << (40 - shift))
		return false;
	*kib = n << shift;
	return true;
}
