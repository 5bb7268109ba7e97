// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text on the hypervisor's console, and the few string functions that a freestanding program needs.
 */
#ifndef GUEST_PRINT_H
#define GUEST_PRINT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* %s %c %d %u %x with l; %% */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void (*print_also)(const char *text, size_t n); /* where else it is to go */
void print_args(const char *format, va_list args);

void *memset(void *to, int byte, size_t n);
void *memcpy(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
bool string_equal(const char *a, const char *b);
bool string_starts(const char *s, const char *prefix);

#endif
