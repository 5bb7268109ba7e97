// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to people. log_* print one line to stderr, prefixed with the program's name. A parser
 * or a builder that must tell its caller why it refused something fills a struct reason instead,
 * so that the caller decides where the text goes.
 */
#ifndef TOOLSTACK_LOG_H
#define TOOLSTACK_LOG_H

#include <stdarg.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct reason {
	char text[320];
};

void log_open(const char *program, enum log_level level);
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Always returns -1, so that a refusal is one statement: return reason_set(why, ...). */
int reason_set(struct reason *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, with ": " and the text of errno appended. Keeps errno. */
int reason_errno(struct reason *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
