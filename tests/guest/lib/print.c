// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print: formats into one buffer and hands it to console_io, so that a line reaches the log in
 * one piece.
 */
#include "print.h"

#include <stdint.h>

#include "hypercall.h"

void (*print_also)(const char *text, size_t n);

struct buffer {
	char text[512];
	unsigned used;
};

static void put(struct buffer *b, char c)
{
	if (b->used < sizeof(b->text))
		b->text[b->used++] = c;
}

static void put_number(struct buffer *b, uint64_t value, unsigned base)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		put(b, digits[--n]);
}

static void put_item(struct buffer *b, char what, bool wide, va_list *args)
{
	const char *s;
	int64_t value;

	switch (what) {
	case 's':
		for (s = va_arg(*args, const char *); *s; s++)
			put(b, *s);
		break;
	case 'c': put(b, va_arg(*args, int)); break;
	case 'd':
		value = wide ? va_arg(*args, long) : va_arg(*args, int);
		if (value < 0)
			put(b, '-');
		put_number(b, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
		break;
	case 'u':
	case 'x':
		put_number(b, wide ? va_arg(*args, unsigned long) : va_arg(*args, unsigned),
			   what == 'u' ? 10 : 16);
		break;
	default: put(b, what);
	}
}

void print_args(const char *format, va_list args)
{
	struct buffer b = { .used = 0 };
	va_list rest;

	va_copy(rest, args);
	for (; *format; format++) {
		bool wide = false;

		if (*format != '%') {
			put(&b, *format);
			continue;
		}
		if (*++format == 'l') {
			wide = true;
			format++;
		}
		put_item(&b, *format, wide, &rest);
	}
	va_end(rest);
	hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, b.used, (uint64_t)b.text);
	if (print_also)
		print_also(b.text, b.used);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_args(format, args);
	va_end(args);
}

void *memset(void *to, int byte, size_t n)
{
	void *at = to;

	asm volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(byte) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
	void *at = to;

	asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(n)::"memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

bool string_equal(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && !memcmp(a, b, n);
}

bool string_starts(const char *s, const char *prefix)
{
	return strlen(s) >= strlen(prefix) && !memcmp(s, prefix, strlen(prefix));
}
