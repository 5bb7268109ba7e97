// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether an archive is a whole VM.
 */
#ifndef BACKUP_VERIFY_H
#define BACKUP_VERIFY_H

#include <stdint.h>

#include "lib/log.h"

/*
 * Reads an XVA of that length to its end: every block's checksum is right, and every disk that it
 * says there is is there as a whole. -1 with the reason.
 */
int archive_verify(int fd, uint64_t len, struct reason *why);

#endif
