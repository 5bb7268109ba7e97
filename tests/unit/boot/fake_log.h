// SPDX-License-Identifier: GPL-2.0-or-later
/* What a reader of a boot loader's words needs of the hypervisor, for its tests: log and panic. */
#ifndef TESTS_BOOT_FAKE_LOG_H
#define TESTS_BOOT_FAKE_LOG_H

#include <setjmp.h>
#include <stdarg.h>

#include "lib.h"
#include "log.h"

static unsigned warnings;
static jmp_buf panicked; /* where panic() goes */
static char panic_text[256];

void log_write(enum log_level level, const char *fmt, ...)
{
	warnings++;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(panic_text, sizeof(panic_text), fmt, ap);
	va_end(ap);
	longjmp(panicked, 1);
}

#endif
