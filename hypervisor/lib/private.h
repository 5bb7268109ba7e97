// SPDX-License-Identifier: GPL-2.0-or-later
/* What log.c, panic.c and console.c share: one lock for both the ring and the sinks. */
#ifndef SOCLE_LIB_PRIVATE_H
#define SOCLE_LIB_PRIVATE_H

#include <stdarg.h>

#include "types.h"

/* One lock for ring and sinks. A CPU that panics does without: the holder may be dead. */
void log_lock(void);
void log_unlock(void);

bool panic_under_way(void);

/* A line of the log, with head before the formatted text. No lock held. */
void log_emit(const char *head, const char *fmt, va_list ap);

/* All of these: log lock held. */
void log_ring_put(const char *s, size_t len);
/* A piece of the ring's contents from the position *pos (start at 0); NULL at the end. */
const char *log_ring_piece(uint32_t *pos, size_t *len);
/* A line of the log, on a line of its own whatever was on the console before. */
void console_put_line(const char *s, size_t len);

/* May this domain add a line now? Counts it, and reports what was left out before. No lock held. */
bool log_domain_allowed(uint16_t domid);

#endif
