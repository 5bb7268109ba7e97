// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the log said at a panic, kept in RAM over the restart: most firmware leaves memory as it was
 * unless the power goes. The area is found again by its header, and believed only if its checksum
 * is right.
 */
#ifndef SOCLE_KEPT_LOG_H
#define SOCLE_KEPT_LOG_H

#include "types.h"

#define KEPT_LOG_SIZE  32768u
#define KEPT_LOG_ALIGN (2UL << 20) /* where one may begin */

/* From here on a panic writes the end of the log to this area of KEPT_LOG_SIZE bytes. */
void kept_log_use(void *area, paddr_t address);
/* The area's text if it was written at this address, else NULL. */
const char *kept_log_text(const void *area, paddr_t address, size_t *len);
/* Its last lines into today's log; the area holds nothing any more. */
void kept_log_tell(void *area, paddr_t address);
/* For a panic: the log lock is not asked for. */
void kept_log_write(void);

#endif
