// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hypervisor's log: levels, console sinks and the ring that XEN_SYSCTL_readconsole reads.
 * A line names the domain, what was seen and what was expected. Safe from any context.
 */
#ifndef SOCLE_LOG_H
#define SOCLE_LOG_H

#include "types.h"

enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct domain;

/* One line without its newline; longer than 240 bytes is cut. */
void log_write(enum log_level level, const char *fmt, ...) __printf_like(2, 3);
/*
 * As above with "d<id>: " before it; at most a few lines per second and domain, the rest counted.
 */
void log_domain(const struct domain *d, enum log_level level, const char *fmt, ...)
	__printf_like(3, 4);

#define log_err(...)   log_write(LOG_ERR, __VA_ARGS__)
#define log_warn(...)  log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)

/* Set when start-up is over. */
extern bool panic_reboots;
/*
 * Says why on every console, with a back trace, and stops the machine; once it had started, reboots
 * unless `noreboot`.
 */
noreturn_fn void panic(const char *fmt, ...) __printf_like(1, 2);
/*
 * The two halves of it, for who has more to tell before the reason: the log and its consoles are
 * this CPU's from panic_begin on, whoever holds their lock, and the other CPUs stop.
 */
void panic_begin(void);
noreturn_fn void panic_end(const char *fmt, ...) __printf_like(1, 2);
bool panic_elsewhere(void); /* on another CPU: this one is to halt */

#define BUG_ON(cond)                                                          \
	do {                                                                  \
		if (unlikely(cond))                                           \
			panic("BUG at %s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)
#ifdef NDEBUG
#define ASSERT(cond) ((void)sizeof(cond))
#else
#define ASSERT(cond) BUG_ON(!(cond))
#endif

#endif
