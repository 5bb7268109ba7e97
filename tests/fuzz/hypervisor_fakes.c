// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What hypervisor parsers need from the rest of the hypervisor: a log that says nothing. A panic
 * is a finding: no input of a parser under test may lead there.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

void log_write(enum log_level level, const char *fmt, ...)
{
	char line[256];
	va_list args;

	/* Formatted all the same, so that a bad argument is seen. */
	(void)level;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
}

void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
{
	(void)d;
	(void)level;
	(void)fmt;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("panic: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}
