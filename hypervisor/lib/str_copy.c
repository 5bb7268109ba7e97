// SPDX-License-Identifier: GPL-2.0-or-later
/* Bounded string copy, apart from string.c because host test builds use it with libc's strings. */
#include "lib.h"

size_t str_copy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src);
	size_t n = MIN(len, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
	return len;
}
