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

/* Always -1, so that a refusal is one statement: return reason_set(why, ...). */
#define reason_set(...) reason_refused(reason_put(__VA_ARGS__))
/* The same, with ": " and the text of errno appended. Keeps errno. */
#define reason_errno(...) reason_refused(reason_put_errno(__VA_ARGS__))

int reason_put(struct reason *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int reason_put_errno(struct reason *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Here, so that compilers know it, too: what is not written after a refusal is not read either. */
static inline int reason_refused(int always)
{
	(void)always;
	return -1;
}

#endif
