// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The standard memory and string functions; the compiler calls the mem* ones by itself. CPUs with
 * fast string moves do them in one instruction; others, and emulated ones above all, are several
 * times faster with plain stores, a cache line at a time.
 */
#include "lib.h"

/*
 * Otherwise the compiler recognises these loops as memset or strlen and has them call themselves.
 */
#pragma GCC optimize("no-tree-loop-distribute-patterns")

bool string_moves_are_fast;

#define LINE 64u
/* Any address will do: x86 does not mind. */
typedef uint64_t word_t __attribute__((aligned(1), may_alias));

/* Cache lines, as long as there are whole ones; returns how many bytes that was. */
static size_t copy_lines(void *dst, const void *src, size_t n)
{
	word_t *d = dst;
	const word_t *s = src;

	for (size_t left = n; left >= LINE; left -= LINE, d += 8, s += 8)
#pragma GCC unroll 8
		for (unsigned i = 0; i < 8; i++)
			d[i] = s[i];
	return n & ~(size_t)(LINE - 1);
}

static size_t set_lines(void *dst, uint64_t pattern, size_t n)
{
	word_t *d = dst;

	for (size_t left = n; left >= LINE; left -= LINE, d += 8)
		d[0] = d[1] = d[2] = d[3] = d[4] = d[5] = d[6] = d[7] = pattern;
	return n & ~(size_t)(LINE - 1);
}

void *memcpy(void *dst, const void *src, size_t n)
{
	size_t done = string_moves_are_fast ? 0 : copy_lines(dst, src, n), rest = n - done;
	void *d = (char *)dst + done;

	src = (const char *)src + done;
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(src), "+c"(rest) : : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	uint8_t *d = (uint8_t *)dst + n;
	const uint8_t *s = (const uint8_t *)src + n;

	/* Upwards is right unless dst lies inside the source. */
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		return memcpy(dst, src, n);
	/* Rare. Not with the direction flag: backward string moves are slow everywhere. */
	while (n--)
		*--d = *--s;
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	uint64_t pattern = (uint8_t)c * 0x0101010101010101UL;
	size_t done = string_moves_are_fast ? 0 : set_lines(dst, pattern, n), rest = n - done;
	void *d = (char *)dst + done;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(rest) : "a"(pattern) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (!*a)
			break;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}
