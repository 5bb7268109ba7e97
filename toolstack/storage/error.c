// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filling a struct sr_error.
 */
#include "storage/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int sr_fail(struct sr_error *e, const char *code, const char *fmt, ...)
{
	va_list args;

	e->code = code;
	va_start(args, fmt);
	vsnprintf(e->why.text, sizeof(e->why.text), fmt, args);
	va_end(args);
	return -1;
}

int sr_fail_errno(struct sr_error *e, const char *code, const char *fmt, ...)
{
	int saved = errno;
	va_list args;
	size_t len;

	e->code = code;
	va_start(args, fmt);
	vsnprintf(e->why.text, sizeof(e->why.text), fmt, args);
	va_end(args);
	len = strlen(e->why.text);
	snprintf(e->why.text + len, sizeof(e->why.text) - len, ": %s", strerror(saved));
	return -1;
}
