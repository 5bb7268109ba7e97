// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The freestanding C library of the hypervisor: memory, strings, formatting, arithmetic that
 * catches overflow. Knows nothing of hardware. On a host test build libc supplies the standard
 * ones.
 */
#ifndef SOCLE_LIB_H
#define SOCLE_LIB_H

#include <stdarg.h>

#include "types.h"

#ifdef SOCLE_HOST_TEST
#include <stdio.h>
#include <string.h>
#else
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
/* Standard meaning; %d %u %x %c %s %% with the flags - # 0, width, precision, l ll z. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf_like(3, 4);
#endif

/* Set at start-up where the CPU says that its string instructions are the fastest way (ERMS). */
extern bool string_moves_are_fast;

/* Copies at most size-1 bytes and always terminates (size > 0); returns strlen(src). */
size_t str_copy(char *dst, const char *src, size_t size);

/* Each returns true, and leaves *out undefined, when the result does not fit. */
static inline bool add_overflows(uint64_t a, uint64_t b, uint64_t *out)
{
	return __builtin_add_overflow(a, b, out);
}
static inline bool mul_overflows(uint64_t a, uint64_t b, uint64_t *out)
{
	return __builtin_mul_overflow(a, b, out);
}

/* What foreign bytes hold, least significant first, at any address. Inline: LZ4 lives on them. */
static inline uint16_t get_le16(const void *p)
{
	uint16_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}
static inline uint32_t get_le32(const void *p)
{
	uint32_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}
static inline uint64_t get_le64(const void *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

/* The bits of a value of 1 to 8 bytes, and such a value with its sign in all of 64. */
static inline uint64_t bytes_mask(unsigned size)
{
	return ~0UL >> (64 - 8 * size);
}
static inline uint64_t sign_extend(uint64_t value, unsigned size)
{
	unsigned unused = 64 - 8 * size;

	return (uint64_t)((int64_t)(value << unused) >> unused);
}

/* Index of the lowest / highest set bit; x must not be 0. */
static inline unsigned bit_lowest(uint64_t x)
{
	return (unsigned)__builtin_ctzl(x);
}
static inline unsigned bit_highest(uint64_t x)
{
	return 63u - (unsigned)__builtin_clzl(x);
}

/* (a * mul) >> 32 without losing the upper bits: the scaling that pvclock uses. */
static inline uint64_t mul_shift32(uint64_t a, uint32_t mul)
{
	return (uint64_t)(((unsigned __int128)a * mul) >> 32);
}
static inline uint64_t mul_div(uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 p = (unsigned __int128)a * b;
	uint64_t q, r;

	/* The caller guarantees that the quotient fits: DIV would fault otherwise. */
	__asm__("divq %4" : "=a"(q), "=d"(r) : "a"((uint64_t)p), "d"((uint64_t)(p >> 64)), "r"(c));
	return q;
}

#endif
