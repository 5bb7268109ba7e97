// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where messages go: stderr, one line each, nothing buffered. Not thread-safe in its set-up; the
 * programs here log from one thread.
 */
#include "lib/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *log_program = "toolstack";
static enum log_level log_max = LOG_LEVEL_WARNING;

void log_open(const char *program, enum log_level level)
{
	log_program = program;
	log_max = level;
}

static void log_line(enum log_level level, const char *word, const char *fmt, va_list args)
{
	char text[512];

	if (level > log_max)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	fprintf(stderr, "%s: %s%s\n", log_program, word, text);
}

void log_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_ERROR, "", fmt, args);
	va_end(args);
}

void log_warning(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_WARNING, "warning: ", fmt, args);
	va_end(args);
}

void log_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_INFO, "", fmt, args);
	va_end(args);
}

void log_debug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_line(LOG_LEVEL_DEBUG, "", fmt, args);
	va_end(args);
}

int reason_put(struct reason *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -1;
}

int reason_put_errno(struct reason *why, const char *fmt, ...)
{
	int saved = errno;
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	len = strlen(why->text);
	snprintf(why->text + len, sizeof(why->text) - len, ": %s", strerror(saved));
	errno = saved;
	return -1;
}
